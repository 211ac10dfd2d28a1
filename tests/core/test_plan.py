"""Which steps are fetched, and that every number can be read from them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.model import BurnRule, Status
from slogate.core.plan import Grid, make_plan
from slogate.core.window import PERIODS, Calendar, Rolling, Window
from tests.core.builders import DAY, HOUR, MINUTE, MONTH, NOW, POLICY, law, plan

POINT_LIMIT = 11_000
"""Points that Prometheus answers with at most."""


@pytest.mark.parametrize(
    ("window", "coarse", "fine", "rules"),
    [
        (HOUR, Grid(300, 12), None, 1),
        (6 * HOUR, Grid(900, 24), Grid(300, 1), 2),
        (DAY, Grid(3600, 24), Grid(300, 6), 3),
        (7 * DAY, Grid(3600, 168), Grid(300, 6), 4),
        (30 * DAY, Grid(3600, 720), Grid(300, 6), 4),
        (365 * DAY, Grid(3600, 8760), Grid(300, 6), 4),
    ],
)
def test_steps_of_rolling_windows(window: int, coarse: Grid, fine: Grid | None, rules: int) -> None:
    found = plan(Rolling(window))
    assert (found.coarse, found.fine, len(found.rules)) == (coarse, fine, rules)
    assert found.rolling
    assert found.coarse.count <= POINT_LIMIT


@pytest.mark.parametrize(
    ("after", "coarse", "fine"),
    [
        (1, Grid(300, 864), None),
        (3 * HOUR, Grid(300, 864), None),
        (6 * HOUR, Grid(900, 288), Grid(300, 1)),
        (12 * HOUR, Grid(1800, 144), Grid(300, 1)),
        (DAY, Grid(3600, 72), Grid(300, 6)),
        (10 * DAY + 1, Grid(3600, 241), Grid(300, 6)),
    ],
)
def test_steps_of_a_calendar_window_so_long_after_its_start(
    after: int, coarse: Grid, fine: Grid | None
) -> None:
    start = MONTH.at(NOW).start
    found = plan(MONTH, start + after)
    assert (found.coarse, found.fine) == (coarse, fine)
    assert not found.rolling
    assert len(found.rules) == len(POLICY.burn)


def test_a_resolution_is_one_step_for_everything() -> None:
    found = plan(resolution=20 * MINUTE)
    assert (found.coarse, found.fine) == (Grid(1200, 2160), None)
    assert found.measured(5 * MINUTE) == (False, 20 * MINUTE)
    assert found.measured(HOUR) == (False, HOUR)


@pytest.mark.parametrize(
    ("finest", "coarse", "fine", "shortest"),
    [
        (MINUTE, Grid(3600, 720), Grid(300, 6), 300),
        (10 * MINUTE, Grid(3600, 720), Grid(600, 3), 600),
        (HOUR, Grid(3600, 720), None, HOUR),
        (DAY, Grid(DAY, 30), None, DAY),
    ],
)
def test_no_step_is_shorter_than_what_the_source_can_answer(
    finest: int, coarse: Grid, fine: Grid | None, shortest: int
) -> None:
    found = plan(finest=finest)
    assert (found.coarse, found.fine) == (coarse, fine)
    assert found.measured(5 * MINUTE) == (fine is not None, shortest)


@pytest.mark.parametrize(
    ("window", "longs"),
    [
        (HOUR, [HOUR]),
        (6 * HOUR - 1, [HOUR]),
        (6 * HOUR, [HOUR, 6 * HOUR]),
        (2 * DAY, [HOUR, 6 * HOUR, DAY]),
        (3 * DAY, [HOUR, 6 * HOUR, DAY, 3 * DAY]),
    ],
)
def test_rules_that_look_further_back_than_the_window_are_left_out(
    window: int, longs: list[int]
) -> None:
    assert [rule.long for rule in plan(Rolling(window)).rules] == longs


@pytest.mark.parametrize(
    ("window", "short", "coarse"),
    [
        (HOUR, 2 * MINUTE, Grid(120, 30)),
        (30 * MINUTE, MINUTE, Grid(60, 30)),
        (12 * HOUR, MINUTE, Grid(1800, 24)),
        (30 * DAY, 2 * HOUR, Grid(7200, 360)),
        # a step is as long as the window holds at least 24 of
        (4 * HOUR, MINUTE, Grid(600, 24)),
        (4 * HOUR - 1, MINUTE, Grid(300, 48)),
    ],
)
def test_steps_follow_the_shortest_burn_window(window: int, short: int, coarse: Grid) -> None:
    rule = BurnRule(10, max(2 * short, 30 * MINUTE), short, Status.WARNING)
    assert make_plan(Rolling(window), [rule], NOW).coarse == coarse


def test_without_burn_rules_the_budget_is_still_measured() -> None:
    found = make_plan(Rolling(30 * DAY), (), NOW)
    assert (found.coarse, found.fine, found.rules) == (Grid(3600, 720), None, ())


DURATIONS = st.integers(1, 400).map(lambda minutes: minutes * MINUTE)
RULES = st.lists(
    st.tuples(DURATIONS, DURATIONS).map(
        lambda pair: BurnRule(2.0, max(pair), min(pair), Status.WARNING)
    ),
    max_size=4,
)
WINDOWS = st.one_of(
    st.integers(HOUR, 365 * DAY).map(Rolling),
    st.sampled_from(PERIODS).map(lambda period: Calendar(period, MONTH.zone, "UTC")),
)
MOMENTS = st.integers(NOW - 400 * DAY, NOW)


@law
@given(WINDOWS, RULES, MOMENTS, st.none() | st.integers(15, DAY), st.integers(1, DAY))
def test_the_grids_reach_over_the_window_and_over_every_burn_window(
    window: Window, rules: list[BurnRule], now: int, resolution: int | None, finest: int
) -> None:
    found = make_plan(window, rules, now, resolution=resolution, finest=finest)
    assert found.coarse.span >= found.period.elapsed
    assert found.coarse.step >= finest
    for rule in found.rules:
        for length in (rule.long, rule.short):
            from_fine, span = found.measured(length)
            grid = found.fine if from_fine else found.coarse
            assert grid is not None
            assert length <= span < length + grid.step
            assert span <= grid.span


@law
@given(st.integers(HOUR, 365 * DAY), MOMENTS)
def test_with_the_default_rules_burn_windows_are_measured_exactly(window: int, now: int) -> None:
    found = plan(Rolling(window), now)
    lengths = {length for rule in found.rules for length in (rule.long, rule.short)}
    assert {length: found.measured(length)[1] for length in lengths} == {n: n for n in lengths}


def test_longer_windows_never_get_finer_steps() -> None:
    lengths = [HOUR * count for count in (1, 2, 3, 4, 6, 8, 12, 24, 48, 720, 8760)]
    steps = [plan(Rolling(length)).coarse.step for length in lengths]
    assert all(earlier <= later for earlier, later in pairwise(steps))
