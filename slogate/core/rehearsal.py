"""Policy tests: stated facts instead of measured ones, decided by the same rules as a release.

There is no second policy here: facts become what a source would have answered, and then `decide` and
`settled` have their say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from slogate.core.budget import Assessment
from slogate.core.calendars import open_from
from slogate.core.commits import Revisions
from slogate.core.exit_codes import DECISION_CODES
from slogate.core.governance import GIT, LABEL, OPTION, ROLLBACK, TRAILER, Freeze
from slogate.core.model import Decision, Missing, Policy, Risk, Service, Slo, Status
from slogate.core.policy import decide
from slogate.core.rehearsal_budgets import SAID, breached, of_consumed, of_missing, of_status
from slogate.core.release import ReleaseRisk
from slogate.core.rulings import of_service
from slogate.core.situation import (
    ALERT_RULES,
    ALERTS,
    METRICS,
    ROLLBACK_PLAN,
    Fact,
    Request,
    Situation,
)
from slogate.core.upstream import Upstream
from slogate.core.verdict import ServiceVerdict, SloReport
from slogate.core.waivers import settled
from slogate.core.window import Rolling, parse_time

READINESS = (METRICS, ALERT_RULES, ROLLBACK_PLAN, ALERTS)
"""The items of readiness that a test can state."""
NO_FREEZE = parse_time("2026-01-01T12:00:00Z")
"""From here on a time without a freeze is looked for, where a test states none."""


@dataclass(frozen=True)
class Given:
    """The facts of a test.

    `consumed` (share of the budget) says more than `status`: where it is set, the policy's limits
    give the status. With `breached` the budget was exhausted before. `now` is Unix seconds, None for
    a time without a freeze; `cost` a share of the budget, None for that of the policy. `origin` says
    who tells the change type. `checks` and `upstreams` are by name; a check of None is unmeasured.
    """

    risk: Risk
    status: Status | Missing = Status.HEALTHY
    consumed: float | None = None
    breached: bool = False
    now: int | None = None
    cost: float | None = None
    change_type: str | None = None
    origin: str = OPTION
    override: Request | None = None
    deploy_freeze: bool = False
    checks: Mapping[str, bool | None] = field(default_factory=dict)
    upstreams: Mapping[str, Status | Missing] = field(default_factory=dict)
    fail_on: Decision | None = Decision.DEFER


@dataclass(frozen=True)
class Rehearsal:
    """One test: what is given, and what must come of it; `named` is empty for a policy alone.

    `expected` is a decision, `no_data` or `unmeasured`. A sentence of the rationale must hold
    `because`, in whatever case.
    """

    name: str
    file: str
    line: int
    named: str
    service: Service
    given: Given
    expected: str
    because: str = ""

    @property
    def where(self) -> str:
        """The place of the test: `file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Rehearsed:
    """What came of a test; `notes` say which of its facts the gate would never look at."""

    test: Rehearsal
    verdict: ServiceVerdict
    notes: tuple[str, ...] = ()

    @property
    def decided(self) -> str:
        """The decision, or why there is none."""
        return self.verdict.word

    @property
    def explained(self) -> bool:
        """Does the rationale say what the test wants to read?"""
        wanted = self.test.because.casefold()
        return not wanted or any(wanted in said.casefold() for said in self.verdict.rationale)

    @property
    def passed(self) -> bool:
        """Is it what the test expects?"""
        return self.decided == self.test.expected and self.explained


def exit_code(found: Iterable[Rehearsed]) -> int:
    """0 where all are right."""
    return 0 if all(one.passed for one in found) else DECISION_CODES[Decision.BLOCK]


def rehearse(test: Rehearsal) -> Rehearsed:
    """Decide as if the facts of the test had been measured."""
    service, given = test.service, test.given
    now = _moment(service, given)
    situation = _situation(service.policy, given, now)
    declared = _declared(service)
    verdict = decide(
        service,
        [_assessment(service, given, now)],
        _risk(given, now),
        situation,
        facts=[_fact(name, given.checks[name]) for name in given.checks if name in declared],
        upstreams=[
            Upstream(name, burning, SAID, outage=burning is Missing.UNMEASURED)
            for name, burning in given.upstreams.items()
            if name in service.depends_on
        ],
    )
    return Rehearsed(test, settled(verdict, service, situation), tuple(_unseen(test)))


def _moment(service: Service, given: Given) -> int:
    if given.now is not None:
        return given.now
    declared = of_service(service.policy.governance, service.name)
    schedules = [freeze.schedule for freeze in declared if freeze.schedule is not None]
    free = open_from(schedules, NO_FREEZE)
    return NO_FREEZE if free is None else free


def _situation(policy: Policy, given: Given, now: int) -> Situation:
    return Situation(
        now,
        given.fail_on,
        deploy_freeze=Freeze("of the platform") if given.deploy_freeze else None,
        stated=given.change_type if given.origin == OPTION else None,
        labels=tuple(_labels(policy, given)),
        trailers=tuple(_trailers(policy, given)),
        override=given.override,
        cost=given.cost,
    )


def _labels(policy: Policy, given: Given) -> Iterator[str]:
    """The first label that means this type, if any does."""
    if given.origin == LABEL:
        meaning = policy.governance.labels
        yield from [label for label, word in meaning.items() if word == given.change_type][:1]


def _trailers(policy: Policy, given: Given) -> Iterator[tuple[str, str]]:
    if given.origin == TRAILER and given.change_type is not None:
        yield policy.governance.trailer, given.change_type


def _risk(given: Given, now: int) -> ReleaseRisk:
    # NOTE: git knows one type of change only, and knows it with the commits.
    is_way_back = given.origin == GIT and given.change_type == ROLLBACK
    revisions = Revisions("base", "head", now, SAID, rollback=True) if is_way_back else None
    return ReleaseRisk(given.risk, "given", revisions=revisions)


def _fact(name: str, holds: bool | None) -> Fact:  # noqa: FBT001 - a fact, not an option
    word = {True: "pass", False: "fail", None: "unmeasured"}[holds]
    return Fact(name, holds, f"{name}: {word}, {SAID}", outage=holds is None)


def _declared(service: Service) -> set[str]:
    """The items of readiness that the gate looks at for this service."""
    wanted = service.readiness
    if wanted is None:
        return set()
    declared = {
        METRICS: wanted.scrapes is not None,
        ALERT_RULES: bool(wanted.alert_rules),
        ROLLBACK_PLAN: bool(wanted.rollback_command or wanted.rollback_file),
        ALERTS: bool(wanted.alerts_source),
    }
    return {name for name, is_declared in declared.items() if is_declared}


def _unseen(test: Rehearsal) -> Iterator[str]:
    declared = _declared(test.service)
    for name in test.given.checks:
        if name not in declared:
            yield f"{name} counts nothing: it is not in `readiness` of {test.named}"
    for name in test.given.upstreams:
        if name not in test.service.depends_on:
            yield f"{name} counts nothing: it is not in `depends_on` of {test.named}"


def _assessment(service: Service, given: Given, now: int) -> Assessment:
    """One SLO of the service for all of them: the worst counts anyway."""
    slos = [slo for slo, _ in service.slos]
    if given.breached:
        # NOTE: a calendar window begins anew, so a past breach is one of a rolling window.
        slos.sort(key=lambda slo: not isinstance(slo.window, Rolling))
    report = _report(slos[0], service.policy, given)
    return breached(slos[0], report, now) if given.breached else Assessment(slos[0], report)


def _report(slo: Slo, policy: Policy, given: Given) -> SloReport:
    if given.consumed is not None:
        return of_consumed(slo, policy, given.consumed)
    if isinstance(given.status, Missing):
        return of_missing(slo, given.status)
    return of_status(slo, policy, given.status)


def untouched(found: Iterable[Rehearsed]) -> dict[str, dict[Status, tuple[Risk, ...]]]:
    """Of each policy that was used, the cells of its matrix on whose word no test hangs."""
    policies: dict[str, Policy] = {}
    touched = set()
    for one in found:
        policy, verdict = one.test.service.policy, one.verdict
        policies[policy.name] = policy
        if isinstance(verdict.status, Status) and one.decided == verdict.decision.word:
            cell = policy.matrix[verdict.status][verdict.risk.level]
            if cell is verdict.decision and not (verdict.exception or verdict.override):
                touched.add((policy.name, verdict.status, verdict.risk.level))
    return {
        name: {
            status: tuple(risk for risk in Risk if (name, status, risk) not in touched)
            for status in Status
        }
        for name in policies
    }
