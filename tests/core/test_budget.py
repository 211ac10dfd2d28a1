"""How much of the budget is consumed and left, and when it will be gone; by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.model import Missing, Status
from slogate.core.verdict import Outcome
from slogate.core.window import Rolling
from tests.core.builders import (
    ALLOWED,
    DAY,
    HOUR,
    MONTH,
    NOW,
    Outage,
    Traffic,
    assessed,
    assessed_ratio,
    budget_of,
    law,
    policy,
    slo,
)

MONTH_BEGIN, MONTH_END = MONTH.at(NOW).start, MONTH.at(NOW).end


def failed(share: float, *, days_ago: float = 10, hours: float = 1) -> Traffic:
    return Traffic((Outage(days_ago * DAY, hours * HOUR, share),))


@pytest.mark.parametrize("role", ["good", "bad"])
@pytest.mark.parametrize(
    ("objective", "days", "share", "consumed", "allowed", "remaining_bad"),
    [
        # one request a second, an hour of which fails in part
        (99.9, 30, 0.0, 0.0, 2592, 2592),
        (99.9, 30, 0.36, 0.5, 2592, 1296),
        (99.9, 30, 0.72, 1.0, 2592, 0),
        (99.9, 30, 1.0, 1.388889, 2592, -1008),
        (99.9, 14, 0.36, 1.071429, 1209.6, -86.4),
        (99.99, 30, 0.36, 5.0, 259.2, -1036.8),
        (99, 30, 0.36, 0.05, 25_920, 24_624),
        (95, 14, 1.0, 0.059524, 60_480, 56_880),
        (50, 14, 1.0, 0.005952, 604_800, 601_200),
    ],
)
def test_a_rolling_budget(
    *,
    role: str,
    objective: float,
    days: int,
    share: float,
    consumed: float,
    allowed: float,
    remaining_bad: float,
) -> None:
    found = assessed(failed(share), slo(objective, Rolling(days * DAY)), role=role)
    budget = budget_of(found)
    assert budget.consumed == pytest.approx(consumed, abs=1e-6)
    assert budget.remaining == pytest.approx(1 - consumed, abs=1e-6)
    assert budget.allowed_bad == pytest.approx(allowed)
    assert budget.remaining_bad == pytest.approx(remaining_bad, abs=1e-6)
    assert budget.pace is None


def test_events_and_sli_are_those_of_the_window() -> None:
    report = assessed(failed(0.36)).report
    assert report.events is not None
    assert (report.events.bad, report.events.total) == pytest.approx((1296, 30 * DAY))
    assert report.events.good == pytest.approx(30 * DAY - 1296)
    assert report.sli == pytest.approx(0.9995)


def test_errors_older_than_the_window_cost_nothing() -> None:
    assert budget_of(assessed(failed(1.0, days_ago=31))).consumed == 0


@pytest.mark.parametrize(
    ("share", "consumed", "pace"),
    [(0.0, 0.0, 0.0), (0.36, 0.5, 0.769039), (0.72, 1.0, 1.538079), (1.0, 1.388889, 2.136220)],
)
def test_a_calendar_budget_is_that_of_the_whole_period(
    share: float, consumed: float, pace: float
) -> None:
    """November has 2 592 000 seconds, of which 1 685 220 have passed."""
    budget = budget_of(assessed(failed(share), slo(window=MONTH)))
    assert budget.allowed_bad == pytest.approx(ALLOWED)
    assert budget.consumed == pytest.approx(consumed, abs=1e-6)
    assert budget.pace == pytest.approx(pace, abs=1e-6)


def test_errors_of_the_period_before_cost_nothing_in_this_one() -> None:
    assert budget_of(assessed(failed(1.0, days_ago=25), slo(window=MONTH))).consumed == 0


def test_a_service_born_within_a_period_expects_traffic_from_its_birth_on() -> None:
    born = NOW - 5 * DAY
    traffic = Traffic((Outage(DAY, HOUR, 0.36),), since=born)
    budget = budget_of(assessed(traffic, slo(window=MONTH)))
    allowed = 0.001 * (MONTH_END - born)
    assert budget.allowed_bad == pytest.approx(allowed)
    assert budget.consumed == pytest.approx(1296 / allowed)


def test_an_evenly_spent_calendar_budget_has_pace_one_all_along() -> None:
    steady = Traffic((Outage(400 * DAY, 500 * DAY, 0.001),))
    for day in (1, 7, 29):
        now = MONTH_BEGIN + day * DAY
        budget = budget_of(assessed(steady, slo(window=MONTH), now=now))
        assert budget.pace == pytest.approx(1)
        assert budget.consumed == pytest.approx(day / 30)


@pytest.mark.parametrize("window", [Rolling(30 * DAY), MONTH])
def test_no_requests_at_all_are_no_traffic(window: Rolling) -> None:
    report = assessed(Traffic(rate=0), slo(window=window)).report
    assert report.status is Missing.NO_TRAFFIC
    assert report.budget is None
    assert report.checks[-1].outcome is Outcome.WARN


@pytest.mark.parametrize(
    ("min_events", "enough"), [(0, True), (2_592_000, True), (2_592_001, False)]
)
def test_fewer_events_than_the_policy_wants_are_no_traffic(
    min_events: int, *, enough: bool
) -> None:
    report = assessed(failed(0.36), under=policy(min_events=min_events)).report
    assert (report.status is Missing.NO_TRAFFIC) is not enough
    if not enough:
        assert "only 2,592,000 events" in report.detail
        assert "min_events is 2592001" in report.detail


def test_a_calendar_period_without_events_yet_has_a_full_budget() -> None:
    now = MONTH_BEGIN + 600
    quiet = Traffic(silences=((MONTH_BEGIN, MONTH_BEGIN + DAY),))
    report = assessed(quiet, slo(window=MONTH), now=now).report
    assert report.status is Status.HEALTHY
    assert report.budget is not None
    assert report.budget.consumed == 0


def test_untrusted_evidence_becomes_no_data_with_its_sentence() -> None:
    found = assessed(Traffic(gaps=((NOW - DAY, NOW),)))
    assert found.report.status is Missing.NO_DATA
    assert "stale" in found.report.detail
    assert found.report.checks[0].outcome is Outcome.FAIL
    assert found.report.checks[0].slo == "availability"
    assert found.history is None


def test_a_ratio_has_a_budget_but_no_events() -> None:
    report = assessed_ratio(0.0005, {HOUR: 0.0001, 300: 0.0}).report
    assert report.events is None
    assert report.sli == pytest.approx(0.9995)
    assert report.budget is not None
    assert report.budget.consumed == pytest.approx(0.5)
    assert (report.budget.allowed_bad, report.budget.remaining_bad) == (None, None)


def test_a_ratio_is_exhausted_at_the_rate_of_its_last_hour() -> None:
    """Half is left of 30 days, and spent 20 times as fast."""
    budget = budget_of(assessed_ratio(0.0005, {HOUR: 0.02, 300: 0.0}))
    assert budget.exhausted_at == NOW + 18 * HOUR


def test_the_burn_down_of_a_window_has_48_steps_of_the_same_length() -> None:
    moments = [at for at, _ in assessed(failed(0.36)).report.burn_down]
    assert moments == list(range(NOW - 30 * DAY, NOW + 1, 15 * HOUR))


OUTAGES = st.lists(
    st.builds(Outage, st.integers(1, 720).map(lambda hours: hours * HOUR), st.just(HOUR), st.floats(0, 1)),
    max_size=4,
).map(tuple)  # fmt: skip


@law
@given(OUTAGES, st.sampled_from([Rolling(30 * DAY), Rolling(7 * DAY), MONTH]))
def test_the_last_point_of_the_burn_down_is_what_remains(
    outages: tuple[Outage, ...], window: Rolling
) -> None:
    found = assessed(Traffic(outages), slo(window=window))
    points = found.report.burn_down
    assert points[-1][0] == NOW
    assert points[-1][1] == pytest.approx(budget_of(found).remaining)
    assert points[0][1] == pytest.approx(1, abs=1e-6)
    assert [at for at, _ in points] == sorted(at for at, _ in points)
    values = [left for _, left in points]
    assert all(later <= earlier + 1e-6 for earlier, later in pairwise(values))


@law
@given(OUTAGES, st.floats(0.01, 1e6))
def test_the_share_that_is_consumed_does_not_depend_on_how_much_traffic_there_is(
    outages: tuple[Outage, ...], rate: float
) -> None:
    one = budget_of(assessed(Traffic(outages))).consumed
    many = budget_of(assessed(Traffic(outages, rate=rate))).consumed
    assert many == pytest.approx(one)
