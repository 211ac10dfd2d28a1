"""Two time series: what is worse, what is as good, what cannot be told; by hand and as laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, log, nan
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slogate.core.arms import Judgement, MetricPolicy, Outcome, Series
from slogate.core.canary_series import judge_series
from tests.core.builders import law

BALANCED = MetricPolicy(warm_up=0)
STRICT = MetricPolicy(warm_up=0, mode="strict")
FALLING = MetricPolicy(warm_up=0, worse="decrease")

POSITIVE = st.floats(0.01, 1000)
ANY = st.one_of(st.just(0.0), st.floats(-100, 100).map(lambda x: round(x, 3)))
MODE = st.sampled_from([BALANCED, STRICT])


def arms(values: st.SearchStrategy[float]) -> st.SearchStrategy[list[tuple[float, float]]]:
    return st.lists(st.tuples(values, values), min_size=8, max_size=14)


def series(values: Sequence[float], step: int = 60) -> Series:
    return Series([step * at for at in range(len(values))], values)


def judged(
    baseline: Sequence[float], canary: Sequence[float], policy: MetricPolicy = BALANCED
) -> Judgement:
    return judge_series(series(baseline), series(canary), policy)


def noise(seed: int, n: int = 60, level: float = 1.0, spread: float = 0.1) -> list[float]:
    random = Random(seed)
    return [level * random.lognormvariate(0, spread) for _ in range(n)]


def close(one: Judgement, two: Judgement) -> None:
    assert (one.outcome, one.reason, one.n) == (two.outcome, two.reason, two.n)
    for a, b in ((one.ratio, two.ratio), (one.low, two.low), (one.high, two.high)):
        assert (a is None) == (b is None)
        assert (a or 0) == pytest.approx(b or 0, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("factor", "mode", "outcome"),
    [
        (1.0, "balanced", Outcome.PASS),
        (1.25, "balanced", Outcome.FAIL),
        (1.25, "strict", Outcome.FAIL),
        (2.0, "balanced", Outcome.FAIL),
        (0.5, "balanced", Outcome.PASS),
        (1.09, "balanced", Outcome.FAIL),
        (1.06, "strict", Outcome.INCONCLUSIVE),
    ],
)
def test_a_change_of_all_values(factor: float, mode: Any, outcome: Outcome) -> None:
    found = judged(noise(1), noise(2, level=factor), replace(BALANCED, mode=mode))
    assert found.outcome is outcome
    assert found.ratio == pytest.approx(factor, rel=0.06)
    assert (found.low or inf) < (found.ratio or 0) < (found.high or 0)


def test_the_numbers_of_alternating_differences_by_hand() -> None:
    # differences of 0.1 and 0.3 in turn; no autocorrelation, all eight cosines small
    found = judged([1.0] * 8, [1.1051709180756477, 1.3498588075760032] * 4)
    half = 1.894579 * 0.1 * (8 / 7 / 8) ** 0.5
    assert log(found.ratio or 1) == pytest.approx(0.2)
    assert log(found.low or 1) == pytest.approx(0.2 - half, abs=1e-5)
    assert (found.outcome, found.what, found.n) == (Outcome.FAIL, "mean", 8)


def test_a_constant_difference_is_certain() -> None:
    assert judged([4.0] * 8, [4.4] * 8).outcome is Outcome.FAIL
    assert judged([4.0] * 8, [4.1] * 8).reason == "within_margin"
    found = judged([4.0] * 8, [4.4] * 8)
    assert found.low == pytest.approx(1.1)
    assert found.high == pytest.approx(1.1)


def test_swings_and_shocks_of_both_arms_do_not_matter() -> None:
    random = Random(3)
    shared = [random.choice([1.0, 1.0, 20.0]) for _ in range(60)]
    base = [s * v for s, v in zip(shared, noise(4), strict=True)]
    canary = [s * v * 1.2 for s, v in zip(shared, noise(5), strict=True)]
    assert judged(base, canary).outcome is Outcome.FAIL
    assert judged(canary, base).outcome is Outcome.PASS


@pytest.mark.parametrize("mode", ["balanced", "strict"])
def test_rare_but_great_changes_are_intermittent(mode: Any) -> None:
    base, canary = noise(6), noise(7)
    for at in (8, 17, 26, 35, 44, 53):
        canary[at] *= 3
    found = judged(base, canary, replace(BALANCED, mode=mode))
    assert (found.outcome, found.reason) == (Outcome.FAIL, "intermittent")
    # the same in the baseline are no harm; four of them may be chance
    assert judged(canary, base).outcome is Outcome.PASS
    assert judged(base, canary[:42]).reason != "intermittent"


def test_extreme_neighbours_are_one_event() -> None:
    base, canary = noise(6), noise(7)
    for at in range(20, 26):
        canary[at] *= 3
    assert judged(base, canary).outcome is not Outcome.FAIL


def test_where_less_is_worse() -> None:
    base, half = noise(1), noise(2, level=0.5)
    fallen = judged(base, half, FALLING)
    assert (fallen.outcome, fallen.reason) == (Outcome.FAIL, "regression")
    assert fallen.low is not None
    assert fallen.high is not None
    assert fallen.low < 0.5 < fallen.high
    assert judged(half, base, FALLING).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("baseline", "canary"),
    [([], []), ([], [1.0] * 9), ([1.0], [2.0]), ([1.0] * 7, [2.0] * 7), ([nan] * 20, [1.0] * 20),
     ([inf] * 20, [1.0] * 20), ([1.0] * 7 + [nan, inf, 1.0], [9.0] * 9 + [-inf])],
)  # fmt: skip
def test_too_little_to_judge(baseline: list[float], canary: list[float]) -> None:
    found = judged(baseline, canary)
    assert (found.outcome, found.reason) == (Outcome.INCONCLUSIVE, "insufficient_data")
    assert found.ratio is found.low is found.high is None


def test_grids_that_do_not_meet_are_no_data() -> None:
    one = Series(range(0, 1200, 60), [1.0] * 20)
    other = Series(range(30, 1230, 60), [1.0] * 20)
    assert judge_series(one, other, BALANCED).reason == "insufficient_data"


def test_pairs_are_made_by_time() -> None:
    base, canary = noise(1), noise(2, level=1.25)
    whole = judged(base, canary)
    late = Series(range(-6000, 3600, 60), [77.0] * 100 + base)
    close(judge_series(late, Series(range(0, 3600, 60), canary), BALANCED), whole)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        (Series([0, 60], [1.0]), "as many times"),
        (Series([60, 0], [1.0, 1.0]), "increase"),
        (Series([60, 60], [1.0, 1.0]), "increase"),
    ],
)
def test_series_out_of_order(arm: Series, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        judge_series(arm, series([1.0, 1.0]), BALANCED)


@pytest.mark.parametrize(
    ("n", "warm_up", "left"), [(60, None, 55), (100, None, 95), (30, None, 27), (9, None, 9), (60, 20, 40)]
)  # fmt: skip
def test_the_first_points_do_not_count(n: int, warm_up: int | None, left: int) -> None:
    policy = replace(BALANCED, warm_up=warm_up)
    cold = [50.0] * (n - left) + noise(2, left)
    found = judged(noise(1, n), cold, policy)
    assert found.n == left
    assert found.canary.center < 2


def test_nothing_and_nothing_is_the_same() -> None:
    found = judged([0.0] * 20, [0.0] * 20)
    assert (found.outcome, found.reason) == (Outcome.PASS, "all_zero")
    assert found.ratio is None


def test_errors_after_none_fail_without_a_ratio() -> None:
    found = judged([0.0] * 30, noise(1, 30))
    assert (found.outcome, found.ratio, found.low, found.high) == (Outcome.FAIL, None, None, None)
    assert judged(noise(1, 30), [0.0] * 30).outcome is Outcome.PASS
    assert judged(noise(1, 30), [0.0] * 30).ratio == pytest.approx(0, abs=0.05)


def test_negative_values_have_no_ratio() -> None:
    base = [-10 * v for v in noise(1)]
    better, worse = ([-10 * v for v in noise(2, level=level)] for level in (1.5, 0.5))
    assert judged(base, worse).outcome is Outcome.FAIL
    assert judged(base, better).outcome is Outcome.PASS
    assert judged(base, worse).ratio is None


@law
@given(arms(ANY), MODE)
def test_identical_arms_never_fail(pairs: list[tuple[float, float]], policy: MetricPolicy) -> None:
    values = [pair[0] for pair in pairs]
    found = judged(values, values, policy)
    assert found.outcome is Outcome.PASS
    assert found.reason in ("identical", "all_zero")


@law
@given(arms(st.one_of(POSITIVE, ANY)), MODE, st.sampled_from([0.5, 4.0, 1024.0]))
def test_units_do_not_matter(
    pairs: list[tuple[float, float]], policy: MetricPolicy, scale: float
) -> None:
    base, canary = [list(arm) for arm in zip(*pairs, strict=True)]
    found = judged([v * scale for v in base], [v * scale for v in canary], policy)
    plain = judged(base, canary, policy)
    # where a test is on the edge, rounding decides; but powers of two do not round values of shares
    if min(*base, *canary) <= 0:
        close(found, plain)
    elif plain.ratio:
        assert found.ratio == pytest.approx(plain.ratio, rel=1e-6)


@law
@given(arms(POSITIVE), MODE)
def test_the_reciprocal_turns_the_direction(
    pairs: list[tuple[float, float]], policy: MetricPolicy
) -> None:
    base, canary = [list(arm) for arm in zip(*pairs, strict=True)]
    assume(base != canary)
    found = judged(base, canary, policy)
    turned = judged(
        [1 / v for v in base], [1 / v for v in canary], replace(policy, worse="decrease")
    )
    assert found.ratio is not None
    assert turned.ratio is not None
    assert turned.ratio == pytest.approx(1 / found.ratio, rel=1e-6)
    assert (turned.low or 0) <= turned.ratio <= (turned.high or inf)


@law
@given(arms(ANY), MODE)
def test_the_negative_turns_the_direction(
    pairs: list[tuple[float, float]], policy: MetricPolicy
) -> None:
    base, canary = [list(arm) for arm in zip(*pairs, strict=True)]
    assume(min(*base, *canary) < 0 < max(*base, *canary))
    found = judged(base, canary, policy)
    turned = judged([-v for v in base], [-v for v in canary], replace(policy, worse="decrease"))
    assert (turned.outcome, turned.reason) == (found.outcome, found.reason)


@law
@given(arms(POSITIVE), MODE, st.floats(1.001, 50))
def test_a_worse_canary_never_does_better(
    pairs: list[tuple[float, float]], policy: MetricPolicy, factor: float
) -> None:
    base, canary = [list(arm) for arm in zip(*pairs, strict=True)]
    found, worse = judged(base, canary, policy), judged(base, [v * factor for v in canary], policy)
    if found.outcome is Outcome.FAIL:
        assert worse.outcome is not Outcome.PASS
    if worse.outcome is Outcome.PASS:
        assert found.outcome is not Outcome.FAIL


@law
@given(arms(st.one_of(POSITIVE, ANY)), MODE, st.randoms(use_true_random=False))
def test_pairs_without_a_value_change_nothing(
    pairs: list[tuple[float, float]], policy: MetricPolicy, random: Random
) -> None:
    mixed: list[tuple[float, float]] = []
    for pair in pairs:
        mixed += [(random.choice([1.0, nan, -inf]), random.choice([nan, inf]))] * random.randrange(
            2
        )
        mixed.append(pair)
    (base, canary), (holed, holes) = zip(*pairs, strict=True), zip(*mixed, strict=True)
    assert judged(holed, holes, policy) == judged(base, canary, policy)


@law
@given(arms(ANY), MODE, st.sampled_from(["increase", "decrease"]))
def test_bounds_lie_around_the_ratio(
    pairs: list[tuple[float, float]], policy: MetricPolicy, worse: Any
) -> None:
    base, canary = [list(arm) for arm in zip(*pairs, strict=True)]
    found = judged(base, canary, replace(policy, worse=worse))
    known = [end for end in (found.low, found.ratio, found.high) if end is not None]
    assert known == sorted(known)
    assert inf not in known


@law
@given(arms(POSITIVE))
def test_a_smaller_alpha_decides_less(pairs: list[tuple[float, float]]) -> None:
    base, canary = [list(arm) for arm in zip(*pairs, strict=True)]
    found, careful = (judged(base, canary, replace(BALANCED, alpha=a)) for a in (0.05, 0.005))
    assert careful.outcome in (found.outcome, Outcome.INCONCLUSIVE)


def test_values_at_the_end_of_floats_are_no_crash() -> None:
    huge, tiny = [1.7e308] * 10, [5e-324] * 10
    assert judged(tiny, huge).outcome is Outcome.FAIL
    assert judged(huge, tiny).outcome is Outcome.PASS
    assert judged([0.0] * 9 + [5e-324], [0.0] * 9 + [1.7e308]).outcome is not Outcome.PASS
    assert judged([-1.7e308, 1.7e308] * 5, [1.7e308, -1.7e308] * 5).outcome is not Outcome.FAIL


def test_chance_alone_seldom_fails() -> None:
    failed = sum(judged(noise(2 * i), noise(2 * i + 1)).outcome is Outcome.FAIL for i in range(200))
    strict = sum(
        judged(noise(2 * i), noise(2 * i + 1), STRICT).outcome is Outcome.FAIL for i in range(200)
    )
    assert failed <= 10
    assert strict <= 2
