"""How what several sources say of a release becomes one level, and what missing answers do to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.advice import unknown_risk
from slogate.core.commits import Revisions
from slogate.core.model import Risk
from slogate.core.release import (
    DEFAULT,
    GIT,
    REGISTER,
    STATED,
    Opinion,
    ReleaseRisk,
    Required,
    combined,
    with_floor,
)
from slogate.core.risk_policy import RiskPolicy
from tests.core.builders import law

LOW, MEDIUM, HIGH = Risk
HIGHEST = RiskPolicy()
FIRST = RiskPolicy(combine="first")
ALL = (STATED, REGISTER, GIT)
LEVELS = st.sampled_from(list(Risk))


def said(**levels: Risk | None) -> list[Opinion]:
    """Opinions in the order in which they are asked for; None is unknown."""
    names = {"stated": STATED, "register": REGISTER, "git": GIT}
    return [Opinion(names[name], level) for name, level in levels.items()]


def outcome(
    opinions: list[Opinion], policy: RiskPolicy = HIGHEST, default: Risk = MEDIUM
) -> tuple[Risk, str, bool]:
    found = combined(opinions, replace(policy, default=default))
    return found.level, found.source, found.known


def required(name: str, floor: Risk | None) -> Required:
    return Required(name, "somebody looks", 1, "a.sql", floor)


@pytest.mark.parametrize(
    ("opinions", "level", "source"),
    [
        (said(git=LOW), LOW, GIT),
        (said(stated=LOW, git=HIGH), HIGH, GIT),
        (said(stated=HIGH, git=LOW), HIGH, STATED),
        (said(stated=LOW, register=MEDIUM, git=LOW), MEDIUM, REGISTER),
        (said(register=LOW, git=MEDIUM), MEDIUM, GIT),
        (said(stated=HIGH, register=HIGH, git=HIGH), HIGH, STATED),
    ],
)
def test_the_highest_of_what_is_said_counts_and_names_its_source(
    opinions: list[Opinion], level: Risk, source: str
) -> None:
    assert outcome(opinions) == (level, source, True)


@pytest.mark.parametrize(
    ("default", "level", "source"),
    [(LOW, LOW, GIT), (MEDIUM, MEDIUM, DEFAULT), (HIGH, HIGH, DEFAULT)],
)
def test_a_register_that_does_not_know_counts_with_the_default(
    default: Risk, level: Risk, source: str
) -> None:
    assert outcome(said(register=None, git=LOW), default=default) == (level, source, False)


def test_a_default_never_hides_a_higher_level_that_is_known() -> None:
    assert outcome(said(register=None, git=HIGH), default=LOW) == (HIGH, GIT, False)
    assert outcome(said(stated=HIGH, register=None)) == (HIGH, STATED, False)


def test_git_that_does_not_know_counts_with_the_default_beside_a_register() -> None:
    assert outcome(said(register=LOW, git=None)) == (MEDIUM, DEFAULT, False)


def test_a_silent_source_matters_even_where_somebody_states_the_risk() -> None:
    assert outcome(said(stated=LOW, git=None), default=HIGH) == (HIGH, DEFAULT, False)
    assert outcome(said(stated=LOW, register=HIGH, git=None)) == (HIGH, REGISTER, False)
    assert outcome(said(stated=LOW, register=None, git=LOW)) == (MEDIUM, DEFAULT, False)


@pytest.mark.parametrize("policy", [HIGHEST, FIRST])
@pytest.mark.parametrize("default", list(Risk))
@pytest.mark.parametrize("opinions", [[], said(git=None), said(register=None, git=None)])
def test_without_any_answer_it_is_the_default_and_unknown(
    opinions: list[Opinion], default: Risk, policy: RiskPolicy
) -> None:
    assert outcome(opinions, policy, default) == (default, DEFAULT, False)


@pytest.mark.parametrize(
    ("opinions", "level", "source"),
    [
        (said(stated=LOW, register=HIGH, git=HIGH), LOW, STATED),
        (said(register=LOW, git=HIGH), LOW, REGISTER),
        (said(register=None, git=LOW), LOW, GIT),
        (said(register=HIGH, git=None), HIGH, REGISTER),
    ],
)
def test_with_first_the_first_source_that_knows_decides_alone(
    opinions: list[Opinion], level: Risk, source: str
) -> None:
    assert outcome(opinions, FIRST, default=HIGH) == (level, source, True)


@pytest.mark.parametrize("policy", [HIGHEST, FIRST])
def test_all_that_was_said_is_kept_for_the_report(policy: RiskPolicy) -> None:
    opinions = [Opinion(STATED, LOW), Opinion(REGISTER, None, "it is down"), Opinion(GIT, HIGH)]
    assert combined(opinions, policy).opinions == tuple(opinions)


@law
@given(st.lists(LEVELS, min_size=1, max_size=3), LEVELS, st.data())
def test_evidence_that_goes_missing_never_takes_the_level_below_the_default(
    levels: list[Risk], default: Risk, data: st.DataObject
) -> None:
    opinions = [Opinion(name, level) for name, level in zip(ALL, levels, strict=False)]
    place = data.draw(st.integers(0, len(opinions) - 1))
    policy = replace(HIGHEST, default=default)
    before = combined(opinions, policy)
    opinions[place] = Opinion(REGISTER, None, "it is down")
    after = combined(opinions, policy)
    assert after.level >= min(default, before.level)
    assert after.level >= default
    assert all(item.level is None or after.level >= item.level for item in opinions)
    assert not after.known


@law
@given(LEVELS, LEVELS, LEVELS)
def test_one_more_source_never_lowers_the_level(one: Risk, other: Risk, default: Risk) -> None:
    policy = replace(HIGHEST, default=default)
    alone = combined(said(git=one), policy).level
    assert combined(said(register=other, git=one), policy).level >= alone
    assert combined(said(register=None, git=one), policy).level >= alone


@law
@given(LEVELS, st.lists(st.none() | LEVELS, max_size=4))
def test_floors_raise_the_level_and_never_lower_it(level: Risk, floors: list[Risk | None]) -> None:
    safeguards = tuple(required(f"rule {at}", floor) for at, floor in enumerate(floors))
    risk = ReleaseRisk(level, GIT, safeguards=safeguards)
    found = with_floor(risk)
    assert found.level == max([level, *(floor for floor in floors if floor is not None)])
    assert (found == risk) == (found.level == level)


def test_the_rule_with_the_highest_floor_is_named_as_the_source() -> None:
    safeguards = (required("docs", None), required("pipeline", MEDIUM), required("schema", HIGH))
    found = with_floor(ReleaseRisk(LOW, GIT, known=False, safeguards=safeguards))
    assert (found.level, found.source) == (HIGH, "floor of schema")
    assert not found.known


@pytest.mark.parametrize(
    ("files", "place"), [(1, "a.sql"), (2, "a.sql and 1 more"), (1235, "a.sql and 1,234 more")]
)
def test_a_safeguard_reads_as_a_sentence_with_an_example(files: int, place: str) -> None:
    rule = replace(required("migrations", None), files=files)
    assert str(rule) == f"migrations ({place}): somebody looks"


def test_the_type_of_a_change_is_rollback_only_where_head_lies_before_base() -> None:
    forward = Revisions("a", "b", 0, "")
    risk = ReleaseRisk(LOW, GIT)
    assert risk.change_type == "normal"
    assert replace(risk, revisions=forward).change_type == "normal"
    assert replace(risk, revisions=replace(forward, rollback=True)).change_type == "rollback"


def test_an_unknown_risk_says_who_could_not_tell_it() -> None:
    opinions = (Opinion(GIT, None, "no tag is an ancestor of head"), Opinion(REGISTER, LOW, "x"))
    said = f"the risk is unknown and taken as medium ({GIT}: no tag is an ancestor of head)"
    assert unknown_risk(ReleaseRisk(MEDIUM, DEFAULT, known=False, opinions=opinions)) == said
