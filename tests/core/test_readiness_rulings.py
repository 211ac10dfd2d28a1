"""What freezes and readiness ask for, and the sentences in which they say so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.calendars import Once, Outside, Schedule
from slogate.core.governance import Freeze, Governance, Readiness
from slogate.core.model import Decision, Status
from slogate.core.policy import decide
from slogate.core.rulings import outcome_of, readiness
from slogate.core.situation import Fact, Situation
from slogate.core.verdict import Outcome, ServiceVerdict
from tests.core.builders import DAY, HOUR, NOW, at_status, law, policy, release, serving
from tests.core.clocks import BERLIN, FRI, MON, SAT, SUN, THU, at, hours, weekly

APPROVE, REVIEW, DEFER, BLOCK = Decision
SAYS = st.sampled_from([None, *Decision])
READINESS = st.builds(Readiness, st.sampled_from(Decision))


def with_facts(
    *facts: Fact, asks: Readiness | None = None, unreachable: Decision | None = None
) -> ServiceVerdict:
    found, under = at_status(Status.HEALTHY), policy(on_unreachable=unreachable)
    service = serving(found, under=under, readiness=asks or Readiness())
    return decide(service, [found], release(), Situation(NOW), facts=facts)


def test_what_holds_is_a_check_that_passes() -> None:
    found = with_facts(Fact("metrics", holds=True, detail="the newest sample is 20s old"))
    (check,) = found.own_checks
    assert (check.name, check.outcome, check.detail) == (
        "metrics",
        Outcome.PASS,
        "the newest sample is 20s old",
    )
    assert (found.decision, found.exit_code) == (APPROVE, 0)


@pytest.mark.parametrize(
    ("decision", "outcome", "code"),
    [
        (APPROVE, Outcome.PASS, 0),
        (REVIEW, Outcome.WARN, 0),
        (DEFER, Outcome.FAIL, 20),
        (BLOCK, Outcome.FAIL, 30),
    ],
)
def test_what_does_not_hold_means_what_the_service_says(
    decision: Decision, outcome: Outcome, code: int
) -> None:
    fact = Fact("alerts", holds=False, detail="CheckoutDown is firing")
    found = with_facts(fact, asks=Readiness(decision))
    (check,) = found.own_checks
    assert (check.outcome, found.decision, found.exit_code) == (outcome, decision, code)
    if code:
        assert found.rationale[0] == f"CheckoutDown is firing, which means {decision.word}"
        assert found.conditions[0] == "the alerts must be right"
        assert found.clearance.without_errors is None


@pytest.mark.parametrize(
    ("outage", "unreachable", "decision", "code"),
    [
        (False, None, BLOCK, 50),
        (False, APPROVE, BLOCK, 50),  # refused is no outage
        (True, None, BLOCK, 50),
        (True, BLOCK, BLOCK, 30),
        (True, DEFER, DEFER, 20),
        (True, REVIEW, REVIEW, 0),
        (True, APPROVE, APPROVE, 0),
    ],
)
def test_what_nobody_can_tell_is_missing_evidence(
    outage: bool,  # noqa: FBT001
    unreachable: Decision | None,
    decision: Decision,
    code: int,
) -> None:
    fact = Fact("alerts", holds=None, detail="no answer from alerts", outage=outage)
    found = with_facts(fact, unreachable=unreachable)
    assert (found.decision, found.exit_code) == (decision, code)
    (check,) = found.own_checks
    assert check.outcome is (Outcome.FAIL if code == 50 else Outcome.WARN)
    if code == 50:
        assert found.rationale[0] == (
            "alerts could not be checked, which stops the run: no answer from alerts"
        )
        assert found.alternatives == ("run the gate again when the backend answers",)
    elif code:
        assert found.conditions[0] == "the alerts must be known"


@law
@given(st.booleans(), SAYS, READINESS)
def test_no_answer_is_never_milder_than_the_policy_permits(
    outage: bool,  # noqa: FBT001
    unreachable: Decision | None,
    asks: Readiness,
) -> None:
    under = policy(on_unreachable=unreachable)
    service = serving(at_status(Status.HEALTHY), under=under, readiness=asks)
    (ruling,) = readiness(service, [Fact("alerts", None, "nobody knows", outage=outage)])
    assert ruling.stop == 50 or (outage and ruling.decision is unreachable)


def frozen(
    *freezes: Freeze, now: int = NOW, fail_on: Decision | None = DEFER, name: str = "checkout"
) -> ServiceVerdict:
    found = at_status(Status.HEALTHY)
    under = policy(governance=Governance(freezes=freezes))
    service = serving(found, under=under, name=name)
    return decide(service, [found], release(), Situation(now, fail_on))


SALE = Freeze("Black Friday", Once(NOW - HOUR, NOW + DAY), reason="peak sales")


def test_a_freeze_says_its_name_its_end_and_why() -> None:
    found = frozen(SALE)
    said = "the freeze Black Friday is on until 2026-11-21 12:07 UTC (peak sales)"
    (check,) = found.own_checks
    assert (check.name, check.outcome, check.detail) == ("freeze", Outcome.FAIL, said)
    assert found.rationale[0] == f"{said}, which means block"
    assert found.conditions[0] == "the freeze Black Friday must have ended"
    assert found.alternatives == ("wait until 2026-11-21 12:07 UTC",)
    assert found.clearance.without_errors == found.clearance.if_errors_continue == NOW + DAY


@pytest.mark.parametrize(
    ("decision", "code"), [(APPROVE, 0), (REVIEW, 0), (DEFER, 20), (BLOCK, 30)]
)
def test_a_freeze_means_what_it_says(decision: Decision, code: int) -> None:
    found = frozen(Freeze("sale", Once(NOW, NOW + DAY), decision))
    assert (found.decision, found.exit_code) == (decision, code)
    assert found.own_checks[0].outcome is outcome_of(decision)


def test_a_freeze_of_other_services_is_none_of_ours() -> None:
    sale = Freeze("sale", Once(NOW, NOW + DAY), services=("search", "payments"))
    assert frozen(sale).own_checks == ()
    assert frozen(sale, name="search").decision is BLOCK


def test_where_no_freeze_is_on_they_are_named() -> None:
    (check,) = frozen(SALE, Freeze("weekend", weekly(SAT, SUN)), now=NOW - DAY).own_checks
    assert (check.name, check.outcome) == ("freeze", Outcome.PASS)
    assert check.detail == "none is on: Black Friday and weekend"


def test_without_freezes_there_is_no_check() -> None:
    assert frozen().own_checks == ()


WEEKEND = Freeze("weekend", weekly(FRI, SAT, SUN, zone=BERLIN))
OFFICE = Outside((weekly(MON, THU, hours=hours("09:00-16:00"), zone=BERLIN),))


@pytest.mark.parametrize(
    ("freezes", "clears"),
    [
        ([WEEKEND], "2026-11-22T23:00"),
        ([Freeze("office hours", OFFICE)], "2026-11-23T08:00"),
        # the next one begins before the first one has ended, or right then
        ([WEEKEND, SALE], "2026-11-22T23:00"),
        ([SALE, Freeze("after", Once(NOW + DAY, NOW + 2 * DAY))], "2026-11-22T12:07"),
        ([SALE, Freeze("later", Once(NOW + DAY + 60, NOW + 2 * DAY))], "2026-11-21T12:07"),
        # what only asks for a review does not hold up
        ([SALE, Freeze("after", Once(NOW + DAY, NOW + 2 * DAY), REVIEW)], "2026-11-21T12:07"),
        # what is of others does not either
        ([SALE, Freeze("after", Once(NOW, NOW + 2 * DAY), services=("x",))], "2026-11-21T12:07"),
        ([SALE, Freeze("of the platform")], None),
        ([Freeze("never", Outside(()))], None),
    ],
)
def test_it_clears_when_no_freeze_is_on_any_more(
    freezes: Sequence[Freeze], clears: str | None
) -> None:
    found = frozen(*freezes).clearance.without_errors
    assert found == (None if clears is None else at(clears))
    if found is not None:
        assert frozen(*freezes, now=found).exit_code == 0
        assert frozen(*freezes, now=found - 1).exit_code == 30


def test_an_end_that_is_not_in_sight_is_not_told() -> None:
    found = frozen(Freeze("always", weekly(*range(7))))
    assert found.own_checks[0].detail == "the freeze always is on"
    assert found.alternatives == ("wait for the end of the freeze, then run the gate again",)


SPANS = st.builds(Once, st.integers(NOW - DAY, NOW + DAY), st.integers(NOW, NOW + 3 * DAY))
SCHEDULES: st.SearchStrategy[Schedule] = st.one_of(
    SPANS, st.just(OFFICE), st.builds(lambda day: weekly(day, zone=BERLIN), st.integers(0, 6))
)
FREEZES = st.lists(
    st.builds(Freeze, st.just("some"), SCHEDULES, st.sampled_from([REVIEW, DEFER, BLOCK])),
    max_size=4,
)


@law
@given(FREEZES, st.sampled_from([REVIEW, DEFER, BLOCK]))
def test_at_the_time_that_is_told_the_release_passes_and_before_it_never_does(
    freezes: list[Freeze], fail_on: Decision
) -> None:
    found = frozen(*freezes, fail_on=fail_on)
    clears = found.clearance.without_errors
    assert (clears is None) is (found.exit_code == 0)
    if clears is not None:
        assert frozen(*freezes, now=clears, fail_on=fail_on).exit_code == 0
        for quarter in range(8):
            moment = NOW + (clears - NOW) * quarter // 8
            assert frozen(*freezes, now=moment, fail_on=fail_on).exit_code > 0
