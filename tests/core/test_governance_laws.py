"""Laws of freezes, readiness, upstreams, exceptions and overrides, over the whole decision.

Worse news never loosens it; only an exception, an override or advice betters it, and leaves a trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slogate.core.budget import Assessment
from slogate.core.calendars import Once
from slogate.core.governance import (
    CHANGE_TYPES,
    ORIGINS,
    Exemption,
    Freeze,
    Governance,
    OverrideRule,
    Readiness,
)
from slogate.core.model import Decision, Missing, Policy, Risk, Service, Status
from slogate.core.policy import decide
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Fact, Request, Situation
from slogate.core.upstream import Upstream
from slogate.core.verdict import Outcome, ServiceVerdict
from slogate.core.waivers import settled
from tests.core.builders import DAY, HOUR, NOW, POLICY, Outage, Traffic, assessed, at_status, law

RISKS = st.sampled_from(Risk)
DECISIONS = st.sampled_from(Decision)
FREEZES = st.builds(
    Freeze,
    st.sampled_from(["weekend", "sale"]),
    st.none() | st.builds(Once, st.just(NOW - HOUR), st.integers(NOW - DAY, NOW + DAY)),
    DECISIONS,
)
EXEMPTIONS = st.builds(Exemption, st.sampled_from(CHANGE_TYPES), DECISIONS, st.booleans())
RULES = st.builds(
    OverrideRule,
    st.sampled_from([("ada",), ("grace", "Ada")]),
    st.sampled_from(["", r"[A-Z]+-\d+"]),
    st.lists(
        st.sampled_from(["review", "defer", "block", "no_data", "unmeasured"]), unique=True
    ).map(tuple),
)
GOVERNANCES = st.builds(
    Governance,
    freezes=st.lists(FREEZES, max_size=2).map(tuple),
    recover_at=st.none() | st.sampled_from([0.0, 0.1, 0.5]),
    on_breach=DECISIONS,
    exceptions=st.lists(EXEMPTIONS, max_size=2, unique_by=lambda item: item.change_type).map(tuple),
    trusted=st.lists(st.sampled_from(ORIGINS), unique=True).map(tuple),
    override=st.none() | RULES,
    reserve=st.sampled_from([{}, {"releases": 0.3, "incidents": 0.7}]),
    cost=st.sampled_from([0.0, 0.05, 0.6]),
)
SAYS = st.none() | DECISIONS
FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from(["metrics", "alerts", "alert rules", "rollback plan"]),
        st.sampled_from([True, False, None]),
        st.just("as the test says"),
        st.booleans(),
    ),
    max_size=3,
)
BURNING = st.sampled_from([*Status, Missing.NO_DATA, Missing.UNMEASURED])
UPSTREAMS = st.lists(
    st.builds(Upstream, st.just("payments"), BURNING, outage=st.booleans()), max_size=2
)
SITUATIONS = st.builds(
    Situation,
    st.just(NOW),
    st.sampled_from([Decision.REVIEW, Decision.DEFER, Decision.BLOCK, None]),
    advise=st.booleans(),
    deploy_freeze=st.none() | st.just(Freeze("of the platform")),
    stated=st.none() | st.sampled_from(CHANGE_TYPES),
    labels=st.lists(st.sampled_from(["rollback", "security", "bug"]), max_size=2).map(tuple),
    trailers=st.just(()) | st.just((("Change-Type", "rollback"),)),
    override=st.none()
    | st.builds(
        Request, st.sampled_from(["OPS-1", "please", ""]), st.sampled_from(["ada", "eve", ""])
    ),
)


@dataclass(frozen=True)
class Case:
    """Everything that a decision hangs on."""

    found: tuple[Assessment, ...]
    policy: Policy
    situation: Situation
    risk: Risk = Risk.MEDIUM
    facts: Sequence[Fact] = ()
    upstreams: Sequence[Upstream] = ()
    readiness: Readiness = field(default_factory=Readiness)
    advise: bool = False

    @property
    def service(self) -> Service:
        slos = tuple((item.slo, "metrics") for item in self.found)
        names = tuple(one.name for one in self.upstreams)
        return Service(
            "checkout",
            slos,
            self.policy,
            readiness=self.readiness,
            depends_on=names,
            advise=self.advise,
        )

    def decided(self) -> ServiceVerdict:
        return decide(
            self.service,
            self.found,
            ReleaseRisk(self.risk, "given"),
            self.situation,
            facts=self.facts,
            upstreams=self.upstreams,
        )

    def settled(self) -> ServiceVerdict:
        return settled(self.decided(), self.service, self.situation)


POLICIES = st.builds(
    lambda governance, data, reach: replace(
        POLICY, governance=governance, on_no_data=data, on_unreachable=reach
    ),
    GOVERNANCES,
    SAYS,
    SAYS,
)
FOUND = st.lists(
    st.one_of(
        st.sampled_from(Status).map(at_status),
        st.builds(at_status, st.sampled_from(Missing), transient=st.booleans()),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
CASES = st.builds(
    Case,
    FOUND,
    POLICIES,
    SITUATIONS,
    RISKS,
    FACTS,
    UPSTREAMS,
    st.builds(Readiness, DECISIONS),
    st.booleans(),
)


def harshness(verdict: ServiceVerdict) -> tuple[int, int]:
    return verdict.exit_code, verdict.decision


def never_looser(milder: Case, harder: Case) -> None:
    for one, two in (
        (milder.decided(), harder.decided()),
        (without_override(milder).settled(), without_override(harder).settled()),
    ):
        assert one.decision <= two.decision, (one.rationale, two.rationale)
        assert one.exit_code <= two.exit_code, (one.rationale, two.rationale)


def without_override(case: Case) -> Case:
    """An override may permit what it does not permit for a milder decision: people say so."""
    return replace(case, situation=replace(case.situation, override=None))


def changed(case: Case, **changes: Any) -> Case:
    return replace(case, **changes)


@law
@given(CASES)
def test_a_higher_risk_never_loosens_a_decision(case: Case) -> None:
    cases = [changed(case, risk=risk) for risk in Risk]
    never_looser(cases[0], cases[1])
    never_looser(cases[1], cases[2])


@law
@given(CASES, st.integers(1, 800), st.floats(0, 1), st.floats(0, 1))
def test_more_bad_events_never_loosen_a_decision(
    case: Case, hours: int, one: float, two: float
) -> None:
    looks_back = case.policy.governance.recover_at is not None
    fewer, more = (
        assessed(
            Traffic((Outage(hours * HOUR, HOUR, share), Outage(20 * DAY, HOUR, 0.5))),
            under=case.policy,
            looks_back=looks_back,
        )
        for share in sorted((one, two))
    )
    never_looser(changed(case, found=(fewer,)), changed(case, found=(more,)))


@law
@given(CASES, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_expected_cost_never_loosens_a_decision(
    case: Case, one: float, two: float
) -> None:
    found = (assessed(Traffic((Outage(20 * DAY, HOUR, 0.3),))),)
    less, more = (
        changed(case, found=found, situation=replace(case.situation, cost=cost))
        for cost in sorted((one, two))
    )
    never_looser(less, more)


@law
@given(CASES, st.sampled_from([False, None]), st.booleans())
def test_a_fact_that_does_not_hold_or_is_missing_never_betters_a_decision(
    case: Case,
    holds: bool | None,  # noqa: FBT001
    outage: bool,  # noqa: FBT001
) -> None:
    worse = Fact("alerts", holds, "as the test says", outage=outage)
    better = replace(worse, holds=True)
    with_worse, with_better = (changed(case, facts=[*case.facts, fact]) for fact in (worse, better))
    never_looser(case, with_better)
    never_looser(with_better, with_worse)


@law
@given(CASES, BURNING, st.booleans())
def test_a_burning_upstream_never_betters_a_decision(
    case: Case,
    burning: Status | Missing,
    outage: bool,  # noqa: FBT001
) -> None:
    calm = Upstream("ledger", Status.HEALTHY)
    trouble = Upstream("ledger", burning, outage=outage)
    with_calm, with_trouble = (
        changed(case, upstreams=[*case.upstreams, one]) for one in (calm, trouble)
    )
    never_looser(case, with_calm)
    never_looser(with_calm, with_trouble)


@law
@given(CASES, FREEZES)
def test_a_freeze_never_betters_a_decision(case: Case, freeze: Freeze) -> None:
    governance = case.policy.governance
    more = replace(governance, freezes=(*governance.freezes, freeze))
    never_looser(case, changed(case, policy=replace(case.policy, governance=more)))


@law
@given(CASES)
def test_only_an_exception_an_override_or_advice_betters_a_decision_and_leaves_a_trace(
    case: Case,
) -> None:
    decided, final = case.decided(), case.settled()
    strict = changed(case, situation=replace(case.situation, advise=False), advise=False).decided()
    if harshness(final) < harshness(decided):
        assert final.exception or final.override
        trace = final.override or final.exception
        assert trace is not None
        assert any(trace.original_decision in why.replace("no data", "no_data").replace("could not measure", "unmeasured") for why in final.rationale)  # fmt: skip
        names = {check.name for check in final.own_checks if check.outcome is Outcome.WARN}
        assert names & {"exception", "override"}
    else:
        assert harshness(final) == harshness(decided)
    if decided.exit_code != strict.exit_code:
        assert decided.advise
        assert decided.decision is strict.decision
    if case.situation.stated is None and not case.situation.labels and not case.situation.trailers:
        assert final.exception is None
    if case.situation.override is None:
        assert final.override is None


@law
@given(CASES)
def test_what_decides_is_a_check_with_a_sentence(case: Case) -> None:
    final = case.settled()
    assert final.rationale
    assert all(check.detail for check in final.checks)
    if final.decision > Decision.APPROVE or final.exit_code:
        assert not any(check.name == "override" and final.override is None and check.outcome is Outcome.WARN for check in final.own_checks)  # fmt: skip
    if case.situation.deploy_freeze is not None:
        assert any(check.name == "freeze" for check in final.own_checks)
