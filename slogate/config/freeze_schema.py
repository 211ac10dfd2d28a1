"""The schema of times: freezes, in which releases are held up, and planned maintenance.

Whether their services exist is checked in references.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from slogate.config import fields, recurrences, scalars, times
from slogate.config.choices import one_or_more
from slogate.config.sections import (
    Json,
    ListOf,
    Nested,
    Scalar,
    Section,
    defaulted,
    optional,
    required,
)

LONGEST_MAINTENANCE = 7 * fields.DAY

_TIME: Json = {
    "type": "string",
    "pattern": times.TIME_PATTERN,
    "examples": ["2026-11-26T18:00", "2026-11-26", "2026-11-26T18:00:00Z"],
}
TIME = Scalar(times.moment, times.UNSET, fields.any_of(_TIME))
HOURS = Scalar(
    times.hours,
    times.WHOLE_DAY,
    fields.any_of(
        {"type": "string", "pattern": times.HOURS_PATTERN, "examples": ["9-16", "22:00-06:00"]}
    ),
)
DAY = Scalar(
    times.days,
    times.EVERY_DAY,
    fields.any_of(
        {"type": "string", "pattern": times.DAYS_PATTERN, "examples": ["mon-thu", "sat,sun"]}
    ),
)
RULE = Scalar(
    recurrences.rule,
    "FREQ=DAILY",
    {"type": "string", "minLength": 1, "examples": ["FREQ=MONTHLY;BYMONTHDAY=-1"]},
)
NOTICE = Scalar(scalars.duration(0), 0, fields.DURATION.schema)
LENGTH = Scalar(scalars.duration(60, 31 * fields.DAY), fields.HOUR, fields.DURATION.schema)


DAYS = one_or_more(DAY)
SERVICES = ListOf(fields.TEXT, least=1)
ZONE = "IANA time zone of times without an offset, default UTC."


class Opening(Section):
    """Days and hours in which releases may go out."""

    json_extra: ClassVar[Json] = {"minProperties": 1}

    days = optional(DAYS, "Such as mon-thu; left out, every day.")
    hours = optional(HOURS, "Such as 9-16; left out, all day.")

    def check(self) -> None:
        """It says anything."""
        if self.days is None and self.hours is None:
            raise ValueError("needs `days` or `hours`")


class Freeze(Section):
    """A time in which releases are held up, in one of four shapes."""

    json_extra: ClassVar[Json] = {
        "oneOf": [
            {"required": ["from", "to"]},
            {"anyOf": [{"required": ["days"]}, {"required": ["hours"]}]},
            {"required": ["from", "rrule", "duration"]},
            {"required": ["allow"]},
        ]
    }

    name = required(fields.LABEL, "Name, unique in the policy.")
    from_ = optional(TIME, "Beginning, of an `rrule` the first one at the earliest.")
    to = optional(TIME, "End, which does not belong to it.")
    days = optional(DAYS, "Every week on these days, such as [fri, sat] or mon-thu.")
    hours = optional(HOURS, "At these hours, such as 16:00-24:00 or 22-6; default all day.")
    rrule = optional(RULE, "iCalendar rule by which it begins again at the time of day of `from`.")
    duration = optional(LENGTH, "How long it lasts each time.")
    allow = optional(
        ListOf(Nested(Opening), least=1), "Windows for releases; it is on outside of them."
    )
    timezone = defaulted(fields.ZONE, "UTC", ZONE)
    decision = defaulted(fields.HOLDING, "block", "What it means for a release, default block.")
    services = optional(SERVICES, "Services that it is for; left out, all with this policy.")
    reason = optional(fields.LABEL, "Why, for people.")

    def check(self) -> None:
        """It has one shape, and is on at some time."""
        given = tuple(name.rstrip("_") for name in _SHAPING if getattr(self, name) is not None)
        if given not in _SHAPES:
            found = " + ".join(given) or "nothing"
            raise ValueError(
                "needs exactly one of: from + to, days + hours (or one of them), "
                f"from + rrule + duration, allow; there is {found}"
            )
        if self.to is not None and self.from_ is not None:
            _check_order(self.from_, self.to, self.timezone)
        if self.rrule is not None and self.from_ is not None and self.from_ is not times.UNSET:
            zone = times.zone_of(self.timezone)
            recurrences.check_rule(self.rrule, times.on_the_wall(self.from_, zone), zone)


_SHAPING = ("from_", "to", "days", "hours", "rrule", "duration", "allow")
_SHAPES = (
    *(("from", "to"), ("days",), ("hours",), ("days", "hours")),
    *(("from", "rrule", "duration"), ("allow",)),
)


def _check_order(start: datetime, end: datetime, timezone: str) -> None:
    if start is times.UNSET or end is times.UNSET:
        return
    zone = times.zone_of(timezone)
    on_the_wall = start.tzinfo is None and end.tzinfo is None
    if on_the_wall and start < end:
        return
    if on_the_wall or times.first_meant(start, zone) >= times.last_meant(end, zone):
        raise ValueError("`to` must be after `from` (a date alone means its first moment)")


class MaintenanceWindow(Section):
    """A planned time whose events do not count."""

    name = required(fields.LABEL, "Name, for people.")
    from_ = required(TIME, "Beginning.")
    to = required(TIME, "End, at most 7 days later.")
    announced = required(TIME, "When it was announced.")
    timezone = defaulted(fields.ZONE, "UTC", ZONE)
    services = optional(SERVICES, "Services that it is for; left out, all with this policy.")

    def check(self) -> None:
        """It lasts for a while, and not too long."""
        if self.from_ is times.UNSET or self.to is times.UNSET:
            return
        _check_order(self.from_, self.to, self.timezone)
        zone = times.zone_of(self.timezone)
        length = times.first_meant(self.to, zone) - times.last_meant(self.from_, zone)
        if length <= 0:
            raise ValueError(
                "the clocks are changed in this window; write `from` and `to` with an offset, "
                "such as 2026-10-25T02:30:00+01:00"
            )
        if length > LONGEST_MAINTENANCE:
            raise ValueError("must not be longer than 7 days; split what is longer")


class Maintenance(Section):
    """Planned times that are left out of the budget."""

    notice = optional(NOTICE, "How long ahead they must have been announced, default 48h.")
    windows = optional(ListOf(Nested(MaintenanceWindow)), "The windows; replaces the whole list.")
