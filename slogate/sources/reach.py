"""How far back evidence has to be whole: a plan may look back further than its window."""

from __future__ import annotations

from dataclasses import replace

from slogate.core.evidence import RoleSeries
from slogate.core.plan import Plan


def needed(plan: Plan) -> int:
    """The last coarse steps, from which the window and the burn windows are read.

    All of them, unless the plan looks back to the window before.
    """
    windows = [length for rule in plan.rules for length in (rule.long, rule.short)]
    return min(-(-max(plan.period.elapsed, *windows, 1) // plan.coarse.step), plan.coarse.count)


def recent(series: RoleSeries, plan: Plan) -> RoleSeries:
    """The series without the steps that are only looked back at."""
    if len(series.coarse) == needed(plan):
        return series
    return replace(series, coarse=series.coarse[-needed(plan) :])
