"""Warnings about policies that are right, but hardly mean what their author thinks.

Works on plain data in which everything was found to be right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from slogate.config import recurrences, times
from slogate.config.problems import Finding, KeyPath, Unset
from slogate.config.source_references import section

_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAY_PARTS = ("BYMONTHDAY", "BYDAY", "BYYEARDAY", "BYWEEKNO")


def policy_hints(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Lists that change nothing, and rules that skip months."""
    named = section(data, "policies")
    places: list[tuple[KeyPath, Any]] = [(("policies", name), named[name]) for name in named]
    for path, policy in [(("policy",), section(data, "policy")), *places]:
        written = policy or {}
        if written.get("exceptions") == []:
            message = "an empty list changes nothing; `exceptions: off` takes all of them away"
            yield Finding((*path, "exceptions"), message)
        for index, freeze in enumerate(written.get("freezes") or []):
            day = _skipped_day(freeze)
            if day is not None:
                message = (
                    f"begins on day {day} of a month, and skips the months that have none; write "
                    "BYMONTHDAY=-1 for the last day of each month"
                )
                yield Finding((*path, "freezes", index, "rrule"), message)


def _skipped_day(freeze: Mapping[str, Any]) -> int | None:
    """The day on which a monthly rule begins, if one of its months is too short for it."""
    rule, start = freeze.get("rrule"), freeze.get("from")
    if rule is None or isinstance(rule, Unset) or isinstance(start, Unset):
        return None
    parts = dict(part.split("=") for part in recurrences.rule(rule).split(";"))
    if parts["FREQ"] != "MONTHLY" or any(part in parts for part in _DAY_PARTS):
        return None
    months = [int(month) for month in parts.get("BYMONTH", "").split(",") if month]
    shortest = min(_DAYS_OF_MONTH[month - 1] for month in months or range(1, 13))
    day = _on_the_wall(freeze, start).day
    return day if day > shortest else None


def _on_the_wall(freeze: Mapping[str, Any], start: object) -> datetime:
    zone = freeze.get("timezone")
    known = zone if isinstance(zone, str) and not isinstance(zone, Unset) else "UTC"
    return times.on_the_wall(times.moment(start), times.zone_of(known))
