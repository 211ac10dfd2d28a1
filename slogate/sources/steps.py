"""Steps of a grid without maintenance: where it begins or ends in one, the rest is measured apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from slogate.core.evidence import Values
from slogate.core.maintenance import Span, seconds_in
from slogate.core.plan import Grid

Over = Callable[[int, int], "float | None"]
"""Start and end (Unix seconds) -> the value over (start, end], None where there is none."""


def outside(values: Values, grid: Grid, now: int, spans: Sequence[Span], over: Over) -> Values:
    """The steps' values less what lies in these spans.

    How an outage lies in a step nobody knows, so a share of the step's own value would leave some
    of it, or take too much: `over` is asked. A step without samples stays without.
    """
    steps = range(now - grid.span, now, grid.step)
    left = list(values)
    for index in _touched(spans, steps):
        if values[index] is not None:
            left[index] = _rest(steps[index], grid.step, spans, over)
    return left


def _touched(spans: Sequence[Span], steps: range) -> list[int]:
    """The steps that spans reach into."""
    found: set[int] = set()
    for first, last in spans:
        begin = max(0, (first - steps.start) // steps.step)
        end = -(-(last - steps.start) // steps.step)
        found.update(range(begin, min(end, len(steps))))
    return sorted(found)


def _rest(start: int, step: int, spans: Sequence[Span], over: Over) -> float:
    """What is counted in the parts of (start, start + step] that lie in no span."""
    inner = {edge for span in spans for edge in span if start < edge < start + step}
    parts = pairwise(sorted({start, start + step, *inner}))
    return sum(over(*part) or 0.0 for part in parts if not seconds_in(spans, *part))
