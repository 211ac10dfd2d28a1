"""Single measurements: the middle, the tails, bursts; by hand and as laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, nan, sqrt
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.arms import Judgement, MetricPolicy, Outcome, Samples
from slogate.core.canary_samples import judge_samples
from tests.core.builders import law

POLICY = MetricPolicy()
STRICT = MetricPolicy(mode="strict")
PASS, FAIL, UNCLEAR = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
MODE = st.sampled_from([POLICY, STRICT])
SEED = st.integers(0, 10**6)


def judged(
    baseline: Sequence[float], canary: Sequence[float], policy: MetricPolicy = POLICY
) -> Judgement:
    return judge_samples(Samples(baseline), Samples(canary), policy)


def durations(seed: int, n: int = 1000, factor: float = 1.0, spread: float = 0.7) -> list[float]:
    random = Random(seed)
    return [factor * random.lognormvariate(0, spread) for _ in range(n)]


def values(seed: int, n: int = 200) -> list[float]:
    """Of one of many shapes: with ties, zeros, negatives, outliers."""
    random = Random(seed)
    level, digits = random.choice([0.0, 1.0, 5.0]), random.choice([0, 1, 6])
    if random.random() < 0.5:
        return [round(random.gauss(level, 1.0), digits) for _ in range(n)]
    return [round(level + random.paretovariate(1.5), digits) for _ in range(n)]


@pytest.mark.parametrize(
    ("factor", "n", "mode", "outcome", "reason"),
    [
        (1.0, 10_000, "balanced", PASS, "within_margin"),
        (0.8, 10_000, "balanced", PASS, "within_margin"),
        (1.25, 1000, "balanced", FAIL, "regression"),
        (1.25, 1000, "strict", FAIL, "regression"),
        (1.08, 1000, "strict", UNCLEAR, "more_data_needed"),
        (1.0, 100, "balanced", UNCLEAR, "more_data_needed"),
        (3.0, 60, "balanced", FAIL, "regression"),
        (0.5, 300, "balanced", UNCLEAR, "more_data_needed"),
    ],
)
def test_a_change_of_all(factor: float, n: int, mode: Any, outcome: Outcome, reason: str) -> None:
    found = judged(durations(1, n), durations(2, n, factor), replace(POLICY, mode=mode))
    assert (found.outcome, found.reason, found.n) == (outcome, reason, n)


@pytest.mark.parametrize(("share", "times", "what"), [(0.02, 3, "p99"), (0.08, 2, "p95")])
@pytest.mark.parametrize("mode", ["balanced", "strict"])
def test_a_change_of_the_slowest(share: float, times: float, what: str, mode: Any) -> None:
    base, slow = durations(1, 4000), durations(2, 4000)
    limit = sorted(slow)[int(4000 * (1 - share))]
    slow = [v * times if v >= limit else v for v in slow]
    found = judged(base, slow, replace(POLICY, mode=mode))
    assert (found.outcome, found.reason, found.what) == (FAIL, "tail", what)
    assert (found.low or 0) > 1.15
    assert judged(slow, base).outcome is PASS


@pytest.mark.parametrize(("slow", "outcome"), [(8, PASS), (14, UNCLEAR), (20, FAIL)])
def test_few_slow_samples_raise_doubt_before_they_fail(slow: int, outcome: Outcome) -> None:
    """Beyond the 99th percentile of a thousand there are too few to prove it harmless."""
    base, canary = ([*(1000 + at / 10 for at in range(1000 - n)), *[2000.0] * n] for n in (5, slow))
    mixed = [[arm[at * 377 % 1000] for at in range(1000)] for arm in (base, canary)]
    found = judged(mixed[0], mixed[1])
    assert found.outcome is outcome
    assert found.what == ("median" if outcome is PASS else "p99")


def test_the_arms_and_the_ratio_by_hand() -> None:
    base = [float(v) for v in range(1, 101)]
    found = judged(base, [2 * v for v in base])
    assert (found.what, found.baseline.center, found.canary.center) == ("median", 50.5, 101.0)
    assert found.ratio == 2
    # the 40th and the 60th value, 3.92 standard errors apart, in both arms
    log_half = 1.6448536 * sqrt(2) / 3.92 * 0.4054651
    assert found.low == pytest.approx(2 * 2.718281828**-log_half)
    assert found.high == pytest.approx(2 * 2.718281828**log_half)


def test_where_less_is_worse() -> None:
    falling = replace(POLICY, worse="decrease")
    found = judged(durations(1), durations(2, factor=0.7), falling)
    assert (found.outcome, found.reason) == (FAIL, "regression")
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.7 < found.high < 1
    assert judged(durations(1, 9000), durations(2, 9000, 1.3), falling).outcome is PASS


@pytest.mark.parametrize("arm", [[], [1.0], [1.0] * 49, [nan] * 500, [inf] * 60 + [1.0] * 49])
def test_too_little_to_judge(arm: list[float]) -> None:
    for one, two in ((arm, durations(1)), (durations(1), arm), (arm, arm)):
        found = judged(one, two)
        assert (found.outcome, found.reason) == (UNCLEAR, "insufficient_data")
        assert found.low is found.high is None


@pytest.mark.parametrize(
    ("baseline", "canary", "outcome", "reason", "ratio"),
    [
        (5.0, 5.0, PASS, "identical", 1.0),
        (0.0, 0.0, PASS, "all_zero", None),
        (-2.0, -2.0, PASS, "identical", None),
        (5.0, 6.0, FAIL, "regression", 1.2),
        (0.0, 6.0, FAIL, "regression", None),
        (-2.0, -1.0, FAIL, "regression", None),
        (5.0, 4.0, PASS, "within_margin", 0.8),
        (-1.0, -2.0, PASS, "within_margin", None),
        (5.0, 5.1, PASS, "within_margin", 1.02),
    ],
)
def test_constant_arms(
    baseline: float, canary: float, outcome: Outcome, reason: str, ratio: float | None
) -> None:
    found = judged([baseline] * 400, [canary] * 400)
    assert (found.outcome, found.reason) == (outcome, reason)
    assert found.ratio == (None if ratio is None else pytest.approx(ratio))


def test_mostly_zero_is_no_pass_if_the_rest_is_worse() -> None:
    base, canary = ([0.0] * n + durations(3, 4000 - n) for n in (3000, 1900))
    Random(1).shuffle(base)
    Random(2).shuffle(canary)
    assert judged(base, canary).outcome is FAIL
    assert judged(canary, base).outcome is not FAIL
    assert judged(base, base).outcome is not FAIL


def test_samples_in_bursts_prove_less() -> None:
    """Each fifth of the canary has a level of its own."""
    base = durations(1, 5000)
    levels = [0.8, 1.5, 0.8, 1.5, 1.0]
    bursty = [v * levels[at // 1000] for at, v in enumerate(durations(2, 5000))]
    spread = list(bursty)
    Random(3).shuffle(spread)
    narrow, wide = judged(base, spread), judged(base, bursty)
    assert (narrow.outcome, wide.outcome) == (FAIL, UNCLEAR)
    assert narrow.ratio == wide.ratio
    assert (wide.low or 0) < 1 < (narrow.low or 0)


@law
@given(SEED, MODE)
def test_identical_arms_never_fail(seed: int, policy: MetricPolicy) -> None:
    arm = values(seed)
    assert judged(arm, arm, policy).outcome is not FAIL


@law
@given(SEED, SEED, MODE, st.sampled_from([0.25, 2.0, 1024.0]))
def test_units_do_not_matter(one: int, two: int, policy: MetricPolicy, scale: float) -> None:
    base, canary = values(one), values(two)
    plain = judged(base, canary, policy)
    found = judged([v * scale for v in base], [v * scale for v in canary], policy)
    assert (found.outcome, found.reason, found.what) == (plain.outcome, plain.reason, plain.what)
    assert (found.ratio or 0) == pytest.approx(plain.ratio or 0)
    assert (found.low or 0) == pytest.approx(plain.low or 0)


@law
@given(SEED, SEED, MODE, st.floats(1.001, 9))
def test_a_slower_canary_never_does_better(
    one: int, two: int, policy: MetricPolicy, factor: float
) -> None:
    base, canary = durations(one, 200), durations(two, 200)
    found, worse = judged(base, canary, policy), judged(base, [v * factor for v in canary], policy)
    if found.outcome is FAIL:
        assert worse.outcome is not PASS
    if worse.outcome is PASS:
        assert found.outcome is not FAIL


@law
@given(SEED, SEED, MODE)
def test_only_one_of_two_directions_fails(one: int, two: int, policy: MetricPolicy) -> None:
    base, canary = values(one), values(two)
    falling = replace(policy, worse="decrease")
    there, back = judged(base, canary, policy), judged(canary, base, falling)
    assert (there.outcome, there.reason, there.what) == (back.outcome, back.reason, back.what)
    for found in (there, back):
        known = [end for end in (found.low, found.ratio, found.high) if end is not None]
        assert known == sorted(known)
        assert inf not in known


@law
@given(SEED, SEED, MODE)
def test_what_was_not_measured_changes_nothing(one: int, two: int, policy: MetricPolicy) -> None:
    base, canary = values(one), values(two)
    holes = [each for v in base for each in (v, nan)], [each for v in canary for each in (inf, v)]
    assert judged(*holes, policy) == judged(base, canary, policy)


@law
@given(SEED, SEED, SEED)
def test_the_order_of_few_samples_does_not_matter(one: int, two: int, seed: int) -> None:
    base, canary = values(one, 190), values(two, 190)
    mixed = Random(seed).sample(base, 190), Random(seed).sample(canary, 190)
    assert judged(*mixed) == judged(base, canary)


def test_chance_alone_seldom_fails() -> None:
    failed = sum(
        judged(durations(2 * i, 400), durations(2 * i + 1, 400)).outcome is FAIL for i in range(100)
    )
    assert failed <= 5
