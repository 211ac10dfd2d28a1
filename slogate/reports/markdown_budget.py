"""A budget report as a page for step summaries: no decision, only how the budgets stand."""

from __future__ import annotations

from collections.abc import Iterator

from slogate.core import words
from slogate.core.verdict import BudgetReport, ServiceBudget
from slogate.reports import labels
from slogate.reports import markdown_parts as parts
from slogate.reports.escape import for_markdown
from slogate.reports.markdown_page import LIMIT, Room, sections, within
from slogate.reports.outlook import exhaustion


def render_budget(report: BudgetReport, *, limit: int = LIMIT) -> str:
    """The page for a budget report, of at most `limit` bytes (hence characters)."""
    return within(limit, lambda room: _budgets(report, room))


def _budgets(report: BudgetReport, room: Room) -> Iterator[str]:
    services = labels.worst_budgets(report.services)
    several = len(services) != 1
    worst = services[0].status if services else None
    word = labels.status_word(worst) if worst is not None else "no services"
    subject = "" if several else f" — {for_markdown(services[0].service)}"
    yield f"## {parts.dot(worst)} slogate budget: {word}{subject}"
    if several:
        tally = words.tally([labels.status_word(service.status) for service in services])
        yield f"**{words.plural(len(services), 'service')}: {tally}**"
    yield from sections(
        services,
        room,
        lambda item: f"{parts.dot(item.status)} {for_markdown(item.service)}",
        lambda item, chart: _service_budget(report, item, room, chart=chart),
    )
    healthy = [service for service in services if not labels.needs_attention(service)]
    if several and healthy and room.passing:
        yield f"### {parts.dot(healthy[0].status)} healthy"
        yield parts.healthy_table(healthy)
        if room.details:
            summary = f"Evidence: SLIs of {words.plural(len(healthy), 'healthy service')}"
            yield parts.folded(summary, parts.joint_table(healthy))
    yield f"<sub>as of {words.moment(report.evaluated_at)}</sub>"


def _service_budget(
    report: BudgetReport, service: ServiceBudget, room: Room, *, chart: bool
) -> Iterator[str]:
    said = list(labels.reasons(service.slos))
    yield from parts.pairs(exhaustion(report.evaluated_at, service.slos))
    yield parts.slo_table(service.slos)
    yield from parts.section("Why", said)
    yield from parts.section("Checks", map(labels.finding, labels.findings(service.checks, said)))
    if room.details:
        yield parts.evidence(service.slos, service.checks, chart=chart)
