"""The tables of a terminal report: SLOs with their budgets, and burn rates by rule."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from slogate.core import words
from slogate.core.verdict import SloReport
from slogate.reports import cells, labels
from slogate.reports.escape import for_terminal
from slogate.reports.layout import WIDTH, bar, shorten, table


def slo_table(slos: Sequence[SloReport]) -> list[str]:
    """One row per SLO; the objective stands with its window, but for a time zone.

    Below it stands what maintenance changes.
    """
    headers = ("SLO", "objective", "SLI", "budget left", "burn", "status")
    rows = [
        (
            slo.name,
            f"{words.objective(slo.objective)} {slo.window.partition(',')[0]}",
            cells.sli(slo),
            _left(slo),
            cells.burn(slo),
            labels.status_word(slo.status),
        )
        for slo in slos
    ]
    return [*table(headers, rows, shrink=(1, 0)), *_maintained(slos)]


def _maintained(slos: Sequence[SloReport]) -> Iterator[str]:
    """What would be left of each budget of which maintenance was left out."""
    for slo in slos:
        if left := cells.left_with_maintenance(slo):
            said = f": {left} left if maintenance counted"
            yield shorten(for_terminal(slo.name), WIDTH - len(said)) + said


def _left(slo: SloReport) -> str:
    share = slo.budget.remaining if slo.budget else None
    if share is None or not math.isfinite(share):
        return cells.UNKNOWN
    return f"{bar(share)} {cells.left(share):>7}"


def burn_table(slos: Sequence[SloReport]) -> Iterator[str]:
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
        yield from table(headers, rows, shrink=(0, 2, 1))
