"""What a verdict tells people: why, who has to agree, and which ways out fit the case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slogate.core.advice import worst_passing
from slogate.core.model import Decision, Missing, Policy, Risk, Status
from slogate.core.verdict import Clearance, ServiceVerdict
from slogate.core.words import moment
from tests.core.builders import (
    DAY,
    HOUR,
    MONTH,
    NOW,
    POLICY,
    Outage,
    Traffic,
    assessed,
    at_status,
    policy,
    slo,
    verdict,
)

APPROVE, REVIEW, DEFER, BLOCK = Decision
LOW, MEDIUM, HIGH = Risk
SENIOR, MANAGER, VP = "senior engineer", "engineering manager", "VP engineering"
EXHAUSTED = Traffic((Outage(10 * DAY, HOUR),))
FAST_BURN = Traffic((Outage(HOUR, HOUR, 0.02),))


def offers(found: ServiceVerdict) -> set[str]:
    """Which alternatives were named."""
    names = {"wait": "wait until", "roll back": "roll back", "split": "split", "again": "again"}
    return {
        name for name, sign in names.items() if any(sign in text for text in found.alternatives)
    }


@pytest.mark.parametrize(
    ("risk", "fail_on", "worst"),
    [
        (LOW, DEFER, Status.WARNING),
        (MEDIUM, DEFER, Status.ATTENTION),
        (HIGH, DEFER, Status.HEALTHY),
        (LOW, REVIEW, Status.ATTENTION),
        (HIGH, REVIEW, None),
        (LOW, BLOCK, Status.CRITICAL),
    ],
)
def test_the_worst_status_that_still_passes(
    risk: Risk, fail_on: Decision, worst: Status | None
) -> None:
    assert worst_passing(POLICY, risk, fail_on) is worst


@pytest.mark.parametrize(
    ("status", "risk", "people"),
    [
        (Status.HEALTHY, LOW, ()),
        (Status.ATTENTION, LOW, ()),
        (Status.HEALTHY, HIGH, ("team-checkout",)),
        (Status.ATTENTION, MEDIUM, ("team-checkout",)),
        (Status.WARNING, LOW, (SENIOR,)),
        (Status.WARNING, HIGH, (SENIOR,)),
        (Status.CRITICAL, LOW, (SENIOR, MANAGER)),
        (Status.EXHAUSTED, LOW, (VP,)),
    ],
)
def test_approvers_are_those_of_the_status_or_else_the_owner(
    status: Status, risk: Risk, people: tuple[str, ...]
) -> None:
    found = verdict(at_status(status), risk=risk, owner="team-checkout")
    assert found.approvers == people
    if people:
        assert people[0] in " ".join(found.conditions)


def test_approvers_of_the_decision_come_first_and_nobody_is_named_twice() -> None:
    under = policy(approvers={"defer": ("on-call", SENIOR), "critical": (SENIOR, MANAGER)})
    assert verdict(at_status(Status.CRITICAL), under=under).approvers == (
        "on-call",
        SENIOR,
        MANAGER,
    )


def test_nobody_can_approve_a_run_without_evidence() -> None:
    found = verdict(at_status(Missing.NO_DATA), owner="team-checkout")
    assert found.approvers == ()
    assert any("evidence" in text for text in found.conditions)
    assert found.clearance == Clearance()


@pytest.mark.parametrize(
    ("traffic", "risk", "fail_on", "expected"),
    [
        # it passes: nothing has to be avoided
        (Traffic(), LOW, DEFER, set()),
        (Traffic(), HIGH, DEFER, set()),
        (Traffic((Outage(10 * DAY, HOUR, 0.6),)), LOW, DEFER, set()),
        (FAST_BURN, LOW, BLOCK, set()),
        # no lower risk passes an exhausted budget; nothing burns, so there is nothing to roll back
        (EXHAUSTED, LOW, DEFER, {"wait"}),
        (EXHAUSTED, HIGH, DEFER, {"wait"}),
        (FAST_BURN, LOW, DEFER, {"wait", "roll back"}),
        (FAST_BURN, MEDIUM, DEFER, {"wait", "roll back"}),
        # warning: low risk would only need a review
        (Traffic((Outage(10 * DAY, HOUR, 0.6),)), MEDIUM, DEFER, {"wait", "split"}),
        (Traffic((Outage(10 * DAY, HOUR, 0.6),)), HIGH, DEFER, {"wait", "split"}),
        (Traffic((Outage(10 * DAY, HOUR, 0.4),)), HIGH, DEFER, {"wait", "split"}),
        (Traffic((Outage(DAY, DAY, 0.0035),)), HIGH, DEFER, {"wait", "roll back", "split"}),
        # with review failing too, high risk never passes by waiting
        (Traffic(), HIGH, REVIEW, {"split"}),
    ],
)
def test_only_those_alternatives_are_offered_that_fit(
    traffic: Traffic, risk: Risk, fail_on: Decision, expected: set[str]
) -> None:
    assert offers(verdict(assessed(traffic), risk=risk, fail_on=fail_on)) == expected


@pytest.mark.parametrize(
    ("risk", "level", "decision"), [(HIGH, "low", "review"), (MEDIUM, "low", "review")]
)
def test_a_smaller_change_names_the_risk_that_would_pass(
    risk: Risk, level: str, decision: str
) -> None:
    found = verdict(assessed(Traffic((Outage(10 * DAY, HOUR, 0.6),))), risk=risk)
    (text,) = (text for text in found.alternatives if "split" in text)
    assert f"at {level} risk the decision is {decision}" in text


def test_a_smaller_change_is_the_largest_that_passes() -> None:
    found = verdict(assessed(Traffic((Outage(10 * DAY, HOUR, 0.4),))), risk=HIGH)
    assert any("at medium risk the decision is review" in text for text in found.alternatives)


def test_a_smaller_change_is_no_way_out_of_missing_evidence() -> None:
    """The healthy SLO would pass at a lower risk, but it is the other one that blocks."""
    found = verdict(
        assessed(Traffic()),
        at_status(Missing.NO_DATA, "latency"),
        risk=HIGH,
        under=policy(on_no_data=BLOCK),
    )
    assert found.decision is BLOCK
    assert offers(found) == set()


def test_waiting_is_offered_until_the_time_of_the_forecast() -> None:
    found = verdict(assessed(EXHAUSTED))
    assert found.clearance.without_errors is not None
    assert any(moment(found.clearance.without_errors) in text for text in found.alternatives)


def test_there_is_no_forecast_for_a_release_that_passes_or_lacks_evidence() -> None:
    assert verdict(assessed(Traffic())).clearance == Clearance()
    assert verdict(assessed(EXHAUSTED), at_status(Missing.NO_DATA)).clearance == Clearance()
    strict = policy(on_no_traffic=BLOCK)
    found = verdict(assessed(EXHAUSTED), at_status(Missing.NO_TRAFFIC), under=strict)
    assert found.clearance == Clearance()


@pytest.mark.parametrize(("transient", "expected"), [(True, {"again"}), (False, set())])
def test_another_try_is_offered_only_for_faults_that_pass(
    expected: set[str], *, transient: bool
) -> None:
    assert offers(verdict(at_status(Missing.UNMEASURED, transient=transient))) == expected


def test_the_rationale_names_status_risk_decision_and_every_reason() -> None:
    healthy = assessed(Traffic(), slo(name="freshness"))
    exhausted = assessed(EXHAUSTED, slo(name="latency"))
    found = verdict(healthy, assessed(FAST_BURN), exhausted, risk=MEDIUM)
    first, *rest = found.rationale
    for word in ("exhausted", "medium", "block"):
        assert word in first
    assert [text.split()[0] for text in rest] == ["availability", "latency"]
    assert "138.9 %" in rest[1]


@pytest.mark.parametrize("why", Missing)
def test_the_rationale_says_what_is_missing_and_what_that_means(why: Missing) -> None:
    stopped = verdict(at_status(why), under=policy(on_no_traffic=None))
    assert any("stops the run: the reason why" in text for text in stopped.rationale)
    going_on = verdict(
        at_status(why, transient=True),
        under=policy(on_no_data=REVIEW, on_unreachable=REVIEW, on_no_traffic=REVIEW),
    )
    assert any("means review" in text for text in going_on.rationale)


def test_the_rationale_never_blames_the_status_for_what_missing_evidence_decided() -> None:
    found = verdict(
        assessed(Traffic()),
        at_status(Missing.NO_DATA, "latency"),
        under=policy(on_no_data=DEFER),
    )
    assert found.decision is DEFER
    assert not any("healthy" in text and "mean defer" in text for text in found.rationale)


@pytest.mark.parametrize(
    ("traffic", "risk", "expected"),
    [
        (EXHAUSTED, LOW, "at most 90 % of the budget"),
        (EXHAUSTED, MEDIUM, "at most 75 % of the budget"),
        (EXHAUSTED, HIGH, "at most 50 % of the budget"),
        (FAST_BURN, LOW, "below 14.4x over 1h or over 5m"),
    ],
)
def test_conditions_name_what_must_hold(traffic: Traffic, risk: Risk, expected: str) -> None:
    assert any(expected in text for text in verdict(assessed(traffic), risk=risk).conditions)


def test_conditions_leave_out_rules_that_may_go_on_firing() -> None:
    """Every rule fires, but low risk passes with those of attention and warning."""
    found = verdict(assessed(Traffic((Outage(3 * DAY, 3 * DAY, 0.015),))))
    text = " ".join(found.conditions)
    assert "below 14.4x" in text
    assert text.count("burn rate") == 1


def test_conditions_of_a_calendar_window_name_the_pace() -> None:
    """40 % consumed after 10 of 30 days: a pace of 1.2."""
    now = MONTH.at(NOW).start + 10 * DAY
    spent = Traffic((Outage(NOW - now + 2 * DAY, HOUR, 0.288),))
    found = verdict(assessed(spent, slo(window=MONTH), now=now), risk=HIGH)
    assert found.status is Status.ATTENTION
    text = " ".join(found.conditions)
    assert "a pace of at most 1" in text
    assert "consumed" not in text


def test_the_rationale_of_a_healthy_service_says_how_much_is_left() -> None:
    found = verdict(assessed(Traffic((Outage(10 * DAY, HOUR, 0.18),))))
    assert any("75.0 %" in text for text in found.rationale)


def test_a_policy_that_lets_nothing_pass_says_so() -> None:
    found = verdict(assessed(EXHAUSTED), risk=HIGH, fail_on=REVIEW)
    assert any(
        "at high risk even a healthy budget means review" in text for text in found.conditions
    )
    assert "wait" not in offers(found)


def test_a_release_that_repairs_is_told_its_way_out() -> None:
    def repair(under: Policy) -> list[str]:
        found = verdict(assessed(EXHAUSTED, under=under), under=under)
        return [text for text in found.alternatives if "--change-type reliability" in text]

    (said,) = repair(POLICY)
    assert said.endswith("the decision is review")
    off = replace(POLICY, governance=replace(POLICY.governance, exceptions=()))
    git_only = replace(POLICY, governance=replace(POLICY.governance, trusted=("git",)))
    assert repair(off) == repair(git_only) == []


def test_missing_evidence_says_how_to_look_at_it() -> None:
    found = verdict(at_status(Missing.NO_DATA))
    assert "slogate lint --online" in found.alternatives[0]


def test_to_wait_hangs_on_errors_only_where_they_matter() -> None:
    found = verdict(assessed(EXHAUSTED))
    (wait,) = [text for text in found.alternatives if text.startswith("wait until")]
    clears = found.clearance
    assert ("if no further errors" in wait) == (clears.without_errors != clears.if_errors_continue)
