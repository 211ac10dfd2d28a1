"""A picture of lines over two logarithmic axes, as SVG that reads well in light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 400, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 34, 44
LEGEND, LINE = 24, 18
COLORS = ("#2f81f7", "#8b949e", "#db61a2", "#d29922", "#3fb950", "#a371f7")
"""Each has enough contrast on white and on nearly black."""
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 13px }
.paper { fill: #ffffff } .grid { stroke: #d8dee4 } .dot { stroke: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .paper { fill: #0d1117 } .grid { stroke: #30363d } .dot { stroke: #0d1117 }
}
"""

Points = Sequence[tuple[float, float]]
"""Positive numbers, in the order of the first."""


@dataclass(frozen=True)
class Panel:
    """A title, what the axes mean, and lines by the names of which the legend tells them apart."""

    title: str
    across: str
    lines: Mapping[str, Points]


def draw(panels: Sequence[Panel], caption: str) -> str:
    """The panels side by side, with one legend below; `caption` is for those who cannot see it."""
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    colors = {name: COLORS[place % len(COLORS)] for place, name in enumerate(names)}
    width, height = WIDTH * len(panels), HEIGHT + LEGEND
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'width="{width}" height="{height}"><title>{escape(caption)}</title>'
        ),
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}" rx="6"/>',
    ]
    for place, panel in enumerate(panels):
        parts.append(f'<g transform="translate({place * WIDTH} 0)">{_panel(panel, colors)}</g>')
    for place, name in enumerate(names):
        x = LEFT + place * (width - LEFT) // len(names)
        parts.append(
            f'<rect x="{x}" y="{HEIGHT + 3}" width="14" height="4" fill="{colors[name]}"/>'
            f'<text x="{x + LINE}" y="{HEIGHT + 9}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


@dataclass(frozen=True)
class _Axis:
    """Whole powers of ten from `low` to `high`, drawn from `first` to `last`."""

    low: int
    high: int
    first: float
    last: float

    def place(self, value: float) -> float:
        share = (log10(value) - self.low) / (self.high - self.low)
        return round(self.first + share * (self.last - self.first), 1)

    @property
    def ticks(self) -> list[int]:
        return list(range(self.low, self.high + 1))


def _axis(values: Sequence[float], first: float, last: float) -> _Axis:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return _Axis(low, max(high, low + 1), first, last)


def _panel(panel: Panel, colors: Mapping[str, str]) -> str:
    points = [point for line in panel.lines.values() for point in line]
    x = _axis([at for at, _ in points], LEFT, WIDTH - RIGHT)
    y = _axis([value for _, value in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text class="title" x="{LEFT}" y="20">{escape(panel.title)}</text>']
    for power in y.ticks:
        at = y.place(10.0**power)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>'
            f'<text x="{LEFT - 8}" y="{at + 4}" text-anchor="end">{_number(power)}</text>'
        )
    for power in x.ticks:
        at = x.place(10.0**power)
        parts.append(
            f'<line class="grid" x1="{at}" x2="{at}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
            f'<text x="{at}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{_number(power)}</text>'
        )
    middle = (LEFT + WIDTH - RIGHT) // 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 10}" text-anchor="middle">{escape(panel.across)}</text>'
    )
    for name, line in panel.lines.items():
        parts.append(_line([(x.place(at), y.place(value)) for at, value in line], colors[name]))
    return "\n".join(parts)


def _line(places: Points, color: str) -> str:
    course = " ".join(f"{x},{y}" for x, y in places)
    dots = [f'<circle class="dot" cx="{x}" cy="{y}" r="3.5" fill="{color}"/>' for x, y in places]
    return f'<polyline points="{course}" fill="none" stroke="{color}" stroke-width="2"/>{"".join(dots)}'


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"
