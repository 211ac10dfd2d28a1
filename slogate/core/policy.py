"""From budget status and release risk to a decision: the matrix and what surrounds it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from slogate.core import advice
from slogate.core.advice import Case, worst_passing
from slogate.core.budget import Assessment
from slogate.core.calendars import open_from
from slogate.core.exit_codes import exit_code
from slogate.core.failing import obeyed
from slogate.core.forecast import Opens, clearance
from slogate.core.governance import Governance
from slogate.core.maintenance import checks as maintenance_checks
from slogate.core.model import BurnRule, Decision, Missing, Policy, Risk, Service, Status
from slogate.core.release import ReleaseRisk
from slogate.core.reserve import after_spending, charged
from slogate.core.rulings import Ruling, breaches, freezes, of_service, readiness
from slogate.core.situation import Fact, Situation
from slogate.core.upstream import Upstream
from slogate.core.upstream import ruling as upstream_ruling
from slogate.core.verdict import Check, Clearance, Outcome, ServiceVerdict, SloReport
from slogate.errors import EXIT_NO_DATA, EXIT_UNMEASURED


def default_policy(name: str = "default") -> Policy:
    """The policy of a configuration that says nothing; docs/configuration.md shows it as tables."""
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
        governance=Governance(),
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
    situation: Situation,
    *,
    facts: Sequence[Fact] = (),
    upstreams: Sequence[Upstream] = (),
) -> ServiceVerdict:
    """The verdict for one service, before its canary, exceptions and overrides.

    The worst counts of what budgets and rules ask for, and the highest exit code. An SLO without a
    budget status decides through the policy's `on_...` key, and stops the run where that says so.
    Where decisions fail nothing they exit 0; missing evidence never does.
    """
    moved = charged(service.policy, situation.cost)
    reports = tuple(after_spending(item.report, service.policy, moved) for item in assessments)
    calls = tuple((report, slo_decision(report, risk.level, moved)) for report in reports)
    rulings = tuple(_rulings(service, assessments, risk, situation, facts, upstreams))
    stopping = [report for report, call in calls if call is None]
    case = Case(
        replace(service, policy=moved),
        risk,
        calls,
        _service_status(reports, stopping),
        situation.threshold,
        rulings,
    )
    advise = situation.advise or service.advise
    clears = _clears(case, assessments, situation.now)
    return ServiceVerdict(
        service=service.name,
        status=case.status,
        decision=case.decision,
        exit_code=_code(case, stopping, None if advise else situation.fail_on),
        risk=risk,
        policy=service.policy.name,
        slos=reports,
        rationale=tuple(advice.rationale(case)),
        conditions=tuple(advice.conditions(case)),
        alternatives=tuple(advice.alternatives(case, clears)),
        approvers=advice.approvers(case),
        clearance=clears,
        owner=service.owner,
        own_checks=tuple(_own_checks(service, assessments, risk, rulings, situation.now)),
        advise=advise,
        measured=case.measured,
    )


def _code(case: Case, stopping: Sequence[SloReport], fail_on: Decision | None) -> int:
    """The highest code of what stops the run and of the decision."""
    stops = [*map(_stop_code, stopping), *(ruling.stop for ruling in case.rulings)]
    return max([*stops, exit_code(case.decision, fail_on)])


def _rulings(
    service: Service,
    assessments: Sequence[Assessment],
    risk: ReleaseRisk,
    situation: Situation,
    facts: Sequence[Fact],
    upstreams: Sequence[Upstream],
) -> Iterator[Ruling]:
    yield from freezes(service, situation)
    yield from breaches(assessments, service.policy)
    yield from readiness(service, facts)
    for upstream in upstreams:
        yield upstream_ruling(upstream, service.policy, risk.level)


def _own_checks(
    service: Service,
    assessments: Sequence[Assessment],
    risk: ReleaseRisk,
    rulings: Sequence[Ruling],
    now: int,
) -> Iterator[Check]:
    yield from (ruling.check for ruling in rulings)
    yield from late_maintenance(service, assessments, now)
    if not risk.known:
        yield Check("risk", Outcome.WARN, advice.unknown_risk(risk))


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


def late_maintenance(
    service: Service, assessments: Sequence[Assessment], now: int
) -> tuple[Check, ...]:
    """A warning for each maintenance of these windows that was announced too late to be left out."""
    plans = [item.plan for item in assessments if item.plan is not None]
    longest = max((plan.period.elapsed for plan in plans), default=0)
    return tuple(maintenance_checks(service.policy.governance, service.name, now, longest))


def overall(verdicts: Sequence[ServiceVerdict]) -> Decision:
    """The worst of those that a pipeline has to obey."""
    return max(one.decision for one in obeyed(verdicts))


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


def _clears(case: Case, assessments: Sequence[Assessment], now: int) -> Clearance:
    """When nothing that fails this release does so any more, if all of it ends by itself."""
    failing = [ruling for ruling in case.rulings if ruling.decision >= case.fail_on]
    if case.stopped or case.decision < case.fail_on:
        return Clearance()
    if any(not ruling.ends_by_itself for ruling in failing):
        return Clearance()
    schedules = [
        freeze.schedule
        for freeze in of_service(case.service.policy.governance, case.service.name)
        if freeze.schedule is not None and freeze.decision >= case.fail_on
    ]
    return _foreseen(case, assessments, failing, now, partial(open_from, schedules))


def _foreseen(
    case: Case, assessments: Sequence[Assessment], failing: Sequence[Ruling], now: int, opens: Opens
) -> Clearance:
    policy, breached = case.service.policy, {ruling.slo for ruling in failing if ruling.slo}
    calls = [(report, call) for report, call in case.calls if call is None or call >= case.fail_on]
    worst = worst_passing(policy, case.risk.level, case.fail_on)
    calendar = not calls and not breached
    if calendar and (worst is None or not _measured(assessments)):
        return Clearance(opens(now), opens(now), calendar)
    if worst is None or any(isinstance(report.status, Missing) for report, _ in calls):
        return Clearance()
    recovered = 1 - (policy.governance.recover_at or 0)
    found = clearance(assessments, policy, worst, dict.fromkeys(breached, recovered), opens)
    return replace(found, calendar=calendar)


def _measured(assessments: Sequence[Assessment]) -> bool:
    return any(item.history is not None and item.report.budget is not None for item in assessments)
