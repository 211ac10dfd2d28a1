"""Lines of a terminal report: sections, label columns and tables, eighty columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from slogate.core import words
from slogate.reports.escape import for_terminal

WIDTH = 80
GREEN, YELLOW, MAGENTA, RED, BOLD, DIM = "1;32", "1;33", "1;35", "1;31", "1", "2"
BAR_CELLS = 10
_LABEL = 11
_GAP = 2
_ELLIPSIS = "…"
_UNBROKEN = "\u00a0%"
"""A number keeps its percent sign: textwrap breaks lines at ASCII spaces only."""


@dataclass(frozen=True)
class Line:
    """One line of output; the style covers its first `reach` characters, or all of it."""

    text: str = ""
    style: str = ""
    reach: int | None = None


def page(lines: Iterable[Line], *, color: bool, width: int = WIDTH) -> str:
    """The finished text; what is longer than `width` is cut."""
    return "".join(
        f"{_painted(line, width) if color else _fitted(line.text, width)}\n" for line in lines
    )


def _painted(line: Line, width: int) -> str:
    text = _fitted(line.text, width)
    if not line.style or not text:
        return text
    return (
        f"\x1b[{line.style}m{text[: line.reach]}\x1b[0m{text[line.reach :] if line.reach else ''}"
    )


def _fitted(text: str, width: int) -> str:
    # NOTE: where wrapping put `::` at the start of a line, a CI runner would read a command.
    if text.lstrip().startswith("::"):
        text = text.replace("::", ": :", 1)
    return words.cut(text, width)


def shorten(text: str, width: int) -> str:
    """Cut in the middle, since names differ at their ends."""
    if len(text) <= width:
        return text
    head = width // 2
    tail = width - head - 1
    return f"{text[:head]}{_ELLIPSIS}{text[len(text) - tail :]}" if width > 1 else _ELLIPSIS


def section(title: str, sentences: Iterable[str]) -> Iterator[Line]:
    """A titled list, wrapped; nothing at all without sentences."""
    items = [for_terminal(sentence) for sentence in sentences]
    if not items:
        return
    yield Line()
    yield Line(title, BOLD)
    for item in items:
        yield from map(Line, wrapped(item, "  - ", "    "))


def paragraph(text: str, style: str = "") -> Iterator[Line]:
    """One sentence by itself, wrapped."""
    yield from (Line(line, style) for line in wrapped(for_terminal(text)))


def pairs(rows: Iterable[tuple[str, str]]) -> Iterator[Line]:
    """Sentences beside their labels."""
    for index, (label, sentence) in enumerate(rows):
        if index == 0:
            yield Line()
        texts = wrapped(for_terminal(sentence), label.ljust(_LABEL), " " * _LABEL)
        yield Line(texts[0], BOLD if label else "", len(label))
        yield from map(Line, texts[1:])


def wrapped(text: str, first: str = "", following: str = "") -> list[str]:
    """Lines of at most eighty columns, with what the first and what the others begin with."""
    lines = textwrap.wrap(
        text.replace(" %", _UNBROKEN),
        WIDTH,
        initial_indent=first,
        subsequent_indent=following,
        break_on_hyphens=False,
    )
    return [line.replace(_UNBROKEN, " %") for line in lines] or [first.rstrip()]


def bar(share: float) -> str:
    """Ten cells of budget; what is left of it never looks like none, nor overspent like empty."""
    if share < 0:
        return "overspent".ljust(BAR_CELLS)
    cells = min(BAR_CELLS, max(round(share * BAR_CELLS), 1 if share > 0 else 0))
    return "█" * cells + "░" * (BAR_CELLS - cells)


def table(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    shrink: Sequence[int],
    wrap: bool = False,
) -> list[str]:
    """A table whose columns `shrink`, in that order, give way when it is too wide.

    They are cut in the middle, or wrapped.
    """
    # NOTE: imported here, for it costs more than all else that a report needs.
    from tabulate import tabulate

    fitted = _filled if wrap else shorten
    cells = _narrowed(
        [[for_terminal(cell) for cell in row] for row in rows], headers, shrink, fitted
    )
    text = tabulate(
        cells,
        headers=list(headers),
        tablefmt="simple",
        disable_numparse=True,
        colalign=["left"] * len(headers),
    )
    return [line.rstrip() for line in text.splitlines()]


def marked(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    styles: Iterable[str],
    *,
    shrink: Sequence[int],
) -> Iterator[Line]:
    """A table in which the first cell of each row has a style; nothing without rows."""
    lines = table(headers, rows, shrink=shrink) if rows else []
    yield from map(Line, lines[:2])
    for line, row, style in zip(lines[2:], rows, styles, strict=True):
        yield Line(line, style, len(row[0]))


def _narrowed(
    rows: list[list[str]],
    headers: Sequence[str],
    shrink: Sequence[int],
    fitted: Callable[[str, int], str],
) -> list[list[str]]:
    # NOTE: tabulate leaves two more columns below each header than the header needs.
    least = [len(header) + _GAP for header in headers]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths = [max(pair) for pair in zip(least, widths, strict=True)]
    for column in shrink:
        excess = max(0, sum(widths) + _GAP * (len(widths) - 1) - WIDTH)
        widths[column] = max(least[column], widths[column] - excess)
    return [[fitted(cell, widths[at]) for at, cell in enumerate(row)] for row in rows]


def _filled(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_on_hyphens=False)
