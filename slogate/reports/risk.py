"""The risk of a release by itself, as text, markdown and JSON (`slogate/risk/1`)."""

from __future__ import annotations

from collections.abc import Iterator

from slogate.core.model import Risk
from slogate.core.release import ReleaseRisk
from slogate.reports import Formats, risk_words
from slogate.reports import markdown_parts as parts
from slogate.reports.escape import for_markdown
from slogate.reports.json_risk import risk_object
from slogate.reports.json_text import json_text
from slogate.reports.layout import (
    GREEN,
    RED,
    YELLOW,
    Line,
    page,
    pairs,
    section,
    table,
)
from slogate.reports.risk_words import CARRIERS, FACTORS, carriers, rows

_STYLES = {Risk.LOW: GREEN, Risk.MEDIUM: YELLOW, Risk.HIGH: RED}


def render(name: str, risk: ReleaseRisk, *, color: bool = False) -> str:
    """The report in the format of that name; it ends with a newline."""
    return Formats(
        text=lambda: page(_lines(risk), color=color),
        markdown=lambda: "\n\n".join(_blocks(risk)) + "\n",
        json=lambda: json_text({"schema": "slogate/risk/1", **risk_object(risk)}),
    ).made(name)


def _lines(risk: ReleaseRisk) -> Iterator[Line]:
    yield Line("   ".join(risk_words.headline(risk)), _STYLES[risk.level])
    yield from pairs(risk_words.facts(risk))
    known = risk.likelihood
    if known is not None and known.factors:
        yield Line()
        yield from map(Line, table(FACTORS, rows(known), shrink=(3,), wrap=True))
        yield Line()
        yield from map(Line, table(CARRIERS, carriers(known), shrink=(3,)))
    yield from section("What would lower it", risk.lowering)
    yield from section("What must hold", map(str, risk.safeguards))
    yield from section("To know", risk.notes)


def _blocks(risk: ReleaseRisk) -> Iterator[str]:
    sign = {Risk.LOW: "🟢", Risk.MEDIUM: "🟡", Risk.HIGH: "🔴"}[risk.level]
    yield f"## {sign} {for_markdown(' · '.join(risk_words.headline(risk)))}"
    yield from parts.pairs(risk_words.facts(risk))
    yield from parts.section("What would lower it", risk.lowering)
    yield from parts.section("What must hold", map(str, risk.safeguards))
    yield from parts.risk_tables(known) if (known := risk.likelihood) else ()
    yield from parts.section("To know", risk.notes)
