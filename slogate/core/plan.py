"""What to fetch so that every number of an SLO can be derived from it: a few stepped series.

A counter's increase is asked once over the whole window, and once as a range of equal steps that
end now. The last steps are the long burn windows, and their course is the coverage, the forecast
and the chart. Short burn windows need finer steps, but only for the last minutes.

The budget itself is not the sum of the steps: Prometheus extrapolates each step to its edges, which
over an uneven history is wrong by as much as one scrape in a step (0.3 % with 12 scrapes each).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slogate.core.maintenance import Span, clipped
from slogate.core.model import BurnRule
from slogate.core.window import Period, Rolling, Window

MAX_POINTS = 11_000
"""Points per series that a server gives in one answer (Prometheus' fixed limit)."""
STEPS = (3600, 1800, 900, 600, 300, 120, 60)
FEWEST_STEPS = 24
MOST_FINE_STEPS = 1000


@dataclass(frozen=True)
class Grid:
    """`count` steps of `step` seconds each, the last of which ends now."""

    step: int
    count: int

    @property
    def span(self) -> int:
        """Seconds from the first step's start to now."""
        return self.step * self.count


@dataclass(frozen=True)
class Plan:
    """The series to fetch for one SLO as of `period.now`.

    `coarse` reaches over the window and the long burn windows, `fine` over the short ones. The
    first coarse step may begin before the window does. `explain` asks for what changes no number.
    `excluded` are spans whose events are wanted apart: none reaches over the window's start.
    """

    period: Period
    coarse: Grid
    fine: Grid | None
    rules: tuple[BurnRule, ...]
    rolling: bool = True
    explain: bool = False
    excluded: tuple[Span, ...] = ()

    @property
    def now(self) -> int:
        """The time of evaluation."""
        return self.period.now

    def measured(self, window: int) -> tuple[bool, int]:
        """Where a burn window is read: (from the fine grid?, seconds really covered).

        The covered span is the window, rounded up to whole steps.
        """
        grid = self.coarse
        if self.fine is not None and window % self.coarse.step:
            grid = self.fine
        return grid is self.fine, -(-window // grid.step) * grid.step


def make_plan(
    window: Window,
    rules: Sequence[BurnRule],
    now: int,
    *,
    resolution: int | None = None,
    finest: int = 1,
    explain: bool = False,
    maintenance: Sequence[Span] = (),
    looks_back: bool = False,
) -> Plan:
    """Choose steps from the window and the shortest burn window.

    `resolution` (seconds) overrides the choice with one step for everything; `finest` is the
    shortest step in which the source can answer at all. Rules whose long window is longer than a
    rolling window are left out: the SLO promises nothing about so long a time. `looks_back` asks for
    the window before a rolling one too.
    """
    period = window.at(now)
    rules = tuple(rule for rule in rules if rule.long <= period.length)
    windows = sorted({length for rule in rules for length in (rule.long, rule.short)})
    shortest = windows[0] if windows else STEPS[-1]
    step = max(resolution or _coarse_step(period.elapsed, shortest), finest)
    rolling = isinstance(window, Rolling)
    reach = period.elapsed * (2 if looks_back and rolling else 1)
    coarse = Grid(step, -(-max(reach, *windows, 1) // step))
    fine = None if resolution else _fine_grid(windows, step, finest)
    excluded = clipped(maintenance, now - coarse.span, now, period.start)
    return Plan(period, coarse, fine, rules, rolling, explain, excluded)


def _coarse_step(elapsed: int, shortest: int) -> int:
    usable = [step for step in STEPS if step >= shortest] or [shortest]
    return next((step for step in usable if elapsed >= step * FEWEST_STEPS), usable[-1])


def _fine_grid(windows: list[int], coarse: int, finest: int) -> Grid | None:
    short = [window for window in windows if window % coarse]
    if not short:
        return None
    step = max(short[0], finest, -(-short[-1] // MOST_FINE_STEPS))
    if step >= coarse:
        return None
    return Grid(step, -(-short[-1] // step))
