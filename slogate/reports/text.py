"""A verdict for terminals and CI logs: the decision first, then why, then what to do now."""

from __future__ import annotations

from collections.abc import Iterator

from slogate.core import words
from slogate.core.verdict import ServiceVerdict, Verdict
from slogate.reports import labels
from slogate.reports.escape import for_terminal
from slogate.reports.layout import (
    BOLD,
    DIM,
    GREEN,
    MAGENTA,
    MAX_WIDTH,
    MIN_WIDTH,
    RED,
    YELLOW,
    Line,
    page,
    pairs,
    section,
    shorten,
    table,
)
from slogate.reports.risk_words import brief
from slogate.reports.slo_table import burn_table, slo_table

_STYLES = {"approve": GREEN, "review": YELLOW, "defer": MAGENTA}
_APART = "   "


def render(verdict: Verdict, *, color: bool, width: int = MAX_WIDTH, verbose: bool = False) -> str:
    """The verdict as lines of at most `width` (50 to 80) columns."""
    width = max(MIN_WIDTH, min(width, MAX_WIDTH))
    return page(_lines(verdict, width, verbose=verbose), color=color, width=width)


def evidence(verdict: Verdict) -> str:
    """Every check and burn rate, without the verdict, for where the log folds it away."""
    return page(_evidence(verdict, MAX_WIDTH), color=False, width=MAX_WIDTH)


def _evidence(verdict: Verdict, width: int) -> Iterator[Line]:
    for service in labels.worst_first(verdict.services):
        yield from section(service.service, map(labels.finding, service.checks), width)
        yield from map(Line, burn_table(service.slos, width))


def _lines(verdict: Verdict, width: int, *, verbose: bool) -> Iterator[Line]:
    services = labels.worst_first(verdict.services)
    several = len(services) != 1
    if several:
        yield from _overview(verdict, services, width)
        brief = [] if verbose else [s for s in services if not labels.needs_attention(s)]
        yield from section("Warnings", labels.warnings(brief), width)
    for service in services:
        if not several or verbose or labels.needs_attention(service):
            if several:
                yield from (Line(), Line("─" * width, DIM))
            yield from _service(verdict, service, width, verbose=verbose)
    yield from (Line(), Line(_origin(verdict, services), DIM))


def _overview(verdict: Verdict, services: list[ServiceVerdict], width: int) -> Iterator[Line]:
    outcomes = [labels.outcome(service) for service in services]
    what = f"{words.plural(len(services), 'service')}: {words.tally(outcomes)}"
    yield from _headline(
        _decision(labels.outcome(verdict), advise=verdict.advise),
        what,
        (f"exit {verdict.exit_code}",),
        width,
    )
    yield Line()
    listed = [service for service in services if labels.needs_attention(service)]
    if len(services) - len(listed) <= labels.LISTED_PASSES:
        listed = services
    yield from _rows(verdict, listed, width)
    if len(listed) < len(services):
        yield Line(f"and {len(services) - len(listed):,} approved, not listed", GREEN)


def _rows(verdict: Verdict, services: list[ServiceVerdict], width: int) -> Iterator[Line]:
    decision = "would be" if verdict.advise else "decision"
    headers = (decision, "service", "budget", "risk", "least left", "clears if quiet")
    rows = [
        (
            labels.outcome(service).upper(),
            service.service,
            labels.status_word(service.status),
            service.risk.level.word,
            labels.left(labels.least_left(service.slos)),
            _clears(verdict.evaluated_at, service),
        )
        for service in services
    ]
    lines = table(headers, rows, width, shrink=(1,)) if rows else []
    yield from map(Line, lines[:2])
    for line, row in zip(lines[2:], rows, strict=True):
        yield Line(line, _STYLES.get(row[0].lower(), RED), len(row[0]))


def _clears(at: int, service: ServiceVerdict) -> str:
    clears = service.clearance.without_errors
    return words.relative(clears - at) if clears is not None else ""


def _decision(outcome: str, *, advise: bool) -> str:
    stopped = outcome in labels.STOPS.values()
    return f"ADVICE: would be {outcome.upper()}" if advise and not stopped else outcome.upper()


def _headline(label: str, name: str, rest: tuple[str, ...], width: int) -> Iterator[Line]:
    """`DEFER  checkout   warning budget x high risk   exit 20`, in two lines if too wide."""
    style = _STYLES.get(label.rsplit(" ", 1)[-1].lower(), RED)
    shown = for_terminal(name)
    whole = f"{label}  {_APART.join((shown, *rest))}"
    if len(whole) <= width:
        yield Line(whole, style)
        return
    yield Line(f"{label}  {shorten(shown, width - len(label) - 2)}", style)
    yield Line(f"  {_APART.join(rest)}", style)


def _service(
    verdict: Verdict, service: ServiceVerdict, width: int, *, verbose: bool
) -> Iterator[Line]:
    label = _decision(labels.outcome(service), advise=verdict.advise)
    rest = (labels.facts(service), f"exit {service.exit_code}")
    yield from _headline(label, service.service, rest, width)
    yield Line()
    yield from map(Line, slo_table(service.slos, width))
    if service.canary is not None:
        # NOTE: imported here, because few releases have a canary.
        from slogate.reports.canary import METRICS, arms, rows

        yield from (Line(), Line(for_terminal(arms(service.canary)), BOLD))
        yield from map(Line, table(METRICS, rows(service.canary), width, shrink=(0, 4)))
    at_ease = not labels.needs_attention(service) and labels.all_healthy(service.slos)
    said = () if at_ease and not verbose else service.rationale
    yield from section("Why", said, width)
    yield from section("Risk", () if at_ease and not verbose else brief(service.risk), width)
    yield from section("What must hold", service.conditions, width)
    yield from section("What you can do", service.alternatives, width)
    yield from pairs(labels.outlook(verdict.evaluated_at, service), width)
    checks = service.checks if verbose else labels.findings(service.checks, said)
    yield from section("Checks", map(labels.finding, checks), width)
    if verbose:
        yield from map(Line, burn_table(service.slos, width))


def _origin(verdict: Verdict, services: list[ServiceVerdict]) -> str:
    policies = list(dict.fromkeys(for_terminal(service.policy) for service in services))
    plural = "policy" if len(policies) == 1 else "policies"
    return f"as of {words.moment(verdict.evaluated_at)}, {plural} {', '.join(policies)}"
