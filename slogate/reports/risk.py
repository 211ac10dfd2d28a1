"""The risk of a release by itself, as text, markdown and JSON (`slogate/risk/1`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slogate.core.model import Risk
from slogate.core.release import ReleaseRisk
from slogate.reports import risk_words
from slogate.reports.escape import for_markdown
from slogate.reports.json_risk import risk_object
from slogate.reports.json_text import json_text
from slogate.reports.layout import (
    GREEN,
    MAX_WIDTH,
    RED,
    YELLOW,
    Line,
    page,
    pairs,
    section,
    table,
)
from slogate.reports.markdown_parts import outlook, risk_tables
from slogate.reports.markdown_parts import section as markdown_section
from slogate.reports.risk_words import CARRIERS, FACTORS, carriers, rows

_STYLES = {Risk.LOW: GREEN, Risk.MEDIUM: YELLOW, Risk.HIGH: RED}


def render(name: str, risk: ReleaseRisk, *, color: bool = False) -> str:
    """The report in the format of that name; it ends with a newline."""
    formats: dict[str, Callable[[], str]] = {
        "text": lambda: page(_lines(risk), color=color, width=MAX_WIDTH),
        "markdown": lambda: "\n\n".join(_blocks(risk)) + "\n",
        "json": lambda: json_text({"schema": "slogate/risk/1", **risk_object(risk)}),
    }
    return formats[name]()


def _lines(risk: ReleaseRisk) -> Iterator[Line]:
    yield Line("   ".join(risk_words.headline(risk)), _STYLES[risk.level])
    yield from pairs(risk_words.facts(risk), MAX_WIDTH)
    known = risk.likelihood
    if known is not None and known.factors:
        yield Line()
        yield from map(Line, table(FACTORS, rows(known), MAX_WIDTH, shrink=(3,), wrap=True))
        yield Line()
        yield from map(Line, table(CARRIERS, carriers(known), MAX_WIDTH, shrink=(3,)))
    yield from section("What would lower it", risk.lowering, MAX_WIDTH)
    yield from section("What must hold", map(str, risk.safeguards), MAX_WIDTH)
    yield from section("To know", risk.notes, MAX_WIDTH)


def _blocks(risk: ReleaseRisk) -> Iterator[str]:
    sign = {Risk.LOW: "🟢", Risk.MEDIUM: "🟡", Risk.HIGH: "🔴"}[risk.level]
    yield f"## {sign} {for_markdown(' · '.join(risk_words.headline(risk)))}"
    yield from outlook(risk_words.facts(risk))
    yield from markdown_section("What would lower it", risk.lowering)
    yield from markdown_section("What must hold", map(str, risk.safeguards))
    yield from risk_tables(known) if (known := risk.likelihood) else ()
    yield from markdown_section("To know", risk.notes)
