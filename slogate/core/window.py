"""Durations, rolling windows and calendar windows.

A calendar window takes its `tzinfo` as a value: looking a zone up reads files, which is not done here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo

UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
LATEST = 7_258_118_400
"""The beginning of the year 2200: later times are typing errors."""
PERIODS = ("week", "month", "quarter", "year")
_DURATION = re.compile(r"(?=\d)(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?", re.ASCII)
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:[0-5]\d)", re.ASCII
)


def parse_duration(text: str) -> int:
    """Seconds of a Prometheus duration such as `30d`, `1h30m` or `90s`.

    Raises ValueError when it is not one, or is zero.
    """
    if not _DURATION.fullmatch(text):
        raise ValueError(f"{text!r} is not a duration such as 5m, 1h30m or 30d")
    seconds = sum(int(part[:-1]) * UNITS[part[-1]] for part in re.findall(r"\d+[wdhms]", text))
    if seconds == 0:
        raise ValueError("a duration must be longer than zero")
    return seconds


def format_duration(seconds: int) -> str:
    """The shortest exact text: 5400 -> `1h30m`, 2592000 -> `30d`; weeks stay days."""
    parts = []
    rest = seconds
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, UNITS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def parse_time(text: str) -> int:
    """Unix seconds of an RFC 3339 time; fractions of a second are dropped.

    Raises ValueError when it is not one, has no zone, or lies before 1970 or after 2199.
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError(f"{text!r} is not an RFC 3339 time such as 2026-11-20T12:00:00Z")
    moment = text.upper().replace("Z", "+00:00").replace(" ", "T")
    try:
        # NOTE: Python 3.10 reads fractions of three or six digits only, and we drop them anyway.
        seconds = datetime.fromisoformat(re.sub(r"\.\d+", "", moment)).timestamp()
    except ValueError as error:
        raise ValueError(f"{text!r} is no time: {error}") from None
    if not 0 <= seconds < LATEST:
        raise ValueError(f"{text!r} is not between 1970 and 2199")
    return int(seconds)


@dataclass(frozen=True)
class Period:
    """A window laid onto the clock: (start, end], seen at `now`; rolling windows end now."""

    start: int
    end: int
    now: int

    @property
    def elapsed(self) -> int:
        """Seconds of the period that have passed."""
        return self.now - self.start

    @property
    def length(self) -> int:
        """Seconds of the whole period."""
        return self.end - self.start


@dataclass(frozen=True)
class Rolling:
    """The last `seconds` before now."""

    seconds: int

    def __str__(self) -> str:
        return format_duration(self.seconds)

    def at(self, now: int) -> Period:
        """The window as of `now`."""
        return Period(now - self.seconds, now, now)


@dataclass(frozen=True)
class Calendar:
    """The week (from Monday), month, quarter or year that is running in a time zone."""

    period: str
    zone: tzinfo
    zone_name: str

    def __str__(self) -> str:
        return self.period if self.zone_name == "UTC" else f"{self.period}, {self.zone_name}"

    def at(self, now: int) -> Period:
        """The running period as of `now`; at its very first instant the one before still runs."""
        # NOTE: windows are left-open, like Prometheus' increase(), so midnight belongs to yesterday.
        local = datetime.fromtimestamp(now - 1, timezone.utc).astimezone(self.zone)
        first = self._first_day(local)
        return Period(self._midnight(first), self._midnight(self._next_first_day(first)), now)

    def _first_day(self, local: datetime) -> datetime:
        day = local.replace(hour=0, minute=0, second=0, fold=0, tzinfo=None)
        if self.period == "week":
            return day - timedelta(days=day.weekday())
        if self.period == "month":
            return day.replace(day=1)
        if self.period == "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        return day.replace(month=1, day=1)

    def _next_first_day(self, first: datetime) -> datetime:
        if self.period == "week":
            return first + timedelta(days=7)
        months = {"month": 1, "quarter": 3, "year": 12}[self.period]
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        return first.replace(year=year, month=month + 1)

    def _midnight(self, day: datetime) -> int:
        return int(day.replace(tzinfo=self.zone).timestamp())


Window = Rolling | Calendar
