"""The pieces a markdown page is made of: tables, lists, folded details. Text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slogate.core import words
from slogate.core.model import Missing, Status
from slogate.core.verdict import Check, Outcome, ServiceBudget, ServiceVerdict, SloReport, Verdict
from slogate.reports import labels
from slogate.reports.chart import burn_down as chart
from slogate.reports.escape import code, for_markdown

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
_OUTCOMES = {Outcome.PASS: "✅", Outcome.WARN: "⚠️", Outcome.FAIL: "❌", Outcome.SKIP: "⚪"}
_SLO_HEADERS = (
    *("SLO", "status", "objective", "SLI", "window", "budget left"),
    *("bad of allowed", "burn"),
)


def mark(outcome: str) -> str:
    """The emoji of a decision, or of why there is none."""
    return _MARKS[outcome]


def dot(status: Status | Missing | None) -> str:
    """The emoji of a budget status."""
    return _DOTS.get(status, "")


def title(verdict: Verdict, service: ServiceVerdict) -> str:
    """`would be defer — checkout`."""
    outcome = labels.outcome(service)
    would = "would be " if verdict.advise and outcome not in labels.STOPS.values() else ""
    return f"{would}{outcome} — {for_markdown(service.service)}"


def overview(verdict: Verdict, services: Sequence[ServiceVerdict], *, passing: bool) -> str:
    """One row per service, worst first; many or unwanted approvals are only counted."""
    listed = [service for service in services if labels.needs_attention(service)]
    others = len(services) - len(listed)
    if passing and others <= labels.LISTED_PASSES:
        listed, others = list(services), 0
    decision = "would be" if verdict.advise else "decision"
    headers = (decision, "service", "budget", "risk", "least left", "clears if quiet")
    rows = [_overview_row(verdict, service) for service in listed]
    counted = f"\n\n{mark('approve')} {others:,} approved, not listed" if others else ""
    return f"{_table(headers, rows) if rows else ''}{counted}".strip()


def _overview_row(verdict: Verdict, service: ServiceVerdict) -> tuple[str, ...]:
    outcome = labels.outcome(service)
    clears = service.clearance.without_errors
    return (
        _whole(f"{mark(outcome)} {outcome}"),
        for_markdown(service.service),
        _whole(f"{dot(service.status)} {labels.status_word(service.status)}"),
        service.risk.level.word,
        _whole(labels.left(labels.least_left(service.slos))),
        words.relative(clears - verdict.evaluated_at) if clears is not None else "",
    )


def slo_table(slos: Iterable[SloReport]) -> str:
    """One row per SLO."""
    return _table(_SLO_HEADERS, [_slo_row(slo) for slo in slos])


def joint_table(services: Iterable[ServiceVerdict] | Iterable[ServiceBudget]) -> str:
    """The SLOs of several services in one table."""
    rows = [
        (for_markdown(service.service), *row[:6])
        for service in services
        for row in map(_slo_row, service.slos)
    ]
    return _table(("service", *_SLO_HEADERS[:6]), rows)


def _slo_row(slo: SloReport) -> tuple[str, ...]:
    left = labels.slo_left(slo)
    return (
        for_markdown(slo.name),
        _whole(f"{dot(slo.status)} {labels.status_word(slo.status)}"),
        _whole(words.objective(slo.objective)),
        _whole(labels.sli(slo)),
        for_markdown(slo.window),
        f"**{_whole(left)}**" if left != labels.UNKNOWN else left,
        labels.bad_events(slo).replace("of ", "of&nbsp;"),
        _whole(labels.burn(slo)),
    )


def section(name: str, sentences: Iterable[str]) -> Iterator[str]:
    """A titled list; nothing at all without sentences."""
    items = [f"- {for_markdown(sentence)}" for sentence in sentences]
    if items:
        yield f"**{name}**"
        yield "\n".join(items)


def outlook(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Labels with their sentences; one without a label goes on with the last."""
    text = ""
    for label, sentence in pairs:
        start = ("<br>\n" if text else "") + f"**{label}** " if label else "; "
        text += start + for_markdown(sentence)
    if text:
        yield text


def burn_down(slos: Sequence[SloReport]) -> Iterator[str]:
    """The chart of the SLO that stands worst, under its name."""
    worst = labels.worst_slo(slos)
    drawn = chart(worst.burn_down) if worst is not None else ""
    if worst is not None and drawn:
        yield f"**Error budget of {for_markdown(worst.name)}** over {for_markdown(worst.window)}"
        yield drawn


def details(slos: Sequence[SloReport]) -> Iterator[str]:
    """Burn rates and checks, folded away."""
    checks = [check for slo in slos for check in slo.checks]
    blocks = []
    if any(slo.burn for slo in slos):
        blocks.append(_burn_table(slos))
    if checks:
        blocks.append(_check_table(checks))
    if blocks:
        yield folded("Burn rates and checks", "\n\n".join(blocks))


def folded(summary: str, content: str) -> str:
    """Content behind a click."""
    return f"<details><summary>{summary}</summary>\n\n{content}\n\n</details>"


def _burn_table(slos: Iterable[SloReport]) -> str:
    headers = ("SLO", "over", "burn rate", "and over", "burn rate", "threshold", "means", "firing")
    rows = [
        (
            for_markdown(slo.name),
            words.span(item.rule.long),
            labels.rate(item.rate_long),
            words.span(item.rule.short),
            labels.rate(item.rate_short),
            words.rate(item.rule.rate),
            item.rule.status.word,
            "**yes**" if item.firing else "no",
        )
        for slo in slos
        for item in slo.burn
    ]
    return _table(headers, rows)


def _check_table(checks: Iterable[Check]) -> str:
    rows = [
        (
            _whole(f"{_OUTCOMES[check.outcome]} {check.outcome.value}"),
            for_markdown(check.slo or ""),
            for_markdown(check.name),
            for_markdown(check.detail),
        )
        for check in checks
    ]
    return _table(("outcome", "SLO", "check", "detail"), rows)


def _whole(cell: str) -> str:
    """A cell of our own words that stays on one line."""
    return cell.replace(" ", "&nbsp;")


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def origin(verdict: Verdict) -> str:
    """When and by which policies it was decided."""
    policies = dict.fromkeys(service.policy for service in verdict.services)
    plural = "policy" if len(policies) == 1 else "policies"
    named = ", ".join(map(code, policies))
    return f"<sub>as of {words.moment(verdict.evaluated_at)} · {plural} {named}</sub>"
