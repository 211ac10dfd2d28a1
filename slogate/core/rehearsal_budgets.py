"""A budget that is stated and not measured, in the shape in which a measured one would arrive."""

from __future__ import annotations

from dataclasses import replace

from slogate.core.budget import Assessment, missing
from slogate.core.history import History, Track
from slogate.core.model import Missing, Policy, Slo, Status
from slogate.core.plan import make_plan
from slogate.core.reserve import charged
from slogate.core.thresholds import consumed_reasons, consumed_status
from slogate.core.verdict import Budget, Counts, Reason, SloReport

SAID = "the test says so"
_JUST_ABOVE = 0.001
_HOUR = 3_600
_EVENTS = 1_000_000.0


def of_missing(slo: Slo, why: Missing) -> SloReport:
    """An SLO of which nothing is known; one that could not be measured because of an outage."""
    return missing(slo, why, SAID, transient=why is Missing.UNMEASURED)


def of_consumed(slo: Slo, policy: Policy, consumed: float) -> SloReport:
    """An SLO with so large a share of its budget consumed, and the status that the policy gives it."""
    return SloReport(
        slo.name,
        slo.objective,
        str(slo.window),
        consumed_status(policy, consumed),
        budget=Budget(consumed, None, None),
        reasons=consumed_reasons(policy, consumed),
    )


def of_status(slo: Slo, policy: Policy, status: Status) -> SloReport:
    """A budget of which as little is consumed as this status takes, before the release's cost.

    No consumption gives a status that begins where a worse one does; a burn rate would.
    """
    effective = charged(policy, 0.0)
    consumed = _least(effective, status)
    report = of_consumed(slo, policy, consumed)
    if status is Status.HEALTHY or consumed_status(effective, consumed) is status:
        return report
    better = of_status(slo, policy, Status(status - 1))
    by_burn = Reason(status, "burn", f"{SAID}, and no consumption gives this status")
    return replace(better, status=status, reasons=(by_burn, *better.reasons))


def _least(policy: Policy, status: Status) -> float:
    if status is Status.HEALTHY:
        return 0.0
    limit = policy.consumed[status]
    if status is Status.EXHAUSTED:
        return limit
    worse = min(policy.consumed[other] for other in policy.consumed if other > status)
    return limit + max(0.0, min(_JUST_ABOVE, (worse - limit) / 2))


def breached(slo: Slo, report: SloReport, now: int) -> Assessment:
    """The report with a history: exhausted until an hour ago, since when old errors have left."""
    plan = make_plan(slo.window, (), now, looks_back=True)
    begin = now - 2 * plan.period.length
    # NOTE: all events are bad, whatever share of the budget the policy calls exhausted.
    track = Track((begin, now - _HOUR, now), (_EVENTS, 0.0), (_EVENTS, 1.0))
    history = History(track, None, Counts(0.0, _EVENTS), plan.period.elapsed, plan.period.start)
    return Assessment(slo, report, plan, history)
