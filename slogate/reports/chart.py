"""The burn-down of an error budget as a mermaid chart; it holds numbers only, no foreign text."""

from __future__ import annotations

import math
from collections.abc import Sequence

# NOTE: no wider, or a phone makes the words too small to read. The two colours show on a white
# and on a dark page; the axes take the page's own theme.
_INIT = (
    '%%{init: {"xyChart": {"width": 480, "height": 240}, "themeVariables": {"xyChart": '
    '{"plotColorPalette": "#2f81f7, #8b949e", "backgroundColor": "transparent"}}}}%%'
)
_DAY, _HOUR = 86_400, 3_600
_TICK = 10


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
