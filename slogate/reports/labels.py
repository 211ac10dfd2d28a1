"""What text and markdown say alike: outcome words, orders, table cells and the outlook."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence

from slogate.core import words
from slogate.core.budget import PRESENT
from slogate.core.model import Change, Decision, Missing, Status
from slogate.core.verdict import (
    BurnRate,
    Check,
    Outcome,
    ServiceBudget,
    ServiceVerdict,
    SloReport,
    Verdict,
)

STOPS = {40: "no data", 50: "could not measure"}
"""Exit codes with which no decision was made, and what to say instead of one."""
UNKNOWN = "-"
LISTED_PASSES = 20
LISTED_WARNINGS = 10
"""So many services that need no attention are listed; more are counted."""
_LISTED_TAGS = 10
_LONGEST = 100


def outcome(verdict: Verdict | ServiceVerdict) -> str:
    """The word of the headline: the decision, or why there is none."""
    return STOPS.get(verdict.exit_code, verdict.decision.word)


def needs_attention(service: ServiceVerdict | ServiceBudget) -> bool:
    """Is there more to say of this service than its line in the overview?"""
    if isinstance(service, ServiceBudget):
        return service.status is not Status.HEALTHY
    return service.exit_code in STOPS or service.decision is not Decision.APPROVE


def all_healthy(slos: Iterable[SloReport]) -> bool:
    """Would a sentence on each SLO only repeat the table?"""
    return all(slo.status is Status.HEALTHY for slo in slos)


def worst_first(services: Iterable[ServiceVerdict]) -> list[ServiceVerdict]:
    """Those that stop the run, then by decision, status and what is left of the budget."""
    return sorted(
        services,
        key=lambda item: (
            -item.exit_code if item.exit_code in STOPS else 0,
            -item.decision,
            -_severity(item.status),
            least_left(item.slos),
        ),
    )


def worst_budgets(services: Iterable[ServiceBudget]) -> list[ServiceBudget]:
    """Those that could not be evaluated, then by status and what is left of the budget."""
    return sorted(services, key=lambda item: (-_severity(item.status), least_left(item.slos)))


def _severity(status: Status | Missing) -> int:
    if isinstance(status, Status):
        return status
    return {Missing.NO_TRAFFIC: -1, Missing.NO_DATA: 5, Missing.UNMEASURED: 6}[status]


def least_left(slos: Sequence[SloReport]) -> float:
    """The smallest remaining share; infinite where no budget is known."""
    left = (slo.budget.remaining for slo in slos if slo.budget is not None)
    return min((share for share in left if math.isfinite(share)), default=math.inf)


def worst_slo(slos: Sequence[SloReport]) -> SloReport | None:
    """The SLO whose burn-down is worth a picture."""
    drawable = [slo for slo in slos if isinstance(slo.status, Status) and len(slo.burn_down) > 1]
    return min(drawable, key=lambda slo: (-_severity(slo.status), least_left([slo])), default=None)


def facts(service: ServiceVerdict) -> str:
    """`warning budget x high risk`, or that nothing was judged."""
    if service.exit_code in STOPS:
        return "not judged"
    return f"{budget_word(service.status)} x {service.risk.level.word} risk"


def budget_word(status: Status | Missing) -> str:
    """`warning budget`, `no traffic`."""
    return f"{status.word} budget" if isinstance(status, Status) else status_word(status)


def status_word(status: Status | Missing) -> str:
    """The word for people: without underscores."""
    return status.word.replace("_", " ")


def sli(slo: SloReport) -> str:
    """The measured SLI beside its objective's precision."""
    if slo.sli is None or not math.isfinite(slo.sli):
        return UNKNOWN
    return words.sli(slo.sli, slo.objective)


def left(share: float | None) -> str:
    """What is left of a budget, negative when overspent."""
    if share is None or not math.isfinite(share):
        return UNKNOWN
    return words.signed_percent(share)


def slo_left(slo: SloReport) -> str:
    """What is left of an SLO's budget."""
    return left(slo.budget.remaining if slo.budget else None)


def bad_events(slo: SloReport) -> str:
    """`17,432 of 20,000`: bad events beside those the objective allows."""
    if slo.events is None or slo.budget is None or slo.budget.allowed_bad is None:
        return UNKNOWN
    if not math.isfinite(slo.events.bad) or not math.isfinite(slo.budget.allowed_bad):
        return UNKNOWN
    return f"{words.count(slo.events.bad)} of {words.count(slo.budget.allowed_bad)}"


def rate(value: float | None) -> str:
    """A burn rate, where there were events."""
    return words.rate(value) if value is not None and math.isfinite(value) else UNKNOWN


def burn(slo: SloReport) -> str:
    """The firing rule that is exceeded most, else the rate of the last hour: `6.2x in 6h`."""
    firing = [item for item in slo.burn if item.firing and item.rate_long is not None]
    shown = max(firing, key=_excess, default=None) or min(
        slo.burn, key=lambda item: item.rule.long, default=None
    )
    if shown is None or shown.rate_long is None:
        return UNKNOWN
    return f"{rate(shown.rate_long)} in {words.span(shown.rule.long)}"


def _excess(item: BurnRate) -> float:
    return (item.rate_long or 0.0) / item.rule.rate if item.rule.rate > 0 else 0.0


def outlook(at: int, service: ServiceVerdict) -> Iterator[tuple[str, str]]:
    """Label and sentence: when it clears, when a budget is exhausted, who approves."""
    yield from _clears(at, service)
    yield from exhaustion(at, service.slos)
    if service.approvers:
        yield "Approval", words.listing(service.approvers)


def _clears(at: int, service: ServiceVerdict) -> Iterator[tuple[str, str]]:
    quiet, going_on = service.clearance.without_errors, service.clearance.if_errors_continue
    lately = "if errors go on as lately"
    if quiet is None:
        return
    if quiet == going_on:
        yield "Clears", f"{when(at, quiet)}, even {lately}"
        return
    yield "Clears", f"{when(at, quiet)} without further errors"
    foreseen = when(at, going_on) if going_on is not None else "not in sight"
    yield "", f"{foreseen} {lately}"


def exhaustion(at: int, slos: Sequence[SloReport]) -> Iterator[tuple[str, str]]:
    """When budgets run out if the burn rate of the present goes on."""
    label = "Exhausted"
    for slo in slos:
        if slo.budget is not None and slo.budget.exhausted_at is not None:
            moment = when(at, slo.budget.exhausted_at)
            lately = f"if errors go on as in the last {words.span(PRESENT)}"
            yield label, f"{slo.name}: {moment} {lately}"
            label = ""


def when(at: int, moment: int) -> str:
    """A time with its distance: `2026-11-22 03:10 UTC (in 1d3h)`."""
    return f"{words.moment(moment)} ({words.relative(moment - at)})"


def findings(checks: Iterable[Check], said: Iterable[str] = ()) -> list[Check]:
    """Checks that did not pass and whose detail no sentence has given yet."""
    told = tuple(said)
    return [
        check
        for check in checks
        if check.outcome is not Outcome.PASS
        and not any(check.detail and check.detail in sentence for sentence in told)
    ]


def finding(check: Check) -> str:
    """A check as a sentence: `warn: availability, coverage: ...`."""
    subject = f"{check.slo}, {check.name}" if check.slo else check.name
    return f"{check.outcome.value}: {subject}: {check.detail}"


def warnings(services: Iterable[ServiceVerdict]) -> list[str]:
    """What did not pass at services that are listed without their details."""
    found = [
        f"{service.service}: {finding(check)}"
        for service in services
        for check in findings(service.checks)
    ]
    more = len(found) - LISTED_WARNINGS
    return [*found[:LISTED_WARNINGS], *([f"and {more:,} more"] if more > 0 else [])]


def reasons(slos: Sequence[SloReport]) -> Iterator[str]:
    """Why each SLO has its status, where no decision's rationale says so."""
    for slo in slos:
        for reason in slo.reasons:
            yield f"{slo.name} is {reason.status.word}: {reason.text}"
        if isinstance(slo.status, Missing):
            yield f"{slo.name}: {slo.detail or status_word(slo.status)}"


def request(change: Change) -> str:
    """`#12`, on GitLab `!12`; empty for what belongs to no request."""
    sign = "!" if change.event.startswith("merge_request") else "#"
    return f"{sign}{change.number}" if change.number is not None else ""


def scene(change: Change) -> str:
    """`abc1234...def5678 on main by ada`."""
    commits = "...".join(_commit(name) for name in (change.base, change.head) if name)
    told = (("", commits), ("on ", change.ref), ("by ", change.actor))
    return " ".join(word + brief(text) for word, text in told if text)


def tags(change: Change) -> str:
    """`labels: hotfix, database`; many are counted."""
    more = len(change.labels) - _LISTED_TAGS
    listed = ", ".join(map(brief, change.labels[:_LISTED_TAGS]))
    return f"labels: {listed}{f' and {more:,} more' if more > 0 else ''}" if listed else ""


def brief(text: str) -> str:
    """Foreign text, cut where nobody reads on."""
    return f"{text[: _LONGEST - 1]}…" if len(text) > _LONGEST else text


def _commit(name: str) -> str:
    return name[:7] if re.fullmatch(r"[0-9a-fA-F]{40}", name) else brief(name)
