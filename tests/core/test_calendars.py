"""When freezes are on and windows for releases open, in zones whose clocks are changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone, tzinfo

import pytest

from slogate.core.calendars import Once, Outside, Recurring, Schedule, open_from
from tests.core.builders import DAY, HOUR, MINUTE, NOW
from tests.core.clocks import (
    APIA,
    BERLIN,
    FRI,
    LORD_HOWE,
    MON,
    NEW_YORK,
    SAT,
    SUN,
    THU,
    TUE,
    UTC,
    WED,
    Every,
    at,
    every,
    hours,
    weekly,
)

QUARTER = 15 * MINUTE


def on_at(schedule: Schedule, first: int, last: int) -> list[tuple[int, int]]:
    """The spans in which it is on, found by looking at every quarter of an hour."""
    spans: list[tuple[int, int]] = []
    for moment in range(first, last, QUARTER):
        if schedule.until(moment) is None:
            continue
        if spans and spans[-1][1] == moment:
            spans[-1] = (spans[-1][0], moment + QUARTER)
        else:
            spans.append((moment, moment + QUARTER))
    return spans


def test_a_span_holds_its_start_and_not_its_end() -> None:
    once = Once(NOW, NOW + HOUR)
    assert [once.until(moment) for moment in (NOW - 1, NOW, NOW + HOUR - 1, NOW + HOUR)] == [
        None,
        NOW + HOUR,
        NOW + HOUR,
        None,
    ]


@pytest.mark.parametrize(
    ("days", "span", "zone", "begins", "ends"),
    [
        # 2026-11-20 is a Friday
        ([FRI], "00:00-24:00", UTC, "2026-11-20T00:00", "2026-11-21T00:00"),
        ([FRI], "16:00-24:00", BERLIN, "2026-11-20T15:00", "2026-11-20T23:00"),
        ([FRI], "16:00-24:00", NEW_YORK, "2026-11-20T21:00", "2026-11-21T05:00"),
        ([FRI], "22:00-06:00", BERLIN, "2026-11-20T21:00", "2026-11-21T05:00"),
        ([SUN], "22:00-06:00", UTC, "2026-11-22T22:00", "2026-11-23T06:00"),
        ([FRI], "09:00-17:00", APIA, "2026-11-19T20:00", "2026-11-20T04:00"),
        ([FRI], "09:00-17:00", LORD_HOWE, "2026-11-19T22:00", "2026-11-20T06:00"),
        # clocks go forward from 02:00 to 03:00: the night is an hour shorter
        ([SAT], "22:00-06:00", BERLIN, "2026-03-28T21:00", "2026-03-29T04:00"),
        ([SUN], "00:00-24:00", BERLIN, "2026-03-28T23:00", "2026-03-29T22:00"),
        # a window that begins in the hour that is left out begins at 01:30, so that 03:00 belongs to it
        ([SUN], "02:30-04:00", BERLIN, "2026-03-29T00:30", "2026-03-29T02:00"),
        ([SUN], "01:00-02:30", BERLIN, "2026-03-29T00:00", "2026-03-29T01:30"),
        # clocks go back from 03:00 to 02:00: the night is an hour longer
        ([SAT], "22:00-06:00", BERLIN, "2026-10-24T20:00", "2026-10-25T05:00"),
        ([SUN], "00:00-24:00", BERLIN, "2026-10-24T22:00", "2026-10-25T23:00"),
        # 02:30 comes twice: a freeze lasts until the second, and begins at the first
        ([SUN], "01:00-02:30", BERLIN, "2026-10-24T23:00", "2026-10-25T01:30"),
        ([SUN], "02:30-04:00", BERLIN, "2026-10-25T00:30", "2026-10-25T03:00"),
        ([SUN], "02:15-02:45", BERLIN, "2026-10-25T00:15", "2026-10-25T01:45"),
        # half an hour, on the other side of the world
        ([SUN], "00:00-24:00", LORD_HOWE, "2026-04-04T13:00", "2026-04-05T13:30"),
        ([SUN], "01:00-01:45", LORD_HOWE, "2026-04-04T14:00", "2026-04-04T15:15"),
        ([SUN], "00:00-24:00", LORD_HOWE, "2026-10-03T13:30", "2026-10-04T13:00"),
        ([SUN], "02:15-03:00", LORD_HOWE, "2026-10-03T15:15", "2026-10-03T16:00"),
        # Samoa left out a Friday: the night from Thursday ends on Saturday
        ([THU], "22:00-02:00", APIA, "2011-12-30T08:00", "2011-12-30T12:00"),
    ],
)  # fmt: skip
def test_a_weekly_freeze_in_the_time_of_its_zone(
    days: list[int], span: str, zone: tzinfo, begins: str, ends: str
) -> None:
    freeze = weekly(*days, hours=hours(span), zone=zone)
    start, end = at(begins), at(ends)
    for moment in (start, (start + end) // 2, end - 1):
        assert freeze.until(moment) == end
    assert freeze.until(start - 1) is None
    assert freeze.until(end) is None


@pytest.mark.parametrize(
    ("days", "span", "zone", "opens", "closes"),
    [
        ([FRI], "09:00-16:00", BERLIN, "2026-11-20T08:00", "2026-11-20T15:00"),
        # in the hour that is left out: open only when every clock agrees
        ([SUN], "02:30-05:00", BERLIN, "2026-03-29T01:30", "2026-03-29T03:00"),
        ([SUN], "00:00-02:30", BERLIN, "2026-03-28T23:00", "2026-03-29T00:30"),
        # in the hour that comes twice: from the second until the first
        ([SUN], "02:30-05:00", BERLIN, "2026-10-25T01:30", "2026-10-25T04:00"),
        ([SUN], "00:00-02:30", BERLIN, "2026-10-24T22:00", "2026-10-25T00:30"),
        ([SUN], "00:00-01:45", LORD_HOWE, "2026-04-04T13:00", "2026-04-04T14:45"),
    ],
)  # fmt: skip
def test_a_window_for_releases_in_the_time_of_its_zone(
    days: list[int], span: str, zone: tzinfo, opens: str, closes: str
) -> None:
    freeze = Outside((weekly(*days, hours=hours(span), zone=zone),))
    start, end = at(opens), at(closes)
    assert freeze.until(start - 1) == start
    assert freeze.until(start - 5 * HOUR) == start
    assert freeze.until(start) is None
    assert freeze.until(end - 1) is None
    ends = freeze.until(end)
    assert ends is not None
    assert 6 * DAY < ends - end < 7 * DAY + 2 * HOUR


def test_a_window_that_the_clocks_leave_nothing_of_opens_a_week_later() -> None:
    freeze = Outside((weekly(SUN, hours=hours("02:15-02:45"), zone=BERLIN),))
    for moment in ("2026-10-18T00:45", "2026-10-21T12:00", "2026-10-25T00:20", "2026-10-25T01:20"):
        assert freeze.until(at(moment)) == at("2026-11-01T01:15")


def test_several_windows_for_releases() -> None:
    freeze = Outside(
        (
            weekly(MON, TUE, WED, THU, hours=hours("09:00-16:00"), zone=BERLIN),
            weekly(FRI, hours=hours("09:00-12:00"), zone=BERLIN),
        )
    )
    assert freeze.until(at("2026-11-20T10:59")) is None
    assert freeze.until(at("2026-11-20T11:00")) == at("2026-11-23T08:00")
    assert freeze.until(at("2026-11-19T15:00")) == at("2026-11-20T08:00")
    assert open_from([freeze], at("2026-11-21T00:00")) == at("2026-11-23T08:00")


def test_without_any_window_nobody_knows_when_it_ends() -> None:
    nothing = Outside(())
    assert nothing.until(NOW) == NOW
    assert open_from([nothing], NOW) is None


@pytest.mark.parametrize(
    ("rule", "length", "zone", "begins", "ends"),
    [
        (every("2026-01-30 18:00", 7), 12 * HOUR, BERLIN, "2026-11-20T17:00", "2026-11-21T05:00"),
        # the same hours on the clock, whatever happens to it in between
        (every("2026-01-03 20:00", 7), 12 * HOUR, BERLIN, "2026-03-28T19:00", "2026-03-29T06:00"),
        (every("2026-01-03 20:00", 7), 12 * HOUR, BERLIN, "2026-10-24T18:00", "2026-10-25T07:00"),
        (every("2026-01-04 02:30", 7), HOUR, BERLIN, "2026-10-25T00:30", "2026-10-25T02:30"),
        (every("2026-03-29 02:30", 7, 1), HOUR, BERLIN, "2026-03-29T00:30", "2026-03-29T01:30"),
        (every("2026-11-27 00:00", 365, 1), 10 * DAY, UTC, "2026-11-27T00:00", "2026-12-07T00:00"),
        (every("2011-12-29 22:00", 7, 1), 4 * HOUR, APIA, "2011-12-30T08:00", "2011-12-30T12:00"),
    ],
)  # fmt: skip
def test_a_freeze_that_recurs_lasts_by_the_clock_on_the_wall(
    rule: Every, length: int, zone: tzinfo, begins: str, ends: str
) -> None:
    freeze = Recurring(rule, length, zone)
    start, end = at(begins), at(ends)
    for moment in (start, (start + end) // 2, end - 1):
        assert freeze.until(moment) == end
    assert freeze.until(start - 1) is None
    assert freeze.until(end) is None


def test_the_last_day_of_each_month_as_icalendar_writes_it() -> None:
    rrule = pytest.importorskip("dateutil.rrule")
    rule = rrule.rrulestr(
        "FREQ=MONTHLY;BYMONTHDAY=-1", dtstart=datetime.fromisoformat("2026-01-31 18:00")
    )
    freeze = Recurring(rule, 12 * HOUR, BERLIN)
    found = [
        (start, end) for start, end in on_at(freeze, at("2026-02-27T00:00"), at("2026-03-02T00:00"))
    ]
    assert found == [(at("2026-02-28T17:00"), at("2026-03-01T05:00"))]
    assert freeze.until(at("2026-06-30T16:00")) == at("2026-07-01T04:00")
    assert freeze.until(at("2026-06-29T16:00")) is None


def test_spans_that_touch_have_one_end() -> None:
    """Whole days of Friday, Saturday and Sunday are one weekend."""
    weekend = weekly(FRI, SAT, SUN, zone=BERLIN)
    assert open_from([weekend], at("2026-11-20T12:00")) == at("2026-11-22T23:00")
    assert open_from([weekend], at("2026-11-19T12:00")) == at("2026-11-19T12:00")


def test_several_freezes_that_touch_have_one_end() -> None:
    evening = weekly(THU, hours=hours("18:00-24:00"))
    weekend = weekly(FRI, SAT, SUN)
    sale = Once(at("2026-11-22T20:00"), at("2026-11-24T08:00"))
    later = Once(at("2026-11-24T08:01"), at("2026-11-25T08:00"))
    found = open_from([later, sale, weekend, evening], at("2026-11-19T20:00"))
    assert found == at("2026-11-24T08:00")


def every_day() -> Schedule:
    return weekly(*range(7))


def day_and_night() -> list[Schedule]:
    return [weekly(*range(7), hours=hours(span)) for span in ("06:00-22:00", "22:00-06:00")]


@pytest.mark.parametrize(
    "schedules",
    [
        [every_day()],
        day_and_night(),
        [Outside((weekly(MON, hours=hours("09:00-10:00")),)), weekly(MON)],
        [Recurring(every("2026-01-01 00:00", 1), DAY, UTC)],
        [Outside(()), Once(NOW, NOW + DAY)],
    ],
)
def test_an_end_that_is_not_in_sight_is_none(schedules: Sequence[Schedule]) -> None:
    assert open_from(schedules, NOW) is None


def test_without_schedules_it_is_open_now() -> None:
    assert open_from([], NOW) == NOW


@pytest.mark.parametrize("zone", [UTC, BERLIN, LORD_HOWE, timezone(timedelta(hours=-3))])
def test_a_freeze_and_the_time_outside_of_a_window_make_all_of_three_weeks(zone: tzinfo) -> None:
    window = weekly(MON, THU, hours=hours("22:30-01:15"), zone=zone)
    first = at("2026-11-02T00:00")
    frozen = on_at(window, first, first + 21 * DAY)
    closed = on_at(Outside((window,)), first, first + 21 * DAY)
    assert len(frozen) == 6
    assert {end - start for start, end in frozen} == {165 * MINUTE}
    assert sum(end - start for start, end in frozen + closed) == 21 * DAY
