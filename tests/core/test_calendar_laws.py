"""Laws of calendars: clocks that are changed never let a release slip through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from slogate.core.calendars import (
    Outside,
    Recurring,
    Schedule,
    Weekly,
    earliest,
    latest,
    local,
    open_from,
)
from tests.core.builders import DAY, MINUTE, law
from tests.core.clocks import APIA, BERLIN, LORD_HOWE, NEW_YORK, SAO_PAULO, UTC, Every, at

# The days around each change of clocks in these zones, and an ordinary one.
EDGES = [
    (UTC, "2026-11-20"),
    (BERLIN, "2026-03-29"),
    (BERLIN, "2026-10-25"),
    (NEW_YORK, "2026-03-08"),
    (NEW_YORK, "2026-11-01"),
    (LORD_HOWE, "2026-04-05"),
    (LORD_HOWE, "2026-10-04"),
    (APIA, "2011-12-30"),
    (APIA, "2011-04-02"),
    (SAO_PAULO, "2018-02-18"),
    (SAO_PAULO, "2018-11-04"),
]
MONDAY = datetime.fromisoformat("2009-01-05")
PLACES = st.sampled_from([(zone, at(f"{day}T12:00")) for zone, day in EDGES])
QUARTERS = st.integers(0, 95).map(lambda quarter: quarter * 15)
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
SPANS = st.tuples(QUARTERS, st.integers(1, 96).map(lambda quarter: quarter * 15)).map(
    lambda pair: (pair[0], pair[0] + pair[1])
)
MINUTES = st.integers(-2 * 1440, 2 * 1440).map(lambda minute: minute * MINUTE)


def walls(window: Weekly, moment: int) -> Iterator[tuple[datetime, datetime]]:
    """The window's spans near a moment, as a calendar on the wall has them."""
    today = datetime.combine(local(moment, window.zone).date(), datetime.min.time())
    for distance in range(-4, 5):
        day = today + timedelta(days=distance)
        if day.weekday() in window.days:
            yield day + timedelta(minutes=window.start), day + timedelta(minutes=window.end)


def readings(wall: datetime, zone: tzinfo) -> list[int]:
    """Both instants that a time on the wall may mean; one, where it is not ambiguous."""
    return [int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1)]


def possible(window: Weekly, moment: int) -> list[list[tuple[int, int]]]:
    """Each way in which the spans near a moment may be read."""
    return [
        list(product(readings(start, window.zone), readings(end, window.zone)))
        for start, end in walls(window, moment)
    ]


@law
@given(PLACES, DAYS, SPANS, MINUTES)
def test_a_freeze_is_never_shorter_than_any_reading_of_the_clock(
    place: tuple[tzinfo, int], days: frozenset[int], span: tuple[int, int], offset: int
) -> None:
    zone, noon = place
    freeze, moment = Weekly(days, *span, zone), noon + offset
    wall = local(moment, zone)
    meant = any(start <= wall < end for start, end in walls(freeze, moment))
    read = any(a <= moment < b for ways in possible(freeze, moment) for a, b in ways)
    ends = freeze.until(moment)
    if meant or read:
        assert ends is not None
    if ends is not None:
        assert ends > moment
        near = [earliest(start, zone) <= moment < latest(end, zone) for start, end in walls(freeze, moment)]  # fmt: skip
        assert any(near)


@law
@given(PLACES, DAYS, SPANS, MINUTES)
def test_a_window_for_releases_is_never_longer_than_any_reading_of_the_clock(
    place: tuple[tzinfo, int], days: frozenset[int], span: tuple[int, int], offset: int
) -> None:
    zone, noon = place
    window, moment = Weekly(days, *span, zone), noon + offset
    ends = Outside((window,)).until(moment)
    if ends is not None:
        assert ends > moment
        assert Outside((window,)).until(ends) is None
        return
    wall = local(moment, zone)
    assert any(start <= wall < end for start, end in walls(window, moment))
    assert any(all(a <= moment < b for a, b in ways) for ways in possible(window, moment))


@law
@given(PLACES, st.datetimes(MONDAY, MONDAY + timedelta(days=7)), st.integers(1, 3 * 96), MINUTES)  # fmt: skip
def test_a_recurring_freeze_is_on_whenever_a_weekly_one_with_its_hours_is(
    place: tuple[tzinfo, int], start: datetime, quarters: int, offset: int
) -> None:
    zone, noon = place
    begin = start.replace(minute=0, second=0, microsecond=0)
    length = quarters * 15
    recurring = Recurring(Every(begin, 7), length * MINUTE, zone)
    first = begin.hour * 60
    same = Weekly(frozenset({begin.weekday()}), first, first + length, zone)
    if first + length <= 2880:
        assert recurring.until(noon + offset) == same.until(noon + offset)


def oracle(window: Weekly, *, freezes: bool) -> Callable[[int], bool]:
    """Is it on in this minute, by every possible reading (a window for releases: by none)?"""

    def on(moment: int) -> bool:
        if freezes:
            return any(
                min(readings(start, window.zone)) <= moment < max(readings(end, window.zone))
                for start, end in walls(window, moment)
            )
        return not any(all(a <= moment < b for a, b in ways) for ways in possible(window, moment))

    return on


SCHEDULES = st.lists(
    st.tuples(DAYS, SPANS, st.sampled_from(["weekly", "weekly", "allow"])), min_size=1, max_size=3
)


@law
@given(PLACES, SCHEDULES, MINUTES)
def test_it_is_open_when_open_from_says_and_not_a_minute_earlier(
    place: tuple[tzinfo, int],
    described: list[tuple[frozenset[int], tuple[int, int], str]],
    offset: int,
) -> None:
    """Against a look at each quarter of an hour, where edges lie in these zones."""
    zone, noon = place
    windows = [(Weekly(days, *span, zone), kind) for days, span, kind in described]
    schedules: list[Schedule] = [
        window if kind == "weekly" else Outside((window,)) for window, kind in windows
    ]
    oracles = [oracle(window, freezes=kind == "weekly") for window, kind in windows]
    now = noon + offset
    found = open_from(schedules, now)
    if found is None:
        assert any(on(now) for on in oracles)
        return
    assert found >= now
    assert not any(on(found) for on in oracles)
    quarters = range(now - now % 900 + 900, min(found, now + 3 * DAY), 900)
    assert all(any(on(moment) for on in oracles) for moment in (*quarters, found - 1) if moment >= now)  # fmt: skip


@law
@given(PLACES, SCHEDULES, MINUTES)
def test_what_is_on_has_an_end_later_than_now(
    place: tuple[tzinfo, int],
    described: list[tuple[frozenset[int], tuple[int, int], str]],
    offset: int,
) -> None:
    zone, noon = place
    now = noon + offset
    for days, span, kind in described:
        window = Weekly(days, *span, zone)
        schedule: Schedule = window if kind == "weekly" else Outside((window,))
        ends = schedule.until(now)
        assert ends is None or ends > now or (kind == "allow" and ends == now)
