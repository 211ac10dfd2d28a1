"""Who fails a run and until when; and that nothing passes of which nothing is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slogate.core.failing import clears_at, fails, obeyed
from slogate.core.model import Decision, Missing, Status
from slogate.core.verdict import Clearance, ServiceVerdict, Verdict
from tests.core.builders import NOW, at_status, verdict

APPROVE, REVIEW, DEFER, BLOCK = Decision
HEALTHY, SPENT = verdict(at_status(Status.HEALTHY)), verdict(at_status(Status.EXHAUSTED))
UNKNOWN = verdict(at_status(Missing.NO_DATA), advise=True)
ADVICE = verdict(at_status(Status.EXHAUSTED), advise=True)


def run(*services: ServiceVerdict, fail_on: Decision | None = DEFER) -> Verdict:
    return Verdict(BLOCK, 30, NOW, advise=False, services=services, fail_on=fail_on)


def clearing(at: int | None) -> ServiceVerdict:
    return replace(SPENT, clearance=Clearance(at))


def test_without_slos_there_is_nothing_to_approve() -> None:
    assert (verdict().decision, verdict().exit_code) == (BLOCK, 30)


def test_what_nobody_has_measured_counts_as_the_worst() -> None:
    found = ServiceVerdict("checkout", Status.HEALTHY, APPROVE, 0, HEALTHY.risk, "default", ())
    assert found.measured is BLOCK


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ([HEALTHY, ADVICE], [HEALTHY]),
        ([HEALTHY, UNKNOWN], [HEALTHY, UNKNOWN]),
        ([ADVICE, ADVICE], [ADVICE, ADVICE]),
    ],
)
def test_advice_is_obeyed_where_evidence_is_missing_or_there_is_nothing_else(
    services: list[ServiceVerdict], expected: list[ServiceVerdict]
) -> None:
    assert obeyed(services) == expected


def test_what_would_fail_if_decisions_counted() -> None:
    assert not fails(run(HEALTHY), HEALTHY)
    assert fails(run(ADVICE), ADVICE)
    assert fails(run(UNKNOWN), UNKNOWN)
    reviewed = replace(HEALTHY, decision=REVIEW)
    assert [fails(run(reviewed, fail_on=at), reviewed) for at in (REVIEW, DEFER, None)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("times", "expected"),
    [((), None), ((NOW,), NOW), ((NOW, NOW + 9), NOW + 9), ((NOW, None), None)],
)
def test_a_run_clears_with_the_last_that_fails_it(
    times: tuple[int | None, ...], expected: int | None
) -> None:
    assert clears_at(run(HEALTHY, *map(clearing, times))) == expected


def test_words_of_the_end() -> None:
    assert (HEALTHY.word, HEALTHY.stopped) == ("approve", False)
    assert (UNKNOWN.word, UNKNOWN.stopped) == ("no_data", True)
