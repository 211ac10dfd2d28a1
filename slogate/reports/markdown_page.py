"""How much a markdown page shows: what matters least is left out where there is little room."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from slogate.core.model import Status
from slogate.core.verdict import ServiceBudget, ServiceVerdict
from slogate.reports import labels

LIMIT = 1_000_000
CHARTS = 3
S = TypeVar("S", ServiceVerdict, ServiceBudget)


@dataclass(frozen=True)
class Room:
    """What there is room for, beside what must be there."""

    charts: bool = True
    details: bool = True
    passing: bool = True
    sections: bool = True
    left_out: str = ""


# NOTE: from the page with everything to the one with the decisions only: what matters least goes
# first.
_ROOMS = (
    Room(),
    Room(charts=False, left_out="charts"),
    Room(charts=False, details=False, left_out="charts and details"),
    Room(
        charts=False,
        details=False,
        passing=False,
        left_out="charts, details and services that need no attention",
    ),
    Room(
        charts=False,
        details=False,
        passing=False,
        sections=False,
        left_out="everything but the overview",
    ),
)


def within(limit: int, build: Callable[[Room], Iterator[str]]) -> str:
    """The page with the most that fits into `limit` bytes (hence characters)."""
    page = ""
    for room in _ROOMS:
        blocks = list(build(room))
        if room.left_out:
            blocks.append(_note(room.left_out))
        page = "\n\n".join(blocks) + "\n"
        if len(page.encode()) <= limit:
            return page
    return _cut(page, limit)


def _note(left_out: str) -> str:
    return f"_Shortened to fit this page: {left_out} left out._"


def _cut(page: str, limit: int) -> str:
    """Whole lines from the top, as many as fit above the note."""
    note = f"\n{_note('the rest')}\n"
    room = limit - len(note.encode())
    if room <= 0:
        return ""
    kept = page.encode()[:room].decode(errors="ignore")
    return f"{kept[: kept.rfind(chr(10)) + 1]}{note}"


def sections(
    services: Sequence[S],
    room: Room,
    title: Callable[[S], str],
    body: Callable[[S, bool], Iterator[str]],
) -> Iterator[str]:
    """A section for each service that needs attention; a lone service has the page to itself."""
    charts = CHARTS if room.charts else 0
    for service in services if room.sections else ():
        if len(services) != 1:
            if not labels.needs_attention(service):
                continue
            yield f"### {title(service)}"
        drawn = charts > 0 and isinstance(service.status, Status)
        charts -= drawn
        yield from body(service, drawn)
