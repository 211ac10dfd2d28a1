"""The canary as part of the gate: it can only make the verdict on its service stricter."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.arms import Arm, Judgement, MetricPolicy, Outcome, Samples
from slogate.core.canary import CanaryVerdict, Measured, MetricVerdict, Severity
from slogate.core.canary_gate import CanaryProblem, with_canary
from slogate.core.canary_report import CanaryReport, decision
from slogate.core.model import Decision, Missing, Risk, Status
from slogate.core.verdict import Clearance, ServiceVerdict
from slogate.core.verdict import Outcome as Checked
from slogate.errors import EXIT_NO_DATA, EXIT_UNMEASURED
from tests.core import builders as build

APPROVE, REVIEW, DEFER, BLOCK = Decision
PASS, FAIL, INCONCLUSIVE = Outcome
THRESHOLDS = (None, REVIEW, DEFER, BLOCK)


def report(outcome: Outcome, on_inconclusive: Decision = REVIEW) -> CanaryReport:
    found = Judgement(
        outcome, "regression", "mean", 54, Arm(54, 1.0), Arm(54, 1.2), 1.18, 1.09, 1.28
    )
    measured = Measured(MetricPolicy(name="latency"), Samples(()), Samples(()))
    severity = Severity.MEDIUM if outcome is FAIL else Severity.NONE
    one = MetricVerdict(measured, found, outcome, severity, 1.2, over_limit=False, near_limit=False)
    verdict = CanaryVerdict(outcome, "hold", (one,), float(outcome is PASS), (one,))
    means = decision(verdict, on_inconclusive)
    return CanaryReport(verdict, means, 0, "v1", "v2")


def service(
    status: Status | Missing = Status.HEALTHY,
    risk: Risk = Risk.LOW,
    *,
    fail_on: Decision | None = DEFER,
    advise: bool = False,
    owner: str | None = None,
) -> ServiceVerdict:
    found = build.at_status(status)
    return build.verdict(found, risk=risk, fail_on=fail_on, advise=advise, owner=owner)


@pytest.mark.parametrize(
    ("outcome", "on_inconclusive", "means"),
    [
        (PASS, BLOCK, APPROVE),
        (FAIL, APPROVE, BLOCK),
        *((INCONCLUSIVE, one, one) for one in Decision),
    ],
)
def test_what_a_verdict_means_for_the_release(
    outcome: Outcome, on_inconclusive: Decision, means: Decision
) -> None:
    assert report(outcome, on_inconclusive).decision is means


def test_a_canary_that_passes_changes_nothing_but_that_it_is_told() -> None:
    alone = service()
    canary = report(PASS)
    joined = with_canary(alone, canary, fail_on=DEFER)
    assert replace(joined, canary=None, own_checks=alone.own_checks) == alone
    assert joined.canary is canary
    (check,) = joined.own_checks[len(alone.own_checks) :]
    assert (check.name, check.outcome) == ("canary", Checked.PASS)
    assert check.detail == "1 metric of 1 surely no worse"


def test_a_canary_that_is_worse_blocks_a_healthy_service() -> None:
    joined = with_canary(service(), report(FAIL), fail_on=DEFER)
    assert (joined.decision, joined.exit_code) == (BLOCK, 30)
    assert joined.rationale[0] == "the canary is worse in latency, which means block"
    assert joined.rationale[1].startswith("latency: 18 % higher (at least 9 % higher)")
    assert joined.conditions[0] == "the canary must not be worse than what runs"
    assert joined.alternatives == ("take the canary back, and mend what is worse",)
    assert joined.own_checks[-1].outcome is Checked.FAIL


@pytest.mark.parametrize(("fail_on", "code"), [(None, 0), (REVIEW, 10), (DEFER, 0), (BLOCK, 0)])
def test_an_inconclusive_canary_is_a_review(fail_on: Decision | None, code: int) -> None:
    alone = service(fail_on=fail_on)
    joined = with_canary(alone, report(INCONCLUSIVE), fail_on=fail_on)
    assert (joined.decision, joined.exit_code) == (REVIEW, code)
    assert joined.own_checks[-1].outcome is Checked.WARN
    assert joined.rationale[0] == "the canary is not decided yet by latency, which means review"
    assert "let the canary run longer" in joined.alternatives[0]


def test_an_owner_is_asked_where_nobody_else_is() -> None:
    alone = service(owner="@shop/payments")
    joined = with_canary(alone, report(FAIL), fail_on=DEFER)
    assert (alone.approvers, joined.approvers) == ((), ("@shop/payments",))
    named = replace(alone, approvers=("VP engineering",))
    joined = with_canary(named, report(FAIL), fail_on=DEFER)
    assert joined.approvers == ("VP engineering",)


EVERYTHING = st.tuples(
    st.sampled_from([*Status, *Missing]),
    st.sampled_from(list(Risk)),
    st.sampled_from(THRESHOLDS),
    st.booleans(),
)
CANARIES = st.one_of(
    st.builds(report, st.sampled_from(list(Outcome)), st.sampled_from(list(Decision))),
    st.builds(CanaryProblem, st.just("gone"), st.sampled_from([EXIT_NO_DATA, EXIT_UNMEASURED])),
)


@build.law
@given(EVERYTHING, CANARIES)
def test_never_a_milder_decision_nor_exit_code(
    asked: tuple[Status | Missing, Risk, Decision | None, bool],
    canary: CanaryReport | CanaryProblem,
) -> None:
    status, risk, fail_on, advise = asked
    alone = service(status, risk, fail_on=fail_on, advise=advise)
    joined = with_canary(alone, canary, fail_on=fail_on)
    assert joined.decision >= alone.decision
    assert joined.exit_code >= alone.exit_code
    assert set(joined.rationale) >= set(alone.rationale)
    assert len(joined.own_checks) == len(alone.own_checks) + 1
    if isinstance(canary, CanaryProblem):
        assert joined.exit_code >= canary.exit_code
    else:
        assert joined.decision == max(alone.decision, canary.decision)
        if advise or fail_on is None:
            assert joined.exit_code == alone.exit_code


@pytest.mark.parametrize("code", [EXIT_NO_DATA, EXIT_UNMEASURED])
@pytest.mark.parametrize(("fail_on", "advise"), list(product(THRESHOLDS, (False, True))))
def test_a_canary_without_evidence_blocks_whatever_is_tolerated(
    code: int, fail_on: Decision | None, *, advise: bool
) -> None:
    alone = replace(
        service(fail_on=fail_on, advise=advise),
        clearance=Clearance(without_errors=5),
        alternatives=("wait",),
    )
    joined = with_canary(alone, CanaryProblem("no traffic", code), fail_on=fail_on)
    assert (joined.decision, joined.exit_code) == (BLOCK, code)
    assert joined.rationale[0] == "the canary is not judged: no traffic"
    assert (joined.alternatives, joined.clearance) == ((), Clearance())
    check = joined.own_checks[-1]
    assert (check.name, check.outcome, check.detail) == ("canary", Checked.FAIL, "no traffic")
    assert joined.canary is None


@pytest.mark.parametrize(
    ("canary", "fail_on", "advise", "held"),
    [
        (report(FAIL), DEFER, False, True),
        (report(FAIL), BLOCK, False, True),
        (report(FAIL), DEFER, True, True),
        # where nothing fails the run, the times are those of the default
        (report(FAIL), None, False, True),
        (report(INCONCLUSIVE), None, False, False),
        (report(INCONCLUSIVE), DEFER, False, False),
        (report(INCONCLUSIVE), REVIEW, False, True),
        (report(INCONCLUSIVE, DEFER), DEFER, False, True),
        (report(PASS), DEFER, False, False),
    ],
)
def test_what_the_canary_holds_does_not_clear_by_waiting(
    canary: CanaryReport, fail_on: Decision | None, *, advise: bool, held: bool
) -> None:
    cleared = Clearance(without_errors=build.NOW + 60)
    alone = replace(
        service(Status.CRITICAL, fail_on=fail_on, advise=advise),
        clearance=cleared,
        alternatives=("wait a minute",),
    )
    joined = with_canary(alone, canary, fail_on=fail_on)
    assert joined.clearance == (Clearance() if held else cleared)
    assert ("wait a minute" in joined.alternatives) is not held
