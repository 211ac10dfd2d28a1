"""What may better a decision: the type of the change, or a person who overrides it.

Both leave their trace in the verdict. The decision before is never lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from slogate.core import words
from slogate.core.exit_codes import exit_code
from slogate.core.governance import (
    CHANGE_TYPES,
    GIT,
    LABEL,
    NORMAL,
    OPTION,
    ROLLBACK,
    TRAILER,
    Exemption,
    Governance,
    OverrideRule,
)
from slogate.core.model import Decision, Service
from slogate.core.situation import Request, Situation
from slogate.core.verdict import Check, Clearance, Excepted, Outcome, Override, ServiceVerdict


@dataclass(frozen=True)
class Told:
    """A type of change and who says so."""

    word: str
    origin: str
    saying: str


def settled(verdict: ServiceVerdict, service: Service, situation: Situation) -> ServiceVerdict:
    """The verdict after exceptions and override; the last word on a service."""
    governance = service.policy.governance
    told = list(_told(verdict, governance, situation))
    counted = [item for item in told if item.origin in governance.trusted]
    notes = tuple(_not_counted(told, counted, governance))
    verdict = replace(verdict, own_checks=(*verdict.own_checks, *notes))
    exempt = _exemption(counted, governance)
    if exempt is not None:
        verdict = _excepted(verdict, *exempt, situation)
    if situation.override is not None:
        verdict = _overridden(verdict, governance.override, situation.override, situation)
    return verdict


def _told(verdict: ServiceVerdict, governance: Governance, situation: Situation) -> Iterator[Told]:
    """Every type that somebody tells, the most trustworthy first."""
    if situation.stated is not None:
        yield Told(situation.stated, OPTION, f"--change-type {situation.stated}")
    if verdict.risk.change_type != NORMAL:
        yield Told(verdict.risk.change_type, GIT, "git: head lies before base")
    # NOTE: platforms take labels in any case for the same.
    meant = {label.casefold(): word for label, word in governance.labels.items()}
    for label in situation.labels:
        if label.casefold() in meant:
            yield Told(meant[label.casefold()], LABEL, f"the label {label}")
    for key, value in situation.trailers:
        word = value.strip().lower()
        if key.lower() == governance.trailer.lower() and word in CHANGE_TYPES:
            yield Told(word, TRAILER, f"the trailer {key}: {word}")


def _not_counted(told: list[Told], counted: list[Told], governance: Governance) -> Iterator[Check]:
    known = {exemption.change_type for exemption in governance.exceptions}
    for item in told:
        if item in counted and item.word not in {NORMAL, *known}:
            detail = f"{item.saying}: this policy has no exception for that"
            yield Check("change type", Outcome.SKIP, detail)
        if item not in counted and item.word in known:
            detail = (
                f"{item.saying} does not count: this policy takes the change type from "
                f"{words.listing(governance.trusted, 'or')} only (change_type.from)"
            )
            yield Check("change type", Outcome.SKIP, detail)


def _exemption(counted: list[Told], governance: Governance) -> tuple[Exemption, Told] | None:
    """The exception for what the most trustworthy one tells; of several types the strictest."""
    first = [item for item in counted if item.origin == counted[0].origin]
    exemptions = {exemption.change_type: exemption for exemption in governance.exceptions}
    found = [(exemptions[item.word], item) for item in first if item.word in exemptions]
    if not found or len(found) < len(first):
        return None
    return max(found, key=lambda pair: (pair[0].decision, not pair[0].without_evidence))


def _excepted(
    verdict: ServiceVerdict, exemption: Exemption, told: Told, situation: Situation
) -> ServiceVerdict:
    what = f"{_article(told.word)} ({told.saying}{_although(told, verdict)})"
    becomes = f"{what} means {exemption.decision.word} at most under this policy"
    # NOTE: text that authors may write is not enough where nothing at all can be judged.
    blind = exemption.without_evidence and told.origin in (OPTION, GIT)
    if verdict.stopped and not blind:
        check = Check("exception", Outcome.WARN, f"{becomes}, but not without evidence")
        return replace(verdict, own_checks=(*verdict.own_checks, check))
    if not verdict.stopped and verdict.decision <= exemption.decision:
        check = Check("exception", Outcome.PASS, f"{becomes}; no exception is needed")
        return replace(verdict, own_checks=(*verdict.own_checks, check))
    was = verdict.word
    why = f"{becomes}; without this exception: {_plain(was)}"
    lenient = exemption.decision
    # NOTE: what still fails clears when it would without the exception.
    fails = lenient >= situation.threshold
    people = verdict.approvers or ((verdict.owner,) if verdict.owner else ())
    return replace(
        verdict,
        decision=lenient,
        measured=lenient,
        exit_code=exit_code(lenient, None if verdict.advise else situation.fail_on),
        rationale=(why, *verdict.rationale),
        conditions=_who_agrees(verdict, lenient, people),
        alternatives=verdict.alternatives if fails else (),
        clearance=verdict.clearance if fails else Clearance(),
        approvers=() if lenient is Decision.APPROVE else people,
        own_checks=(*verdict.own_checks, Check("exception", Outcome.WARN, why)),
        exception=Excepted(told.word, told.origin, was, why),
    )


def _although(told: Told, verdict: ServiceVerdict) -> str:
    """What git says against a rollback that somebody states; a commit that reverts is one, too."""
    between = verdict.risk.revisions
    if told.word != ROLLBACK or told.origin == GIT or between is None or between.rollback:
        return ""
    return "" if between.base == between.head else ", although git says that head is ahead of base"


def _who_agrees(
    verdict: ServiceVerdict, decision: Decision, people: tuple[str, ...]
) -> tuple[str, ...]:
    safeguards = tuple(map(str, verdict.risk.safeguards))
    if decision is Decision.APPROVE:
        return safeguards
    return (f"approval by {words.listing(people) or 'a second person'}", *safeguards)


def _overridden(
    verdict: ServiceVerdict, rule: OverrideRule | None, asked: Request, situation: Situation
) -> ServiceVerdict:
    failing = situation.threshold
    was = verdict.word
    passes = not verdict.stopped and verdict.decision < failing
    # NOTE: a review holds up whoever deploys, though not this run, so it may be worth an override.
    if passes and (
        verdict.decision is Decision.APPROVE or rule is None or was not in rule.decisions
    ):
        check = Check("override", Outcome.PASS, f"not needed: the decision is {was}")
        return replace(verdict, own_checks=(*verdict.own_checks, check))
    # NOTE: where evidence is missing, what is known must not be forgotten over it.
    known = [verdict.measured.word] if verdict.measured >= failing else []
    refusal = _refusal(rule, asked, [was, *known])
    if refusal:
        said = f"the override is refused, and the decision stands ({_plain(was)}): {refusal}"
        check = Check("override", Outcome.FAIL, said)
        # NOTE: before it only the exception, of which the reports tell in the first sentence.
        first = 1 if verdict.exception else 0
        return replace(
            verdict,
            own_checks=(*verdict.own_checks, check),
            rationale=(*verdict.rationale[:first], said, *verdict.rationale[first:]),
        )
    why = f"{asked.actor} overrides {_plain(was)}: {asked.reason}"
    return replace(
        verdict,
        decision=Decision.APPROVE,
        exit_code=0,
        rationale=(why, *verdict.rationale),
        conditions=tuple(map(str, verdict.risk.safeguards)),
        alternatives=(),
        clearance=Clearance(),
        approvers=(),
        own_checks=(*verdict.own_checks, Check("override", Outcome.WARN, why)),
        override=Override(asked.reason, asked.actor, was, why),
    )


def _refusal(rule: OverrideRule | None, asked: Request, wanted: list[str]) -> str:
    """Why this may not be overridden by this person for this reason; empty where it may."""
    if rule is None:
        return "this policy has no `override`"
    if not asked.actor:
        return "only a CI platform can say who asks, and none does"
    if asked.actor.lower() not in {actor.lower() for actor in rule.actors}:
        return f"this policy has an `override`, but {asked.actor} is not among its actors"
    if not set(wanted) <= set(rule.decisions):
        permitted = words.listing([_plain(word) for word in rule.decisions])
        return f"this policy has an `override`, but it permits only {permitted}"
    if not re.search(rule.reason, asked.reason):
        return f"the reason must hold what matches {rule.reason}"
    return "" if asked.reason.strip() else "it needs a reason"


def _article(change_type: str) -> str:
    return {"rollback": "a rollback", NORMAL: "a normal change"}.get(
        change_type, f"a change of type {change_type}"
    )


def _plain(word: str) -> str:
    return word.replace("_", " ")
