"""What the reports say alike: outcome words, orders, and what needs attention."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from slogate.core.model import Decision, Missing, Status
from slogate.core.verdict import (
    Check,
    Outcome,
    ServiceBudget,
    ServiceVerdict,
    SloReport,
    Verdict,
)
from slogate.errors import EXIT_NO_DATA, EXIT_UNMEASURED

S = TypeVar("S", ServiceVerdict, ServiceBudget)
STOPS = {EXIT_NO_DATA: "no data", EXIT_UNMEASURED: "could not measure"}
"""What to say where no decision was made, by exit code."""
LISTED_PASSES = 20
LISTED_WARNINGS = 10
"""So many services that need no attention are listed; more are counted."""


def outcome(verdict: Verdict | ServiceVerdict) -> str:
    """The word of the headline: the decision, or why there is none."""
    return STOPS.get(verdict.exit_code, verdict.decision.word)


def said(service: ServiceVerdict) -> str:
    """The outcome with all that sets it apart: `would be block`, `approve (was block)`."""
    was = original(service)
    return would(service) + outcome(service) + (f" (was {was})" if was else "")


def shouted(service: ServiceVerdict) -> str:
    """The same for tables of a terminal: `would be BLOCK`, `APPROVE (was BLOCK)`."""
    was = original(service)
    return would(service) + outcome(service).upper() + (f" (was {was.upper()})" if was else "")


def would(verdict: Verdict | ServiceVerdict) -> str:
    """`would be ` where a decision is only advice; what was not judged is none."""
    return "would be " if verdict.advise and not verdict.stopped else ""


def original(service: ServiceVerdict) -> str:
    """What the outcome was before an exception or override; empty where there was none."""
    # NOTE: an override comes after the exception, so that the first word is the exception's.
    first = service.exception or service.override
    return first.original_decision.replace("_", " ") if first else ""


def waived(service: ServiceVerdict) -> str:
    """Why something that would have failed does not: `overridden by ada`, `excepted (rollback)`."""
    if service.override is not None:
        return f"overridden by {service.override.by}"
    if service.exception is not None:
        return f"excepted ({service.exception.change_type})"
    return ""


def trace(service: ServiceVerdict) -> tuple[str, ...]:
    """The sentences on what set the original decision aside, the last word first."""
    found = (service.override, service.exception)
    return tuple(item.sentence for item in found if item is not None)


def needs_attention(service: ServiceVerdict | ServiceBudget) -> bool:
    """Is there more to say of this service than its line in the overview?"""
    if isinstance(service, ServiceBudget):
        return service.status is not Status.HEALTHY
    decided = service.stopped or service.decision is not Decision.APPROVE
    return decided or bool(waived(service))


def listed(services: Sequence[S]) -> Sequence[S]:
    """Those with a line in the overview: all, unless too many of them need no attention."""
    concerning = [service for service in services if needs_attention(service)]
    return services if len(services) - len(concerning) <= LISTED_PASSES else concerning


def all_healthy(slos: Iterable[SloReport]) -> bool:
    """Would a sentence on each SLO only repeat the table?"""
    return all(slo.status is Status.HEALTHY for slo in slos)


def worst_first(services: Iterable[ServiceVerdict]) -> list[ServiceVerdict]:
    """Those that stop the run, then those that need attention, then the approved.

    Of these first what has to be obeyed, then by decision, status and what is left of the budget.
    """
    return sorted(
        services,
        key=lambda item: (
            -item.exit_code if item.stopped else 0,
            not needs_attention(item),
            item.advise,
            -item.decision,
            not waived(item),
            -severity(item.status),
            least_left(item.slos),
        ),
    )


def worst_budgets(services: Iterable[ServiceBudget]) -> list[ServiceBudget]:
    """Those that could not be evaluated, then by status and what is left of the budget."""
    return sorted(services, key=lambda item: (-severity(item.status), least_left(item.slos)))


def severity(status: Status | Missing) -> int:
    """From good to bad, what is not known being worse than all that is."""
    if isinstance(status, Status):
        return status
    return {Missing.NO_TRAFFIC: -1, Missing.NO_DATA: 5, Missing.UNMEASURED: 6}[status]


def lacks_evidence(slo: SloReport) -> bool:
    """Is nothing known of it that one could trust?"""
    return slo.status in (Missing.NO_DATA, Missing.UNMEASURED)


def least_left(slos: Sequence[SloReport]) -> float:
    """The smallest remaining share; infinite where no budget is known."""
    left = (slo.budget.remaining for slo in slos if slo.budget is not None)
    return min((share for share in left if math.isfinite(share)), default=math.inf)


def worst_slo(slos: Sequence[SloReport]) -> SloReport | None:
    """The SLO whose burn-down is worth a picture."""
    drawable = [slo for slo in slos if isinstance(slo.status, Status) and len(slo.burn_down) > 1]
    return min(drawable, key=lambda slo: (-severity(slo.status), least_left([slo])), default=None)


def facts(service: ServiceVerdict) -> str:
    """`warning budget x high risk`, or that nothing was judged."""
    if service.stopped:
        return "not judged"
    return f"{budget_word(service.status)} x {service.risk.level.word} risk"


def budget_word(status: Status | Missing) -> str:
    """`warning budget`, `no traffic`."""
    return f"{status.word} budget" if isinstance(status, Status) else status_word(status)


def status_word(status: Status | Missing) -> str:
    """The word for people: without underscores."""
    return status.word.replace("_", " ")


def findings(checks: Iterable[Check], told: Iterable[str] = ()) -> list[Check]:
    """Checks that did not pass and whose detail no sentence has given yet."""
    sentences = tuple(told)
    return [
        check
        for check in checks
        if check.outcome is not Outcome.PASS
        and not any(check.detail and check.detail in sentence for sentence in sentences)
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
