"""The pieces a markdown page is made of: tables, lists, folded details. Text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from slogate.core import words
from slogate.core.model import Missing, Status
from slogate.core.release import Likelihood, ReleaseRisk
from slogate.core.verdict import Check, Outcome, ServiceBudget, ServiceVerdict, SloReport
from slogate.reports import cells, labels, risk_words
from slogate.reports.chart import burn_down
from slogate.reports.escape import BREAK, for_markdown

_MARKS = {
    "approve": "✅",
    "review": "👀",
    "defer": "⏳",
    "block": "⛔",
    "no data": "❓",
    "could not measure": "🔌",
}
_DOTS: dict[Status | Missing | None, str] = {
    Status.HEALTHY: "🟢",
    Status.ATTENTION: "🟡",
    Status.WARNING: "🟠",
    Status.CRITICAL: "🔴",
    Status.EXHAUSTED: "⛔",
    Missing.NO_TRAFFIC: "⚪",
    Missing.NO_DATA: "❓",
    Missing.UNMEASURED: "🔌",
}
WARNING = "⚠️"
_OUTCOMES = {Outcome.PASS: "✅", Outcome.WARN: WARNING, Outcome.FAIL: "❌", Outcome.SKIP: "⚪"}
_SLI_HEADERS = ("SLO", "objective", "window", "SLI", "bad of allowed")


def mark(outcome: str) -> str:
    """The emoji of a decision, or of why there is none."""
    return _MARKS[outcome]


def dot(status: Status | Missing | None) -> str:
    """The emoji of a budget status."""
    return _DOTS.get(status, "")


def slo_table(slos: Iterable[SloReport]) -> str:
    """What matters of each SLO, in a table that a phone shows whole."""
    rows = [
        (narrow(slo.name), _slo_left(slo), cells.burn(slo).replace("in ", "in&nbsp;"))
        for slo in slos
    ]
    return table(("SLO", "budget left", "burn"), rows)


def healthy_table(services: Iterable[ServiceBudget]) -> str:
    """The same of several services whose status a heading gives."""
    rows = [
        (narrow(service.service), narrow(slo.name), f"**{_whole(cells.slo_left(slo))}**")
        for service in services
        for slo in service.slos
    ]
    return table(("service", "SLO", "budget left"), rows)


def joint_table(services: Iterable[ServiceVerdict] | Iterable[ServiceBudget]) -> str:
    """The SLOs of several services in one table."""
    rows = [
        (for_markdown(service.service), *_sli_row(slo), _slo_left(slo))
        for service in services
        for slo in service.slos
    ]
    return table(("service", *_SLI_HEADERS, "budget left"), rows)


def _slo_left(slo: SloReport) -> str:
    share = slo.budget.remaining if slo.budget else None
    return left(slo.status, share, f"{dot(slo.status)}&nbsp;")


def left(status: Status | Missing, share: float | None, sign: str = "") -> str:
    """`21.0 % 🟠 warning`, in two lines where the column is narrow."""
    said = sign + labels.status_word(status)
    shown = cells.left(share)
    # NOTE: where one SLO has no budget, what is left of the others says nothing of the service.
    known = isinstance(status, Status) and shown != cells.UNKNOWN
    return f"**{_whole(shown)}** {said}" if known else said


def section(name: str, sentences: Iterable[str]) -> Iterator[str]:
    """A titled list; nothing at all without sentences."""
    items = [f"- {for_markdown(sentence)}" for sentence in sentences]
    if items:
        yield f"**{name}**"
        yield "\n".join(items)


def pairs(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Labels with their sentences; one without a label goes on with the last."""
    text = ""
    for label, sentence in rows:
        start = ("<br>\n" if text else "") + f"**{label}** " if label else "; "
        text += start + for_markdown(sentence)
    if text:
        yield text


def evidence(slos: Sequence[SloReport], checks: Sequence[Check], *, chart: bool) -> str:
    """All that was measured, folded away: the chart, SLIs, burn rates and checks."""
    blocks = {}
    worst = labels.worst_slo(slos) if chart else None
    drawn = burn_down(worst.burn_down) if worst is not None else ""
    if worst is not None and drawn:
        name, window = for_markdown(worst.name), for_markdown(worst.window)
        blocks["burn-down"] = f"**Error budget of {name}** over {window}\n\n{drawn}"
    blocks["SLIs"] = _sli_table(slos)
    if any(slo.burn for slo in slos):
        blocks["burn rates"] = _burn_table(slos)
    if checks:
        blocks["checks"] = _check_table(checks)
    return folded(f"Evidence: {words.listing(list(blocks))}", "\n\n".join(blocks.values()))


def risk(risk: ReleaseRisk) -> Iterator[str]:
    """What made the score, folded away."""
    facts = "\n".join(f"- {for_markdown(sentence)}" for sentence in risk_words.brief(risk))
    tables = risk_tables(risk.likelihood) if risk.likelihood else ()
    title = "Risk: score, factors, commits" if risk.likelihood else "Risk"
    if facts:
        yield folded(title, "\n\n".join((facts, *tables)))


def risk_tables(known: Likelihood) -> Iterator[str]:
    """Factors and commits."""
    if known.factors:
        for headers, rows in (
            (risk_words.FACTORS, risk_words.rows(known)),
            (risk_words.CARRIERS, risk_words.carriers(known)),
        ):
            yield table(headers, [[for_markdown(cell) for cell in row] for row in rows])


def folded(summary: str, content: str) -> str:
    """Content behind a click."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def _sli_table(slos: Sequence[SloReport]) -> str:
    """With a column for what maintenance changes, where it changes anything."""
    if not any(cells.left_with_maintenance(slo) for slo in slos):
        return table(_SLI_HEADERS, map(_sli_row, slos))
    rows = [
        (*_sli_row(slo), cells.slo_left(slo), cells.left_with_maintenance(slo) or cells.UNKNOWN)
        for slo in slos
    ]
    return table((*_SLI_HEADERS, "left", "left if maintenance counted"), rows)


def _sli_row(slo: SloReport) -> tuple[str, ...]:
    return (
        for_markdown(slo.name),
        _whole(words.objective(slo.objective)),
        for_markdown(slo.window),
        _whole(cells.sli(slo)),
        cells.bad_events(slo).replace("of ", "of&nbsp;"),
    )


def _burn_table(slos: Iterable[SloReport]) -> str:
    rows = [
        (
            for_markdown(slo.name),
            f"{words.span(item.rule.long)} and&nbsp;{words.span(item.rule.short)}",
            f"{cells.rate(item.rate_long)} and&nbsp;{cells.rate(item.rate_short)}",
            f"{words.rate(item.rule.rate)} {item.rule.status.word}",
            "**yes**" if item.firing else "no",
        )
        for slo in slos
        for item in slo.burn
    ]
    return table(("SLO", "over", "burn rate", "threshold", "firing"), rows)


def _check_table(checks: Iterable[Check]) -> str:
    rows = [
        (
            _whole(f"{_OUTCOMES[check.outcome]} {check.outcome.value}"),
            for_markdown(f"{check.slo}, {check.name}" if check.slo else check.name),
            for_markdown(check.detail),
        )
        for check in checks
    ]
    return table(("outcome", "check", "detail"), rows)


def _whole(cell: str) -> str:
    """A cell of our own words that stays on one line."""
    return cell.replace(" ", "&nbsp;")


def narrow(name: str) -> str:
    """A name that may take several lines, so that the next columns stay in sight on a phone."""
    return re.sub(r"(\\_|\.)(?=\w)", rf"\1{BREAK}", for_markdown(name))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are markdown already."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
