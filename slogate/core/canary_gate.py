"""The canary as part of the gate: what it found joins the verdict on its service."""

from __future__ import annotations

from dataclasses import dataclass, replace

from slogate.core.arms import Outcome
from slogate.core.canary_report import CanaryReport
from slogate.core.canary_words import headline, sentence
from slogate.core.exit_codes import exit_code, threshold
from slogate.core.model import Decision
from slogate.core.verdict import Check, Clearance, ServiceVerdict
from slogate.core.verdict import Outcome as Checked

_CHECKED = {
    Outcome.PASS: Checked.PASS,
    Outcome.INCONCLUSIVE: Checked.WARN,
    Outcome.FAIL: Checked.FAIL,
}


@dataclass(frozen=True)
class CanaryProblem:
    """Why there is no verdict on the canary, and the exit code of that."""

    message: str
    exit_code: int


def with_canary(
    verdict: ServiceVerdict,
    canary: CanaryReport | CanaryProblem,
    *,
    fail_on: Decision | None,
) -> ServiceVerdict:
    """The verdict on a service with what its canary says: never a milder one."""
    if isinstance(canary, CanaryProblem):
        return _unjudged(verdict, canary)
    said = headline(canary.verdict)
    found = canary.verdict.outcome
    joined = replace(
        verdict,
        canary=canary,
        own_checks=(*verdict.own_checks, Check("canary", _CHECKED[found], said)),
    )
    if found is Outcome.PASS or canary.decision is Decision.APPROVE:
        return joined
    decision = max(verdict.decision, canary.decision)
    own = exit_code(canary.decision, None if verdict.advise else fail_on)
    deciding = [one for one in canary.verdict.deciding if one.outcome is found]
    why = f"the canary is {said}, which means {canary.decision.word}"
    # NOTE: where nothing fails the run, times are told as if the default did.
    holds = canary.decision >= threshold(fail_on)
    return replace(
        joined,
        decision=decision,
        measured=max(verdict.measured, canary.decision),
        exit_code=max(verdict.exit_code, own),
        rationale=(why, *map(sentence, deciding), *verdict.rationale),
        conditions=(_CONDITIONS[found], *verdict.conditions),
        alternatives=(_ALTERNATIVES[found], *(() if holds else verdict.alternatives)),
        clearance=Clearance() if holds else verdict.clearance,
        approvers=verdict.approvers or ((verdict.owner,) if verdict.owner else ()),
    )


def _unjudged(verdict: ServiceVerdict, canary: CanaryProblem) -> ServiceVerdict:
    return replace(
        verdict,
        decision=Decision.BLOCK,
        exit_code=max(verdict.exit_code, canary.exit_code),
        rationale=(f"the canary is not judged: {canary.message}", *verdict.rationale),
        conditions=("complete the evidence: without it this release is not judged",),
        alternatives=(),
        clearance=Clearance(),
        own_checks=(*verdict.own_checks, Check("canary", Checked.FAIL, canary.message)),
    )


_CONDITIONS = {
    Outcome.FAIL: "the canary must not be worse than what runs",
    Outcome.INCONCLUSIVE: "the canary must have been seen for long enough, or somebody agrees",
}
_ALTERNATIVES = {
    Outcome.FAIL: "take the canary back, and mend what is worse",
    Outcome.INCONCLUSIVE: "let the canary run longer: with more data it will be decided",
}
