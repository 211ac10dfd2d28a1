"""How times, weekdays and hours are read, and which instant is meant; see scalars.py for readers."""

from __future__ import annotations

import re
from datetime import datetime, timezone, tzinfo

from slogate.config.problems import nearest, shown
from slogate.core.calendars import MINUTES_OF_DAY, earliest, latest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(len(DAYS)))
WHOLE_DAY = (0, MINUTES_OF_DAY)
UNSET = datetime(2000, 1, 1)  # noqa: DTZ001 - a time on the wall
"""Stands in for a time whose variable is not set; known by its identity."""

_CLOCK = r"([01]?[0-9]|2[0-3])(?::([0-5][0-9]))?"
_SPAN = f"(?:{'|'.join(DAYS)})(?:-(?:{'|'.join(DAYS)}))?"
TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-5][0-9])?)?$"
)
HOURS_PATTERN = rf"^{_CLOCK}-(?:{_CLOCK}|24(?::00)?)$"
DAYS_PATTERN = f"^{_SPAN}(?:, ?{_SPAN})*$"


def moment(value: object) -> datetime:
    """A time with an offset, or one on the wall without any; a date alone is its midnight."""
    if not isinstance(value, str) or not re.fullmatch(TIME_PATTERN, value):
        raise ValueError(
            "must be a time such as 2026-11-26T18:00, 2026-11-26 or 2026-11-26T18:00:00Z, "
            f"not {shown(value)}"
        )
    # NOTE: Python 3.10 reads fractions of three or six digits only, and nobody needs them.
    plain = re.sub(r"\.\d+", "", value.upper().replace(" ", "T")).replace("Z", "+00:00")
    try:
        read = datetime.fromisoformat(plain)
    except ValueError:
        # NOTE: Python's own message may hold the value, which may come from the environment.
        raise ValueError(f"must be a time that the calendar has, not {shown(value)}") from None
    if not 1970 <= read.year < 2200:
        raise ValueError(f"must lie between 1970 and 2199, not {shown(value)}")
    return read


def hours(value: object) -> tuple[int, int]:
    """`9-16` in minutes after midnight; an end beyond midnight lies on the next day."""
    match = re.fullmatch(HOURS_PATTERN, value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"must be hours such as 9-16 or 22:00-06:00, not {shown(value)}")
    first, first_minutes, last, last_minutes = (int(part or 0) for part in match.groups())
    start, end = first * 60 + first_minutes, last * 60 + last_minutes
    if match[3] is None:
        end = MINUTES_OF_DAY
    if start == end:
        raise ValueError(
            f"must not end when they begin; write 0-24 for all day, not {shown(value)}"
        )
    return start, end if end > start else end + MINUTES_OF_DAY


def days(value: object) -> frozenset[int]:
    """`mon`, `mon-thu`, `sat-mon` or `sat,sun` as numbers; Monday is 0."""
    if not isinstance(value, str) or not re.fullmatch(DAYS_PATTERN, value):
        near = nearest(value, DAYS) if isinstance(value, str) else None
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"must be days such as mon, mon-thu or sat,sun, not {shown(value)}{hint}")
    found: set[int] = set()
    for part in value.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first == last:
            raise ValueError(f"must not end on the day on which they begin, as in {shown(value)}")
        start = DAYS.index(first)
        count = (DAYS.index(last or first) - start) % len(DAYS)
        found.update((start + step) % len(DAYS) for step in range(count + 1))
    return frozenset(found)


def zone_of(name: str) -> tzinfo:
    """The time zone of a name that was found to be right."""
    if name == "UTC":
        return timezone.utc
    from zoneinfo import ZoneInfo  # few configurations need it

    return ZoneInfo(name)


def first_meant(at: datetime, zone: tzinfo) -> int:
    """The earliest Unix time that may be meant."""
    return int(at.timestamp()) if at.tzinfo else earliest(at, zone)


def last_meant(at: datetime, zone: tzinfo) -> int:
    """The latest Unix time that may be meant."""
    return int(at.timestamp()) if at.tzinfo else latest(at, zone)


def on_the_wall(at: datetime, zone: tzinfo) -> datetime:
    """The time that clocks in the zone show, without the zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0) if at.tzinfo else at
