"""What git's facts say of a change: its score with what made it, its level, and what to know."""

from __future__ import annotations

from dataclasses import replace
from math import exp, fsum, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.bands import Limit
from slogate.core.change_risk import change_risk
from slogate.core.commits import Commit, Range, Revisions, Touched
from slogate.core.likelihood import assess
from slogate.core.model import Risk
from slogate.core.release import Likelihood
from slogate.core.risk import percentile, release_score, typical_intercept
from slogate.core.risk_policy import Band, RiskPolicy
from tests.core.builders import DAY, law

LOW, MEDIUM, HIGH = Risk
POLICY = RiskPolicy()
FORWARD = Revisions("a" * 40, "b" * 40, 0, "")
SLOPE = 0.39
BOTH = (Limit("", 0, ""), Limit("", 0, ""))
COMMITS = st.builds(
    Commit,
    sha=st.uuids().map(lambda it: it.hex),
    time=st.just(0),
    subject=st.just(""),
    added=st.integers(0, 50_000),
    files=st.integers(1, 50),
    documents=st.integers(0, 1),
    entropy=st.floats(0, 6),
    is_fix=st.booleans(),
    fixes=st.integers(0, 40),
)


def scored(score: int, name: str = "c0ffee") -> Commit:
    """A commit of one file with this score: 2^score - 1 lines are added."""
    return Commit(f"{name:0<40}", 0, f"Change {name}", added=2**score - 1, files=1)


def many(*scores: int) -> tuple[Commit, ...]:
    """One commit for each score, named a0, a1, ..."""
    return tuple(scored(score, f"a{at}") for at, score in enumerate(scores))


def found(*scores: int, policy: RiskPolicy = POLICY, **facts: object) -> Likelihood:
    return assess(replace(Range(many(*scores)), **facts), policy)  # type: ignore[arg-type]


def notes(**facts: object) -> str:
    read = replace(Range(many(3)), **facts)  # type: ignore[arg-type]
    return "; ".join(change_risk(read, FORWARD, POLICY).notes)


PAST = many(*range(1, 11)) * 10
"""A hundred commits, ten of each score from 1 to 10."""


@law
@given(st.lists(COMMITS, min_size=1, max_size=12))
def test_the_points_of_all_factors_add_up_to_the_score(commits: list[Commit]) -> None:
    likelihood = assess(Range(tuple(commits)), POLICY)
    points = [factor.points for factor in likelihood.factors]
    assert fsum(points) == pytest.approx(likelihood.score, abs=1e-6)
    assert points == sorted(points, reverse=True)


def test_each_factor_says_what_it_stands_for() -> None:
    one = Commit("1" * 40, 0, "", 255, 0, 2, 1, 1.0, is_fix=True, fixes=3, fixed="core/pay.py")
    factors = {item.name: item for item in assess(Range((one, scored(1))), POLICY).factors}
    assert factors["lines added"].detail == "256 lines, most in 1111111, c0ffee0"
    assert factors["recent fixes"].detail == (
        "core/pay.py was mended 3 times in the 365d before, most in 1111111"
    )
    assert factors["spread"].detail.startswith("changed lines spread over 2 files")
    assert factors["fix commits"].detail.startswith("1 commit that mended")
    assert factors["documents"].detail.startswith("1 of 3 changed files")
    assert factors["documents"].points < 0
    assert (factors["commits"].value, factors["commits"].detail) == (2, "2 commits together")


def test_without_commits_the_release_is_low_with_a_score_of_0() -> None:
    empty = found(history=PAST)
    assert (empty.level, empty.score, empty.probability, empty.expected) == (LOW, 0, 0, 0)
    assert (empty.factors, empty.carriers, empty.lowering) == ((), (), ())


@pytest.mark.parametrize(
    ("scores", "level"),
    [((5,), LOW), ((6,), MEDIUM), ((8,), MEDIUM), ((9,), HIGH), ((5,) * 40, LOW)],
)
def test_with_little_history_fixed_limits_hold_for_the_riskiest_commit(
    scores: tuple[int, ...], level: Risk
) -> None:
    likelihood = found(*scores, history=PAST[:49])
    assert likelihood.level is level
    assert [(item.scale, item.value) for item in likelihood.limits or ()] == [
        ("top", 5.5),
        ("top", 8.5),
    ]
    assert all(
        "fewer than 50 commits of history" in item.words for item in likelihood.limits or BOTH
    )


def test_the_fixed_limits_and_the_history_they_stand_for_are_configurable() -> None:
    policy = replace(POLICY, fixed_medium=2, fixed_high=4, least_history=10)
    assert found(4, policy=policy).level is HIGH
    assert "before this release" in (found(4, policy=policy, history=PAST).limits or BOTH)[0].words


def test_the_past_releases_of_a_repository_make_its_limits() -> None:
    releases = tuple(many(at % 10 + 1, 2) for at in range(20))
    likelihood = found(5, releases=(*releases, ()), history=PAST)
    past = [release_score([at % 10 + 1, 2]) for at in range(20)]
    medium, high = likelihood.limits or BOTH
    assert (medium.words, high.words) == tuple(f"p{p} of the last 20 releases" for p in (50, 80))
    assert medium.value == pytest.approx(percentile(past, 50))
    assert high.value == pytest.approx(percentile(past, 80))


def test_fewer_releases_than_20_make_no_limits_and_no_more_than_50_count() -> None:
    few = found(5, releases=(many(3),) * 19, history=PAST).limits or BOTH
    assert "groups of 1 commit before this release" in few[0].words
    most = found(5, releases=(many(3),) * 50 + (many(9),) * 50).limits or BOTH
    assert most[1].value == pytest.approx(3)


def test_groups_of_as_many_commits_stand_for_releases() -> None:
    likelihood = found(5, 5, history=PAST)
    groups = [release_score([low, low + 1]) for low in (1, 3, 5, 7, 9)] * 10
    medium, high = likelihood.limits or BOTH
    assert medium.words == "p50 of 50 groups of 2 commits before this release"
    assert medium.value == pytest.approx(percentile(groups, 50))
    assert high.value == pytest.approx(percentile(groups, 80))


def test_for_a_large_release_smaller_groups_are_scaled_to_its_size() -> None:
    medium, _ = found(*[3] * 40, history=many(*[3] * 100)).limits or BOTH
    assert medium.words == "p50 of 10 groups of 10 commits before this release, scaled to 40"
    assert medium.value == pytest.approx(3 + log(40) / SLOPE)


@pytest.mark.parametrize(("score", "level"), [(4, LOW), (5, MEDIUM), (7, MEDIUM), (8, HIGH)])
def test_bands_of_scores_need_no_history(score: int, level: Risk) -> None:
    policy = replace(POLICY, medium=Band("score", 5), high=Band("score", 8))
    likelihood = found(score, policy=policy)
    assert likelihood.level is level
    assert [item.words for item in likelihood.limits or ()] == ["configured"] * 2


@pytest.mark.parametrize(("shift", "level"), [(-1e-6, LOW), (1e-6, HIGH)])
def test_bands_of_probabilities_lie_on_the_probability(shift: float, level: Risk) -> None:
    policy = replace(POLICY, intercept=-3.0)
    chance = found(6, policy=policy).probability
    assert chance == pytest.approx(1 / (1 + exp(3 - SLOPE * 6)))
    band = Band("probability", chance - shift)
    assert found(6, policy=replace(policy, medium=band, high=band)).level is level


def test_uncalibrated_probabilities_come_from_what_is_typical() -> None:
    likelihood = found(3, 6, history=PAST)
    chances = [1 / (1 + exp(-typical_intercept(0.1) - SLOPE * score)) for score in (3, 6)]
    assert not likelihood.calibrated
    assert likelihood.expected == pytest.approx(sum(chances))
    assert likelihood.probability == pytest.approx(1 - (1 - chances[0]) * (1 - chances[1]))


def test_a_failure_rate_calibrates_by_the_past_releases() -> None:
    policy = replace(POLICY, failure_rate=0.25)
    same = found(6, policy=policy, releases=(many(6),) * 20)
    assert same.calibrated
    assert same.probability == pytest.approx(0.25)
    assert not found(6, policy=policy).calibrated


def test_an_intercept_calibrates_without_any_past() -> None:
    likelihood = found(6, policy=replace(POLICY, intercept=-2.0))
    assert likelihood.calibrated
    assert likelihood.probability == pytest.approx(1 / (1 + exp(2 - SLOPE * 6)))


def test_the_riskiest_commits_are_named_with_their_shares() -> None:
    carriers = found(1, 9, 2, 3, 4, 5).carriers
    assert [item.subject for item in carriers] == [f"Change a{at}" for at in (1, 5, 4, 3, 2)]
    whole = sum(exp(SLOPE * score) for score in (1, 9, 2, 3, 4, 5))
    assert carriers[0].share == pytest.approx(exp(SLOPE * 9) / whole)


def test_what_would_lower_the_level_names_the_fewest_commits() -> None:
    (one,) = found(3, 9, 3).lowering
    assert one == "commit a100000 carries 84 % of the score; released alone the rest is low"
    (several,) = found(9, 9, 9, 9, 6).lowering
    assert several == (
        "4 commits (a000000, a100000, a200000 and 1 more) carry 93 % of the score; "
        "released alone the rest is medium"
    )


@pytest.mark.parametrize("scores", [(3, 4), (9,), (9,) * 30])
def test_nothing_is_proposed_where_it_is_low_or_nothing_helps(scores: tuple[int, ...]) -> None:
    assert found(*scores).lowering == ()


def test_thousands_of_commits_are_scored_too() -> None:
    likelihood = found(*[at % 12 for at in range(2000)], history=PAST * 5)
    assert (likelihood.commits, len(likelihood.carriers)) == (2000, 5)
    assert 0 < likelihood.probability <= 1


def test_a_rollback_is_low_with_its_notes_and_safeguards() -> None:
    read = Range(many(9, 9), touched={"migrations": Touched(2, "db/1.sql")})
    change = change_risk(read, replace(FORWARD, rollback=True, notes=("mind the gap",)), POLICY)
    assert (change.level, change.likelihood) == (LOW, None)
    assert [(item.name, item.files, item.example) for item in change.safeguards] == [
        ("migrations", 2, "db/1.sql")
    ]
    assert change.notes == (
        "mind the gap",
        "a rollback: head lies 2 commits before base, so nothing new is released",
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"commits": ()}, "nothing to release: no commit of head that base lacks changes a file"),
        ({"commits": (), "elsewhere": 3}, "touches the service's paths (3 commits elsewhere)"),
        ({"excluded": Touched(1, "a.js")}, "risk.exclude leaves out a.js"),
        ({"excluded": Touched(3, "a.js")}, "risk.exclude leaves out 3 files, such as a.js"),
        ({"submodules": Touched(2, "lib")}, "2 submodule changes, such as lib: what changed"),
        ({"history_days": 12.4}, "the clone is shallow: fixes are known for 12 of 365 days"),
        ({"renames_skipped": True}, "diff.renameLimit"),
    ],
)
def test_what_the_numbers_do_not_see_is_noted(facts: dict[str, object], said: str) -> None:
    assert said in notes(**facts)
    assert bool(said) == bool(notes(**facts))


def test_a_revert_beside_what_it_takes_back_is_noted() -> None:
    inside, outside = (replace(scored(3, "fe"), reverts=sha) for sha in ("a000000", "dead999"))
    assert "fe00000 and what it takes back both count" in notes(commits=(*many(3), inside))
    assert not notes(commits=(*many(3), outside))


def test_the_defaults_are_those_that_are_documented() -> None:
    assert (POLICY.medium, POLICY.high) == (Band("percentile", 50), Band("percentile", 80))
    assert (POLICY.fixed_medium, POLICY.fixed_high) == (5.5, 8.5)
    assert (POLICY.commit_failure_rate, POLICY.failure_rate) == (0.1, None)
    assert (POLICY.releases, POLICY.least_releases) == (50, 20)
    assert (POLICY.history, POLICY.least_history) == (500, 50)
    assert POLICY.look_back == 365 * DAY
