"""iCalendar's rules of recurrence (RFC 5545, RRULE): what is permitted in one, and its times.

dateutil knows the calendar; what it would take silently, or never be done with, is refused before.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone, tzinfo

from slogate.config.problems import Substituted, shorten, shown, suggestion
from slogate.config.scalars import line
from slogate.core.words import listing

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
FIVE_YEARS = timedelta(days=5 * 366)
_LONGEST = 500
_TIMES_OF_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAY = "(?:MO|TU|WE|TH|FR|SA|SU)"
_NUMBERS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
}
_PATTERNS = {
    "FREQ": "|".join(FREQUENCIES),
    "INTERVAL": "[1-9][0-9]{0,3}",
    "COUNT": "[1-9][0-9]{0,3}",
    "UNTIL": "[0-9]{8}(?:T[0-9]{6}Z?)?",
    "WKST": _DAY,
    "BYDAY": f"(?:[+-]?[1-9][0-9]?)?{_DAY}(?:,(?:[+-]?[1-9][0-9]?)?{_DAY})*",
    **dict.fromkeys(_NUMBERS, "[+-]?[1-9][0-9]{0,2}(?:,[+-]?[1-9][0-9]{0,2})*"),
}
_EXAMPLE = "FREQ=MONTHLY;BYMONTHDAY=-1"
_EXAMPLES = {
    "FREQ": listing(FREQUENCIES, "or"),
    "INTERVAL": "a whole number from 1 to 9999",
    "COUNT": "a whole number from 1 to 9999",
    "UNTIL": "a time such as 20261231T180000 or 20261231T170000Z",
    "WKST": "a day such as MO",
    "BYDAY": "days such as MO,TU or -1FR",
    "BYMONTH": "numbers from 1 to 12",
    **{
        key: f"numbers from 1 to {most}, or from -1 to -{most} counted from the end,"
        for key, (least, most) in _NUMBERS.items()
        if least < 0
    },
}
# NOTE: the calendar repeats itself after 400 years, to the day of the week. At its very end, in the
# year 9999, dateutil gives up a rule that never matches; from our days it takes seconds to get there.
_LATER = timedelta(days=19 * 146_097)


def rule(value: object) -> str:
    """A rule of which each part is right by itself, in capitals, without the prefix `RRULE:`."""
    try:
        return _checked(line(value))
    except ValueError:
        if isinstance(value, Substituted):
            raise ValueError(f"must be a rule such as {_EXAMPLE}, not {shown(value)}") from None
        raise


def _checked(written: str) -> str:
    text = written.upper().removeprefix("RRULE:").removesuffix(";")
    if len(text) > _LONGEST:
        raise ValueError(f"must be at most {_LONGEST} characters long")
    parts: dict[str, str] = {}
    for part in text.split(";"):
        key, _, value = part.partition("=")
        if key in parts:
            raise ValueError(f"must not have {shorten(key)} twice")
        _check_part(key, value)
        parts[key] = value
    _check_together(parts)
    return ";".join(f"{key}={value}" for key, value in parts.items())


def _check_part(key: str, value: str) -> None:
    if key in _TIMES_OF_DAY:
        raise ValueError(f"must not have {key}: the time of day is that of `from`")
    if key not in _PATTERNS:
        near = suggestion(key, _PATTERNS, "parts")
        raise ValueError(
            f"must be a rule such as {_EXAMPLE}; {shown(key)} is no part of one; {near}"
        )
    right = re.fullmatch(_PATTERNS[key], value)
    if not right or (key in _NUMBERS and not _in_range(key, value)):
        raise ValueError(f"must have {_EXAMPLES[key]} as {key}, not {shown(value)}")


def _in_range(key: str, value: str) -> bool:
    least, most = _NUMBERS[key]
    return all(least <= int(number) <= most for number in value.split(","))


def _check_together(parts: dict[str, str]) -> None:
    if "FREQ" not in parts:
        raise ValueError(f"must have FREQ, such as {_EXAMPLE}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError("must not have both COUNT and UNTIL")
    if parts["FREQ"] in ("DAILY", "WEEKLY") and re.search(r"[0-9]", parts.get("BYDAY", "")):
        raise ValueError(f"must not have numbers in BYDAY with FREQ={parts['FREQ']}")
    if "UNTIL" in parts:
        _until(parts["UNTIL"], timezone.utc)


class Recurrence:
    """The times of a rule from `start` on, on the wall and in order; found out as far as needed."""

    def __init__(self, text: str, start: datetime, zone: tzinfo) -> None:
        """See slogate.core.calendars.Recurrence; `text` is what `rule` returned."""
        self._known: list[datetime] = []
        self._rest = _times(text, start, zone)
        self._text = f"DTSTART:{start:%Y%m%dT%H%M%S}\nRRULE:{text}"

    def __str__(self) -> str:
        """The rule as RFC 5545 writes it; its times are those of the wall."""
        return self._text

    def between(self, first: datetime, last: datetime) -> list[datetime]:
        """All of them from the first time to the last, both included."""
        self._reach(last)
        return self._known[bisect_left(self._known, first) : bisect_right(self._known, last)]

    def _reach(self, limit: datetime) -> None:
        while not self._known or self._known[-1] <= limit:
            at = next(self._rest, None)
            if at is None:
                return
            self._known.append(at)


def _times(text: str, start: datetime, zone: tzinfo) -> Iterator[datetime]:
    from dateutil.rrule import rrulestr  # few configurations have a rule

    parts = dict(part.split("=") for part in text.split(";"))
    until = _until(parts.pop("UNTIL"), zone) if "UNTIL" in parts else None
    shifted = rrulestr(
        ";".join(f"{key}={written}" for key, written in parts.items()), dtstart=start + _LATER
    )
    for later in shifted:
        at = later - _LATER
        if until is not None and at > until:
            return
        yield at


def _until(written: str, zone: tzinfo) -> datetime:
    """The last moment at which the rule may begin again, on the wall; a date means all of its day."""
    day, _, clock = written.partition("T")
    try:
        at = datetime.strptime(f"{day}T{clock.rstrip('Z') or '235959'}", "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"must have {_EXAMPLES['UNTIL']} as UNTIL, not {shown(written)}") from None
    if not 1970 <= at.year < 2200:
        raise ValueError(f"must have an UNTIL between 1970 and 2199, not {shown(written)}")
    if not clock.endswith("Z"):
        return at
    return at.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None, fold=0)


def check_rule(text: str, start: datetime, zone: tzinfo) -> None:
    """Raise ValueError if the rule cannot be followed from there on, or never begins."""
    if start.year < 2000:
        raise ValueError("the `from` of an `rrule` must not lie before the year 2000")
    try:
        soon = Recurrence(text, start, zone).between(start, start + FIVE_YEARS)
    except (ValueError, TypeError, ArithmeticError, LookupError):
        raise ValueError("the `rrule` cannot be followed; please simplify it") from None
    if not soon:
        raise ValueError("the `rrule` never begins in the five years after `from`")
