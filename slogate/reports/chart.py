"""Burn-down charts, and both arms of a canary, in mermaid; they hold numbers only, no foreign text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from slogate.core.arms import Series

# NOTE: no wider, or a phone makes the words too small to read. The two colours show on a white
# and on a dark page; the axes take the page's own theme.
_INIT = (
    '%%{init: {"xyChart": {"width": 480, "height": 240}, "themeVariables": {"xyChart": '
    '{"plotColorPalette": "#2f81f7, #8b949e", "backgroundColor": "transparent"}}}}%%'
)
_DAY, _HOUR = 86_400, 3_600
_TICK = 10
_DRAWN = 60


def burn_down(points: Sequence[tuple[int, float]]) -> str:
    """A fenced mermaid block of (Unix time, remaining share); empty below two points.

    The points lie at even distances and end now. With an overspent budget a line marks zero.
    """
    # NOTE: rounded, so that 100.0000001 does not stretch the axis.
    shares = [round(share * 100, 3) for _, share in points]
    if len(points) < 2 or not all(map(math.isfinite, shares)):
        return ""
    low = min(0, math.floor(min(shares) / _TICK) * _TICK)
    high = max(100, math.ceil(max(shares) / _TICK) * _TICK)
    lines = [
        "```mermaid",
        _INIT,
        "xychart-beta",
        f"  {_time_axis(points[-1][0] - points[0][0])}",
        f'  y-axis "budget left, %" {low} --> {high}',
        f"  line [{', '.join(f'{share:.1f}' for share in shares)}]",
    ]
    if low < 0:
        lines.append(f"  line [{', '.join('0' for _ in shares)}]")
    return "\n".join([*lines, "```"])


def _time_axis(seconds: int) -> str:
    unit, name = (_DAY, "days") if seconds >= 2 * _DAY else (_HOUR, "hours")
    return f'x-axis "{name} ago" {round(seconds / unit, 1):g} --> 0'


def two_lines(baseline: Series, canary: Series) -> str:
    """A fenced mermaid block of both arms where both have values; empty below two points.

    The canary is drawn last, so on top; at most 60 points are drawn.
    """
    known = dict(zip(baseline.times, baseline.values, strict=True))
    both = [
        (time, known[time], value)
        for time, value in zip(canary.times, canary.values, strict=True)
        if time in known and math.isfinite(value) and math.isfinite(known[time])
    ]
    both = both[:: -(-len(both) // _DRAWN) or 1]
    if len(both) < 2:
        return ""
    values = [value for _, *pair in both for value in pair]
    low, high = min(values), max(values)
    room = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    minutes = max(0.1, round((both[-1][0] - both[0][0]) / 60, 1))
    rows = (", ".join(_plain(point[arm]) for point in both) for arm in (1, 2))
    return "\n".join(
        [
            "```mermaid",
            _INIT.replace("#2f81f7, #8b949e", "#8b949e, #db6d28"),
            "xychart-beta",
            f'  x-axis "minutes" 0 --> {_plain(minutes)}',
            f'  y-axis "value" {_plain(low - room)} --> {_plain(high + room)}',
            *(f"  line [{row}]" for row in rows),
            "```",
        ]
    )


def _plain(value: float) -> str:
    """Six digits without an exponent, which mermaid does not read."""
    return f"{Decimal(f'{value:.6g}'):f}"
