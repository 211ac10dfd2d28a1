"""A budget report for terminals and CI logs: no decision, only how the budgets stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slogate.core import words
from slogate.core.model import Missing, Status
from slogate.core.verdict import BudgetReport, ServiceBudget
from slogate.reports import cells, labels
from slogate.reports.escape import for_terminal
from slogate.reports.layout import (
    DIM,
    GREEN,
    RED,
    WIDTH,
    YELLOW,
    Line,
    marked,
    page,
    pairs,
    section,
    shorten,
)
from slogate.reports.outlook import exhaustion
from slogate.reports.slo_table import burn_table, slo_table


def render_budget(report: BudgetReport, *, color: bool, verbose: bool = False) -> str:
    """The budgets as lines of at most eighty columns."""
    return page(_lines(report, verbose=verbose), color=color)


def _lines(report: BudgetReport, *, verbose: bool) -> Iterator[Line]:
    services = labels.worst_budgets(report.services)
    if len(services) != 1:
        yield from _overview(services)
    few = len(services) <= labels.LISTED_PASSES
    for service in services:
        if few or verbose or labels.needs_attention(service):
            if len(services) > 1:
                yield from (Line(), Line("─" * WIDTH, DIM))
            yield from _service(report, service, verbose=verbose)
    yield from (Line(), Line(f"as of {words.moment(report.evaluated_at)}", DIM))


def _overview(services: list[ServiceBudget]) -> Iterator[Line]:
    statuses = [labels.status_word(service.status) for service in services]
    what = f"{words.plural(len(services), 'service')}: {words.tally(statuses)}"
    yield Line(what, _style(services[0].status) if services else "")
    yield Line()
    listed = labels.listed(services)
    yield from _rows(listed)
    if len(listed) < len(services):
        yield Line(f"and {len(services) - len(listed):,} healthy, not listed", GREEN)


def _rows(services: Sequence[ServiceBudget]) -> Iterator[Line]:
    rows = [
        (
            labels.status_word(service.status).upper(),
            service.service,
            cells.left(labels.least_left(service.slos)),
            words.plural(len(service.slos), "SLO"),
        )
        for service in services
    ]
    headers = ("status", "service", "least left", "of")
    styles = (_style(service.status) for service in services)
    return marked(headers, rows, styles, shrink=(1,))


def _service(report: BudgetReport, service: ServiceBudget, *, verbose: bool) -> Iterator[Line]:
    label = labels.status_word(service.status).upper()
    name = shorten(for_terminal(service.service), WIDTH - len(label) - 2)
    yield Line(f"{label}  {name}", _style(service.status))
    yield Line()
    yield from map(Line, slo_table(service.slos))
    said = list(labels.reasons(service.slos))
    yield from section("Why", said)
    yield from pairs(exhaustion(report.evaluated_at, service.slos))
    checks = service.checks if verbose else labels.findings(service.checks, said)
    yield from section("Checks", map(labels.finding, checks))
    if verbose:
        yield from map(Line, burn_table(service.slos))


def _style(status: Status | Missing) -> str:
    if status is Status.HEALTHY:
        return GREEN
    mild = (Status.ATTENTION, Status.WARNING, Missing.NO_TRAFFIC)
    return YELLOW if status in mild else RED
