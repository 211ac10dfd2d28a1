"""The tables of a terminal report: SLOs with their budgets, and burn rates by rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from slogate.core import words
from slogate.core.verdict import SloReport
from slogate.reports import cells, labels
from slogate.reports.escape import for_terminal
from slogate.reports.layout import bar, shorten, table

_ALL = ("SLO", "objective", "SLI", "budget left", "burn", "status")
_FEW = ("SLO", "objective", "budget left", "status")
_ROOM_FOR_ALL = 72


def slo_table(slos: Sequence[SloReport], width: int) -> list[str]:
    """One row per SLO; the objective stands with its window, but for a time zone.

    A narrow table has fewer columns. Below it stands what maintenance changes.
    """
    wide = width >= _ROOM_FOR_ALL
    headers = _ALL if wide else _FEW
    named = [_cells(slo, bars=wide) for slo in slos]
    rows = [[row[header] for header in headers] for row in named]
    return [*table(headers, rows, width, shrink=(1, 0)), *_maintained(slos, width)]


def _maintained(slos: Sequence[SloReport], width: int) -> Iterator[str]:
    """What would be left of each budget of which maintenance was left out."""
    for slo in slos:
        if left := cells.left_with_maintenance(slo):
            said = f": {left} left if maintenance counted"
            yield shorten(for_terminal(slo.name), width - len(said)) + said


def _cells(slo: SloReport, *, bars: bool) -> dict[str, str]:
    return {
        "SLO": slo.name,
        "objective": f"{words.objective(slo.objective)} {slo.window.partition(',')[0]}",
        "SLI": cells.sli(slo),
        "budget left": _left(slo, bars=bars),
        "burn": cells.burn(slo),
        "status": labels.status_word(slo.status),
    }


def _left(slo: SloReport, *, bars: bool) -> str:
    share = slo.budget.remaining if slo.budget else None
    if share is None or not math.isfinite(share):
        return cells.UNKNOWN
    return f"{bar(share)} {cells.left(share):>7}" if bars else cells.left(share)


def burn_table(slos: Sequence[SloReport], width: int) -> Iterator[str]:
    """Every burn rule of every SLO beside what was measured, under a blank line."""
    headers = ("SLO", "windows", "rates", "threshold", "means", "firing")
    rows = [
        (
            slo.name,
            f"{words.span(item.rule.long)} & {words.span(item.rule.short)}",
            f"{cells.rate(item.rate_long)} & {cells.rate(item.rate_short)}",
            words.rate(item.rule.rate),
            item.rule.status.word,
            "yes" if item.firing else "no",
        )
        for slo in slos
        for item in slo.burn
    ]
    if rows:
        yield ""
        yield from table(headers, rows, width, shrink=(0, 2, 1))
