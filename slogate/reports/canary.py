"""A judged canary by itself, as text and markdown."""

from __future__ import annotations

from collections.abc import Iterator

from slogate.core import words
from slogate.core.arms import Outcome, Series
from slogate.core.canary import MetricVerdict
from slogate.core.canary_report import CanaryReport
from slogate.core.canary_words import headline, number, sentence
from slogate.reports import Formats, json_canary
from slogate.reports import markdown_parts as parts
from slogate.reports.chart import two_lines
from slogate.reports.escape import for_markdown, for_terminal
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

METRICS = ("metric", "baseline", "canary", "change", "bounds", "verdict")
_STYLES = {Outcome.PASS: GREEN, Outcome.INCONCLUSIVE: YELLOW, Outcome.FAIL: RED}
_SIGNS = {Outcome.PASS: "🟢", Outcome.INCONCLUSIVE: "🟡", Outcome.FAIL: "🔴"}
_CHARTS = 3


def render(name: str, report: CanaryReport, *, color: bool = False) -> str:
    """The report in the format of that name; it ends with a newline."""
    return Formats(
        text=lambda: page(_lines(report), color=color),
        markdown=lambda: "\n\n".join(blocks(report)) + "\n",
        json=lambda: json_canary.render(report),
    ).made(name)


def _title(report: CanaryReport) -> tuple[str, ...]:
    outcome = report.verdict.outcome.value.upper()
    of = f"canary of {report.service}" if report.service else "canary"
    phase = (f"phase {report.phase}",) if report.phase else ()
    return (
        f"{outcome}  {of}",
        *phase,
        f"{report.verdict.recommendation}",
        f"exit {report.exit_code}",
    )


def facts(report: CanaryReport) -> Iterator[tuple[str, str]]:
    """What was compared, and what follows."""
    yield "Arms", f"{report.canary} against {report.baseline}"
    if report.start is not None and report.end is not None:
        long = words.span(report.end - report.start)
        yield "Time", f"{words.moment(report.start)} to {words.moment(report.end)} ({long})"
    yield "Verdict", headline(report.verdict)
    yield "Means", f"{report.decision.word}; {report.verdict.recommendation}"
    if report.unfinished:
        yield "Ended", report.unfinished


def _notes(report: CanaryReport) -> tuple[str, ...]:
    critical = any(one.policy.critical for one in report.verdict.metrics)
    return (*report.notes, *(("* critical: nothing passes without it",) if critical else ()))


def arms(report: CanaryReport) -> str:
    """What was compared, and what came of it, in one line."""
    verdict = report.verdict
    return f"Canary: {verdict.outcome.value} ({report.canary} against {report.baseline})"


def details(report: CanaryReport) -> str:
    """For the page of the gate: the table and the charts, folded away."""
    cells = [[for_markdown(cell) for cell in row] for row in rows(report)]
    title = f"Canary: {report.verdict.outcome.value}, {words.plural(len(cells), 'metric')}"
    return parts.folded(title, "\n\n".join((parts.table(METRICS, cells), *drawn(report))))


def rows(report: CanaryReport) -> list[tuple[str, ...]]:
    """A row for each metric, the worst first."""
    order = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)
    ranked = sorted(report.verdict.metrics, key=lambda one: order.index(one.outcome))
    return [_row(one) for one in ranked]


def _row(one: MetricVerdict) -> tuple[str, ...]:
    found, unit = one.judgement, one.policy.unit
    centers = [number(arm.center, unit) for arm in (found.baseline, found.canary)]
    # NOTE: what is over its limit is always of high severity; both words would take a column.
    mark = "over limit" if one.over_limit else one.severity.word if one.severity.value else ""
    outcome = one.outcome.value + (f" ({mark})" if mark else "")
    name = f"{one.policy.name}{' *' if one.policy.critical else ''}"
    return (name, *centers, _percent(found.ratio), _bounds(found.low, found.high), outcome)


def _percent(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return f"{ratio:.3g}x" if ratio >= 3 else f"{(ratio - 1) * 100:+.1f} %"


def _bounds(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{_percent(low) or '?'} .. {_percent(high) or '?'}"


def _lines(report: CanaryReport) -> Iterator[Line]:
    yield Line(for_terminal("   ".join(_title(report))), _STYLES[report.verdict.outcome])
    yield from pairs(facts(report))
    yield Line()
    yield from map(Line, table(METRICS, rows(report), shrink=(0, 4)))
    yield from section("Why", map(sentence, _telling(report)))
    yield from section("To know", _notes(report))


def blocks(report: CanaryReport) -> Iterator[str]:
    """The blocks of the markdown page."""
    sign = _SIGNS[report.verdict.outcome]
    yield f"## {sign} {for_markdown(' · '.join(_title(report)))}"
    yield from parts.pairs(facts(report))
    yield parts.table(METRICS, [[for_markdown(cell) for cell in row] for row in rows(report)])
    yield from parts.section("Why", map(sentence, _telling(report)))
    if content := drawn(report):
        yield parts.folded("Both versions over time", "\n\n".join(content))
    yield from parts.section("To know", _notes(report))


def drawn(report: CanaryReport) -> list[str]:
    """Both arms over time, of the metrics that decided."""
    charts = [
        (one, two_lines(one.measured.baseline, one.measured.canary))
        for one in _telling(report)[:_CHARTS]
        if isinstance(one.measured.baseline, Series) and isinstance(one.measured.canary, Series)
    ]
    # NOTE: a summary is HTML, in which the name would show its backslashes.
    return [
        f"**{for_markdown(one.policy.name)}** (canary orange, baseline grey)\n\n{chart}"
        for one, chart in charts
        if chart
    ]


def _telling(report: CanaryReport) -> list[MetricVerdict]:
    """All metrics, those that decided first."""
    outcome = report.verdict.outcome
    return sorted(report.verdict.metrics, key=lambda one: one.outcome is not outcome)
