"""Overrides: who may set a decision aside, for which reason, and the trace that it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.budget import Assessment
from slogate.core.exit_codes import LACKING
from slogate.core.governance import CHANGE_TYPES, ORIGINS, Governance, OverrideRule
from slogate.core.model import Decision, Missing, Status
from slogate.core.policy import decide
from slogate.core.situation import Request, Situation
from slogate.core.verdict import Outcome, Override, ServiceVerdict
from slogate.core.waivers import settled
from tests.core.builders import NOW, at_status, law, policy, release, serving

APPROVE, REVIEW, DEFER, BLOCK = Decision
SPENT = at_status(Status.EXHAUSTED)
RULE = OverrideRule(("ada", "Grace"), r"[A-Z]+-\d+")


def asked(
    reason: str = "OPS-12 pay day",
    actor: str = "ada",
    rule: OverrideRule | None = RULE,
    found: Assessment = SPENT,
    **situation: Any,
) -> ServiceVerdict:
    service = serving(found, under=policy(governance=Governance(override=rule)))
    at = Situation(NOW, override=Request(reason, actor), **situation)
    return settled(decide(service, [found], release(), at), service, at)


def test_who_may_and_says_why_sets_the_decision_aside() -> None:
    found = asked()
    assert (found.decision, found.exit_code) == (APPROVE, 0)
    assert found.override == Override("OPS-12 pay day", "ada", "block", found.rationale[0])
    assert found.rationale[0] == "ada overrides block: OPS-12 pay day"
    assert any("exhausted" in why for why in found.rationale[1:])
    (check,) = found.own_checks
    assert (check.name, check.outcome) == ("override", Outcome.WARN)
    assert (found.alternatives, found.approvers) == ((), ())


@pytest.mark.parametrize(
    ("reason", "actor", "rule", "why"),
    [
        ("OPS-1", "eve", RULE, "this policy has an `override`, but eve is not among its actors"),
        ("OPS-1", "", RULE, "only a CI platform can say who asks, and none does"),
        ("OPS-1", "adam", RULE, "adam is not among its actors"),
        ("OPS-1", "ada\n", RULE, "is not among its actors"),
        ("please", "ada", RULE, r"the reason must hold what matches [A-Z]+-\d+"),
        ("", "ada", RULE, "the reason must hold what matches"),
        ("  ", "ada", OverrideRule(("ada",)), "it needs a reason"),
        ("OPS-1", "ada", None, "this policy has no `override`"),
        ("OPS-1", "ada", OverrideRule(("ada",), "", ("review", "defer")), "it permits only review and defer"),
        ("OPS-1", "ada", OverrideRule(("ada",), "", ("no_data",)), "it permits only no data"),
    ],
)  # fmt: skip
def test_who_may_not_is_refused_and_told_why(
    reason: str, actor: str, rule: OverrideRule | None, why: str
) -> None:
    found = asked(reason, actor, rule)
    assert (found.decision, found.exit_code, found.override) == (BLOCK, 30, None)
    (check,) = found.own_checks
    assert (check.name, check.outcome) == ("override", Outcome.FAIL)
    assert check.detail.startswith("the override is refused, and the decision stands (block): ")
    assert why in check.detail
    assert check.detail in found.rationale


@pytest.mark.parametrize("actor", ["ada", "Ada", "ADA", "grace", "GRACE"])
def test_names_of_actors_have_no_case(actor: str) -> None:
    found = asked(actor=actor).override
    assert found is not None
    assert found.by == actor


@pytest.mark.parametrize(
    ("reason", "pattern", "permitted"),
    [
        ("see OPS-12, please", r"[A-Z]+-\d+", True),
        ("ops-12", r"[A-Z]+-\d+", False),
        ("see OPS-12", r"^[A-Z]+-\d+$", False),
        ("OPS-12", r"^[A-Z]+-\d+$", True),
        ("whatever", "", True),
    ],
)
def test_the_reason_must_hold_what_the_policy_asks_for(
    reason: str,
    pattern: str,
    permitted: bool,  # noqa: FBT001
) -> None:
    found = asked(reason, rule=OverrideRule(("ada",), pattern))
    assert (found.exit_code == 0) is permitted


@pytest.mark.parametrize(
    ("found", "word", "code"),
    [
        (at_status(Status.CRITICAL), "defer", 20),
        (SPENT, "block", 30),
        (at_status(Missing.NO_DATA), "no_data", 40),
        (at_status(Missing.UNMEASURED), "unmeasured", 50),
        (at_status(Missing.UNMEASURED, transient=True), "unmeasured", 50),
    ],
)
def test_each_decision_must_be_permitted_by_its_name(
    found: Assessment, word: str, code: int
) -> None:
    others = tuple(one for one in ("review", "defer", "block", "no_data", "unmeasured") if one != word)  # fmt: skip
    refused = asked(found=found, rule=OverrideRule(("ada",), "", others))
    assert (refused.exit_code, refused.override) == (code, None)
    granted = asked(found=found, rule=OverrideRule(("ada",), "", (word,)))
    assert (granted.decision, granted.exit_code) == (APPROVE, 0)
    assert granted.override is not None
    assert granted.override.original_decision == word


@pytest.mark.parametrize(
    ("status", "fail_on", "was"),
    [
        (Status.HEALTHY, DEFER, "approve"),
        (Status.WARNING, DEFER, "review"),
    ],
)
def test_what_does_not_fail_needs_no_override(status: Status, fail_on: Decision, was: str) -> None:
    found = asked(found=at_status(status), fail_on=fail_on)
    assert (found.decision.word, found.exit_code, found.override) == (was, 0, None)
    (check,) = found.own_checks
    assert (check.outcome, check.detail) == (Outcome.PASS, f"not needed: the decision is {was}")


def test_a_review_may_be_overridden_where_it_fails() -> None:
    rule = OverrideRule(("ada",), "", ("review",))
    found = asked(found=at_status(Status.WARNING), rule=rule, fail_on=REVIEW)
    assert (found.decision, found.exit_code) == (APPROVE, 0)


def test_where_decisions_are_only_advice_an_override_does_what_it_would_do() -> None:
    granted, refused = (asked(actor=actor, advise=True) for actor in ("ada", "eve"))
    assert (granted.decision, granted.exit_code) == (APPROVE, 0)
    assert granted.override is not None
    assert (refused.decision, refused.exit_code, refused.override) == (BLOCK, 0, None)


def test_where_an_exception_is_enough_there_is_no_override() -> None:
    found = asked(stated="rollback")
    assert found.exception is not None
    assert found.override is None


def test_what_holds_up_a_deployment_but_no_run_may_be_overridden_where_it_is_listed() -> None:
    rule = OverrideRule(("ada",), "", ("review", "defer"))
    for status, fail_on, was in ((Status.WARNING, DEFER, "review"), (Status.CRITICAL, BLOCK, "defer")):  # fmt: skip
        found = asked(found=at_status(status), fail_on=fail_on, rule=rule)
        assert found.decision is APPROVE
        assert found.override == Override("OPS-12 pay day", "ada", was, found.rationale[0])


@pytest.mark.parametrize(("also", "code"), [((), 40), (("block",), 0)])
def test_a_lack_of_evidence_makes_no_block_overridable(also: tuple[str, ...], code: int) -> None:
    rule = OverrideRule(("ada",), "", ("no_data", *also))
    lacking = at_status(Missing.NO_DATA, "lacking")
    service = serving(SPENT, lacking, under=policy(governance=Governance(override=rule)))
    at = Situation(NOW, override=Request("why", "ada"))
    found = settled(decide(service, [SPENT, lacking], release(), at), service, at)
    assert found.exit_code == code
    assert bool(found.override) is (code == 0)


def test_after_an_exception_both_traces_are_kept() -> None:
    rule = OverrideRule(("ada",), "", ("review",))
    found = asked(rule=rule, stated="security", fail_on=REVIEW)
    assert (found.decision, found.exit_code) == (APPROVE, 0)
    assert found.exception is not None
    assert found.override is not None
    trace = (found.exception.original_decision, found.override.original_decision)
    assert trace == ("block", "review")


def test_a_refused_override_leaves_what_the_exception_says_in_front() -> None:
    found = asked(rule=None, stated="security", fail_on=REVIEW)
    assert (found.decision, found.exit_code, found.override) == (REVIEW, 10, None)
    assert found.exception is not None
    assert found.rationale[0].startswith("a change of type security")
    assert found.rationale[1].startswith("the override is refused")


HOSTILE = [
    "OPS-1\n::set-output name=decision::approve",
    "OPS-1 $(reboot) `id` ${{ secrets.TOKEN }}",
    "OPS-1 <script>alert(1)</script> | [x](javascript:x)",
    "OPS-1 \x1b[2J\u202e\x00",
    "OPS-1 " + "a" * 100_000,
    "OPS-1 {reason} %s {0}",
]


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_reason_is_kept_as_it_is_and_decides_nothing(reason: str) -> None:
    """The reports escape it, each in its own way; nothing of it is read here."""
    found = asked(reason)
    assert found.override == Override(reason, "ada", "block", found.rationale[0])
    refused = asked(reason, "eve")
    assert (refused.decision, refused.exit_code, refused.override) == (BLOCK, 30, None)
    assert reason not in " ".join(refused.rationale)


FOUND = st.sampled_from([*map(at_status, Status), *map(at_status, Missing)])
RULES = st.none() | st.builds(
    OverrideRule,
    st.just(("ada",)),
    st.sampled_from(["", r"[A-Z]+-\d+"]),
    st.lists(st.sampled_from(["review", "defer", "block", "no_data", "unmeasured"])).map(tuple),
)
SITUATIONS = st.builds(
    Situation,
    st.just(NOW),
    st.sampled_from([None, REVIEW, DEFER, BLOCK]),
    advise=st.booleans(),
    stated=st.none() | st.sampled_from(CHANGE_TYPES),
    labels=st.sampled_from([(), ("rollback",), ("security", "rollback")]),
    override=st.none() | st.builds(Request, st.text(max_size=9), st.sampled_from(["ada", "eve", ""])),
)  # fmt: skip


@law
@given(FOUND, RULES, SITUATIONS, st.lists(st.sampled_from(ORIGINS), unique=True).map(tuple))
def test_nothing_changes_without_a_trace_and_never_for_the_worse(
    found: Assessment, rule: OverrideRule | None, at: Situation, trusted: tuple[str, ...]
) -> None:
    governance = Governance(override=rule, trusted=trusted)
    service = serving(found, under=policy(governance=governance))
    before = decide(service, [found], release(), at)
    after = settled(before, service, at)
    assert after.decision <= before.decision
    assert after.exit_code <= before.exit_code
    if after.exception is None and after.override is None:
        assert (after.decision, after.exit_code) == (before.decision, before.exit_code)
        assert after.clearance == before.clearance
        return
    first = after.exception or after.override
    assert first is not None
    assert first.original_decision == LACKING.get(before.exit_code, before.decision.word)
    assert set(before.rationale) < set(after.rationale)
    assert set(before.own_checks) < set(after.own_checks)
    assert after.slos == before.slos
