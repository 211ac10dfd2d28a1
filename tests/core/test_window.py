"""Durations, times, and windows laid onto the clock, across changes of summer time and years."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.window import (
    PERIODS,
    Calendar,
    Period,
    Rolling,
    format_duration,
    parse_duration,
    parse_time,
)
from slogate.core.words import rfc3339
from tests.core.builders import DAY, HOUR, NOW, law

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1),
        ("90s", 90),
        ("5m", 300),
        ("1h30m", 5_400),
        ("30d", 2_592_000),
        ("2w", 1_209_600),
        ("365d", 31_536_000),
        ("1w2d3h4m5s", 788_645),
        ("0d5m", 300),
        ("007m", 420),
    ],
)
def test_durations_are_read_as_prometheus_reads_them(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "5", "m", "1.5h", "-5m", "+5m", "5 m", " 5m", "5m\n", "1h30", "5M", "5min", "0s", "0d0m"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_digits_of_other_scripts_are_no_duration() -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration("\N{ARABIC-INDIC DIGIT THREE}d")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59, "59s"),
        (300, "5m"),
        (5_400, "1h30m"),
        (90_061, "1d1h1m1s"),
        (1_209_600, "14d"),
    ],
)
def test_durations_are_written_short_and_exact(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text


@law
@given(st.integers(1, 10**9))
def test_a_written_duration_reads_back_as_itself(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T12:07:00Z",
        "2026-11-20t12:07:00z",
        "2026-11-20 12:07:00Z",
        "2026-11-20T12:07:00+00:00",
        "2026-11-20T12:07:00-00:00",
        "2026-11-20T13:07:00+01:00",
        "2026-11-20T07:07:00-05:00",
        "2026-11-20T17:52:00+05:45",
        "2026-11-21T02:07:00+14:00",
        "2026-11-20T12:07:00.9Z",
        "2026-11-20T12:07:00.123456789z",
        "2026-11-20T13:07:00.5+01:00",
    ],
)
def test_every_form_of_rfc_3339_means_the_same_instant(text: str) -> None:
    assert parse_time(text) == 1_795_176_420


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1795176420",
        "2026-11-20",
        "2026-11-20T12:07:00",
        "2026-11-20T12:07Z",
        "2026-11-20T12:07:00+0100",
        "2026-11-20T12:07:00+1:00",
        "2026-11-20T12:07:00 Z",
        "2026-11-20T12:07:00.Z",
        "2026-11-20T12:07:00Z\n",
        "2026-11-20T12:07:00ZZ",
        "2026-11-20_12:07:00Z",
        "2026-02-29T12:07:00Z",
        "2026-13-01T12:07:00Z",
        "2026-11-20T24:07:00Z",
        "2026-11-20T12:60:00Z",
        "2026-11-20T12:07:00+24:00",
        "2026-11-20T12:07:00+01:60",
        "\N{ARABIC-INDIC DIGIT TWO}026-11-20T12:07:00Z",
    ],
)
def test_times_without_zone_or_outside_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_time(text)


@law
@given(st.integers(0, 4_102_444_800))
def test_a_written_time_reads_back_as_itself(unix: int) -> None:
    assert parse_time(rfc3339(unix)) == unix


def test_a_rolling_window_ends_now() -> None:
    period = Rolling(7 * DAY).at(NOW)
    assert period == Period(NOW - 7 * DAY, NOW, NOW)
    assert period.elapsed == period.length == 7 * DAY


@pytest.mark.parametrize(
    ("period", "zone", "now", "start", "end"),
    [
        ("week", "UTC", "2026-11-20T12:07:00Z", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"),
        ("month", "UTC", "2026-11-20T12:07:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ("quarter", "UTC", "2026-11-20T12:07:00Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("year", "UTC", "2026-11-20T12:07:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        # a week and a month over the end of the year, and a leap day
        ("week", "UTC", "2027-01-01T10:00:00Z", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"),
        ("month", "UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("month", "UTC", "2028-02-10T00:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ("quarter", "UTC", "2026-03-31T12:00:00Z", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"),
        # the day of the zone counts, not the day of UTC
        ("month", BERLIN, "2026-10-31T23:30:00Z", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"),
        ("month", NEW_YORK, "2026-12-01T03:00:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        ("year", BERLIN, "2026-12-31T23:30:00Z", "2026-12-31T23:00:00Z", "2027-12-31T23:00:00Z"),
        # summer time begins (2026-03-29, 2026-03-08) and ends (2026-10-25, 2026-11-01) inside
        ("month", BERLIN, "2026-03-30T12:00:00Z", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("month", BERLIN, "2026-10-10T12:00:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"),
        ("week", BERLIN, "2026-10-25T12:00:00Z", "2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"),
        ("week", NEW_YORK, "2026-03-08T12:00:00Z", "2026-03-02T05:00:00Z", "2026-03-09T04:00:00Z"),
        ("quarter", BERLIN, "2026-11-20T12:07:00Z", "2026-09-30T22:00:00Z", "2026-12-31T23:00:00Z"),
        ("quarter", NEW_YORK, "2026-02-01T12:00:00Z", "2026-01-01T05:00:00Z", "2026-04-01T04:00:00Z"),
        ("year", NEW_YORK, "2026-07-01T12:00:00Z", "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z"),
        # the hour that happens twice, the first and the second time
        ("month", NEW_YORK, "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
        ("month", NEW_YORK, "2026-11-01T06:30:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"),
    ],
)  # fmt: skip
def test_calendar_periods_run_from_midnight_to_midnight_of_their_zone(
    period: str, zone: str, now: str, start: str, end: str
) -> None:
    found = Calendar(period, ZoneInfo(zone), zone).at(parse_time(now))
    assert (rfc3339(found.start), rfc3339(found.end)) == (start, end)


@pytest.mark.parametrize(
    ("zone", "end", "hours"),
    [(BERLIN, "2026-10-25T23:00:00Z", 169), (BERLIN, "2026-03-29T22:00:00Z", 167)],
)
def test_a_week_is_an_hour_longer_or_shorter_when_the_clock_changes(
    zone: str, end: str, hours: int
) -> None:
    period = Calendar("week", ZoneInfo(zone), zone).at(parse_time(end))
    assert period.length == period.elapsed == hours * HOUR


@pytest.mark.parametrize("zone", ["UTC", BERLIN, NEW_YORK])
@pytest.mark.parametrize("period", PERIODS)
def test_at_its_very_first_instant_the_period_before_still_runs(period: str, zone: str) -> None:
    window = Calendar(period, ZoneInfo(zone), zone)
    running = window.at(NOW)
    boundary = running.end
    assert (window.at(boundary).start, window.at(boundary).end) == (running.start, running.end)
    assert window.at(boundary).elapsed == running.length
    assert window.at(boundary + 1).start == boundary
    assert window.at(boundary + 1).elapsed == 1


ZONES = st.sampled_from(
    ["UTC", BERLIN, NEW_YORK, "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago"]
)


@law
@given(st.sampled_from(PERIODS), ZONES, st.integers(946_684_800, 4_102_444_800))
def test_periods_follow_each_other_without_gap_or_overlap(period: str, zone: str, now: int) -> None:
    window = Calendar(period, ZoneInfo(zone), zone)
    running = window.at(now)
    assert running.start < now <= running.end
    assert window.at(running.start + 1).end == running.end
    assert window.at(running.start).end == running.start
    assert window.at(running.end + 1).start == running.end


def test_a_month_keeps_its_start_while_its_first_midnight_happens_twice() -> None:
    """In Havana the clock goes from 01:00 back to 00:00 on 2026-11-01."""
    window = Calendar("month", ZoneInfo("America/Havana"), "America/Havana")
    starts = {
        rfc3339(window.at(parse_time(f"2026-11-01T{clock}")).start)
        for clock in ("00:30:00-04:00", "00:30:00-05:00", "02:30:00-05:00")
    }
    assert starts == {"2026-11-01T04:00:00Z"}


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (Rolling(30 * DAY), "30d"),
        (Calendar("month", ZoneInfo("UTC"), "UTC"), "month"),
        (Calendar("week", ZoneInfo(BERLIN), BERLIN), "week, Europe/Berlin"),
    ],
)
def test_windows_are_named_as_users_write_them(window: Rolling | Calendar, text: str) -> None:
    assert str(window) == text
