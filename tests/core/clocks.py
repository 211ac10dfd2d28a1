"""Zones, weekly windows and a rule of recurrence for the tests of calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from slogate.core.calendars import Weekly
from slogate.core.window import parse_time

UTC, BERLIN, NEW_YORK = (ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York"))
LORD_HOWE, APIA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
MINUTES_OF_DAY = 1440
WHOLE = (0, MINUTES_OF_DAY)


def at(text: str) -> int:
    """Unix seconds of a minute in UTC."""
    return parse_time(text + ":00Z")


def hours(text: str) -> tuple[int, int]:
    """`22:00-06:00` as minutes after midnight."""
    clocks = [part.split(":") for part in text.split("-")]
    start, end = (int(hour) * 60 + int(minute) for hour, minute in clocks)
    return start, end if end > start else end + MINUTES_OF_DAY


def weekly(*days: int, hours: tuple[int, int] = WHOLE, zone: tzinfo = UTC) -> Weekly:
    return Weekly(frozenset(days), *hours, zone)


@dataclass(frozen=True)
class Every:
    """A rule that begins again after so many days, for so many times, at the same time of day."""

    start: datetime
    days: int
    times: int = 100_000

    def between(self, first: datetime, last: datetime) -> list[datetime]:
        step = timedelta(days=self.days)
        earliest = max(0, (first - self.start) // step)
        latest = min(self.times - 1, (last - self.start) // step + 1)
        found = (self.start + number * step for number in range(earliest, latest + 1))
        return [one for one in found if first <= one <= last]


def every(start: str, days: int, times: int = 100_000) -> Every:
    """From this time on the wall on."""
    return Every(datetime.fromisoformat(start), days, times)
