"""A page for step summaries and comments of GitHub and GitLab: decision, reason, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from slogate.core import words
from slogate.core.model import Change, Status
from slogate.core.verdict import BudgetReport, ServiceBudget, ServiceVerdict, Verdict
from slogate.reports import labels
from slogate.reports import markdown_parts as parts
from slogate.reports.escape import code, for_markdown

LIMIT = 1_000_000
CHARTS = 3
S = TypeVar("S", ServiceVerdict, ServiceBudget)
_NAMED = 3
_URL = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?(/[\w.~/%?=+:#-]*)?", re.ASCII | re.IGNORECASE)
_LONGEST_URL = 1_000


@dataclass(frozen=True)
class Room:
    """What there is room for, beside what must be there."""

    charts: bool = True
    details: bool = True
    passing: bool = True
    sections: bool = True
    left_out: str = ""


# NOTE: from the page with everything to the one with the decisions only: what matters least goes
# first.
_ROOMS = (
    Room(),
    Room(charts=False, left_out="charts"),
    Room(charts=False, details=False, left_out="charts and details"),
    Room(
        charts=False,
        details=False,
        passing=False,
        left_out="charts, details and services that need no attention",
    ),
    Room(
        charts=False,
        details=False,
        passing=False,
        sections=False,
        left_out="everything but the overview",
    ),
)


def render(verdict: Verdict, *, limit: int = LIMIT) -> str:
    """The page for a verdict, of at most `limit` bytes (hence characters)."""
    return _within(limit, lambda room: _verdict(verdict, room))


def render_budget(report: BudgetReport, *, limit: int = LIMIT) -> str:
    """The page for a budget report, of at most `limit` bytes (hence characters)."""
    return _within(limit, lambda room: _budgets(report, room))


def _within(limit: int, build: Callable[[Room], Iterator[str]]) -> str:
    page = ""
    for room in _ROOMS:
        blocks = list(build(room))
        if room.left_out:
            blocks.append(_note(room.left_out))
        page = "\n\n".join(blocks) + "\n"
        if len(page.encode()) <= limit:
            return page
    return _cut(page, limit)


def _note(left_out: str) -> str:
    return f"_Shortened to fit this page: {left_out} left out._"


def _cut(page: str, limit: int) -> str:
    """Whole lines from the top, as many as fit above the note."""
    note = f"\n{_note('the rest')}\n"
    room = limit - len(note.encode())
    if room <= 0:
        return ""
    kept = page.encode()[:room].decode(errors="ignore")
    return f"{kept[: kept.rfind(chr(10)) + 1]}{note}"


def _sections(
    services: Sequence[S],
    room: Room,
    title: Callable[[S], str],
    body: Callable[[S, bool], Iterator[str]],
) -> Iterator[str]:
    """A section for each service that needs attention; a lone service has the page to itself."""
    charts = CHARTS if room.charts else 0
    for service in services if room.sections else ():
        if len(services) != 1:
            if not labels.needs_attention(service):
                continue
            yield f"### {title(service)}"
        drawn = charts > 0 and isinstance(service.status, Status)
        charts -= drawn
        yield from body(service, drawn)


def _verdict(verdict: Verdict, room: Room) -> Iterator[str]:
    services = labels.worst_first(verdict.services)
    several = len(services) != 1
    yield _heading(verdict, services)
    if several:
        outcomes = [labels.outcome(service) for service in services]
        tally = f"{words.plural(len(services), 'service')}: {words.tally(outcomes)}"
        yield f"**{tally}** · exit {verdict.exit_code}"
        yield parts.overview(verdict, services, passing=room.passing)
    yield from _sections(
        services,
        room,
        lambda item: f"{parts.mark(labels.outcome(item))} {parts.title(verdict, item)}",
        lambda item, chart: _service(verdict, item, room, chart=chart),
    )
    if several:
        yield from _passing(services, room)
    yield _origin(verdict)


def _passing(services: list[ServiceVerdict], room: Room) -> Iterator[str]:
    passing = [service for service in services if not labels.needs_attention(service)]
    yield from parts.section("Warnings", labels.warnings(passing))
    if passing and room.passing:
        risks = list(dict.fromkeys(service.risk.level.word for service in passing))
        approved = words.plural(len(passing), "approved service")
        summary = f"Budgets of {approved}, {words.listing(risks)} risk"
        yield parts.folded(summary, parts.joint_table(passing))


def _heading(verdict: Verdict, services: list[ServiceVerdict]) -> str:
    outcome = labels.outcome(verdict)
    advice = verdict.advise and outcome not in labels.STOPS.values()
    said = f"slogate advice: would be {outcome}" if advice else f"slogate: {outcome}"
    concerned = [service for service in services if labels.outcome(service) == outcome]
    names = [for_markdown(service.service) for service in concerned[:_NAMED]]
    if len(concerned) > _NAMED:
        names.append(f"{len(concerned) - _NAMED:,} more")
    # NOTE: with everything approved the names say nothing that the overview does not.
    subject = "" if outcome == "approve" and len(services) > 1 else f" — {words.listing(names)}"
    return f"## {parts.mark(outcome)} {said}{subject}"


def _service(
    verdict: Verdict, service: ServiceVerdict, room: Room, *, chart: bool
) -> Iterator[str]:
    reason, *others = service.rationale or (labels.facts(service),)
    yield f"**{for_markdown(reason)}** · exit {service.exit_code}"
    yield from parts.section("What must hold", service.conditions)
    yield from parts.section("What you can do", service.alternatives)
    yield from parts.outlook(labels.outlook(verdict.evaluated_at, service))
    yield parts.slo_table(service.slos)
    if labels.needs_attention(service) or not labels.all_healthy(service.slos):
        yield from parts.section("Why", others)
    checks = labels.findings(service.checks, service.rationale)
    yield from parts.section("Checks", map(labels.finding, checks))
    if service.canary is not None and room.details:
        # NOTE: imported here, because few releases have a canary.
        from slogate.reports.canary import details

        yield details(service.canary)
    if room.details:
        yield from parts.risk(service.risk)
        yield parts.evidence(service.slos, service.checks, chart=chart)


def _origin(verdict: Verdict) -> str:
    """Which change was judged, when, and by which policies."""
    policies = dict.fromkeys(service.policy for service in verdict.services)
    plural = "policy" if len(policies) == 1 else "policies"
    named = ", ".join(map(code, policies))
    change = _change(verdict.change) if verdict.change else ""
    above = f"{change}<br>\n" if change else ""
    return f"<sub>{above}as of {words.moment(verdict.evaluated_at)} · {plural} {named}</sub>"


def _change(change: Change) -> str:
    """`pull request #12 Faster carts · abc1234...def5678 on main by ada · labels: x · run`."""
    event = labels.brief(change.event).removesuffix("_event").replace("_", " ")
    number = labels.request(change)
    asked = (
        for_markdown(event),
        _link(number or "page", change.url) or for_markdown(number),
        for_markdown(labels.brief(change.title)),
    )
    told = (
        " ".join(filter(None, asked)),
        for_markdown(labels.scene(change)),
        for_markdown(labels.tags(change)),
        _link("run", change.run_url),
    )
    return " · ".join(filter(None, told))


def _link(text: str, url: str) -> str:
    """A link; nothing where the address is none, or holds what might end the link."""
    if len(url) > _LONGEST_URL or not _URL.fullmatch(url):
        return ""
    return f"[{for_markdown(text)}]({url})"


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
    yield from _sections(
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
    yield from parts.outlook(labels.exhaustion(report.evaluated_at, service.slos))
    yield parts.slo_table(service.slos)
    yield from parts.section("Why", said)
    yield from parts.section("Checks", map(labels.finding, labels.findings(service.checks, said)))
    if room.details:
        yield parts.evidence(service.slos, service.checks, chart=chart)
