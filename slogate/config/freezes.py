"""From the sections of freezes and maintenance windows to their times, in the zone of each."""

from __future__ import annotations

from typing import TypeVar

from slogate.config import freeze_schema as schema
from slogate.config.recurrences import Recurrence
from slogate.config.times import (
    EVERY_DAY,
    WHOLE_DAY,
    first_meant,
    last_meant,
    on_the_wall,
    zone_of,
)
from slogate.core.calendars import Once, Outside, Recurring, Schedule, Weekly
from slogate.core.governance import Freeze, Maintenance
from slogate.core.model import Decision

T = TypeVar("T")


def freeze(written: schema.Freeze) -> Freeze:
    """A freeze; where clocks change, the longer reading of its times counts."""
    return Freeze(
        name=written.name,
        schedule=_schedule(written),
        decision=Decision[written.decision.upper()],
        services=tuple(written.services or ()),
        reason=written.reason or "",
    )


def _schedule(written: schema.Freeze) -> Schedule:
    zone = zone_of(written.timezone)
    if written.allow is not None:
        return Outside(tuple(_weekly(item, written.timezone) for item in written.allow))
    if written.from_ is None:
        return _weekly(written, written.timezone)
    if written.rrule is not None:
        start = on_the_wall(written.from_, zone)
        return Recurring(Recurrence(written.rrule, start, zone), _needed(written.duration), zone)
    return Once(first_meant(written.from_, zone), last_meant(_needed(written.to), zone))


def _needed(value: T | None) -> T:
    """What the schema has asked for; without it the freeze would never be on."""
    if value is None:
        raise ValueError("a freeze needs an end")
    return value


def _weekly(written: schema.Freeze | schema.Opening, timezone: str) -> Weekly:
    start, end = written.hours or WHOLE_DAY
    return Weekly(_days(written.days), start, end, zone_of(timezone))


def _days(written: list[frozenset[int]] | frozenset[int] | None) -> frozenset[int]:
    if written is None:
        return EVERY_DAY
    return frozenset().union(*written) if isinstance(written, list) else written


def maintenance(written: schema.MaintenanceWindow) -> Maintenance:
    """A maintenance window; where clocks change, the shorter reading of its times counts."""
    zone = zone_of(written.timezone)
    return Maintenance(
        name=written.name,
        start=last_meant(written.from_, zone),
        end=first_meant(written.to, zone),
        announced=last_meant(written.announced, zone),
        services=tuple(written.services or ()),
    )
