"""A verdict for terminals and CI logs: the decision first, then why, then what to do now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slogate.core import words
from slogate.core.failing import obeyed
from slogate.core.verdict import ServiceVerdict, Verdict
from slogate.reports import cells, labels
from slogate.reports.escape import for_terminal
from slogate.reports.layout import (
    BOLD,
    DIM,
    GREEN,
    MAGENTA,
    RED,
    WIDTH,
    YELLOW,
    Line,
    marked,
    page,
    pairs,
    paragraph,
    section,
    shorten,
    table,
)
from slogate.reports.outlook import clears_in, outlook
from slogate.reports.provenance import commit, policies
from slogate.reports.risk_words import brief
from slogate.reports.slo_table import burn_table, slo_table

_STYLES = {"approve": GREEN, "review": YELLOW, "defer": MAGENTA}
_APART = "   "


def render(verdict: Verdict, *, color: bool, verbose: bool = False) -> str:
    """The verdict as lines of at most eighty columns."""
    return page(_lines(verdict, verbose=verbose), color=color)


def evidence(verdict: Verdict) -> str:
    """Every check and burn rate, without the verdict, for where the log folds it away."""
    return page(_evidence(verdict), color=False)


def _evidence(verdict: Verdict) -> Iterator[Line]:
    for service in labels.worst_first(verdict.services):
        yield from section(service.service, map(labels.finding, service.checks))
        yield from map(Line, burn_table(service.slos))


def _lines(verdict: Verdict, *, verbose: bool) -> Iterator[Line]:
    services = labels.worst_first(verdict.services)
    several = len(services) != 1
    if several:
        yield from _overview(verdict, services)
        brief = [] if verbose else [s for s in services if not labels.needs_attention(s)]
        yield from section("Warnings", labels.warnings(brief))
    for service in services:
        if not several or verbose or labels.needs_attention(service):
            if several:
                yield from (Line(), Line("─" * WIDTH, DIM))
            yield from _service(verdict, service, verbose=verbose)
    yield Line()
    yield from _origin(verdict)


def _overview(verdict: Verdict, services: list[ServiceVerdict]) -> Iterator[Line]:
    yield from _summary(verdict, services)
    yield Line()
    listed = labels.listed(services)
    yield from _rows(verdict, listed)
    if len(listed) < len(services):
        yield Line(f"and {len(services) - len(listed):,} approved, not listed", GREEN)


def _summary(verdict: Verdict, services: list[ServiceVerdict]) -> Iterator[Line]:
    """`BLOCK  3 services: 1 block, 2 approve   exit 30`; many outcomes go below it."""
    # NOTE: where all of it is advice, the label says so for all of them.
    outcomes = [
        labels.outcome(service) if verdict.advise else labels.said(service) for service in services
    ]
    style = _style(labels.worst_first(obeyed(verdict.services))[0])
    start = f"{_label(verdict)}  {words.plural(len(services), 'service')}"
    tally, end = for_terminal(words.tally(outcomes)), f"{_APART}exit {verdict.exit_code}"
    if len(start) + 2 + len(tally) + len(end) <= WIDTH:
        yield Line(f"{start}: {tally}{end}", style)
        return
    yield Line(start + end, style)
    yield from paragraph(tally, style)


def _rows(verdict: Verdict, services: Sequence[ServiceVerdict]) -> Iterator[Line]:
    headers = ("decision", "service", "budget", "left", "risk", "clears")
    rows = [
        (
            labels.shouted(service),
            service.service,
            labels.status_word(service.status),
            cells.left(labels.least_left(service.slos)),
            service.risk.level.word,
            clears_in(verdict, service),
        )
        for service in services
    ]
    return marked(headers, rows, map(_style, services), shrink=(1, 5))


def _label(verdict: Verdict | ServiceVerdict) -> str:
    would = labels.would(verdict)
    return f"{'ADVICE: ' if would else ''}{would}{labels.outcome(verdict).upper()}"


def _style(service: ServiceVerdict) -> str:
    style = _STYLES.get(labels.outcome(service), RED)
    return YELLOW if style == GREEN and labels.waived(service) else style


def _headline(label: str, style: str, name: str, rest: tuple[str, ...]) -> Iterator[Line]:
    """`DEFER  checkout   warning budget x high risk   exit 20`, in two lines if too wide."""
    shown = for_terminal(name)
    whole = f"{label}  {_APART.join((shown, *rest))}"
    if len(whole) <= WIDTH:
        yield Line(whole, style)
        return
    yield Line(f"{label}  {shorten(shown, WIDTH - len(label) - 2)}", style)
    yield Line(f"  {_APART.join(rest)}", style)


def _service(verdict: Verdict, service: ServiceVerdict, *, verbose: bool) -> Iterator[Line]:
    label = f"{'ADVICE: ' if labels.would(service) else ''}{labels.shouted(service)}"
    rest = (labels.facts(service), f"exit {service.exit_code}")
    yield from _headline(label, _style(service), service.service, rest)
    first = labels.trace(service)
    for sentence in first:
        yield Line()
        yield from paragraph(sentence, BOLD)
    yield Line()
    yield from map(Line, slo_table(service.slos))
    if service.canary is not None:
        # NOTE: imported here, because few releases have a canary.
        from slogate.reports.canary import METRICS, arms, rows

        yield from (Line(), Line(for_terminal(arms(service.canary)), BOLD))
        yield from map(Line, table(METRICS, rows(service.canary), shrink=(0, 4)))
    at_ease = not labels.needs_attention(service) and labels.all_healthy(service.slos)
    said = () if at_ease and not verbose else service.rationale
    yield from section("Why", said[len(first) :])
    yield from section("Risk", () if at_ease and not verbose else brief(service.risk))
    yield from section("What must hold", service.conditions)
    yield from section("What you can do", service.alternatives)
    yield from pairs(outlook(verdict, service))
    checks = service.checks if verbose else labels.findings(service.checks, said)
    yield from section("Checks", map(labels.finding, checks))
    if verbose:
        yield from map(Line, burn_table(service.slos))


def _origin(verdict: Verdict) -> Iterator[Line]:
    """When and by which policies, and on a line of its own if need be by which configuration."""
    plural, names = policies(verdict)
    line = f"as of {words.moment(verdict.evaluated_at)}, {plural} {', '.join(names)}"
    line = for_terminal(line)
    if verdict.configuration is not None:
        ref, where = verdict.configuration.ref, for_terminal(commit(verdict.configuration.commit))
        start, end = "configuration of ", f" ({where})"
        told = f"{start}{for_terminal(ref)}{end}"
        if len(line) + 2 + len(told) <= WIDTH:
            line += f", {told}"
        else:
            yield Line(line, DIM)
            line = start + shorten(for_terminal(ref), WIDTH - len(start) - len(end)) + end
    yield Line(line, DIM)
