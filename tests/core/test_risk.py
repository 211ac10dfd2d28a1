"""Scores of commits and releases, what they are worth as probabilities, and bands; by hand."""

from __future__ import annotations

from fractions import Fraction
from math import exp, inf, log, prod
from random import Random
from statistics import fmean, quantiles
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slogate.core.commits import Commit
from slogate.core.model import Risk
from slogate.core.risk import (
    Scorecard,
    any_of,
    calibrated_intercept,
    commit_score,
    level,
    percentile,
    probabilities,
    release_score,
    shares,
    terms,
    typical_intercept,
)
from tests.core.builders import law

SLOPE = 0.39
SCORE = st.floats(-0.5, 30)
SCORES = st.lists(SCORE, min_size=1, max_size=30)


def commit(added: int = 0, **facts: Any) -> Commit:
    """A commit of one file, if nothing else is said."""
    return Commit("c0ffee", 0, "", added=added, **{"files": 1, **facts})


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        (commit(files=0), 0.0),
        (commit(0, deleted=5000), 0.0),
        (commit(1), 1.0),
        (commit(7), 3.0),
        (commit(1023), 10.0),
        (commit(0, fixes=1), 0.6),
        (commit(3, fixes=3), 3.2),
        (commit(15, fixes=7), 5.8),
        (commit(7, files=2, entropy=1.0), 3.25),
        (commit(7, files=4, entropy=2.0), 3.5),
        (commit(0, is_fix=True), 0.5),
        (commit(7, is_fix=True), 3.5),
        (commit(7, documents=1), 2.5),
        (commit(0, documents=1), -0.5),
        (commit(7, files=4, documents=1), 2.875),
        (commit(1023, files=4, documents=2, entropy=2.0, is_fix=True, fixes=15), 13.15),
    ],
)
def test_the_score_of_a_commit(facts: Commit, score: float) -> None:
    assert commit_score(facts) == pytest.approx(score, abs=1e-12)


def test_a_score_is_explained_term_by_term() -> None:
    facts = commit(1023, files=4, documents=2, entropy=2.0, is_fix=True, fixes=15)
    assert terms(facts)._asdict() == pytest.approx(
        {"added": 10, "fixes": 2.4, "spread": 0.5, "is_fix": 0.5, "documents": -0.25}
    )


def test_the_weights_are_those_of_the_card() -> None:
    card = Scorecard(added=2, fixes=3, spread=5, is_fix=7, documents=11, slope=1)
    facts = commit(3, files=2, documents=1, entropy=1.0, is_fix=True, fixes=1)
    assert commit_score(facts, card) == pytest.approx(2 * 2 + 3 + 5 + 7 - 11 / 2)
    assert release_score([2, 2], card) == pytest.approx(2 + log(2))
    assert shares([log(3), 0], card) == pytest.approx([0.75, 0.25])
    assert probabilities([log(3)], 0, card) == pytest.approx([0.75])


@law
@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 500), st.integers(0, 500))
def test_more_lines_and_more_fixes_never_lower_the_score(a: int, b: int, c: int, d: int) -> None:
    less, more = commit(min(a, b), fixes=min(c, d)), commit(max(a, b), fixes=max(c, d))
    assert commit_score(less) <= commit_score(more)


@pytest.mark.parametrize("score", [-0.5, 0.0, 3.2, 14.0, 5000.0])
def test_a_release_of_one_commit_has_its_score(score: float) -> None:
    assert release_score([score]) == score


def test_the_score_of_a_release_by_its_formula() -> None:
    total = exp(SLOPE * 3) + exp(SLOPE * 5.8) + exp(SLOPE * 13.15)
    assert release_score([3, 5.8, 13.15]) == pytest.approx(log(total) / SLOPE)
    assert release_score([6.0] * 8) == pytest.approx(6 + log(8) / SLOPE)
    assert release_score([5000.0] * 2) == pytest.approx(5000 + log(2) / SLOPE)


def test_an_empty_release_is_below_every_limit() -> None:
    assert release_score([]) == -inf
    assert level(release_score([]), -100, 0) is Risk.LOW


@law
@given(SCORES)
def test_a_release_lies_between_its_greatest_commit_and_as_many_of_it(scores: list[float]) -> None:
    found = release_score(scores)
    assert max(scores) <= found <= max(scores) + log(len(scores)) / SLOPE + 1e-9


@law
@given(SCORES, st.integers())
@example([0.0, 1.0, 2.0, 3.0], 5)
def test_the_order_of_commits_does_not_matter(scores: list[float], seed: int) -> None:
    mixed = Random(seed).sample(scores, len(scores))
    assert release_score(mixed) == release_score(scores)
    assert any_of(probabilities(mixed, -4)) == any_of(probabilities(scores, -4))


@law
@given(SCORES, SCORE, st.floats(-12, 2))
def test_one_more_commit_never_makes_a_release_safer(
    scores: list[float], score: float, intercept: float
) -> None:
    fewer, more = probabilities(scores, intercept), probabilities([*scores, score], intercept)
    assert release_score([*scores, score]) >= release_score(scores)
    assert any_of(more) >= any_of(fewer)
    assert sum(more) > sum(fewer)


@law
@given(SCORES)
def test_shares_are_one_together_and_follow_the_scores(scores: list[float]) -> None:
    found = shares(scores)
    assert sum(found) == pytest.approx(1)
    ordered = [share for _, share in sorted(zip(scores, found, strict=True))]
    assert ordered == sorted(found)


@pytest.mark.parametrize(
    ("scores", "found"),
    [([], []), ([7.0], [1.0]), ([7.0, 7 + log(3) / SLOPE], [0.25, 0.75]), ([9000.0, 0.0], [1.0, 0.0])],
)  # fmt: skip
def test_the_share_of_each_commit(scores: list[float], found: list[float]) -> None:
    assert shares(scores) == pytest.approx(found)


@pytest.mark.parametrize(
    ("score", "intercept", "chance"),
    [
        (0, 0, 0.5),
        (10, -3.9, 0.5),
        (10, -3.9 + log(3), 0.75),
        (10, -3.9 - log(3), 0.25),
        (0, -log(99), 0.01),
        (0, 5000, 1.0),
        (0, -5000, 0.0),
    ],
)
def test_the_probability_of_a_defect(score: float, intercept: float, chance: float) -> None:
    assert probabilities([score], intercept) == pytest.approx([chance])


@law
@given(st.lists(st.floats(0, 1), max_size=20))
def test_any_of_them_is_one_minus_the_product_of_none(chances: list[float]) -> None:
    exact = 1 - prod(1 - Fraction(chance) for chance in chances)
    assert any_of(chances) == pytest.approx(float(exact), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("chances", "found"),
    [([], 0.0), ([0.2], 0.2), ([0.5, 0.5], 0.75), ([0.3, 1.0, 1.0], 1.0), ([1e-20] * 3, 3e-20)],
)
def test_the_chance_of_at_least_one(chances: list[float], found: float) -> None:
    assert any_of(chances) == pytest.approx(found, rel=1e-12, abs=0)


@law
@given(st.lists(st.lists(SCORE, max_size=12), max_size=10), SCORES, st.floats(0.005, 0.995))
def test_calibration_reaches_the_failure_rate_whatever_the_releases(
    releases: list[list[float]], one: list[float], rate: float
) -> None:
    intercept = calibrated_intercept([*releases, one], rate)
    filled = [scores for scores in [*releases, one] if scores]
    chances = [any_of(probabilities(scores, intercept)) for scores in filled]
    assert fmean(chances) == pytest.approx(rate, abs=1e-9)


def test_calibration_by_hand() -> None:
    assert calibrated_intercept([[10.0]], 0.5) == pytest.approx(-3.9)
    # two commits of which neither fails: half of a half
    assert calibrated_intercept([[10.0, 10.0], []], 0.75) == pytest.approx(-3.9)


@pytest.mark.parametrize(
    ("releases", "rate"),
    [([], 0.2), ([[]], 0.2), ([[5.0]], 0.0), ([[5.0]], 1.0), ([[5.0]], -0.1), ([[5.0]], 20)],
)
def test_nothing_to_calibrate_with(releases: list[list[float]], rate: float) -> None:
    with pytest.raises(ValueError, match="calibration needs"):
        calibrated_intercept(releases, rate)


@pytest.mark.parametrize(
    ("rate", "intercept"),
    [(0.02, -6.9), (0.05, -5.9), (0.10, -5.0), (0.15, -4.5), (0.20, -4.1), (0.30, -3.4)],
)
def test_a_known_rate_has_its_intercept(rate: float, intercept: float) -> None:
    assert typical_intercept(rate) == pytest.approx(intercept, abs=1e-12)


@law
@given(st.floats(0.0001, 0.9999), st.floats(0.0001, 0.9999))
def test_a_higher_rate_has_a_higher_intercept(one: float, two: float) -> None:
    assert typical_intercept(min(one, two)) <= typical_intercept(max(one, two))


def test_between_known_rates_the_intercept_follows_the_odds() -> None:
    odds = (0.10 / 0.90 * 0.15 / 0.85) ** 0.5
    assert typical_intercept(odds / (1 + odds)) == pytest.approx((-5.0 - 4.5) / 2)


@law
@given(st.lists(SCORE, min_size=2, max_size=60), st.integers(1, 99))
def test_percentiles_are_those_of_the_standard_library(values: list[float], percent: int) -> None:
    expected = quantiles(values, n=100, method="inclusive")[percent - 1]
    assert percentile(values, percent) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [([3.0], 80, 3.0), ([9.0, 1.0, 5.0], 0, 1.0), ([9.0, 1.0, 5.0], 100, 9.0), ([4.0, 0.0], 80, 3.2)],
)  # fmt: skip
def test_the_ends_of_percentiles(values: list[float], percent: float, found: float) -> None:
    assert percentile(values, percent) == pytest.approx(found)


@pytest.mark.parametrize(
    ("value", "band"),
    [(5.4999, Risk.LOW), (5.5, Risk.MEDIUM), (8.4999, Risk.MEDIUM), (8.5, Risk.HIGH), (20, Risk.HIGH)],
)  # fmt: skip
def test_a_limit_belongs_to_the_band_above_it(value: float, band: Risk) -> None:
    assert level(value, 5.5, 8.5) is band


def test_where_the_limits_are_one_there_is_no_medium() -> None:
    assert [level(value, 6, 6) for value in (5.9, 6)] == [Risk.LOW, Risk.HIGH]
