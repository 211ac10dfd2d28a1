"""The freeze after a breach: no state is kept, and yet it is as if it were."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.core import breach as core
from slogate.core.budget import Assessment
from slogate.core.governance import Governance
from slogate.core.model import Decision, Missing, Policy, Status
from slogate.core.policy import decide
from slogate.core.situation import Situation
from slogate.core.verdict import Outcome, ServiceVerdict
from slogate.core.window import Rolling, Window
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    NOW,
    POLICY,
    Outage,
    Traffic,
    assessed,
    at_status,
    budget_of,
    law,
    policy,
    release,
    serving,
    slo,
)

WEEK = Rolling(7 * DAY)
BAD = 604.8
"""Bad events that 99.9 % allows in a week of one request a second."""


def breached(found: Assessment, recover_at: float = 0.1, **more: Any) -> core.Breach | None:
    return core.breach(found, policy(governance=Governance(recover_at=recover_at), **more))


def breach(
    *outages: Outage, recover_at: float = 0.1, of: Window = WEEK, now: int = NOW, since: float = 0
) -> int | str | None:
    """When it was breached, in hours before now; `unknown` where nobody can tell."""
    traffic = Traffic(outages, since=since)
    found = breached(assessed(traffic, slo(window=of), now=now, looks_back=True), recover_at)
    if found is None:
        return None
    return (now - found.at) // HOUR if found.known else "unknown"


def share(consumed: float) -> float:
    """The share of the requests of an hour that consumes so much of a week's budget."""
    return consumed * BAD / HOUR


@pytest.mark.parametrize(
    ("outages", "hours"),
    [
        ([], None),
        ([Outage(DAY, HOUR, share(0.95))], None),  # never exhausted
        ([Outage(DAY, HOUR, share(1.2))], 0),  # exhausted now
        ([Outage(DAY, HOUR, share(1.0))], 0),  # exactly
        # 1.2 until an hour of the older errors has left two days ago; 0.95 since
        ([Outage(9 * DAY, HOUR, share(0.25)), Outage(3 * DAY, HOUR, share(0.95))], 48),
        # the same, but 0.85 since: recovered
        ([Outage(9 * DAY, HOUR, share(0.35)), Outage(3 * DAY, HOUR, share(0.85))], None),
        ([Outage(9 * DAY, HOUR, share(0.35)), Outage(3 * DAY, HOUR, share(0.9))], None),
        # exhausted, recovered a day ago, and fallen to 0.95 again
        ([Outage(8 * DAY, HOUR, share(1.2)), Outage(5 * HOUR, HOUR, share(0.95))], None),
        # exhausted, recovered, and exhausted again
        ([Outage(8 * DAY, HOUR, share(1.2)), Outage(5 * HOUR, HOUR, share(1.1))], 0),
    ],
)  # fmt: skip
def test_a_budget_is_breached_from_exhausted_until_recovered(
    outages: list[Outage], hours: int | None
) -> None:
    assert breach(*outages) == hours


@pytest.mark.parametrize(
    ("recover_at", "hours"), [(0.0, None), (0.04, None), (0.05, None), (0.06, 48), (0.5, 48)]
)
def test_the_policy_says_how_far_it_must_recover(recover_at: float, hours: int | None) -> None:
    outages = Outage(9 * DAY, HOUR, share(0.25)), Outage(3 * DAY, HOUR, share(0.95))
    assert breach(*outages, recover_at=recover_at) == hours


@pytest.mark.parametrize(("consumed", "hours"), [(0.95, None), (1.0, 0), (3.0, 0)])
def test_a_calendar_window_begins_with_a_full_budget(consumed: float, hours: int | None) -> None:
    month = consumed * 2592 / HOUR
    assert breach(Outage(25 * DAY, HOUR, 1.0), Outage(DAY, HOUR, month), of=MONTH) == hours


def test_what_the_samples_do_not_reach_may_have_been_a_breach() -> None:
    """Three days of samples, of which 63 % of a budget were consumed: was there more before?"""
    first = Outage(2 * DAY, HOUR, share(0.27))
    young = NOW - 3 * DAY
    assert breach(first, since=young, recover_at=0.6) == "unknown"
    assert breach(first, since=young, recover_at=0.1) is None
    assert breach(Outage(2 * DAY, HOUR, share(0.5)), since=young) == 0
    found = breached(assessed(Traffic((first,), since=young), slo(window=WEEK), looks_back=True), 0.6)  # fmt: skip
    assert found is not None
    assert abs(found.at - young) <= HOUR


def test_a_gap_in_the_past_may_hide_a_breach() -> None:
    outages = (Outage(3 * DAY, HOUR, share(0.85)),)
    gap = (NOW - 9 * DAY, NOW - 8 * DAY)
    assert breach(*outages, recover_at=0.2) is None
    found = assessed(Traffic(outages, gaps=(gap,)), slo(window=WEEK), looks_back=True)
    unknown = breached(found, 0.2)
    assert unknown is not None
    assert not unknown.known


def test_a_silence_ends_no_freeze() -> None:
    """Errors until all traffic stopped, more than a window ago: nothing has recovered since."""
    outages = (Outage(8 * DAY, 12 * HOUR, 0.5),)
    silent = Traffic(outages, silences=((NOW - 7.5 * DAY, NOW),))
    found = assessed(silent, slo(window=WEEK), looks_back=True)
    assert found.report.status is Missing.NO_TRAFFIC
    assert breached(found) is not None
    under = governed(0.1)
    decided = decide(serving(found, under=under), [found], release(), Situation(NOW))
    assert decided.exit_code == 30
    assert decided.own_checks[0].detail.startswith("availability has no traffic now, and it was")


def test_what_never_recovers_stays_frozen() -> None:
    """5 % are left for as long as the history shows: nobody knows what was before."""
    low = Outage(40 * DAY, 40 * DAY, 0.00095)
    found = breached(assessed(Traffic((low,)), slo(window=WEEK), looks_back=True))
    assert found is not None
    assert not found.known


@pytest.mark.parametrize("since", [3 * DAY, 10 * DAY, 20 * DAY])
def test_a_young_service_without_failures_is_not_frozen(since: int) -> None:
    """Without traffic to speak of there is no budget, but nothing was spent either."""
    calm = Traffic(rate=1 / 3600, since=NOW - since)
    found = assessed(calm, slo(window=WEEK), looks_back=True, under=policy(min_events=1000))
    assert found.report.status is Missing.NO_TRAFFIC
    assert breached(found, min_events=1000) is None


def test_fewer_events_than_the_policy_asks_for_breach_nothing() -> None:
    """With one request a minute 10 bad ones of a week exhaust the budget."""
    bad = Outage(9 * DAY, HOUR, 0.2), Outage(3 * DAY, HOUR, 0.159)
    found = assessed(Traffic(bad, rate=1 / 60), slo(window=WEEK), looks_back=True)
    assert 0.9 < budget_of(found).consumed < 1
    assert breached(found) is not None
    few = policy(min_events=20_000)
    found = assessed(Traffic(bad, rate=1 / 60), slo(window=WEEK), looks_back=True, under=few)
    assert breached(found, min_events=20_000) is None


@pytest.mark.parametrize(("limit", "hours"), [(1.0, 48), (1.2, 48), (1.21, None), (0.94, 0)])
def test_exhausted_is_what_the_policy_calls_so(limit: float, hours: int | None) -> None:
    traffic = Traffic((Outage(9 * DAY, HOUR, share(0.25)), Outage(3 * DAY, HOUR, share(0.95))))
    found = assessed(traffic, slo(window=WEEK), looks_back=True)
    limits = {**POLICY.consumed, Status.EXHAUSTED: limit}
    known = breached(found, consumed=limits)
    assert (None if known is None else (NOW - known.at) // HOUR) == hours


def test_without_a_budget_there_is_no_breach() -> None:
    for why in Missing:
        assert breached(at_status(why)) is None


def walked(traffic: Traffic, first: int, now: int, recover_at: float) -> bool:
    """Frozen at the end of a walk through time, with a memory?"""
    frozen = False
    for moment in range(first, now + 1, HOUR):
        total = traffic.total(moment - 7 * DAY, moment)
        if total == 0:
            continue
        consumed = traffic.bad(moment - 7 * DAY, moment) / total / 0.001
        if consumed >= 1 - 1e-9:
            frozen = True
        elif 1 - consumed >= recover_at - 1e-9:
            frozen = False
    return frozen


def recovered(traffic: Traffic, moment: int, recover_at: float) -> bool:
    window = moment - 7 * DAY, moment
    return traffic.bad(*window) <= (1 - recover_at - 1e-6) * 0.001 * traffic.total(*window)


HOURS = st.integers(1, 24 * 21).map(lambda hours: hours * HOUR)
SHARES = st.sampled_from([0.2, 0.5, 0.9, 1.0, 1.3]).map(share) | st.floats(0, 1)
OUTAGES = st.lists(
    st.builds(Outage, HOURS, st.just(HOUR), SHARES), max_size=6, unique_by=lambda item: item.ago
)
fewer = settings(law, max_examples=40)


@fewer
@given(OUTAGES, st.sampled_from([0.05, 0.1, 0.3, 0.6]))
def test_it_agrees_with_a_gate_that_remembers_as_far_as_the_history_reaches(
    outages: list[Outage], recover_at: float
) -> None:
    traffic = Traffic(tuple(outages))
    for now in range(NOW - 2 * DAY, NOW + 1, 8 * HOUR):
        found = breached(assessed(traffic, slo(window=WEEK), now=now, looks_back=True), recover_at)
        known = found is not None and found.known
        assert known is walked(traffic, now - 7 * DAY, now, recover_at)
        if found is not None and not found.known:
            # not once in a whole window had it recovered
            for moment in range(now - 7 * DAY + HOUR, now + 1, HOUR):
                assert not recovered(traffic, moment, recover_at)
        if found is not None and found.known:
            assert walked(traffic, NOW - 40 * DAY, now, recover_at)
            window = found.at - 7 * DAY, found.at
            assert traffic.bad(*window) >= 0.001 * traffic.total(*window) - 1e-6


@fewer
@given(OUTAGES, st.sampled_from([0.05, 0.1, 0.3, 0.6]), st.integers(7 * 24, 15 * 24))
def test_a_past_that_is_cut_off_never_ends_a_freeze(
    outages: list[Outage], recover_at: float, hours: int
) -> None:
    whole, cut = (
        assessed(Traffic(tuple(outages), since=since), slo(window=WEEK), looks_back=True)
        for since in (0, NOW - hours * HOUR)
    )
    if breached(whole, recover_at) is not None:
        assert breached(cut, recover_at) is not None


# What the gate makes of it


def frozen(
    *outages: Outage, now: int = NOW, recover_at: float = 0.1, on: Decision = Decision.BLOCK
) -> ServiceVerdict:
    under = governed(recover_at, on)
    found = assessed(Traffic(outages), slo(window=WEEK), now=now, under=under, looks_back=True)
    return decide(serving(found, under=under), [found], release(), Situation(now))


def governed(recover_at: float, on: Decision = Decision.BLOCK) -> Policy:
    return policy(governance=Governance(recover_at=recover_at, on_breach=on))


RECOVERING = (Outage(9 * DAY, HOUR, share(0.25)), Outage(3 * DAY, HOUR, share(0.95)))


def test_a_budget_that_recovers_freezes_and_says_since_when_and_until_when() -> None:
    found = frozen(*RECOVERING)
    assert (found.decision, found.exit_code) == (Decision.BLOCK, 30)
    (check,) = (one for one in found.own_checks if one.name == "freeze on breach")
    assert (check.outcome, check.slo) == (Outcome.FAIL, "availability")
    assert check.detail == (
        "5.0 % of the budget of availability is left, and it was exhausted until "
        "2026-11-18 12:07 UTC: frozen until it has 10.0 %"
    )
    assert found.conditions[0] == (
        "availability must have recovered: at least 10.0 % of its budget left"
    )


def test_an_exhausted_budget_freezes_by_its_own_name() -> None:
    found = frozen(Outage(DAY, HOUR, share(1.2)))
    (check,) = (one for one in found.own_checks if one.name == "freeze on breach")
    assert check.detail == (
        "-20.0 % of the budget of availability is left, so it is exhausted: "
        "frozen until it has 10.0 %"
    )


@pytest.mark.parametrize("outages", [(), (Outage(DAY, HOUR, share(0.7)),)])
def test_where_nothing_was_breached_the_check_passes(outages: tuple[Outage, ...]) -> None:
    found = frozen(*outages)
    (check,) = (one for one in found.own_checks if one.name == "freeze on breach")
    assert (check.outcome, found.exit_code) == (Outcome.PASS, 0)


def test_without_the_rule_there_is_no_check() -> None:
    found = assessed(Traffic(RECOVERING), slo(window=WEEK), looks_back=True)
    decided = decide(serving(found), [found], release(), Situation(NOW))
    assert decided.status is Status.CRITICAL
    assert not any(check.name == "freeze on breach" for check in decided.own_checks)


def test_it_may_ask_for_less_than_a_block() -> None:
    found = frozen(Outage(9 * DAY, HOUR, share(0.6)), Outage(3 * DAY, HOUR, share(0.55)), recover_at=0.5, on=Decision.REVIEW)  # fmt: skip
    assert (found.decision, found.exit_code) == (Decision.REVIEW, 0)


@fewer
@given(OUTAGES, st.sampled_from([0.05, 0.1, 0.3, 0.6]))
def test_when_it_clears_the_same_release_passes_and_an_hour_before_it_does_not(
    outages: list[Outage], recover_at: float
) -> None:
    clears = frozen(*outages, recover_at=recover_at).clearance.without_errors
    if clears is None:
        return
    assert frozen(*outages, now=clears + MINUTE, recover_at=recover_at).exit_code == 0
    before = max(NOW, clears - HOUR - 2 * MINUTE)
    assert frozen(*outages, now=before, recover_at=recover_at).exit_code > 0
