"""Shares of simulated canaries that judges block, how sure they are, and the targets beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, sqrt
from random import Random
from typing import NamedTuple, TypeVar

from slogate.core.arms import Counts, Outcome, Samples, Series

Arm = TypeVar("Arm", Series, Samples, Counts)
NOISE = 2.0
"""Standard errors within which a missed target may be chance."""


class Found(NamedTuple):
    """A measured value, its Monte Carlo standard error, and a word on it."""

    value: float
    error: float
    note: str = ""

    def __str__(self) -> str:
        if not isfinite(self.value):
            return "-"
        note = f" ({self.note})" if self.note else ""
        error = f" ±{self.error:.1f}" if isfinite(self.error) else ""
        return f"{self.value:.1f}{error}{note}"


class Tally(NamedTuple):
    """Of so many runs, how many were blocked, and of how many the judge was not sure."""

    blocked: int
    unsure: int
    runs: int

    def blocked_share(self) -> Found:
        return percent(self.blocked, self.runs)

    def unsure_share(self) -> Found:
        return percent(self.unsure, self.runs)


def percent(hits: int, runs: int) -> Found:
    share = hits / runs
    return Found(100 * share, 100 * sqrt(share * (1 - share) / runs))


def mean(shares: Sequence[Found]) -> Found:
    """The mean of shares that were measured independently."""
    number = len(shares)
    spread = sqrt(sum(one.error**2 for one in shares))
    return Found(sum(one.value for one in shares) / number, spread / number)


def middle(values: Iterable[float]) -> Found:
    """The median, and half the way between the ranks a standard error around it, if both are finite."""
    ordered = sorted(values)
    number = len(ordered)
    reach = sqrt(number) / 2
    low, high = (ordered[int(min(max(number / 2 + r, 0), number - 1))] for r in (-reach, reach))
    return Found(ordered[number // 2], (high - low) / 2 if high < inf else inf)


@dataclass(frozen=True)
class Simulation:
    """Runs of judges, by (judge, cell, effect); each run has a random generator of its own."""

    seed: int
    tallies: dict[tuple[str, str, str], Tally] = field(default_factory=dict)

    def run(
        self,
        place: tuple[str, str],
        runs: int,
        draw: Callable[[Random], tuple[Arm, Arm]],
        judges: Mapping[str, Callable[[Arm, Arm], Outcome]],
    ) -> None:
        """Let all judges see the same pairs of arms."""
        seen: dict[str, list[Outcome]] = {judge: [] for judge in judges}
        for number in range(runs):
            arms = draw(Random(f"{self.seed}/{place}/{number}"))
            for name, judge in judges.items():
                seen[name].append(judge(*arms))
        for name, outcomes in seen.items():
            counted = [outcomes.count(one) for one in (Outcome.FAIL, Outcome.INCONCLUSIVE)]
            self.tallies[name, place[0], place[1]] = Tally(counted[0], counted[1], runs)

    def judges(self) -> list[str]:
        return list(dict.fromkeys(judge for judge, _, _ in self.tallies))

    def blocked(self, cell: str, effect: str) -> dict[str, Found]:
        """The share that each judge blocks."""
        return {judge: self.tallies[judge, cell, effect].blocked_share() for judge in self.judges()}

    def mean(self, cells: Iterable[str], effect: str) -> dict[str, Found]:
        every = [self.blocked(cell, effect) for cell in cells]
        return {judge: mean([one[judge] for one in every]) for judge in self.judges()}

    def worst(self, cells: Iterable[str], effect: str) -> dict[str, Found]:
        """The greatest share of all cells, and in which; chance makes it greater than it is."""
        every = {cell: self.blocked(cell, effect) for cell in cells}
        worst = {}
        for judge in self.judges():
            cell = max(every, key=lambda one: every[one][judge].value)
            found = every[cell][judge]
            worst[judge] = found._replace(note=cell) if found.value else found
        return worst

    def unsure(self, cells: Iterable[str], effect: str) -> dict[str, Found]:
        """The mean share that is neither blocked nor passed."""
        names = list(cells)
        return {
            judge: mean([self.tallies[judge, cell, effect].unsure_share() for cell in names])
            for judge in self.judges()
        }


class Row(NamedTuple):
    """What each judge reaches in one measure, and what some of them must: at least, or at most."""

    label: str
    found: Mapping[str, Found]
    sense: str = ""
    limits: Mapping[str, float] = {}

    def target(self) -> str:
        return self._each({name: f"{self.sense} {at:g}" for name, at in self.limits.items()})

    def result(self) -> str:
        return self._each(
            {name: reached(self.found[name], self.sense, at) for name, at in self.limits.items()}
        )

    def _each(self, texts: Mapping[str, str]) -> str:
        """A text for each judge with a limit, by name if there are several."""
        if len(texts) == 1:
            return "".join(texts.values())
        return "; ".join(f"{name} {text}" for name, text in texts.items())


def reached(found: Found, sense: str, limit: float) -> str:
    """Whether a value is at least (`>=`) or at most (`<=`) its limit."""
    short = limit - found.value if sense == ">=" else found.value - limit
    if short <= 1e-9:
        return "reached"
    near = isfinite(found.error) and short <= NOISE * found.error
    return "missed, within noise" if near else "**missed**"


def table(rows: Sequence[Row], judges: Sequence[str]) -> str:
    """All rows as a table in Markdown, a column for each judge."""
    lines = [
        f"| | {' | '.join(judges)} | target | |",
        "|---|" + "---:|" * (len(judges) + 1) + "---|",
    ]
    for row in rows:
        cells = [str(row.found.get(judge, "")) for judge in judges]
        lines.append(f"| {' | '.join([row.label, *cells, row.target(), row.result()])} |")
    return "\n".join(lines)
