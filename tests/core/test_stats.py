"""The statistics under the judges, against scipy and by hand."""

from __future__ import annotations

from math import cos, isnan, pi, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats  # type: ignore[import-untyped]

from slogate.core.stats import (
    around,
    autoregressive_error,
    binomial_mid_p,
    cosine_error,
    fixed_error,
    inflation,
    mann_whitney,
    mean,
    median,
    newcombe,
    normal_quantile,
    normal_tail,
    quantile,
    sign_test,
    t_quantile,
    wilson,
)
from tests.core.builders import law

VALUES = st.lists(st.integers(-20, 20).map(float), min_size=2, max_size=40)


@pytest.mark.parametrize("df", [2, 2.01, 2.4, 3, 3.7, 4, 4.9, 5, 6.5, 9, 20, 55.5, 1000])
@pytest.mark.parametrize("p", [0.9, 0.95, 0.99, 0.9995, 0.99995])
def test_quantiles_of_t(p: float, df: float) -> None:
    assert t_quantile(p, df) == pytest.approx(scipy_stats.t.ppf(p, df), rel=6e-4)


def test_fewer_than_two_degrees_of_freedom_count_as_two() -> None:
    assert t_quantile(0.95, 0.3) == t_quantile(0.95, 2) == pytest.approx(2.919986)


@pytest.mark.parametrize("p", [1e-9, 0.02, 0.5, 0.95, 0.99999])
def test_the_normal_distribution(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(scipy_stats.norm.ppf(p), abs=1e-9)
    assert normal_tail(-normal_quantile(p)) == pytest.approx(p)


@law
@given(VALUES, VALUES)
def test_the_rank_sum_is_that_of_scipy(one: list[float], two: list[float]) -> None:
    excess, deviation = mann_whitney(sorted(one), sorted(two))
    found = scipy_stats.mannwhitneyu(two, one, alternative="greater", method="asymptotic")
    assert excess + len(one) * len(two) / 2 == found.statistic
    if deviation > 0:
        p = normal_tail((excess - 0.5) / deviation)
        assert p == pytest.approx(found.pvalue, rel=1e-9)


def test_the_rank_sum_by_hand() -> None:
    # of six couples the second is greater in four and equal in one
    excess, deviation = mann_whitney([1, 2], [1, 3, 4])
    assert excess == 5.5 - 1 - 3
    assert deviation == pytest.approx(sqrt(6 / 12 * (6 - 6 / 20)))
    assert mann_whitney([7.0] * 3, [7.0] * 4) == (0.0, 0.0)


@law
@given(st.integers(1, 300), st.floats(0, 1), st.floats(0.001, 0.999))
def test_binomial_tails(trials: int, share: float, p: float) -> None:
    k = round(trials * share)
    expected = scipy_stats.binom.sf(k, trials, p) + scipy_stats.binom.pmf(k, trials, p) / 2
    assert binomial_mid_p(k, trials, p) == pytest.approx(expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("trials", [19_999, 20_001, 10**7])
def test_many_trials(trials: int) -> None:
    k = round(trials * 0.3 + 2 * sqrt(trials * 0.21))
    expected = scipy_stats.binom.sf(k, trials, 0.3) + scipy_stats.binom.pmf(k, trials, 0.3) / 2
    assert binomial_mid_p(k, trials, 0.3) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("ups", "downs", "p"),
    [(0, 0, 1.0), (1, 0, 0.5), (4, 0, 1 / 16), (5, 0, 1 / 32), (5, 1, 7 / 64), (3, 3, 42 / 64)],
)
def test_the_sign_test(ups: int, downs: int, p: float) -> None:
    assert sign_test(ups, downs) == pytest.approx(p)


@law
@given(st.integers(1, 500), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.98]))
def test_bounds_of_a_share(total: int, share: float, confidence: float) -> None:
    bad = round(total * share)
    expected = scipy_stats.binomtest(bad, total).proportion_ci(confidence, method="wilson")
    found = wilson(bad, total, normal_quantile((1 + confidence) / 2))
    assert found == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [
        # the examples of Newcombe 1998, table II, method 10
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (0, 10), -0.1611, 0.2775),
        ((0, 20), (10, 10), 0.6791, 1.0000),
    ],
)
def test_bounds_of_a_difference(
    one: tuple[int, int], two: tuple[int, int], low: float, high: float
) -> None:
    found = newcombe(one, two, normal_quantile(0.975))
    assert found == pytest.approx((low, high), abs=6e-5)


@law
@given(VALUES, st.floats(0, 1))
def test_quantiles_are_of_type_seven(values: list[float], share: float) -> None:
    expected = scipy_stats.mstats.mquantiles(values, share, alphap=1, betap=1)[0]
    assert quantile(sorted(values), share) == pytest.approx(expected, abs=1e-9)


def test_the_middle_and_the_mean() -> None:
    assert median([3.0, 1.0, 2.0, 10.0]) == 2.5
    assert mean([1e308, 1e308]) == pytest.approx(1e308)
    assert isnan(mean([]))
    assert isnan(median([]))


def test_around_a_quantile_lie_its_order_statistics() -> None:
    values = [float(i) for i in range(1, 101)]
    # 50 -+ 1.96 x 5: the 40th and the 60th value
    assert around(values, 0.5) == (50.5, 40.0, 60.0)
    assert around(values, 0.5, bursts=4.0) == (50.5, 30.0, 70.0)
    assert tuple(around(values, 0.99)) == pytest.approx((99.01, 97.0, 100.0))
    assert around([7.0], 0.99) == (7.0, 7.0, 7.0)


@pytest.mark.parametrize(("r", "n"), [(0.0, 10), (0.3, 5), (0.6, 40), (0.95, 200)])
def test_how_much_autocorrelation_inflates_a_mean(r: float, n: int) -> None:
    direct = 1 + 2 * sum((1 - k / n) * r**k for k in range(1, n))
    assert inflation(r, n) == pytest.approx(direct)


def test_values_that_alternate_are_taken_as_independent() -> None:
    deviations = [1.0, -1.0] * 10
    plain = sqrt(20 / 19 / 20)
    assert tuple(autoregressive_error(deviations)) == pytest.approx((plain, 19.0))
    assert tuple(fixed_error(deviations, 0.0)) == pytest.approx((plain, 10.0))
    assert fixed_error(deviations, 0.6).error == pytest.approx(plain * sqrt(inflation(0.6, 20)))


def test_the_error_from_cosine_waves_by_hand() -> None:
    # the first of the four waves itself: its power is that of all, n / 2
    wave = [sqrt(2) * cos(pi * (t + 0.5) / 8) for t in range(8)]
    found = cosine_error(wave)
    assert found.df == 4
    assert found.error == pytest.approx(sqrt(8 / 4 / 8))


def test_both_errors_are_right_on_average_for_noise() -> None:
    random = Random(5)
    runs = [[random.gauss(0, 1) for _ in range(60)] for _ in range(150)]
    for estimate in (autoregressive_error, cosine_error):
        squares = [estimate([x - mean(run) for x in run]).error ** 2 for run in runs]
        assert 0.9 / 60 < mean(squares) < 1.45 / 60


def test_a_walk_is_known_to_be_uncertain() -> None:
    random = Random(6)
    walk, at = [], 0.0
    for _ in range(60):
        at = 0.9 * at + random.gauss(0, 1)
        walk.append(at)
    deviations = [x - mean(walk) for x in walk]
    plain = fixed_error(deviations, 0.0).error
    assert autoregressive_error(deviations).error > 2 * plain
    assert cosine_error(deviations).error > 1.5 * plain
