"""From budget status and release risk to a decision: the matrix and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slogate.core import advice
from slogate.core.advice import Case, worst_passing
from slogate.core.budget import Assessment
from slogate.core.forecast import clearance
from slogate.core.model import (
    BurnRule,
    Decision,
    Freeze,
    Missing,
    Policy,
    Risk,
    Service,
    Status,
)
from slogate.core.release import ReleaseRisk
from slogate.core.verdict import Check, Clearance, Outcome, ServiceVerdict, SloReport
from slogate.errors import EXIT_NO_DATA, EXIT_UNMEASURED

DECISION_CODES = {Decision.REVIEW: 10, Decision.DEFER: 20, Decision.BLOCK: 30}


def default_policy(name: str = "default") -> Policy:
    """The policy of a configuration that says nothing; the README shows it as tables."""
    low, medium, high = Risk.LOW, Risk.MEDIUM, Risk.HIGH
    approve, review = Decision.APPROVE, Decision.REVIEW
    defer, block = Decision.DEFER, Decision.BLOCK
    return Policy(
        name=name,
        consumed={
            Status.ATTENTION: 0.5,
            Status.WARNING: 0.75,
            Status.CRITICAL: 0.9,
            Status.EXHAUSTED: 1.0,
        },
        pace={Status.ATTENTION: 1.0, Status.WARNING: 1.5, Status.CRITICAL: 2.0},
        pace_after=0.1,
        burn=(
            BurnRule(14.4, 3_600, 300, Status.CRITICAL),
            BurnRule(6.0, 21_600, 1_800, Status.WARNING),
            BurnRule(3.0, 86_400, 7_200, Status.ATTENTION),
            BurnRule(1.0, 259_200, 21_600, Status.ATTENTION),
        ),
        matrix={
            Status.HEALTHY: {low: approve, medium: approve, high: review},
            Status.ATTENTION: {low: approve, medium: review, high: defer},
            Status.WARNING: {low: review, medium: defer, high: block},
            Status.CRITICAL: {low: defer, medium: block, high: block},
            Status.EXHAUSTED: {low: block, medium: block, high: block},
        },
        approvers={
            "warning": ("senior engineer",),
            "critical": ("senior engineer", "engineering manager"),
            "exhausted": ("VP engineering",),
        },
    )


def decide(
    service: Service,
    assessments: Sequence[Assessment],
    risk: ReleaseRisk,
    *,
    fail_on: Decision | None,
    advise: bool = False,
    freeze: Freeze | None = None,
) -> ServiceVerdict:
    """The verdict for one service.

    A freeze blocks whatever the budgets say.

    An SLO without a budget status decides through the policy's `on_...` key, and stops the run
    where that says so. The worst decision counts, and the highest exit code. With `fail_on` None
    or `advise`, decisions exit 0; missing evidence never does.
    """
    reports = tuple(item.report for item in assessments)
    calls = tuple((report, slo_decision(report, risk.level, service.policy)) for report in reports)
    stopping = [report for report, call in calls if call is None]
    decision = max(Decision.BLOCK if call is None else call for _, call in calls)
    decision = Decision.BLOCK if freeze else decision
    status = _service_status(reports, stopping)
    case = Case(service, risk, calls, decision, status, fail_on or Decision.DEFER, freeze)
    clears = _clears(case, assessments)
    return ServiceVerdict(
        service=service.name,
        status=status,
        decision=decision,
        exit_code=max(
            [*map(_stop_code, stopping), exit_code(decision, None if advise else fail_on)]
        ),
        risk=risk,
        policy=service.policy.name,
        slos=reports,
        rationale=tuple(advice.rationale(case)),
        conditions=tuple(advice.conditions(case)),
        alternatives=tuple(advice.alternatives(case, clears)),
        approvers=advice.approvers(case),
        clearance=clears,
        owner=service.owner,
        own_checks=tuple(_own_checks(risk, freeze)),
    )


def _own_checks(risk: ReleaseRisk, freeze: Freeze | None) -> Iterator[Check]:
    if freeze:
        yield Check("freeze", Outcome.FAIL, freeze.name)
    if not risk.known:
        yield Check("risk", Outcome.WARN, advice.unknown_risk(risk))


def exit_code(decision: Decision, fail_on: Decision | None) -> int:
    """0, or the decision's code when it is at least as bad as `fail_on` (None: never)."""
    if fail_on is None or decision < fail_on:
        return 0
    return DECISION_CODES.get(decision, 0)


def slo_decision(report: SloReport, risk: Risk, policy: Policy) -> Decision | None:
    """What one SLO asks for; None means that the policy stops the run with an error."""
    if isinstance(report.status, Status):
        return policy.matrix[report.status][risk]
    if report.status is Missing.NO_TRAFFIC:
        return policy.on_no_traffic
    if report.status is Missing.NO_DATA:
        return policy.on_no_data
    return policy.on_unreachable if report.transient else None


def budget_status(reports: Sequence[SloReport]) -> tuple[Status | Missing, int]:
    """Status and exit code where only the budget is asked for, whatever the policy would say."""
    stopping = [report for report in reports if report.status in _NOT_EVALUATED]
    return _service_status(reports, stopping), max(map(_stop_code, stopping), default=0)


_NOT_EVALUATED = (Missing.UNMEASURED, Missing.NO_DATA)


def _service_status(
    reports: Sequence[SloReport], stopping: Sequence[SloReport]
) -> Status | Missing:
    """The worst measured status; where the run stops or nothing was measured, the reason."""
    measured = [report.status for report in reports if isinstance(report.status, Status)]
    if measured and not stopping:
        return max(measured)
    lacking = [report.status for report in stopping or reports]
    return next((why for why in _NOT_EVALUATED if why in lacking), Missing.NO_TRAFFIC)


def _stop_code(report: SloReport) -> int:
    return EXIT_UNMEASURED if report.status is Missing.UNMEASURED else EXIT_NO_DATA


def _clears(case: Case, assessments: Sequence[Assessment]) -> Clearance:
    policy = case.service.policy
    worst = worst_passing(policy, case.risk.level, case.fail_on)
    if case.stopped or case.freeze or case.decision < case.fail_on or worst is None:
        return Clearance()
    silent = (call for report, call in case.calls if isinstance(report.status, Missing))
    if any(call is None or call >= case.fail_on for call in silent):
        return Clearance()
    return clearance(assessments, policy, worst)
