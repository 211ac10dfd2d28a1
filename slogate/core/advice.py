"""The sentences of a verdict: why, what must hold, and what else could be done.

Every number in a sentence is computed from the case; nothing here decides anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slogate.core import words
from slogate.core.governance import OPTION, RELIABILITY
from slogate.core.model import Decision, Missing, Policy, Risk, Service, Status
from slogate.core.release import ReleaseRisk
from slogate.core.rulings import Ruling
from slogate.core.verdict import BurnRate, Clearance, SloReport

_MISSING_TEXT = {
    Missing.NO_TRAFFIC: "has no traffic",
    Missing.NO_DATA: "has no data to be trusted",
    Missing.UNMEASURED: "could not be measured",
}


@dataclass(frozen=True)
class Case:
    """A decision with all that led to it; a call of None stops the run with an error.

    The service has the policy as it is for this release, with reserve and cost.
    """

    service: Service
    risk: ReleaseRisk
    calls: tuple[tuple[SloReport, Decision | None], ...]
    status: Status | Missing
    fail_on: Decision
    rulings: tuple[Ruling, ...] = ()

    @property
    def stopped(self) -> bool:
        """True when evidence is missing and the policy does not say to go on."""
        return any(call is None for _, call in self.calls) or any(
            ruling.stop for ruling in self.rulings
        )

    @property
    def measured(self) -> Decision:
        """The worst that budgets and rules ask for, as far as they are known."""
        asked = [call for _, call in self.calls if call is not None]
        asked += [ruling.decision for ruling in self.rulings if not ruling.stop]
        return max(asked, default=Decision.APPROVE)

    @property
    def decision(self) -> Decision:
        """The same, but nothing passes where evidence is missing, or nothing was asked."""
        asked = self.calls or self.rulings
        return self.measured if asked and not self.stopped else Decision.BLOCK

    @property
    def failing(self) -> list[Ruling]:
        """The rules that fail this release, whatever its budgets say."""
        return [ruling for ruling in self.rulings if ruling.decision >= self.fail_on]


def worst_passing(policy: Policy, risk: Risk, fail_on: Decision) -> Status | None:
    """The worst status at which a release of this risk still passes."""
    passing = [status for status in Status if policy.matrix[status][risk] < fail_on]
    return max(passing) if passing else None


def approvers(case: Case) -> tuple[str, ...]:
    """Who has to agree: those named for the decision, then for the status, else the owner."""
    if case.stopped or case.decision is Decision.APPROVE:
        return ()
    named = case.service.policy.approvers
    people = (*named.get(case.decision.word, ()), *named.get(case.status.word, ()))
    if not people and case.service.owner:
        people = (case.service.owner,)
    return tuple(dict.fromkeys(people))


def rationale(case: Case) -> Iterator[str]:
    """Which SLO, which rule, which numbers; the worst first."""
    for ruling in sorted(case.rulings, key=lambda ruling: (-ruling.stop, -ruling.decision)):
        if ruling.stop:
            yield f"{ruling.check.name} could not be checked, which stops the run: {ruling.check.detail}"
        elif ruling.decision is not Decision.APPROVE:
            yield f"{ruling.check.detail}, which means {ruling.decision.word}"
    if not case.risk.known:
        yield unknown_risk(case.risk)
    if _matrix_decides(case):
        yield (
            f"{case.status.word} budget and {case.risk.level.word} risk ({case.risk.origin}) "
            f"mean {case.decision.word}"
        )
    for report, call in sorted(case.calls, key=_severity):
        yield from _why(report, call, case.status)


def unknown_risk(risk: ReleaseRisk) -> str:
    """Why the risk is not known, and what is taken for it."""
    reasons = [f"{item.source}: {item.detail}" for item in risk.opinions if item.level is None]
    return f"the risk is unknown and taken as {risk.level.word} ({'; '.join(reasons)})"


def _why(report: SloReport, call: Decision | None, overall: Status | Missing) -> Iterator[str]:
    if isinstance(report.status, Missing):
        effect = "stops the run" if call is None else f"means {call.word} under this policy"
        yield f"{report.name} {_MISSING_TEXT[report.status]}, which {effect}: {report.detail}"
    elif overall is Status.HEALTHY and report.budget is not None:
        left = words.percent(report.budget.remaining)
        yield f"{report.name} is healthy: {left} of its budget is left, no burn rule fires"
    for reason in report.reasons:
        if reason.status is report.status:
            yield f"{report.name} is {reason.status.word}: {reason.text}"


def _matrix_decides(case: Case) -> bool:
    if not isinstance(case.status, Status):
        return False
    return case.service.policy.matrix[case.status][case.risk.level] is case.decision


def _severity(call: tuple[SloReport, Decision | None]) -> int:
    return -4 if call[1] is None else -call[1]


def conditions(case: Case) -> Iterator[str]:
    """What must hold before the release may go."""
    if case.stopped:
        yield "complete the evidence: without it this release is not judged"
        return
    people = words.listing(approvers(case)) or "a second person"
    if case.decision is Decision.REVIEW:
        yield f"approval by {people}"
    if case.decision >= case.fail_on and case.decision > Decision.REVIEW:
        yield from _what_must_hold(case)
        yield f"releasing all the same needs the approval of {people}"
    yield from map(str, case.risk.safeguards)


def _what_must_hold(case: Case) -> Iterator[str]:
    yield from (ruling.condition for ruling in case.failing)
    policy = case.service.policy
    worst = worst_passing(policy, case.risk.level, case.fail_on)
    if worst is None:
        healthy = policy.matrix[Status.HEALTHY][case.risk.level]
        yield f"at {case.risk.level.word} risk even a healthy budget means {healthy.word}"
        return
    for report, call in case.calls:
        if isinstance(report.status, Missing) and call is not None and call >= case.fail_on:
            yield f"{report.name} needs evidence: it {_MISSING_TEXT[report.status]}"
        if isinstance(report.status, Status) and report.status > worst:
            limits = words.listing(list(_limits(report, policy, worst)))
            better = "" if worst is Status.HEALTHY else " or better"
            yield f"{report.name} must be back at {worst.word}{better}: {limits}"


def _limits(report: SloReport, policy: Policy, worst: Status) -> Iterator[str]:
    kinds = {reason.kind for reason in report.reasons if reason.status > worst}
    following = Status(worst + 1)
    if "consumed" in kinds and policy.consumed[following] < 0:
        yield "a release that is expected to cost less"
    elif "consumed" in kinds:
        relation = "less than" if following is Status.EXHAUSTED else "at most"
        yield f"{relation} {words.percent(policy.consumed[following], 0)} of the budget consumed"
    if "pace" in kinds and following in policy.pace:
        yield f"a pace of at most {policy.pace[following]:g}"
    for burn in report.burn:
        if burn.firing and burn.rule.status > worst:
            yield _quiet(burn)


def _quiet(burn: BurnRate) -> str:
    rule = burn.rule
    return (
        f"a burn rate below {words.rate(rule.rate)} over {words.span(rule.long)} "
        f"or over {words.span(rule.short)}"
    )


def alternatives(case: Case, clears: Clearance) -> Iterator[str]:
    """Ways out that fit the case: wait, roll back, a flag, a smaller change, another try."""
    if case.stopped:
        if any(report.transient for report, _ in case.calls) or any(
            ruling.stop for ruling in case.rulings
        ):
            yield "run the gate again when the backend answers"
        if any(report.status is Missing.NO_DATA for report, _ in case.calls):
            yield "mend the query or the metric; slogate lint --online tries all queries"
        return
    if case.decision < case.fail_on or case.decision is Decision.APPROVE:
        return
    yield from dict.fromkeys(ruling.alternative for ruling in case.failing if ruling.alternative)
    if clears.without_errors is not None:
        hangs_on_errors = clears.without_errors != clears.if_errors_continue
        calm = ", if no further errors come" if hangs_on_errors else ""
        yield f"wait until {words.moment(clears.without_errors)}{calm}"
    if any(burn.firing for report, _ in case.calls for burn in report.burn):
        yield "roll back first, if the errors began with a release"
    if not case.failing:
        yield from _smaller_change(case)
        yield from case.risk.lowering
    yield from _repair(case)
    yield from _override(case)


def _repair(case: Case) -> Iterator[str]:
    """The way of a release that mends what the budget is spent on, where the policy has one."""
    governance = case.service.policy.governance
    found = [one for one in governance.exceptions if one.change_type == RELIABILITY]
    if not found or OPTION not in governance.trusted or not _fails_by_budget(case):
        return
    if found[0].decision < case.fail_on:
        yield (
            "if it repairs what spends the budget: with --change-type reliability the decision is "
            f"{found[0].decision.word}"
        )


def _override(case: Case) -> Iterator[str]:
    rule = case.service.policy.governance.override
    if rule is None or case.decision.word not in rule.decisions:
        return
    people = words.listing((*rule.actors[:3], *(["others"] if rule.actors[3:] else [])), "or")
    reason = f" that matches {rule.reason}" if rule.reason else ""
    yield f"{people} may set it aside: --override with a reason{reason}"


def _fails_by_budget(case: Case) -> bool:
    calls = any(call is None or call >= case.fail_on for _, call in case.calls)
    return calls or any(ruling.slo for ruling in case.failing)


def _smaller_change(case: Case) -> Iterator[str]:
    """The highest lower risk that would pass at this status, if risk is what stands in the way."""
    silent = (call for report, call in case.calls if isinstance(report.status, Missing))
    if not isinstance(case.status, Status) or any(
        call is None or call >= case.fail_on for call in silent
    ):
        return
    row = case.service.policy.matrix[case.status]
    lower = [level for level in Risk if level < case.risk.level and row[level] < case.fail_on]
    if not lower:
        return
    level = max(lower)
    yield (
        "ship it behind a flag that is off, or split the change: "
        f"at {level.word} risk the decision is {row[level].word}"
    )
