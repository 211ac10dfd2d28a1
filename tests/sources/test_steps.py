"""Steps that maintenance reaches into: what lies outside of it is all that is left of them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slogate.core.maintenance import clipped
from slogate.core.plan import Grid
from slogate.sources.steps import outside
from tests.core.builders import law

GRID, NOW = Grid(60, 10), 600
EDGES = range(0, NOW + 1, GRID.step)

Rows = list[tuple[int, int]]
"""Times of events, and how many."""

EVENTS = st.lists(st.tuples(st.integers(-200, NOW), st.integers(0, 1000)), max_size=60)
SPANS = st.lists(st.integers(-200, NOW + 50), max_size=6, unique=True).map(
    lambda edges: list(zip(*[iter(sorted(edges))] * 2, strict=False))
)


def counted(rows: Rows, start: int, end: int) -> float | None:
    return float(sum(number for at, number in rows if start < at <= end))


@law
@given(EVENTS, SPANS)
def test_without_maintenance_exactly_the_outside_is_left(
    rows: Rows, spans: list[tuple[int, int]]
) -> None:
    apart = clipped(spans, -200, NOW, -200)
    steps = [counted(rows, *step) for step in pairwise(EDGES)]

    def over(start: int, end: int) -> float | None:
        return counted(rows, start, end)

    values = outside(steps, GRID, NOW, apart, over)
    others = [(at, number) for at, number in rows if not any(a < at <= b for a, b in apart)]
    assert values == [counted(others, *step) for step in pairwise(EDGES)]


def test_without_maintenance_nothing_is_asked_and_nothing_changes() -> None:
    def over(start: int, end: int) -> float | None:
        raise AssertionError((start, end))

    values = [1.0, None, 3.0] * 3 + [4.0]
    assert outside(values, GRID, NOW, [], over) == values
    whole = [value if not 1 <= index < 3 else value and 0 for index, value in enumerate(values)]
    assert outside(values, GRID, NOW, [(60, 180)], over) == whole


def test_a_step_without_samples_stays_without() -> None:
    values = [None] * 10
    assert outside(values, GRID, NOW, [(90, 130)], lambda *_: None) == values
