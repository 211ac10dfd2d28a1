"""Planned times whose events do not count: which of them count at all, and the arithmetic of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from slogate.core import words
from slogate.core.governance import Governance, Maintenance
from slogate.core.verdict import Check, Outcome
from slogate.core.window import format_duration

Span = tuple[int, int]


def excluded(governance: Governance, service: str) -> tuple[Span, ...]:
    """The spans that do not count for a service: disjoint and in order."""
    ours = _of_service(governance, service)
    spans = sorted((one.start, one.end) for one in ours if in_time(one, governance))
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def in_time(one: Maintenance, governance: Governance) -> bool:
    """Was it announced so far ahead that it counts?"""
    return one.start - one.announced >= governance.notice


def checks(governance: Governance, service: str, now: int, longest: int) -> Iterator[Check]:
    """A warning for each window of the last `longest` seconds that was announced too late."""
    for one in _of_service(governance, service):
        if not in_time(one, governance) and now - longest < one.end and one.start <= now:
            ahead = one.start - one.announced
            # NOTE: exact durations, because 47h50m of 48h must not read as 2d of 2d.
            told = f"{format_duration(ahead)} ahead" if ahead > 0 else "only when it had begun"
            detail = (
                f"{one.name} of {words.moment(one.start)} counts in full: it was announced {told}, "
                f"and {format_duration(governance.notice)} are needed to leave it out"
            )
            yield Check("maintenance", Outcome.WARN, detail)


def _of_service(governance: Governance, service: str) -> list[Maintenance]:
    return [one for one in governance.maintenance if not one.services or service in one.services]


def clipped(spans: Sequence[Span], start: int, now: int, cut: int) -> tuple[Span, ...]:
    """The parts in (start, now], cut in two where `cut` lies inside of one."""
    inside = ((max(first, start), min(last, now)) for first, last in spans)
    parts = []
    for first, last in inside:
        edges = sorted({first, last, *([cut] if first < cut < last else [])})
        parts += [pair for pair in pairwise(edges) if first < last]
    return tuple(parts)


def seconds_in(spans: Sequence[Span], start: int, end: int) -> int:
    """Seconds of (start, end] that lie in these disjoint spans."""
    return sum(max(0, min(end, last) - max(start, first)) for first, last in spans)
