"""The law over every fault of HTTP: another run ends as it would without the fault, or as 40 or 50.

Whatever part of a run the fault hits, never with a milder decision, never with an error that is not
our own, and never later than the deadline and a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from tests.faults.flows import FLOWS, UNKNOWN, End, ended, keeps_the_law, side_by_side, well
from tests.support import every_fault, faults, odd_json
from tests.support.faults import Fault

HEALTHY = "a healthy budget"
PASSING = ("closed at once", "reset before the last byte", "too long a length", "no last chunk")
OTHERS = [name for name in FLOWS if name != HEALTHY]


def bodies(changes: Mapping[str, odd_json.Change]) -> dict[str, Fault]:
    return {name: faults.body(change) for name, change in changes.items()}


GROUPS: dict[str, Mapping[str, Fault]] = {
    "too slow": every_fault.SLOW,
    "broken": every_fault.BROKEN,
    "refused": every_fault.REFUSED,
    "not to be read": bodies(odd_json.UNREADABLE),
}


@pytest.fixture(scope="module")
def without() -> dict[str, End]:
    """How every run ends without a fault."""
    return {name: well(flow) for name, flow in FLOWS.items()}


def test_without_a_fault_every_run_ends_well(without: Mapping[str, End]) -> None:
    assert {name: end.word for name, end in without.items()} == {
        "a healthy budget": "approve 0",
        "a budget that is gone": "block 30",
        "good of total": "block 30",
        "a ratio": "block 30",
        "no failures at all": "approve 0",
        "readiness": "True True False",
        "a register": "high",
        "a canary": "0.0of174000.0,0.0of174000.0",
    }


def places(requests: int) -> dict[str, Callable[[int], bool]]:
    """Which requests of a run are hit."""
    return {
        "the first": lambda number: number == 0,
        "one in the middle": lambda number: number == requests // 2,
        "the last": lambda number: number == requests - 1,
        "every second": lambda number: number % 2 == 1,
        "all": lambda _: True,
        "all from the middle on": lambda number: number >= requests // 2,
    }


def breaches(
    cases: list[tuple[str, str, str, Fault]], without: Mapping[str, End], workers: int = 8
) -> list[str]:
    """What is wrong with the runs; a case is a flow, a place, and a fault's name and itself."""
    tasks = [
        partial(ended, FLOWS[flow], fault, places(without[flow].requests)[place])
        for flow, place, _, fault in cases
    ]
    ends = side_by_side(tasks, workers)
    return [
        f"{flow}, {name} at {place}: {wrong}"
        for (flow, place, name, _), end in zip(cases, ends, strict=True)
        if (wrong := keeps_the_law(end, without[flow]))
    ]


@pytest.mark.parametrize("group", GROUPS)
def test_a_fault_at_any_request_changes_no_decision(group: str, without: Mapping[str, End]) -> None:
    """The fault meets the budget of a healthy service, at all requests and at one of them."""
    cases = [
        (HEALTHY, place, name, fault)
        for index, (name, fault) in enumerate(GROUPS[group].items())
        for place in ("all", ("the last", "the first")[index % 2])
    ]
    assert breaches(cases, without) == []


@pytest.mark.parametrize("group", GROUPS)
def test_a_fault_in_any_part_of_the_program_changes_no_decision(
    group: str, without: Mapping[str, End]
) -> None:
    """Every fault meets another part at other requests, and every part many faults."""
    others = ("one in the middle", "every second", "all from the middle on", "all")
    cases = [
        (OTHERS[index % len(OTHERS)], others[index % len(others)], name, fault)
        for index, (name, fault) in enumerate(GROUPS[group].items())
    ]
    assert breaches(cases, without) == []


def test_an_answer_without_end_ends_with_the_deadline(without: Mapping[str, End]) -> None:
    flows = (HEALTHY, "readiness", HEALTHY, "a canary")
    cases = [
        (flows[index % len(flows)], "all", name, fault)
        for index, (name, fault) in enumerate(every_fault.POURING.items())
    ]
    assert breaches(cases, without, workers=4) == []


@pytest.mark.parametrize("changes", [odd_json.UNPROMISED, odd_json.DOUBTFUL])
def test_an_answer_that_the_api_does_not_promise_is_no_evidence(
    changes: Mapping[str, odd_json.Change], without: Mapping[str, End]
) -> None:
    hit = places(without[HEALTHY].requests)["all"]
    tasks = [partial(ended, FLOWS[HEALTHY], fault, hit) for fault in bodies(changes).values()]
    ends = side_by_side(tasks, 8)
    assert [name for name, end in zip(changes, ends, strict=True) if end.word not in UNKNOWN] == []
    flows = [name for name in OTHERS if name not in ("readiness", "a register")]
    cases = [
        (flows[index % len(flows)], "every second", name, fault)
        for index, (name, fault) in enumerate(bodies(changes).items())
    ]
    assert breaches(cases, without) == []


@pytest.mark.parametrize("harmless", [every_fault.HARMLESS, bodies(odd_json.HARMLESS)])
def test_what_is_only_odd_is_understood(
    harmless: Mapping[str, Fault], without: Mapping[str, End]
) -> None:
    tasks = [
        partial(ended, FLOWS[HEALTHY], fault, lambda _: True, 10) for fault in harmless.values()
    ]
    ends = side_by_side(tasks, 4)
    assert [name for name, end in zip(harmless, ends, strict=True) if end.word != "approve 0"] == []


def test_a_fault_that_passes_is_tried_again(without: Mapping[str, End]) -> None:
    passing = {name: every_fault.BROKEN[name] for name in PASSING}
    passing |= {name: every_fault.REFUSED[name] for name in ("429", "503 with the answer")}
    hits = places(without[HEALTHY].requests)
    tasks = [
        partial(ended, FLOWS[HEALTHY], fault, hits[place], 10)
        for fault in passing.values()
        for place in ("the first", "the last", "every second")
    ]
    assert {end.word for end in side_by_side(tasks, 4)} == {"approve 0"}


def test_answers_that_swap_are_no_evidence(without: Mapping[str, End]) -> None:
    """Each answer comes twice, so that from then on every question gets that of the one before."""
    cases = [
        (flow, place, "the answer twice", lambda _, good: good + good)
        for flow in ("a healthy budget", "a budget that is gone", "good of total", "a ratio")
        for place in places(1)
    ]
    assert breaches(cases, without) == []
