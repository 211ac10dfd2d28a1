"""When something is on: spans, weekly windows and recurrences, told in the time of a zone.

A local time may not exist (clocks go forward) or exist twice (back). A freeze then takes the longer
reading and an opening the shorter one, so that no change of clocks lets a release slip through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Protocol

MINUTES_OF_DAY = 1440
_DAY = timedelta(days=1)
_MOST_JOINED = 100
"""So many spans that touch are followed; whoever freezes longer has no end in sight."""


class Schedule(Protocol):
    """Something that is on at times."""

    def until(self, now: int) -> int | None:
        """The end of the span that holds `now` (Unix seconds, not included), None where it is off.

        Another span may begin where this one ends. An end that nobody knows is `now` itself.
        """


class Recurrence(Protocol):
    """Local times without a zone at which something begins again; its `str` is what reports show."""

    def between(self, first: datetime, last: datetime) -> list[datetime]:
        """All of them from the first time to the last, both included, in order."""


@dataclass(frozen=True)
class Once:
    """From one time to another, in Unix seconds."""

    start: int
    end: int

    def until(self, now: int) -> int | None:
        """See Schedule."""
        return self.end if self.start <= now < self.end else None


@dataclass(frozen=True)
class Weekly:
    """On these days (Monday is 0) from `start` to `end`, in minutes after midnight.

    An `end` beyond midnight belongs to the day on which the window began.
    """

    days: frozenset[int]
    start: int
    end: int
    zone: tzinfo

    def until(self, now: int) -> int | None:
        """See Schedule."""
        spans = ((earliest(a, self.zone), latest(b, self.zone)) for a, b in self._around(now, 1))
        return max((end for start, end in spans if start <= now < end), default=None)

    def openings(self, now: int) -> Iterator[tuple[int, int]]:
        """The spans from yesterday to two weeks ahead, in the shorter reading."""
        # NOTE: two weeks, because a change of clocks may leave nothing of next week's opening.
        for start, end in self._around(now, 15):
            yield latest(start, self.zone), earliest(end, self.zone)

    def _around(self, now: int, days: int) -> Iterator[tuple[datetime, datetime]]:
        midnight = local(now, self.zone).replace(hour=0, minute=0, second=0)
        # NOTE: from two days ago, because a zone that crosses the date line may skip yesterday.
        for distance in range(-2, days + 1):
            day = midnight + distance * _DAY
            if day.weekday() in self.days:
                yield day + timedelta(minutes=self.start), day + timedelta(minutes=self.end)


@dataclass(frozen=True)
class Recurring:
    """Begins at the times of a rule and lasts `length` seconds by the clock on the wall."""

    rule: Recurrence
    length: int
    zone: tzinfo

    def until(self, now: int) -> int | None:
        """See Schedule."""
        here, lasts = local(now, self.zone), timedelta(seconds=self.length)
        begun = self.rule.between(here - lasts - _DAY, here + _DAY)
        spans = ((earliest(at, self.zone), latest(at + lasts, self.zone)) for at in begun)
        return max((end for start, end in spans if start <= now < end), default=None)


@dataclass(frozen=True)
class Outside:
    """On whenever none of these windows is open."""

    windows: tuple[Weekly, ...]

    def until(self, now: int) -> int | None:
        """See Schedule."""
        spans = [span for window in self.windows for span in window.openings(now)]
        if any(start <= now < end for start, end in spans):
            return None
        return min((start for start, end in spans if now < start < end), default=now)


def open_from(schedules: Sequence[Schedule], now: int) -> int | None:
    """The first time from `now` on at which none of them is on; None where that is not in sight."""
    moment = now
    for _ in range(_MOST_JOINED):
        ends = [
            end for end in (schedule.until(moment) for schedule in schedules) if end is not None
        ]
        if not ends:
            return moment
        if max(ends) <= moment:
            return None
        moment = max(ends)
    return None


def local(now: int, zone: tzinfo) -> datetime:
    """The time on the wall, without its zone."""
    return datetime.fromtimestamp(now, timezone.utc).astimezone(zone).replace(tzinfo=None, fold=0)


def earliest(wall: datetime, zone: tzinfo) -> int:
    """The first Unix time that may be meant by a time on the wall."""
    return min(_readings(wall, zone))


def latest(wall: datetime, zone: tzinfo) -> int:
    """The last Unix time that may be meant by a time on the wall."""
    return max(_readings(wall, zone))


def _readings(wall: datetime, zone: tzinfo) -> tuple[int, int]:
    first, second = (int(wall.replace(tzinfo=zone, fold=fold).timestamp()) for fold in (0, 1))
    return first, second
