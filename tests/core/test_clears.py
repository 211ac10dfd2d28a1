"""A time that is told for a release to clear must be one at which it does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.core.budget import Assessment
from slogate.core.calendars import Once
from slogate.core.governance import Freeze, Governance
from slogate.core.model import Decision, Policy, Status
from slogate.core.policy import decide
from slogate.core.situation import Situation
from slogate.core.verdict import Clearance, ServiceVerdict
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
    assessed_ratio,
    at_status,
    law,
    policy,
    release,
    serving,
)

DEFER = Decision.DEFER


def frozen(*spans: tuple[int, int], recover_at: float | None = None) -> Policy:
    freezes = tuple(Freeze(str(start), Once(NOW + start, NOW + end)) for start, end in spans)
    return policy(governance=Governance(freezes=freezes, recover_at=recover_at))


def decided(found: Assessment, under: Policy, now: int = NOW) -> ServiceVerdict:
    return decide(serving(found, under=under), [found], release(), Situation(now))


def gate(traffic: Traffic, under: Policy, now: int = NOW) -> ServiceVerdict:
    return decided(assessed(traffic, now=now, under=under, looks_back=True), under, now)


SPENT = 0.85 * ALLOWED / HOUR


def test_errors_that_go_on_may_have_spent_the_budget_when_a_freeze_ends() -> None:
    """85 % are consumed, and errors at twice the budget would make it 105 % in three days."""
    traffic = Traffic((Outage(15 * DAY, HOUR, SPENT), Outage(6 * HOUR, 6 * HOUR, 0.002)))
    found = gate(traffic, frozen((-HOUR, 3 * DAY)))
    assert found.clearance.without_errors == NOW + 3 * DAY
    going_on = found.clearance.if_errors_continue
    assert going_on is None or going_on > NOW + 10 * DAY


def test_what_clears_before_a_freeze_must_hold_after_it() -> None:
    """A fast burn is over in minutes; but at twice the budget 75 % are 102 % four days later."""
    burst = Outage(5 * MINUTE, 5 * MINUTE, 0.5)
    traffic = Traffic((Outage(15 * DAY, HOUR, 0.75 * ALLOWED / HOUR), burst))
    assert gate(traffic, policy()).exit_code == 20
    clears = gate(traffic, frozen((MINUTE, 4 * DAY))).clearance
    assert (clears.without_errors, clears.calendar) == (NOW + 4 * DAY, False)
    assert clears.if_errors_continue is None


def test_what_only_a_freeze_holds_up_clears_at_its_end_to_the_second() -> None:
    for end in (MINUTE - 1, MINUTE, 7 * MINUTE + 13, DAY + 1):
        found = gate(Traffic(), frozen((-HOUR, end)), NOW)
        assert found.clearance == Clearance(NOW + end, NOW + end, calendar=True)


def test_a_ratio_that_passes_now_clears_when_the_freeze_ends() -> None:
    rates = {window: 0.0001 for rule in POLICY.burn for window in (rule.long, rule.short)}
    found = decided(assessed_ratio(0.0005, rates), frozen((-HOUR, 3 * DAY)))
    assert found.clearance == Clearance(NOW + 3 * DAY, NOW + 3 * DAY, calendar=True)


def test_a_freeze_beside_what_was_not_measured_ends_when_it_does() -> None:
    under = frozen((-HOUR, 3 * DAY))
    found = decided(at_status(Status.HEALTHY), under)
    assert found.clearance.without_errors == found.clearance.if_errors_continue == NOW + 3 * DAY


HOURS = st.integers(1, 720).map(lambda hours: hours * HOUR)
OUTAGES = st.lists(st.builds(Outage, HOURS, st.just(HOUR), st.floats(0, 0.7)), max_size=3)
SPANS = st.lists(
    st.tuples(st.integers(-24, 240), st.integers(1, 240)).map(
        lambda pair: (pair[0] * HOUR, (pair[0] + pair[1]) * HOUR)
    ),
    max_size=3,
)


def at_a_limit(found: ServiceVerdict) -> bool:
    """So close that what was foreseen and what came may lie on either side of it."""
    budget = found.slos[0].budget
    assert budget is not None
    return any(abs(budget.consumed - limit) < 0.005 for limit in POLICY.consumed.values())


@settings(law, max_examples=60)
@given(OUTAGES, SPANS, st.sampled_from([0.0, 0.0005, 0.002, 0.01]), st.sampled_from([None, 0.1, 0.4]))  # fmt: skip
def test_at_the_time_that_is_told_the_release_passes(
    outages: list[Outage], spans: list[tuple[int, int]], lately: float, recover_at: float | None
) -> None:
    under = frozen(*spans, recover_at=recover_at)
    older = tuple(Outage(one.ago + 6 * HOUR, one.lasts, one.share) for one in outages)
    traffic = Traffic((*older, Outage(6 * HOUR, 6 * HOUR, lately)))
    clears = gate(traffic, under).clearance
    if clears.without_errors is not None:
        assert gate(traffic, under, clears.without_errors + MINUTE).exit_code == 0
    if clears.if_errors_continue is not None:
        on = Traffic((*older, Outage(6 * HOUR, 99 * DAY, lately)))
        then = gate(on, under, clears.if_errors_continue + MINUTE)
        assert then.exit_code == 0 or at_a_limit(then)
        assert clears.without_errors is not None
        assert clears.without_errors <= clears.if_errors_continue
