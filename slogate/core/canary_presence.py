"""Did both arms measure until the end? One that has crashed leaves nothing to compare."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from slogate.core.arms import Counts, Data, Series

LEAST_COVERAGE = 0.5
"""A canary with values at less of the instants since its first is not known well enough to pass."""


def gone(baseline: Data, canary: Data) -> bool:
    """Does only one arm have anything at the last instants: a twentieth of them, at least three?"""
    if isinstance(baseline, Series) and isinstance(canary, Series):
        seen = [
            {time for time, value in zip(arm.times, arm.values, strict=True) if isfinite(value)}
            for arm in (baseline, canary)
        ]
        instants = sorted({*baseline.times, *canary.times})
        has = [[time in own for time in instants] for own in seen]
    elif isinstance(baseline, Counts) and isinstance(canary, Counts):
        has = [[total > 0 for total in arm.total] for arm in (baseline, canary)]
    else:
        return False
    if ended(has[0], has[1]) or ended(has[1], has[0]):
        return True
    return isinstance(canary, Series) and _thin(has[1])


def ended(has: Sequence[bool], other: Sequence[bool]) -> bool:
    """Has this arm nothing at the last instants, at which the other one has?"""
    last = max(3, len(has) // 20)
    return any(other[-last:]) and not any(has[-last:])


def _thin(has: Sequence[bool]) -> bool:
    """Is there a value at less than half of the instants since the first?"""
    since = has[has.index(True) :] if any(has) else has
    return sum(since) < len(since) * LEAST_COVERAGE
