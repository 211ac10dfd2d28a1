"""What a release hears of the services that it depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.model import Decision, Missing, Risk, Status
from slogate.core.policy import decide
from slogate.core.situation import Situation
from slogate.core.upstream import Upstream, ruling, seen
from slogate.core.verdict import BurnRate, Outcome, ServiceVerdict, SloReport
from tests.core.builders import (
    DAY,
    HOUR,
    NOW,
    POLICY,
    Outage,
    Traffic,
    assessed,
    at_status,
    law,
    policy,
    release,
    serving,
    slo,
)

APPROVE, REVIEW, DEFER, BLOCK = Decision
HEALTHY, ATTENTION, WARNING, CRITICAL, EXHAUSTED = Status
NO_DATA, UNMEASURED, NO_TRAFFIC = Missing.NO_DATA, Missing.UNMEASURED, Missing.NO_TRAFFIC
TEAM = "team-payments"
UNKNOWN = "nobody knows whether payments burns its budget"


def burning(share: float, lasts: int = HOUR, name: str = "success") -> SloReport:
    return assessed(Traffic((Outage(lasts, lasts, share),)), slo(name=name)).report


def lacking(why: Missing, name: str = "latency", *, transient: bool = False) -> SloReport:
    return at_status(why, name, transient=transient).report


def unruled(status: Status, name: str = "budget") -> SloReport:
    """Without a burn rule that is short enough for its window."""
    return at_status(status, name).report


def idle(status: Status, name: str = "lately") -> SloReport:
    """Without events in the windows of its burn rules."""
    rates = tuple(BurnRate(rule, None, None, firing=False) for rule in POLICY.burn)
    return replace(unruled(status, name), burn=rates)


CALM = assessed(Traffic((Outage(20 * DAY, HOUR),))).report
"""Exhausted by what happened long ago: nothing burns now."""


def asked(upstream: Upstream, risk: Risk = Risk.LOW, **changes: object) -> ServiceVerdict:
    found, under = at_status(HEALTHY), policy(**changes)
    situation = Situation(NOW)
    return decide(
        serving(found, under=under), [found], release(risk), situation, upstreams=[upstream]
    )


@pytest.mark.parametrize(
    ("reports", "what"),
    [
        ([], HEALTHY),
        ([CALM], HEALTHY),
        ([burning(0.02)], CRITICAL),
        ([burning(0.0065, 6 * HOUR)], WARNING),
        ([burning(0.0032, DAY)], ATTENTION),
        ([CALM, burning(0.0032, DAY), burning(0.02)], CRITICAL),
        ([lacking(NO_TRAFFIC)], NO_TRAFFIC),
        ([lacking(NO_TRAFFIC), CALM], NO_TRAFFIC),
        ([lacking(NO_TRAFFIC), burning(0.02)], CRITICAL),
        ([lacking(NO_TRAFFIC), lacking(NO_DATA)], NO_DATA),
        ([lacking(NO_DATA)], NO_DATA),
        ([lacking(UNMEASURED)], UNMEASURED),
        ([lacking(NO_DATA), lacking(UNMEASURED)], UNMEASURED),
        ([burning(0.02), lacking(NO_DATA)], NO_DATA),
        # no burn rule applies: the budget speaks
        ([unruled(HEALTHY)], HEALTHY),
        ([unruled(EXHAUSTED)], EXHAUSTED),
        ([unruled(WARNING), CALM], WARNING),
        ([unruled(WARNING), burning(0.02)], CRITICAL),
        # the burn rules had no events
        ([idle(HEALTHY)], NO_TRAFFIC),
        ([idle(EXHAUSTED)], EXHAUSTED),
        ([idle(EXHAUSTED), lacking(NO_DATA)], NO_DATA),
    ],
)
def test_how_a_service_burns(reports: list[SloReport], what: Status | Missing) -> None:
    for order in permutations(reports):
        assert seen("payments", None, order).burning is what


@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize("status", Status)
def test_it_means_what_the_matrix_says_but_never_more_than_defer(
    status: Status, risk: Risk
) -> None:
    found = ruling(Upstream("payments", status), POLICY, risk)
    if status is HEALTHY:
        assert (found.decision, found.check.outcome) == (APPROVE, Outcome.PASS)
        return
    assert found.decision is min(DEFER, POLICY.matrix[status][risk])
    outcomes = {APPROVE: Outcome.PASS, REVIEW: Outcome.WARN, DEFER: Outcome.FAIL}
    assert found.check.outcome is outcomes[found.decision]


@pytest.mark.parametrize(
    ("why", "outage", "no_data", "unreachable", "decision"),
    [
        (NO_DATA, False, None, None, DEFER),
        (NO_DATA, False, BLOCK, APPROVE, DEFER),
        (NO_DATA, False, REVIEW, None, REVIEW),
        (NO_DATA, False, APPROVE, None, APPROVE),
        (UNMEASURED, True, None, None, DEFER),
        (UNMEASURED, True, None, REVIEW, REVIEW),
        (UNMEASURED, True, None, APPROVE, APPROVE),
        (UNMEASURED, True, APPROVE, BLOCK, DEFER),
        # refused is no outage
        (UNMEASURED, False, APPROVE, APPROVE, DEFER),
    ],
)
def test_where_nobody_knows_the_policy_on_missing_evidence_speaks(
    why: Missing,
    outage: bool,  # noqa: FBT001
    no_data: Decision | None,
    unreachable: Decision | None,
    decision: Decision,
) -> None:
    under = policy(on_no_data=no_data, on_unreachable=unreachable)
    found = ruling(Upstream("payments", why, outage=outage), under, Risk.LOW)
    assert (found.decision, found.stop) == (decision, 0)


@pytest.mark.parametrize(
    ("reports", "no_traffic", "decision"),
    [
        ([lacking(NO_TRAFFIC)], APPROVE, APPROVE),
        ([lacking(NO_TRAFFIC)], REVIEW, REVIEW),
        ([lacking(NO_TRAFFIC)], BLOCK, DEFER),
        ([lacking(NO_TRAFFIC)], None, DEFER),
        ([lacking(NO_TRAFFIC), CALM], BLOCK, DEFER),
        ([lacking(NO_TRAFFIC), lacking(NO_DATA)], BLOCK, DEFER),
        ([lacking(NO_TRAFFIC), burning(0.02)], APPROVE, DEFER),
        ([idle(HEALTHY)], APPROVE, APPROVE),
        ([idle(HEALTHY)], BLOCK, DEFER),
        ([idle(EXHAUSTED)], APPROVE, DEFER),
    ],
)
def test_a_service_without_traffic_counts_as_the_policy_says(
    reports: list[SloReport], no_traffic: Decision | None, decision: Decision
) -> None:
    found = asked(seen("payments", None, reports), on_no_traffic=no_traffic, on_no_data=APPROVE)
    assert found.decision is decision


@pytest.mark.parametrize(
    ("report", "outcome", "said"),
    [
        (lacking(NO_TRAFFIC), Outcome.PASS, f"{UNKNOWN} (latency: the reason why)"),
        (
            unruled(EXHAUSTED),
            Outcome.FAIL,
            f"{UNKNOWN} (budget: its budget is exhausted, and no burn rule applies)",
        ),
        (
            unruled(HEALTHY),
            Outcome.PASS,
            "nothing speaks against payments (budget: its budget is healthy, and no burn rule applies)",
        ),
        (
            idle(EXHAUSTED),
            Outcome.FAIL,
            f"{UNKNOWN} (lately: its budget is exhausted, and there were no events for its burn rules)",
        ),
    ],
)
def test_nobody_says_not_burning_who_did_not_look(
    report: SloReport, outcome: Outcome, said: str
) -> None:
    (check,) = asked(seen("payments", None, [report])).own_checks
    assert (check.outcome, check.detail) == (outcome, said)


@law
@given(
    st.lists(st.sampled_from([CALM, burning(0.0032, DAY)]), max_size=2),
    st.sampled_from(Status),
    st.sampled_from([unruled, idle]),
    st.sampled_from(Risk),
)
def test_where_no_burn_rule_can_look_it_is_never_milder_than_calm(
    others: list[SloReport], status: Status, blind: Callable[[Status], SloReport], risk: Risk
) -> None:
    calm, unknown = (
        ruling(seen("payments", TEAM, [*others, one]), POLICY, risk).decision
        for one in (CALM, blind(status))
    )
    assert calm <= unknown <= DEFER
    if status is not HEALTHY:
        assert unknown >= min(DEFER, POLICY.matrix[status][risk])


def test_what_nobody_knows_does_not_hide_what_burns() -> None:
    """One SLO burns, of another there are no data, which this policy lets pass."""
    found = seen("payments", TEAM, [lacking(NO_DATA), burning(0.02)])
    decided = asked(found, on_no_data=APPROVE)
    assert decided.decision is DEFER
    (check,) = decided.own_checks
    assert check.detail == (
        "nobody knows whether payments of team-payments burns its budget "
        "(latency: the reason why; success at 20x over 1h)"
    )


def test_the_verdict_says_whose_trouble_it_is() -> None:
    found = asked(seen("payments", TEAM, [burning(0.02)]))
    said = "payments of team-payments burns its budget (success at 20x over 1h: critical)"
    assert (found.decision, found.exit_code) == (DEFER, 20)
    assert found.rationale[0] == f"{said}, which means defer"
    assert found.conditions[0] == "payments must have stopped burning its budget"
    assert found.alternatives == ("ask team-payments: the trouble is theirs",)
    assert found.clearance.without_errors is None


def test_without_an_owner_the_service_is_named() -> None:
    found = asked(seen("payments", None, [burning(0.02)]))
    assert found.rationale[0].startswith("payments burns its budget")
    assert found.alternatives == ("ask the owner of payments: the trouble is theirs",)


def test_what_is_not_known_must_be_known() -> None:
    found = asked(seen("payments", TEAM, [lacking(UNMEASURED, transient=True)]))
    assert found.conditions[0] == "it must be known that payments is not burning its budget"
    assert found.exit_code == 20


def test_a_calm_service_is_a_check_that_passes() -> None:
    found = asked(seen("payments", TEAM, [CALM]), Risk.MEDIUM)
    (check,) = found.own_checks
    assert (check.name, check.outcome) == ("upstream", Outcome.PASS)
    assert check.detail == "payments of team-payments is not burning its budget"
    assert found.exit_code == 0


BURNS = [CALM, burning(0.0032, DAY), burning(0.0065, 6 * HOUR), burning(0.02)]
LACKS = [
    *(lacking(why, transient=transient) for why in (NO_DATA, UNMEASURED) for transient in (False, True)),
    *(lacking(NO_TRAFFIC), unruled(WARNING), idle(HEALTHY), idle(EXHAUSTED)),
]  # fmt: skip
SAYS = st.sampled_from([None, *Decision])


@law
@given(
    st.lists(st.sampled_from([*BURNS, *LACKS]), max_size=3),
    st.sampled_from([*BURNS[1:], *LACKS]),
    SAYS,
    SAYS,
    SAYS,
    st.sampled_from(Risk),
)
def test_one_more_slo_that_burns_or_lacks_evidence_never_makes_it_milder(
    reports: list[SloReport],
    worse: SloReport,
    no_data: Decision | None,
    unreachable: Decision | None,
    no_traffic: Decision | None,
    risk: Risk,
) -> None:
    under = policy(on_no_data=no_data, on_unreachable=unreachable, on_no_traffic=no_traffic)
    before, after = (
        ruling(seen("payments", TEAM, found), under, risk).decision
        for found in (reports, [*reports, replace(worse, name="another")])
    )
    assert before <= after <= DEFER
