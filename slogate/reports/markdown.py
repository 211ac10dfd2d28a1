"""A page for step summaries and comments of GitHub and GitLab: decision, reason, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slogate.core import words
from slogate.core.failing import obeyed
from slogate.core.verdict import ServiceVerdict, Verdict
from slogate.reports import labels
from slogate.reports import markdown_parts as parts
from slogate.reports.escape import for_markdown
from slogate.reports.markdown_origin import origin
from slogate.reports.markdown_page import LIMIT, Room, sections, within
from slogate.reports.outlook import clears_in, outlook
from slogate.reports.provenance import brief

_NAMED = 3


def render(verdict: Verdict, *, limit: int = LIMIT) -> str:
    """The page for a verdict, of at most `limit` bytes (hence characters)."""
    return within(limit, lambda room: _verdict(verdict, room))


def _verdict(verdict: Verdict, room: Room) -> Iterator[str]:
    services = labels.worst_first(verdict.services)
    several = len(services) != 1
    yield _heading(verdict, several=several)
    if several:
        yield _tally(verdict, services)
        yield _overview(verdict, services, passing=room.passing)
    yield from sections(
        services,
        room,
        _title,
        lambda item, chart: _service(verdict, item, room, chart=chart),
    )
    if several:
        yield from _passing(services, room)
    yield origin(verdict)


def _heading(verdict: Verdict, *, several: bool) -> str:
    """The decision of the run, and the services that it comes from."""
    outcome = labels.outcome(verdict)
    said = f"slogate advice: would be {outcome}" if labels.would(verdict) else f"slogate: {outcome}"
    concerned = [
        item
        for item in labels.worst_first(obeyed(verdict.services))
        if labels.outcome(item) == outcome
    ]
    if several and outcome == "approve":
        # NOTE: with everything approved the names say nothing that the overview does not.
        concerned = [item for item in concerned if labels.waived(item)]
    names = list(map(_named, concerned[:_NAMED]))
    if len(concerned) > _NAMED:
        names.append(f"{len(concerned) - _NAMED:,} more")
    subject = f" — {words.listing(names)}" if names else ""
    sign = _sign(concerned[0]) if concerned else parts.mark(outcome)
    return f"## {sign} {said}{subject}"


def _named(service: ServiceVerdict) -> str:
    was = labels.original(service)
    return for_markdown(service.service) + (f" (was {for_markdown(was)})" if was else "")


def _sign(service: ServiceVerdict) -> str:
    """The emoji of what became of a service: an approval that had to be asked for is no ✅."""
    outcome = labels.outcome(service)
    asked_for = outcome == "approve" and labels.waived(service)
    return parts.WARNING if asked_for else parts.mark(outcome)


def _title(service: ServiceVerdict) -> str:
    """`⏳ would be defer — checkout`."""
    return (
        f"{_sign(service)} {for_markdown(labels.said(service))} — {for_markdown(service.service)}"
    )


def _tally(verdict: Verdict, services: list[ServiceVerdict]) -> str:
    outcomes = [
        for_markdown(labels.outcome(service) if verdict.advise else labels.said(service))
        for service in services
    ]
    tally = f"{words.plural(len(services), 'service')}: {words.tally(outcomes)}"
    return f"**{tally}** · exit {verdict.exit_code}"


def _overview(verdict: Verdict, services: Sequence[ServiceVerdict], *, passing: bool) -> str:
    """One row per service, worst first; many or unwanted approvals are only counted."""
    listed = [service for service in services if labels.needs_attention(service)]
    others = len(services) - len(listed)
    if passing and others <= labels.LISTED_PASSES:
        listed, others = list(services), 0
    headers = ("service", "decision", "least budget left")
    rows = [_row(verdict, service) for service in listed]
    counted = f"\n\n{parts.mark('approve')} {others:,} approved, not listed" if others else ""
    return f"{parts.table(headers, rows) if rows else ''}{counted}".strip()


def _row(verdict: Verdict, service: ServiceVerdict) -> tuple[str, ...]:
    clears = clears_in(verdict, service)
    told = (
        labels.said(service),
        brief(labels.waived(service)),
        f"clears {clears}" if clears else "",
    )
    return (
        parts.narrow(service.service),
        f"{_sign(service)}&nbsp;{for_markdown(', '.join(filter(None, told)))}",
        parts.left(service.status, labels.least_left(service.slos)),
    )


def _passing(services: list[ServiceVerdict], room: Room) -> Iterator[str]:
    passing = [service for service in services if not labels.needs_attention(service)]
    yield from parts.section("Warnings", labels.warnings(passing))
    if passing and room.passing:
        risks = list(dict.fromkeys(service.risk.level.word for service in passing))
        approved = words.plural(len(passing), "approved service")
        summary = f"Budgets of {approved}, {words.listing(risks)} risk"
        yield parts.folded(summary, parts.joint_table(passing))


def _service(
    verdict: Verdict, service: ServiceVerdict, room: Room, *, chart: bool
) -> Iterator[str]:
    reason, *others = service.rationale or (labels.facts(service),)
    advice = ", advice only" if labels.would(service) else ""
    yield f"**{for_markdown(reason)}** · exit {service.exit_code}{advice}"
    yield from parts.section("What must hold", service.conditions)
    yield from parts.section("What you can do", service.alternatives)
    yield from parts.pairs(outlook(verdict, service))
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
