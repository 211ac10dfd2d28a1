"""The numbers of an SLO the way every report writes them; what is not known is a dash."""

from __future__ import annotations

import math

from slogate.core import words
from slogate.core.verdict import BurnRate, SloReport

UNKNOWN = "-"


def sli(slo: SloReport) -> str:
    """The measured SLI beside its objective's precision."""
    if slo.sli is None or not math.isfinite(slo.sli):
        return UNKNOWN
    return words.sli(slo.sli, slo.objective)


def left(share: float | None) -> str:
    """What is left of a budget, negative when overspent."""
    if share is None or not math.isfinite(share):
        return UNKNOWN
    return words.signed_percent(share)


def slo_left(slo: SloReport) -> str:
    """What is left of an SLO's budget."""
    return left(slo.budget.remaining if slo.budget else None)


def left_with_maintenance(slo: SloReport) -> str:
    """What would be left if announced maintenance counted; empty where there was none."""
    if slo.budget is None or slo.budget.unadjusted is None:
        return ""
    counted = left(1 - slo.budget.unadjusted)
    return counted if counted != slo_left(slo) else ""


def bad_events(slo: SloReport) -> str:
    """`17,432 of 20,000`: bad events beside those the objective allows."""
    if slo.events is None or slo.budget is None or slo.budget.allowed_bad is None:
        return UNKNOWN
    if not math.isfinite(slo.events.bad) or not math.isfinite(slo.budget.allowed_bad):
        return UNKNOWN
    return f"{words.count(slo.events.bad)} of {words.count(slo.budget.allowed_bad)}"


def rate(value: float | None) -> str:
    """A burn rate, where there were events."""
    return words.rate(value) if value is not None and math.isfinite(value) else UNKNOWN


def burn(slo: SloReport) -> str:
    """The firing rule that is exceeded most, else the rate of the last hour: `6.2x in 6h`."""
    firing = [item for item in slo.burn if item.firing and item.rate_long is not None]
    shown = max(firing, key=_excess, default=None) or min(
        slo.burn, key=lambda item: item.rule.long, default=None
    )
    if shown is None or shown.rate_long is None:
        return UNKNOWN
    return f"{rate(shown.rate_long)} in {words.span(shown.rule.long)}"


def _excess(item: BurnRate) -> float:
    return (item.rate_long or 0.0) / item.rule.rate if item.rule.rate > 0 else 0.0
