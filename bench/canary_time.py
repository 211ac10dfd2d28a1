"""What the judge itself costs, beside sorting the same data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from statistics import median
from time import perf_counter

from bench.canary_families import COUNTS, SERIES, raw_pair
from bench.canary_tables import balanced_counts, balanced_samples, balanced_series

WARM_UP = 2
Work = Callable[[], object]


def time(seed: int, repetitions: int) -> str:
    """A table of medians in milliseconds, with their targets; the two take turns."""
    random = Random(f"{seed}/time")
    series = SERIES["iid"].pair(random)
    counts = COUNTS["20k"].pair(random)
    small, large = (raw_pair(random, "lognormal", size) for size in (1_000, 100_000))
    work: tuple[tuple[str, Work, Sequence[Sequence[float]], float, int], ...] = (
        ("60 pairs", partial(balanced_series, *series), [arm.values for arm in series], 1, 5),
        ("1k samples an arm", partial(balanced_samples, *small), [a.values for a in small], 5, 20),
        ("100k samples an arm", partial(balanced_samples, *large), [a.values for a in large], 200, 40),
        ("60 intervals of counts", partial(balanced_counts, *counts), [a.bad for a in counts], 1, 5),
    )  # fmt: skip
    lines = ["| | judge ms | sorting ms | ratio | target ms | |", "|---|---:|---:|---:|---:|---|"]
    for label, judge, arms, goal, cost in work:
        took, sorting = _medians(judge, partial(_sort, arms), max(3, repetitions // cost))
        result = "reached" if took <= goal else "**missed**"
        cells = f"{took:.3g} | {sorting:.3g} | {took / sorting:.1f} | <= {goal:g} | {result}"
        lines.append(f"| {label} | {cells} |")
    return "\n".join(lines)


def _medians(one: Work, other: Work, rounds: int) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(WARM_UP + rounds):
        for work, took in zip((one, other), times, strict=True):
            start = perf_counter()
            work()
            took.append((perf_counter() - start) * 1000)
    return median(times[0][WARM_UP:]), median(times[1][WARM_UP:])


def _sort(arms: Sequence[Sequence[float]]) -> list[list[float]]:
    return [sorted(arm) for arm in arms]
