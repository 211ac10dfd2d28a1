"""From status and risk to a decision and an exit code, and what missing evidence does to both."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from types import MappingProxyType

import pytest

from slogate.core.budget import Assessment
from slogate.core.exit_codes import exit_code
from slogate.core.model import BurnRule, Decision, Missing, Risk, Status
from slogate.core.policy import budget_status, default_policy, overall
from tests.core.builders import DAY, HOUR, MINUTE, at_status, policy, verdict

APPROVE, REVIEW, DEFER, BLOCK = Decision
LOW, MEDIUM, HIGH = Risk
NO_TRAFFIC, NO_DATA, UNMEASURED = Missing
MATRIX = MappingProxyType({
    Status.HEALTHY: (APPROVE, APPROVE, REVIEW),
    Status.ATTENTION: (APPROVE, REVIEW, DEFER),
    Status.WARNING: (REVIEW, DEFER, BLOCK),
    Status.CRITICAL: (DEFER, BLOCK, BLOCK),
    Status.EXHAUSTED: (BLOCK, BLOCK, BLOCK),
})  # fmt: skip
CELLS = [
    (status, risk, decision)
    for status, row in MATRIX.items()
    for risk, decision in zip(Risk, row, strict=True)
]


@pytest.mark.parametrize(("status", "risk", "decision"), CELLS)
def test_the_default_matrix(status: Status, risk: Risk, decision: Decision) -> None:
    found = verdict(at_status(status), risk=risk)
    assert (found.status, found.decision) == (status, decision)
    assert found.exit_code == {APPROVE: 0, REVIEW: 0, DEFER: 20, BLOCK: 30}[decision]


def test_the_default_thresholds() -> None:
    found = default_policy()
    assert {status.word: limit for status, limit in found.consumed.items()} == {
        "attention": 0.5, "warning": 0.75, "critical": 0.9, "exhausted": 1.0,
    }  # fmt: skip
    assert {status.word: limit for status, limit in found.pace.items()} == {
        "attention": 1.0, "warning": 1.5, "critical": 2.0,
    }  # fmt: skip
    assert found.pace_after == 0.1
    assert set(found.burn) == {
        BurnRule(14.4, HOUR, 5 * MINUTE, Status.CRITICAL),
        BurnRule(6, 6 * HOUR, 30 * MINUTE, Status.WARNING),
        BurnRule(3, DAY, 2 * HOUR, Status.ATTENTION),
        BurnRule(1, 3 * DAY, 6 * HOUR, Status.ATTENTION),
    }


def test_by_default_missing_evidence_stops_and_no_traffic_does_not() -> None:
    found = default_policy()
    assert (found.on_no_data, found.on_unreachable, found.on_no_traffic) == (None, None, APPROVE)
    assert (found.min_coverage, found.min_events) == (0.9, 0)


@pytest.mark.parametrize(
    ("fail_on", "codes"),
    [
        (REVIEW, (0, 10, 20, 30)),
        (DEFER, (0, 0, 20, 30)),
        (BLOCK, (0, 0, 0, 30)),
        (None, (0, 0, 0, 0)),
    ],
)
def test_exit_codes_by_what_fails(fail_on: Decision | None, codes: tuple[int, ...]) -> None:
    assert tuple(exit_code(decision, fail_on) for decision in Decision) == codes
    for (status, risk), code in zip(
        [(Status.HEALTHY, LOW), (Status.HEALTHY, HIGH), (Status.CRITICAL, LOW), (Status.EXHAUSTED, LOW)],
        codes,
        strict=True,
    ):  # fmt: skip
        assert verdict(at_status(status), risk=risk, fail_on=fail_on).exit_code == code


@pytest.mark.parametrize(("status", "risk", "decision"), CELLS)
def test_advice_says_the_decision_and_exits_zero(
    status: Status, risk: Risk, decision: Decision
) -> None:
    found = verdict(at_status(status), risk=risk, fail_on=REVIEW, advise=True)
    assert (found.decision, found.exit_code) == (decision, 0)


KEYS: Mapping[Missing, str] = MappingProxyType(
    {NO_TRAFFIC: "on_no_traffic", NO_DATA: "on_no_data", UNMEASURED: "on_unreachable"}
)


def lacking(why: Missing) -> Assessment:
    return at_status(why, transient=why is UNMEASURED)


@pytest.mark.parametrize("why", Missing)
@pytest.mark.parametrize(
    ("says", "code"), [(APPROVE, 0), (REVIEW, 0), (DEFER, 20), (BLOCK, 30), (None, None)]
)
def test_missing_evidence_does_what_its_policy_key_says(
    why: Missing, says: Decision | None, code: int | None
) -> None:
    found = verdict(lacking(why), under=policy(**{KEYS[why]: says}))
    assert found.status is why
    assert found.decision is (BLOCK if says is None else says)
    stops = {NO_TRAFFIC: 40, NO_DATA: 40, UNMEASURED: 50}
    assert found.exit_code == (stops[why] if code is None else code)


@pytest.mark.parametrize("why", Missing)
@pytest.mark.parametrize("others", list(KEYS.values()))
def test_each_kind_of_missing_evidence_has_its_own_key(why: Missing, others: str) -> None:
    lenient = dict.fromkeys(KEYS.values(), APPROVE) | {KEYS[why]: BLOCK}
    assert verdict(lacking(why), under=policy(**lenient)).decision is BLOCK
    if others != KEYS[why]:
        strict = dict.fromkeys(KEYS.values(), APPROVE) | {others: BLOCK}
        assert verdict(lacking(why), under=policy(**strict)).decision is APPROVE


@pytest.mark.parametrize("says", [None, *Decision])
def test_a_lasting_failure_to_measure_stops_whatever_the_policy_says(says: Decision | None) -> None:
    """A wrong URL or a refused login does not pass: `on_unreachable` is for outages."""
    found = verdict(at_status(UNMEASURED), under=policy(on_unreachable=says))
    assert (found.decision, found.exit_code) == (BLOCK, 50)


@pytest.mark.parametrize("fail_on", [REVIEW, DEFER, BLOCK, None])
@pytest.mark.parametrize("advise", [True, False])
@pytest.mark.parametrize(("why", "code"), [(NO_DATA, 40), (UNMEASURED, 50)])
def test_neither_advice_nor_never_failing_hides_missing_evidence(
    fail_on: Decision | None, why: Missing, code: int, *, advise: bool
) -> None:
    found = verdict(lacking(why), fail_on=fail_on, advise=advise)
    assert found.exit_code == code


@pytest.mark.parametrize(
    ("statuses", "status", "decision", "code"),
    [
        ([Status.HEALTHY, Status.ATTENTION], Status.ATTENTION, APPROVE, 0),
        ([Status.WARNING, Status.CRITICAL, Status.HEALTHY], Status.CRITICAL, DEFER, 20),
        ([Status.EXHAUSTED, Status.HEALTHY], Status.EXHAUSTED, BLOCK, 30),
        ([Status.CRITICAL, NO_TRAFFIC], Status.CRITICAL, DEFER, 20),
        ([NO_TRAFFIC, NO_TRAFFIC], NO_TRAFFIC, APPROVE, 0),
        ([Status.EXHAUSTED, NO_DATA], NO_DATA, BLOCK, 40),
        ([Status.HEALTHY, UNMEASURED], UNMEASURED, BLOCK, 50),
        ([Status.EXHAUSTED, NO_DATA, UNMEASURED], UNMEASURED, BLOCK, 50),
        ([NO_TRAFFIC, NO_DATA], NO_DATA, BLOCK, 40),
    ],
)
def test_the_worst_of_several_slos_decides_in_any_order(
    statuses: list[Status | Missing], status: Status | Missing, decision: Decision, code: int
) -> None:
    for order in permutations(statuses):
        found = verdict(*(at_status(each, str(index)) for index, each in enumerate(order)))
        assert (found.status, found.decision, found.exit_code) == (status, decision, code)


def test_the_status_names_what_stopped_the_run() -> None:
    """The unreachable SLO is let pass; it is the other's missing data that stops the release."""
    found = verdict(
        at_status(NO_DATA, "latency"), lacking(UNMEASURED), under=policy(on_unreachable=APPROVE)
    )
    assert found.exit_code == 40
    assert found.status is NO_DATA


@pytest.mark.parametrize(
    ("statuses", "status", "code"),
    [
        ([Status.EXHAUSTED, Status.HEALTHY], Status.EXHAUSTED, 0),
        ([Status.HEALTHY, NO_TRAFFIC], Status.HEALTHY, 0),
        ([NO_TRAFFIC], NO_TRAFFIC, 0),
        ([Status.HEALTHY, NO_DATA], NO_DATA, 40),
        ([NO_DATA, UNMEASURED], UNMEASURED, 50),
    ],
)
def test_asked_for_budgets_only_what_cannot_be_evaluated_fails(
    statuses: list[Status | Missing], status: Status | Missing, code: int
) -> None:
    reports = [at_status(each).report for each in statuses]
    assert budget_status(reports) == (status, code)
    assert budget_status(reports[::-1]) == (status, code)


def test_a_matrix_of_ones_own() -> None:
    row = {LOW: REVIEW, MEDIUM: BLOCK, HIGH: BLOCK}
    strict = policy(matrix={**policy().matrix, Status.HEALTHY: row})
    assert verdict(at_status(Status.HEALTHY), under=strict).decision is REVIEW
    assert verdict(at_status(Status.HEALTHY), risk=MEDIUM, under=strict).decision is BLOCK


def test_of_several_services_the_worst_that_is_more_than_advice_decides() -> None:
    healthy, exhausted = at_status(Status.HEALTHY), at_status(Status.EXHAUSTED)
    enforced, advised = verdict(healthy), verdict(exhausted, advise=True)
    lacking_evidence = verdict(at_status(NO_DATA), advise=True)
    assert overall([enforced, verdict(exhausted), enforced]) is BLOCK
    assert overall([advised, enforced]) is APPROVE
    assert overall([advised, verdict(healthy, advise=True)]) is BLOCK
    assert overall([lacking_evidence, enforced]) is BLOCK
