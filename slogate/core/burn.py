"""Burn rates over a policy's windows: which rules fire, and what they say.

Burn rate is error ratio by allowed error ratio; multiwindow rules as in the Site Reliability
Workbook (Google, 2018), chapter 5, "Alerting on SLOs", approach 6.
"""

from __future__ import annotations

from slogate.core import words
from slogate.core.history import History, Track, error_ratio
from slogate.core.model import BurnRule, Slo
from slogate.core.plan import Plan
from slogate.core.thresholds import reached
from slogate.core.verdict import Budget, BurnRate, Check, Counts, Outcome, Reason

FEW_BAD_EVENTS = 10


def burn_rate(slo: Slo, rule: BurnRule, plan: Plan, history: History) -> BurnRate:
    """The rates over both windows, and whether the rule fires."""
    long = ratio_over(rule.long, plan, history)
    short = ratio_over(rule.short, plan, history)
    rate_long = None if long is None else long / slo.allowed_ratio
    rate_short = None if short is None else short / slo.allowed_ratio
    fires_long = reached(rate_long, rule.rate)
    # NOTE: a short window without samples must not silence the rule: then the long one decides.
    fires_short = reached(rate_short, rule.rate) or not _sampled(rule.short, plan, history)
    return BurnRate(rule, rate_long, rate_short, fires_long and fires_short)


def ratio_over(window: int, plan: Plan, history: History) -> float | None:
    """The error ratio over the last `window` seconds; None without events."""
    if history.direct is not None:
        return history.direct.get(window)
    return error_ratio(_counts_over(window, plan, history))


def _counts_over(window: int, plan: Plan, history: History) -> Counts:
    track, start = _read_from(window, plan, history)
    return track.counts(start, plan.now)


def _sampled(window: int, plan: Plan, history: History) -> bool:
    if history.direct is not None:
        return history.direct.get(window) is not None
    track, start = _read_from(window, plan, history)
    return track.covered(start, plan.now) > 0


def _read_from(window: int, plan: Plan, history: History) -> tuple[Track, int]:
    fine, span = plan.measured(window)
    track = history.fine if fine and history.fine is not None else history.coarse
    return track, plan.now - span


def burn_reason(burn: BurnRate, budget: Budget, plan: Plan) -> Reason:
    """Why a firing rule matters: share spent = rate x window / SLO window, and what is left."""
    rule = burn.rule
    rate = burn.rate_long or 0.0
    short = "no samples" if burn.rate_short is None else words.rate(burn.rate_short)
    text = (
        f"errors burn the budget at {words.rate(rate)} over {words.span(rule.long)} and {short} "
        f"over {words.span(rule.short)} ({words.rate(rule.rate)} or more is {rule.status.word}): "
        f"at this rate {words.span(rule.long)} cost "
        f"{words.percent(rate * rule.long / plan.period.length)} of a whole budget"
    )
    rest = round(budget.remaining * plan.period.length / rate)
    if budget.remaining > 0 and (plan.rolling or plan.now + rest < plan.period.end):
        text += f", and what is left lasts {words.span(rest)}"
    return Reason(rule.status, "burn", text)


def widened(plan: Plan) -> tuple[Check, ...]:
    """What a person should know where windows are read over whole steps that are longer."""
    pairs = {
        (window, plan.measured(window)[1])
        for rule in plan.rules
        for window in (rule.long, rule.short)
    }
    longer = [f"{words.span(w)} over {words.span(span)}" for w, span in sorted(pairs) if w != span]
    if not longer:
        return ()
    detail = f"burn windows are measured over whole steps: {words.listing(longer)}"
    return (Check("resolution", Outcome.PASS, detail),)


def low_traffic(
    slo: Slo, plan: Plan, history: History, burn: tuple[BurnRate, ...]
) -> tuple[Check, ...]:
    """A warning where a firing rule rests on a handful of events."""
    if history.direct is not None:
        return ()
    for rate in burn:
        counts = _counts_over(rate.rule.long, plan, history)
        if rate.firing and counts.bad < FEW_BAD_EVENTS:
            detail = (
                f"a burn rule fires on {words.count(counts.bad)} bad of "
                f"{words.count(counts.total)} events in {words.span(rate.rule.long)}; "
                "with so little traffic consider `min_events` or a longer window"
            )
            return (Check("low traffic", Outcome.WARN, detail, slo.name),)
    return ()
