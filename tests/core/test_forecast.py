"""When a failing release clears, against worlds in which the answer is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.forecast import clearance
from slogate.core.model import BurnRule, Status
from slogate.core.verdict import Clearance
from slogate.core.window import Rolling, Window
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    NOW,
    POLICY,
    Outage,
    Traffic,
    assessed,
    at_status,
    law,
    policy,
    slo,
)

MONTH_END = MONTH.at(NOW).end
SOON = 2 * MINUTE


def clears(
    *outages: Outage, worst: Status = Status.WARNING, window: Window | None = None, **traffic: float
) -> Clearance:
    found = assessed(Traffic(outages, **traffic), slo(window=window))  # type: ignore[arg-type]
    return clearance([found], POLICY, worst)


def in_seconds(moment: int | None) -> int:
    assert moment is not None
    return moment - NOW


def assert_within_a_step(moment: int | None, seconds: float, *, step: int = HOUR) -> None:
    """Never before the exact time, and at most a step after it: errors count until all have left."""
    assert seconds - SOON <= in_seconds(moment) <= seconds + step + SOON


@pytest.mark.parametrize(
    ("outage", "worst", "seconds"),
    [
        # 3600 bad events begin to leave after 10 days, one a second, until 90 % of 2592 are left
        (Outage(20 * DAY, HOUR), Status.WARNING, 10 * DAY + 3600 - 0.9 * 2592),
        (Outage(20 * DAY, HOUR), Status.ATTENTION, 10 * DAY + 3600 - 0.75 * 2592),
        (Outage(20 * DAY, HOUR), Status.HEALTHY, 10 * DAY + 3600 - 0.5 * 2592),
        (Outage(20 * DAY, HOUR), Status.CRITICAL, 10 * DAY + 3600 - 2592),
        (Outage(29 * DAY + 23 * HOUR, HOUR), Status.WARNING, HOUR + 3600 - 0.9 * 2592),
        # half of the requests for five hours: 9000 bad events, a half a second
        (Outage(12 * DAY, 5 * HOUR, 0.5), Status.WARNING, 18 * DAY + 2 * (9000 - 0.9 * 2592)),
        # a month of errors, evenly spread
        (Outage(30 * DAY, 29 * DAY, 0.002), Status.WARNING, (0.002 * 29 * DAY - 0.9 * 2592) / 0.002),
    ],
)  # fmt: skip
def test_an_outage_clears_when_enough_of_it_has_left_the_window(
    outage: Outage, worst: Status, seconds: float
) -> None:
    found = clears(outage, worst=worst)
    assert_within_a_step(found.without_errors, seconds)
    if outage.ago - outage.lasts > 6 * HOUR:
        assert found.if_errors_continue == found.without_errors


def test_traffic_of_a_young_service_thins_old_errors_out() -> None:
    """Two days old, 259.2 bad of 172 800: 90 % of the budget needs 288 000 requests."""
    found = clears(Outage(DAY, HOUR, 0.072), since=NOW - 2 * DAY)
    assert in_seconds(found.without_errors) == pytest.approx(288_000 - 172_800, abs=SOON)


@pytest.mark.parametrize(
    ("share", "seconds"),
    [
        # at 0.2x the errors of 10 days and 6 hours add 177.12, while the outage leaves
        (0.0002, 10 * DAY + (3600 + 177.12 - 0.9 * 2592) / (1 - 0.0002)),
        (0.0009, 10 * DAY + (3600 + 797.04 - 0.9 * 2592) / (1 - 0.0009)),
        # ten times the budget for ever
        (0.01, None),
    ],
)
def test_errors_that_go_on_clear_later_or_never(share: float, seconds: float | None) -> None:
    found = clears(Outage(20 * DAY, HOUR), Outage(6 * HOUR, 6 * HOUR, share))
    if seconds is None:
        assert found.if_errors_continue is None
        return
    assert_within_a_step(found.if_errors_continue, seconds)
    assert in_seconds(found.without_errors) <= in_seconds(found.if_errors_continue)


@pytest.mark.parametrize(
    ("lasts", "share", "worst", "seconds"),
    [
        # 20x: after 84 of 300 seconds without errors the short window is below 14.4x
        (HOUR, 0.02, Status.WARNING, 84),
        (HOUR, 0.02, Status.HEALTHY, 84),
        # 28.8x: half of the short window
        (HOUR, 0.0288, Status.WARNING, 150),
        # 14.4x over six hours: 6x over 30m is left after 1050 s
        (6 * HOUR, 0.0145, Status.ATTENTION, 1800 * (1 - 6 / 14.5)),
    ],
)
def test_a_fast_burn_clears_when_its_short_window_is_quiet(
    lasts: float, share: float, worst: Status, seconds: float
) -> None:
    found = clears(Outage(lasts, lasts, share), worst=worst)
    assert_within_a_step(found.without_errors, seconds, step=5 * MINUTE)


def test_what_goes_on_is_the_worse_of_the_last_hour_and_the_last_six() -> None:
    """3x over the last hour is only 0.5x over six, but a young fire is a fire."""
    young = clears(Outage(20 * DAY, HOUR), Outage(HOUR, HOUR, 0.003))
    assert young.if_errors_continue is None
    past = clears(Outage(20 * DAY, HOUR), Outage(6 * HOUR, HOUR, 0.0012))
    seconds = 10 * DAY + (3600 + 177.12 - 0.9 * 2592) / (1 - 0.0002)
    assert_within_a_step(past.if_errors_continue, seconds)


@pytest.mark.parametrize(
    ("began", "share", "clear"),
    [(7 * HOUR, 0.018, True), (6 * HOUR, 0.018, False), (2 * HOUR, 0.003, True), (HOUR, 0.003, False)],
)  # fmt: skip
def test_only_errors_of_the_last_six_hours_go_on(began: int, share: float, *, clear: bool) -> None:
    """Three times the budget over six hours, or over one, would spend it again before it clears."""
    found = clears(Outage(20 * DAY, HOUR), Outage(began, HOUR, share))
    assert (found.if_errors_continue is not None) is clear


def test_an_hour_in_which_a_release_may_pass_is_found_before_errors_fill_the_budget() -> None:
    """The rule is quiet in ten minutes; at 1.17x, 49.5 % consumed are more than 50 % in three hours."""
    under = policy(burn=(POLICY.burn[0], BurnRule(3, DAY, 2 * HOUR, Status.ATTENTION)))
    spent = Outage(15 * DAY, HOUR, 0.2692)
    traffic = Traffic((spent, Outage(20 * HOUR, HOUR, 0.08), Outage(2 * HOUR, HOUR, 0.007)))
    found = clearance([assessed(traffic, under=under)], under, Status.HEALTHY)
    assert_within_a_step(found.if_errors_continue, 10 * MINUTE)


def test_a_fire_of_an_hour_does_not_clear_while_it_burns() -> None:
    """30x in the last hour is 5x over six hours, which alone would not fire any rule."""
    assert clears(Outage(HOUR, HOUR, 0.03)).if_errors_continue is None


@pytest.mark.parametrize("minute", range(0, 60, 7))
def test_errors_somewhere_in_an_hour_leave_no_earlier_than_they_do(minute: int) -> None:
    """The steps do not say where in them a burst was; a pipeline that waits must then pass."""
    traffic = Traffic((Outage(20 * DAY + minute * MINUTE, 5 * MINUTE, 1.0), Outage(DAY, HOUR, 0.7)))
    at = clearance([assessed(traffic)], POLICY, Status.WARNING).without_errors
    assert at is not None
    assert assessed(traffic, now=at).report.status <= Status.WARNING  # type: ignore[operator]


def test_a_fast_burn_that_goes_on_does_not_clear() -> None:
    assert clears(Outage(HOUR, HOUR, 0.2)).if_errors_continue is None


def test_a_calendar_budget_clears_when_the_period_ends() -> None:
    found = clears(Outage(10 * DAY, HOUR), window=MONTH)
    for at in (found.without_errors, found.if_errors_continue):
        assert at == pytest.approx(MONTH_END, abs=MINUTE)


@pytest.mark.parametrize("minute", [0, 7])
def test_measured_again_when_the_period_was_to_end_the_status_passes(minute: int) -> None:
    """Windows are left-open: at the very instant of midnight the old period still runs."""
    traffic = Traffic((Outage(10 * DAY, HOUR),))
    found = assessed(traffic, slo(window=MONTH), now=NOW - 7 * MINUTE + minute * MINUTE)
    at = clearance([found], POLICY, Status.WARNING).without_errors
    assert at is not None
    assert assessed(traffic, slo(window=MONTH), now=at).report.status is Status.HEALTHY


def test_pace_clears_while_the_period_passes() -> None:
    """60 % consumed in 19.5 of 30 days is a pace of 0.92; in 10 days it was 1.8."""
    now = MONTH.at(NOW).start + 10 * DAY
    found = assessed(
        Traffic((Outage(NOW - now + 2 * DAY, HOUR, 0.432),)), slo(window=MONTH), now=now
    )
    assert found.report.status is Status.WARNING
    cleared = clearance([found], POLICY, Status.ATTENTION).without_errors
    assert cleared is not None
    assert cleared - now == pytest.approx(2 * DAY, abs=SOON)


def test_several_slos_clear_when_the_last_one_does() -> None:
    outages = (Outage(20 * DAY, HOUR), Outage(15 * DAY, HOUR))
    alone = [clears(outage).without_errors for outage in outages]
    found = [assessed(Traffic((outage,))) for outage in outages]
    assert clearance(found, POLICY, Status.WARNING).without_errors == max(alone, key=in_seconds)
    assert clearance(found[::-1], POLICY, Status.WARNING).without_errors == alone[1]


def test_without_anything_measured_there_is_no_forecast() -> None:
    assert clearance([at_status(Status.CRITICAL)], POLICY, Status.WARNING) == Clearance()


HOURS = st.integers(1, 720).map(lambda hours: hours * HOUR)
OUTAGES = st.lists(st.builds(Outage, HOURS, st.just(HOUR), st.floats(0, 1)), max_size=4)
WORST = st.sampled_from([Status.HEALTHY, Status.ATTENTION, Status.WARNING, Status.CRITICAL])


@law
@given(OUTAGES, WORST, st.sampled_from([Rolling(30 * DAY), Rolling(7 * DAY), MONTH]))
def test_a_release_clears_after_now_and_sooner_without_errors(
    outages: list[Outage], worst: Status, window: Window
) -> None:
    found = assessed(Traffic(tuple(outages)), slo(window=window))
    cleared = clearance([found], POLICY, worst)
    without, going_on = cleared.without_errors, cleared.if_errors_continue
    assert without is not None
    assert without >= NOW
    if going_on is not None:
        assert without <= going_on
    longest = max(window.at(NOW).length, 3 * DAY)
    assert without <= NOW + longest


@law
@given(OUTAGES, WORST)
def test_a_calendar_budget_never_clears_after_its_period_when_nothing_burns(
    outages: list[Outage], worst: Status
) -> None:
    old = tuple(Outage(outage.ago + 3 * DAY, outage.lasts, outage.share) for outage in outages)
    found = assessed(Traffic(old), slo(window=MONTH))
    cleared = clearance([found], POLICY, worst)
    assert cleared.without_errors is not None
    assert NOW <= cleared.without_errors <= MONTH_END + MINUTE
    assert cleared.if_errors_continue == cleared.without_errors


@law
@given(OUTAGES, WORST, st.sampled_from([Rolling(30 * DAY), Rolling(7 * DAY)]))
def test_measured_again_at_that_time_the_status_passes_and_before_it_does_not(
    outages: list[Outage], worst: Status, window: Window
) -> None:
    traffic = Traffic(tuple(outages))
    found = assessed(traffic, slo(window=window))
    assert isinstance(found.report.status, Status)
    if found.report.status <= worst:
        return
    at = clearance([found], POLICY, worst).without_errors
    assert at is not None
    for moment, passes in ((at + MINUTE, True), (max(NOW, at - HOUR - SOON), False)):
        later = assessed(traffic, slo(window=window), now=moment).report.status
        assert isinstance(later, Status)
        assert (later <= worst) is passes


def test_with_rows_an_hour_apart_a_fast_burn_clears_no_sooner_than_it_is_measured() -> None:
    """All windows are read over the last hour then: 20x falls below 14.4x after 17 minutes."""
    traffic = Traffic((Outage(HOUR, HOUR, 0.02),))
    at = clearance([assessed(traffic, finest=HOUR)], POLICY, Status.WARNING).without_errors
    assert at is not None
    later = assessed(traffic, now=at + MINUTE, finest=HOUR).report
    assert [burn.rule.long for burn in later.burn if burn.firing] == []
