"""Laws of the whole core: worse news never loosens a decision, and order does not matter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slogate.core.budget import Assessment
from slogate.core.model import Decision, Missing, Policy, Risk, Status
from slogate.core.policy import slo_decision
from slogate.core.window import Rolling, Window
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    Outage,
    Traffic,
    ago,
    assessed,
    at_status,
    law,
    policy,
    slo,
    verdict,
)

HOURS = st.integers(1, 800).map(lambda hours: hours * HOUR)
SHARES = st.sampled_from([0.0, 0.0005, 0.002, 0.02, 0.1, 0.36, 1.0]) | st.floats(0, 1)
OUTAGES = st.lists(st.builds(Outage, HOURS, st.just(HOUR), SHARES), max_size=3)
WINDOWS = st.sampled_from([Rolling(DAY), Rolling(7 * DAY), Rolling(30 * DAY), MONTH])
RISKS = st.sampled_from(Risk)
FAIL_ON = st.sampled_from([Decision.REVIEW, Decision.DEFER, Decision.BLOCK, None])
SAYS = st.sampled_from([None, *Decision])
POLICIES = st.builds(
    lambda no_data, unreachable, no_traffic: policy(
        on_no_data=no_data, on_unreachable=unreachable, on_no_traffic=no_traffic
    ),
    SAYS,
    SAYS,
    SAYS,
)
FOUND = st.lists(
    st.one_of(
        st.sampled_from(Status).map(at_status),
        st.builds(lambda why, transient: at_status(why, transient=transient), st.sampled_from(Missing), st.booleans()),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


@law
@given(OUTAGES, HOURS, SHARES, SHARES, WINDOWS, RISKS, FAIL_ON, st.sampled_from(["good", "bad"]))
def test_more_bad_events_never_loosen_a_decision(  # noqa: PLR0917
    outages: list[Outage],
    when: int,
    one: float,
    two: float,
    window: Window,
    risk: Risk,
    fail_on: Decision | None,
    role: str,
) -> None:
    elsewhere = [outage for outage in outages if outage.ago != when]
    fewer, more = (
        assessed(Traffic((*elsewhere, Outage(when, HOUR, share))), slo(window=window), role=role)
        for share in sorted((one, two))
    )
    milder, harder = (verdict(found, risk=risk, fail_on=fail_on) for found in (fewer, more))
    assert milder.decision <= harder.decision
    assert milder.exit_code <= harder.exit_code


@law
@given(FOUND, POLICIES, FAIL_ON)
def test_a_higher_risk_never_loosens_a_decision(
    found: list[Assessment], under: Policy, fail_on: Decision | None
) -> None:
    verdicts = [verdict(*found, risk=risk, under=under, fail_on=fail_on) for risk in Risk]
    decisions = [each.decision for each in verdicts]
    codes = [each.exit_code for each in verdicts]
    assert (decisions, codes) == (sorted(decisions), sorted(codes))


@law
@given(FOUND, st.sampled_from(Missing), st.booleans(), POLICIES, RISKS, FAIL_ON, st.booleans())
def test_missing_evidence_never_betters_what_the_rest_says(  # noqa: PLR0917
    found: list[Assessment],
    why: Missing,
    transient: bool,  # noqa: FBT001
    under: Policy,
    risk: Risk,
    fail_on: Decision | None,
    advise: bool,  # noqa: FBT001
) -> None:
    lacking = at_status(why, "lacking", transient=transient)
    without = verdict(*found, risk=risk, under=under, fail_on=fail_on, advise=advise)
    alone = verdict(lacking, risk=risk, under=under, fail_on=fail_on, advise=advise)
    both = verdict(*found, lacking, risk=risk, under=under, fail_on=fail_on, advise=advise)
    assert both.decision is max(without.decision, alone.decision)
    assert both.exit_code == max(without.exit_code, alone.exit_code)
    if slo_decision(lacking.report, risk, under) is None:
        assert both.exit_code >= 40


@law
@given(FOUND.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), POLICIES, RISKS, FAIL_ON)  # fmt: skip
def test_the_order_of_slos_does_not_matter(
    orders: tuple[list[Assessment], list[Assessment]],
    under: Policy,
    risk: Risk,
    fail_on: Decision | None,
) -> None:
    one, two = (verdict(*order, risk=risk, under=under, fail_on=fail_on) for order in orders)
    assert (one.decision, one.exit_code, one.status) == (two.decision, two.exit_code, two.status)
    assert one.approvers == two.approvers


@law
@given(OUTAGES, st.integers(0, 72), WINDOWS, RISKS)
def test_an_outage_still_fails_the_release_when_its_newest_samples_are_late(
    outages: list[Outage], minutes: int, window: Window, risk: Risk
) -> None:
    """What burns counts while samples are late, and stops the run once they are stale."""
    newest = Outage(HOUR, HOUR, 0.5)
    older = (outage for outage in outages if outage.ago != HOUR)
    traffic = Traffic((*older, newest), gaps=(ago(minutes * MINUTE, minutes * MINUTE),))
    found = verdict(assessed(traffic, slo(window=window)), risk=risk)
    assert found.exit_code == 40 if minutes >= 10 else found.exit_code in {20, 30}
