"""The burn-down chart."""

from __future__ import annotations

import pytest

from slogate.reports.chart import burn_down

DAY = 86_400


def axes(*shares: float, span: int = 30 * DAY) -> list[str]:
    points = [(index * span // (len(shares) - 1), share) for index, share in enumerate(shares)]
    return [line.strip() for line in burn_down(points).splitlines()[3:-1]]


def test_a_budget_in_the_black() -> None:
    assert axes(1, 0.75, 0.204) == [
        'x-axis "days ago" 30 --> 0',
        'y-axis "budget left, %" 0 --> 100',
        "line [100.0, 75.0, 20.4]",
    ]


def test_an_overspent_budget_shows_where_zero_is() -> None:
    assert axes(1, -0.71) == [
        'x-axis "days ago" 30 --> 0',
        'y-axis "budget left, %" -80 --> 100',
        "line [100.0, -71.0]",
        "line [0, 0]",
    ]


@pytest.mark.parametrize(
    ("span", "axis"),
    [
        (7 * DAY, '"days ago" 7 --> 0'),
        (10 * DAY + 43_200, '"days ago" 10.5 --> 0'),
        (DAY, '"hours ago" 24 --> 0'),
    ],
)
def test_the_unit_fits_the_span(span: int, axis: str) -> None:
    assert axes(1, 0, span=span)[0] == f"x-axis {axis}"


@pytest.mark.parametrize("points", [(), ((0, 1.0),), ((0, 1.0), (1, float("nan")))])
def test_no_chart_without_points(points: tuple[tuple[int, float], ...]) -> None:
    assert burn_down(points) == ""
