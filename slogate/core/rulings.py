"""What rules beside the matrix say of a release: each one a check, and the least decision it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from slogate.core import words
from slogate.core.breach import Breach, breach
from slogate.core.budget import Assessment
from slogate.core.calendars import Outside, Schedule, open_from
from slogate.core.governance import Freeze, Governance
from slogate.core.model import Decision, Policy, Service
from slogate.core.situation import Fact, Situation
from slogate.core.verdict import Check, Outcome
from slogate.errors import EXIT_UNMEASURED

_WAIT = "wait for the end of the freeze, then run the gate again"


@dataclass(frozen=True)
class Ruling:
    """What one rule says; `decision` is APPROVE where it has nothing against the release.

    `stop` is the exit code of evidence that is missing. `condition` says what must hold,
    `alternative` what can be done. A rule that a calendar ends carries its `schedule`, and one that a
    recovering budget ends the name of its `slo`; of others nobody knows when they end.
    """

    check: Check
    decision: Decision = Decision.APPROVE
    stop: int = 0
    condition: str = ""
    alternative: str = ""
    schedule: Schedule | None = None
    slo: str | None = None

    @property
    def ends_by_itself(self) -> bool:
        """Is it foreseeable when it no longer asks for anything?"""
        return self.schedule is not None or self.slo is not None


def outcome_of(decision: Decision) -> Outcome:
    """How a check that asks for this decision has ended."""
    if decision is Decision.APPROVE:
        return Outcome.PASS
    return Outcome.WARN if decision is Decision.REVIEW else Outcome.FAIL


def freezes(service: Service, situation: Situation) -> Iterator[Ruling]:
    """Each freeze that is on; if none is, one check that says so, where there are any."""
    declared = of_service(service.policy.governance, service.name)
    if situation.deploy_freeze is not None:
        declared = [situation.deploy_freeze, *declared]
    found = [ruling for freeze in declared for ruling in _freeze(freeze, situation.now)]
    if declared and not found:
        said = f"none is on: {words.listing([freeze.name for freeze in declared])}"
        found = [Ruling(Check("freeze", Outcome.PASS, said))]
    yield from found


def of_service(governance: Governance, name: str) -> list[Freeze]:
    """The freezes that are for the service of this name."""
    return [one for one in governance.freezes if not one.services or name in one.services]


def _freeze(freeze: Freeze, now: int) -> Iterator[Ruling]:
    if freeze.schedule is not None and freeze.schedule.until(now) is None:
        return
    ends = None if freeze.schedule is None else open_from([freeze.schedule], now)
    until = f" until {words.moment(ends)}" if ends is not None else ""
    why = f" ({freeze.reason})" if freeze.reason else ""
    said, ended = f"the freeze {freeze.name} is on", f"the freeze {freeze.name} must have ended"
    if isinstance(freeze.schedule, Outside):
        said = f"{freeze.name}: this is outside of the windows that it allows"
        ended = f"a window that {freeze.name} allows must have begun"
    yield Ruling(
        Check("freeze", outcome_of(freeze.decision), f"{said}{until}{why}"),
        freeze.decision,
        condition=ended,
        alternative="" if ends is not None else _WAIT,
        schedule=freeze.schedule,
    )


def breaches(assessments: Iterable[Assessment], policy: Policy) -> Iterator[Ruling]:
    """The automatic freeze of each SLO whose budget was exhausted and has not recovered since."""
    recover_at = policy.governance.recover_at
    if recover_at is None:
        return
    enough = words.percent(recover_at)
    for assessment in assessments:
        budget, name = assessment.report.budget, assessment.report.name
        if assessment.history is None:
            continue
        left = f"{name} has no traffic now"
        if budget is not None:
            left = f"{words.signed_percent(budget.remaining)} of the budget of {name} is left"
        found = breach(assessment, policy)
        if found is None:
            detail = f"{left}, and it was not exhausted since it last had {enough}"
            yield Ruling(Check("freeze on breach", Outcome.PASS, detail, name))
            continue
        decision = policy.governance.on_breach
        yield Ruling(
            Check(
                "freeze on breach",
                outcome_of(decision),
                f"{left}, {_exhaustion(assessment, found)}: frozen until it has {enough}",
                name,
            ),
            decision,
            condition=f"{name} must have recovered: at least {enough} of its budget left",
            slo=name if budget is not None else None,
        )


def _exhaustion(assessment: Assessment, found: Breach) -> str:
    if not found.known:
        began = words.moment(found.at)
        return f"it had no more since {began}, and nobody knows what was before"
    if assessment.plan is not None and found.at == assessment.plan.now:
        return "so it is exhausted"
    return f"and it was exhausted until {words.moment(found.at)}"


def readiness(service: Service, facts: Sequence[Fact]) -> Iterator[Ruling]:
    """What was found out about the service itself; what nobody could tell is missing evidence."""
    decision = service.readiness.decision if service.readiness else Decision.DEFER
    for fact in facts:
        if fact.holds:
            yield Ruling(Check(fact.name, Outcome.PASS, fact.detail))
        elif fact.holds is None:
            yield _untold(fact, service.policy)
        else:
            yield Ruling(
                Check(fact.name, outcome_of(decision), fact.detail),
                decision,
                condition=fact.remedy or f"the {fact.name} must be right",
                alternative="mend what is not ready, then run the gate again",
            )


def _untold(fact: Fact, policy: Policy) -> Ruling:
    call = policy.on_unreachable if fact.outage else None
    if call is None:
        return Ruling(
            Check(fact.name, Outcome.FAIL, fact.detail), Decision.BLOCK, stop=EXIT_UNMEASURED
        )
    return Ruling(
        Check(fact.name, Outcome.WARN, fact.detail),
        call,
        condition=f"the {fact.name} must be known",
    )
