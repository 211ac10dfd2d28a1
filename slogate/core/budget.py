"""Error budget arithmetic: evidence -> consumed, remaining, pace, status of one SLO."""

from __future__ import annotations

from dataclasses import dataclass, replace

from slogate.core import words
from slogate.core.burn import burn_rate, burn_reason, low_traffic, ratio_over, widened
from slogate.core.evidence import Evidence
from slogate.core.history import History, error_ratio
from slogate.core.model import Missing, Policy, Slices, Slo, Status
from slogate.core.plan import Plan
from slogate.core.thresholds import consumed_reasons, pace_reasons
from slogate.core.trust import examine
from slogate.core.verdict import Budget, Check, Counts, Outcome, SloReport
from slogate.errors import NoDataError

PRESENT = 3600
"""Seconds whose burn rate is "the present" one in a forecast of exhaustion."""
CHART_POINTS = 48


@dataclass(frozen=True)
class Assessment:
    """A report with what a forecast needs to look ahead; no history where nothing was measured."""

    slo: Slo
    report: SloReport
    plan: Plan | None = None
    history: History | None = None


def assess(slo: Slo, policy: Policy, evidence: Evidence) -> Assessment:
    """Budget status of one SLO from the evidence; missing evidence becomes a Missing status."""
    try:
        trusted = examine(slo, policy, evidence)
    except NoDataError as error:
        return Assessment(slo, missing(slo, Missing.NO_DATA, str(error)))
    history, plan = trusted.history, evidence.plan
    if _no_traffic(slo, history, plan, policy):
        report = _no_traffic_report(slo, policy, history, trusted.checks)
        return Assessment(slo, report, plan, history)
    budget = _budget(slo, plan, history)
    burn = tuple(burn_rate(slo, rule, plan, history) for rule in plan.rules)
    reasons = (
        *consumed_reasons(policy, budget.consumed),
        *pace_reasons(policy, plan.period.elapsed / plan.period.length, budget.pace),
        *(burn_reason(rate, budget, plan) for rate in burn if rate.firing),
    )
    report = SloReport(
        slo.name,
        slo.objective,
        str(slo.window),
        max((reason.status for reason in reasons), default=Status.HEALTHY),
        sli=_sli(history),
        events=None if history.direct is not None else history.in_window,
        budget=replace(budget, exhausted_at=_exhausted_at(slo, plan, history, budget)),
        burn=burn,
        reasons=tuple(sorted(reasons, key=lambda reason: -reason.status)),
        checks=(
            *trusted.checks,
            *widened(plan),
            *low_traffic(slo, plan, history, burn),
            *_pace_check(plan, budget.pace),
            *_maintenance_check(plan, history, budget),
        ),
        period=None if plan.rolling else plan.period,
        burn_down=_burn_down(slo, plan, history),
    )
    return Assessment(slo, replace(report, checks=_named(report)), plan, history)


def missing(slo: Slo, why: Missing, detail: str, *, transient: bool = False) -> SloReport:
    """The report of an SLO that has no budget status."""
    name = {
        Missing.NO_DATA: "data",
        Missing.UNMEASURED: "measurement",
        Missing.NO_TRAFFIC: "traffic",
    }[why]
    outcome = Outcome.WARN if why is Missing.NO_TRAFFIC else Outcome.FAIL
    check = Check(name, outcome, detail, slo.name)
    return SloReport(
        slo.name,
        slo.objective,
        str(slo.window),
        why,
        checks=(check,),
        detail=detail,
        transient=transient,
    )


def _named(report: SloReport) -> tuple[Check, ...]:
    return tuple(replace(check, slo=report.name) for check in report.checks)


def _no_traffic(slo: Slo, history: History, plan: Plan, policy: Policy) -> bool:
    if history.direct is not None:
        return False
    total = history.in_window.total
    if isinstance(slo.sli, Slices):
        return total <= 0
    if plan.rolling:
        return total <= 0 or total < policy.min_events
    # NOTE: a calendar period that has just begun holds few events; that alone is no silence.
    if total > 0:
        return expected_total(plan, history) < policy.min_events
    return history.coarse.counts(history.coarse.start, plan.now).total <= 0


def _no_traffic_report(
    slo: Slo, policy: Policy, history: History, checks: tuple[Check, ...]
) -> SloReport:
    counts = history.in_window
    detail = (
        f"no events in {slo.window}"
        if counts.total <= 0
        else (
            f"only {words.count(counts.total)} events in {slo.window}, "
            f"min_events is {policy.min_events}"
        )
    )
    report = missing(slo, Missing.NO_TRAFFIC, detail)
    report = replace(report, events=counts, sli=_sli(history))
    return replace(report, checks=_named(replace(report, checks=(*checks, *report.checks))))


def _sli(history: History) -> float | None:
    ratio = error_ratio(history.in_window)
    # NOTE: scrapes of two counters are some events apart, so that a few more may be bad than there were.
    return None if ratio is None else max(0.0, 1 - ratio)


def _budget(slo: Slo, plan: Plan, history: History) -> Budget:
    counts = history.in_window
    allowed = slo.allowed_ratio * (counts.total if plan.rolling else expected_total(plan, history))
    consumed = counts.bad / allowed if allowed > 0 else 0.0
    pace = None if plan.rolling else consumed * plan.period.length / plan.period.elapsed
    if history.direct is not None:
        return Budget(consumed, None, None, pace)
    unadjusted = None
    if history.maintained is not None:
        unadjusted = _budget(slo, plan, _with_maintenance(history, history.maintained)).consumed
    return Budget(consumed, allowed, allowed - counts.bad, pace, unadjusted=unadjusted)


def _with_maintenance(history: History, apart: Counts) -> History:
    """The counts as they were measured."""
    kept = history.in_window
    return replace(
        history,
        in_window=Counts(kept.bad + apart.bad, kept.total + apart.total),
        maintained=None,
        maintained_for=0,
    )


def _maintenance_check(plan: Plan, history: History, budget: Budget) -> tuple[Check, ...]:
    if budget.unadjusted is not None:
        now, with_them = (words.percent(share) for share in (budget.consumed, budget.unadjusted))
        detail = (
            f"{words.span(history.maintained_for)} of announced maintenance do not count: {now} of the "
            f"budget is consumed, with them it would be {with_them}"
        )
        return (Check("maintenance", Outcome.PASS if now == with_them else Outcome.WARN, detail),)
    inside = any(end > plan.period.start for _, end in plan.excluded)
    if inside and history.direct is not None:
        detail = "announced maintenance counts in full, because the query yields a ratio, no counts"
        return (Check("maintenance", Outcome.WARN, detail),)
    return ()


def _pace_check(plan: Plan, pace: float | None) -> tuple[Check, ...]:
    if pace is None:
        return ()
    share = words.percent(plan.period.elapsed / plan.period.length, 0)
    detail = f"{pace:.2f}: the budget's spending beside the {share} of the period that has passed"
    return (Check("pace", Outcome.PASS, detail),)


def expected_total(plan: Plan, history: History) -> float:
    """Events of the whole calendar period if traffic goes on as since the first sample."""
    measured = plan.now - history.first - history.maintained_for
    if measured <= 0:
        return 0.0
    seen = history.in_window.total
    return seen + seen * (plan.period.end - plan.now) / measured


def _exhausted_at(slo: Slo, plan: Plan, history: History, budget: Budget) -> int | None:
    """remaining x SLO window / burn rate of the last hour, where that rate can exhaust it."""
    ratio = ratio_over(PRESENT, plan, history)
    if ratio is None or ratio <= 0 or budget.remaining <= 0:
        return None
    burn = ratio / slo.allowed_ratio
    if plan.rolling and burn <= 1:
        return None
    at = plan.now + round(budget.remaining * plan.period.length / burn)
    return at if plan.rolling or at < plan.period.end else None


def _burn_down(slo: Slo, plan: Plan, history: History) -> tuple[tuple[int, float], ...]:
    """Remaining budget over the window, as if it had been full at the window's start."""
    start, now = plan.period.start, plan.now
    whole = history.in_window.total
    if not plan.rolling:
        whole = expected_total(plan, history)
    allowed = slo.allowed_ratio * whole
    if allowed <= 0:
        return ()
    points = min(CHART_POINTS, plan.coarse.count)
    moments = [start + (now - start) * index // points for index in range(points + 1)]
    # NOTE: scaled, so that the last point is the budget that the table shows.
    course = [history.coarse.counts(start, at).bad for at in moments]
    scale = history.in_window.bad / course[-1] if course[-1] > 0 else 0.0
    return tuple(
        (at, 1 - spent * scale / allowed) for at, spent in zip(moments, course, strict=True)
    )
