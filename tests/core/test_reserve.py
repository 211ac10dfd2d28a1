"""Shares of the budget that are set aside, and what a release is expected to cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.governance import Governance
from slogate.core.model import Decision, Missing, Policy, Status
from slogate.core.policy import decide
from slogate.core.reserve import after_spending, charged
from slogate.core.situation import Situation
from slogate.core.thresholds import consumed_status
from slogate.core.verdict import Check, Outcome, ServiceVerdict
from tests.core.builders import (
    ALLOWED,
    DAY,
    HOUR,
    MINUTE,
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
)

APPROVE, REVIEW, DEFER, BLOCK = Decision
HEALTHY, ATTENTION, WARNING, CRITICAL, EXHAUSTED = Status


def governed(share: float = 1.0, cost: float = 0.0, **more: object) -> Policy:
    reserve = {} if share == 1 else {"releases": share, "incidents": 1 - share}
    return policy(governance=Governance(reserve=reserve, cost=cost, **more))  # type: ignore[arg-type]


def world(consumed: float, ago: int = 20 * DAY) -> Traffic:
    """So much of the budget is consumed, and nothing burns."""
    return Traffic((Outage(ago, HOUR, consumed * ALLOWED / HOUR),))


def decided(
    consumed: float,
    under: Policy,
    *,
    cost: float | None = None,
    now: int = NOW,
    ago: int = 20 * DAY,
) -> ServiceVerdict:
    found = assessed(world(consumed, ago), under=under, now=now)
    return decide(serving(found, under=under), [found], release(), Situation(now, cost=cost))


@pytest.mark.parametrize(
    ("consumed", "cost", "share", "status", "decision"),
    [
        (0.40, 0.00, 1.0, HEALTHY, APPROVE),
        (0.40, 0.10, 1.0, HEALTHY, APPROVE),  # exactly 50 %
        (0.40, 0.11, 1.0, ATTENTION, APPROVE),
        (0.40, 0.40, 1.0, WARNING, REVIEW),
        (0.40, 0.51, 1.0, CRITICAL, DEFER),
        (0.40, 0.60, 1.0, EXHAUSTED, BLOCK),  # exactly 100 %
        (0.00, 0.00, 0.3, HEALTHY, APPROVE),
        (0.14, 0.00, 0.3, HEALTHY, APPROVE),
        (0.16, 0.00, 0.3, ATTENTION, APPROVE),
        (0.24, 0.00, 0.3, WARNING, REVIEW),
        (0.28, 0.00, 0.3, CRITICAL, DEFER),
        (0.30, 0.00, 0.3, EXHAUSTED, BLOCK),
        (0.10, 0.04, 0.3, HEALTHY, APPROVE),
        (0.10, 0.06, 0.3, ATTENTION, APPROVE),
        (0.10, 0.13, 0.3, WARNING, REVIEW),
        (0.10, 0.20, 0.3, EXHAUSTED, BLOCK),
        (0.00, 0.31, 0.3, EXHAUSTED, BLOCK),
        (0.95, 0.00, 1.0, CRITICAL, DEFER),
    ],
)
def test_the_status_after_spending_decides(
    consumed: float, cost: float, share: float, status: Status, decision: Decision
) -> None:
    for found in (
        decided(consumed, governed(share, cost)),
        decided(consumed, governed(share), cost=cost),
        decided(consumed, governed(share, 0.9), cost=cost),  # what is stated counts
    ):
        assert (found.status, found.decision) == (status, decision)


def checks(found: ServiceVerdict) -> dict[str, Check]:
    return {check.name: check for check in found.checks if check.name in {"cost", "reserve"}}


def test_the_sentences_have_the_numbers() -> None:
    found = decided(0.1, governed(0.3, 0.2))
    assert checks(found)["cost"].detail == (
        "this release is expected to cost 20.0 %: 30.0 % are consumed then"
    )
    assert checks(found)["reserve"].detail == (
        "releases may spend 30.0 % of the budget, and with this one 100.0 % of that is spent"
    )
    assert {check.outcome for check in checks(found).values()} == {Outcome.FAIL}
    assert found.rationale[1] == (
        "availability is exhausted: 10.0 % of the error budget is consumed, this release is "
        "expected to cost 20.0 % and releases may spend 30.0 %: 100.0 % of that share is spent then "
        "(100 % or more is exhausted)"
    )


def test_the_sentences_name_only_what_there_is() -> None:
    cost = decided(0.4, governed(cost=0.2))
    assert set(checks(cost)) == {"cost"}
    assert cost.slos[0].reasons[0].text == (
        "40.0 % of the error budget is consumed and this release is expected to cost 20.0 %: "
        "60.0 % of it is spent then (above 50 % is attention)"
    )
    share = decided(0.24, governed(0.3))
    assert checks(share)["reserve"].detail == (
        "releases may spend 30.0 % of the budget, and 80.0 % of that is spent"
    )
    assert share.slos[0].reasons[0].text == (
        "24.0 % of the error budget is consumed and releases may spend 30.0 %: 80.0 % of that "
        "share is spent (above 75 % is warning)"
    )


def test_what_must_hold_is_told_in_shares_of_the_whole_budget() -> None:
    found = decided(0.28, governed(0.3))
    assert found.conditions[0] == (
        "availability must be back at warning or better: at most 27 % of the budget consumed"
    )
    found = decided(0.0, governed(cost=0.95))
    assert found.conditions[0].endswith("a release that is expected to cost less")


def test_what_passes_says_so_too() -> None:
    found = decided(0.1, governed(0.5, 0.05))
    assert {check.outcome for check in checks(found).values()} == {Outcome.PASS}
    assert found.status is HEALTHY


def test_a_burn_rate_keeps_its_reason() -> None:
    """It is worse than what the cost gives, and both are told."""
    under = governed(cost=0.6)
    found = assessed(Traffic((Outage(HOUR, HOUR, 0.02),)), under=under)
    moved = after_spending(found.report, under, charged(under, None))
    assert [(reason.status, reason.kind) for reason in moved.reasons][:1] == [(CRITICAL, "burn")]
    assert (ATTENTION, "consumed") in [(reason.status, reason.kind) for reason in moved.reasons]


@pytest.mark.parametrize("why", Missing)
def test_where_there_is_no_budget_nothing_is_spent(why: Missing) -> None:
    under = governed(0.3, 0.5)
    report = at_status(why).report
    assert after_spending(report, under, charged(under, None)) is report


def test_the_whole_budget_and_no_cost_change_nothing() -> None:
    assert charged(POLICY, None) is POLICY
    assert charged(POLICY, 0.0) is POLICY
    assert decided(0.6, governed()) == decided(0.6, POLICY)
    assert decided(0.6, governed(cost=0.5), cost=0.0).slos == decided(0.6, POLICY).slos


SHARES, COSTS = st.floats(0.05, 1), st.floats(0, 1)


@law
@given(st.floats(0, 2), SHARES, COSTS)
def test_it_is_the_policys_limits_on_what_is_spent_of_the_share(
    consumed: float, share: float, cost: float
) -> None:
    spent = (consumed + cost) / share
    near = min(abs(spent - limit) for limit in POLICY.consumed.values())
    if near > 1e-6:
        moved = charged(governed(share, cost), None)
        assert consumed_status(moved, consumed) is consumed_status(POLICY, spent)


@law
@given(st.floats(0, 2), SHARES, COSTS, st.sampled_from(Status))
def test_it_is_never_better_than_without(
    consumed: float, share: float, cost: float, status: Status
) -> None:
    under = governed(share, cost)
    report = at_status(status).report
    assert report.budget is not None
    report = replace(report, budget=replace(report.budget, consumed=consumed))
    moved = after_spending(report, under, charged(under, None))
    assert isinstance(moved.status, Status)
    assert moved.status >= status
    assert moved.status >= consumed_status(POLICY, consumed) or moved.status is status


@law
@given(st.floats(0.05, 0.95), st.floats(0.2, 1), st.floats(0, 0.15), st.integers(2, 28))
def test_when_it_clears_the_same_release_passes_and_an_hour_before_it_does_not(
    consumed: float, share: float, cost: float, days: int
) -> None:
    under = governed(share, cost)
    found = decided(consumed, under, ago=days * DAY)
    clears = found.clearance.without_errors
    assert (clears is None) is (found.exit_code == 0)
    if clears is not None:
        assert decided(consumed, under, now=clears + MINUTE, ago=days * DAY).exit_code == 0
        before = max(NOW, clears - HOUR - 2 * MINUTE)
        assert decided(consumed, under, now=before, ago=days * DAY).exit_code > 0


def test_what_costs_more_than_may_be_spent_never_clears() -> None:
    assert decided(0.0, governed(0.3, 0.31)).clearance.without_errors is None
