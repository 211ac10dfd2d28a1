"""Looks at a run that goes on: early alarms, no early pass, and what the horizon changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from math import inf, nan
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats  # type: ignore[import-untyped]

from slogate.core.arms import Counts, Data, Judgement, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary import judge_one, look_one
from slogate.core.canary_counts import judge_counts
from slogate.core.canary_samples import judge_samples
from slogate.core.canary_series import judge_series
from slogate.core.sequential import chance, look_counts, look_samples, look_series
from slogate.core.stats import normal_tail
from tests.core.builders import law

POLICY = MetricPolicy()
PASS, FAIL, UNCLEAR = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE
SEED = st.integers(0, 10**6)
HORIZON = 60


def values(seed: int, n: int = HORIZON, factor: float = 1.0, spread: float = 0.1) -> list[float]:
    random = Random(seed)
    return [factor * random.lognormvariate(0, spread) for _ in range(n)]


def series(found: Sequence[float]) -> Series:
    return Series([60 * at for at in range(len(found))], found)


def errors(seed: int, ratio: float, n: int = HORIZON, total: int = 1000) -> Counts:
    random = Random(seed)
    chances = [sum(random.random() < ratio * 20 for _ in range(total // 20)) for _ in range(n)]
    return Counts(chances, [total] * n)


def looked(
    baseline: Sequence[float],
    canary: Sequence[float],
    planned: int = HORIZON,
    policy: MetricPolicy = POLICY,
) -> Judgement:
    return look_series(series(baseline), series(canary), policy, planned)


def first_alarm(
    baseline: Sequence[float],
    canary: Sequence[float],
    planned: int = HORIZON,
    policy: MetricPolicy = POLICY,
) -> float:
    """After how many scrapes a run fails."""
    looks = range(1, len(canary) + 1)
    return next(
        (n for n in looks if looked(baseline[:n], canary[:n], planned, policy).outcome is FAIL), inf
    )


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_what_the_looks_may_spend(alpha: float) -> None:
    level = scipy_stats.norm.isf(alpha / 2)
    assert chance(60, 60, alpha) == pytest.approx(alpha / 2)
    assert chance(15, 60, alpha) == pytest.approx(scipy_stats.norm.sf(2 * level))
    assert chance(70, 60, alpha) == chance(60, 60, alpha)
    spent = [chance(n, 60, alpha) for n in range(1, 61)]
    assert spent == sorted(spent)


def test_a_walk_without_drift_seldom_crosses() -> None:
    random = Random(4)
    crossed = 0
    for _ in range(1000):
        at, alarm = 0.0, False
        for n in range(1, 41):
            at += random.gauss(0, 1)
            alarm = alarm or normal_tail(at / n**0.5) <= chance(n, 40, 0.05)
        crossed += alarm
    assert 20 <= crossed <= 60


@pytest.mark.parametrize(("factor", "earliest", "latest"), [(2.0, 15, 18), (1.25, 20, 40)])
def test_a_regression_is_seen_early(factor: float, earliest: int, latest: int) -> None:
    assert earliest <= first_alarm(values(1), values(2, factor=factor)) <= latest


def test_nothing_passes_early() -> None:
    for factor in (1.0, 0.5):
        for n in range(HORIZON):
            assert looked(values(1, n), values(2, n, factor)).outcome is UNCLEAR
    assert looked([5.0] * 59, [5.0] * 59).reason == "more_data_needed"
    assert looked([0.0] * 59, [0.0] * 59).reason == "more_data_needed"


def test_at_the_horizon_all_outcomes_are_possible() -> None:
    assert looked(values(1), values(2)).outcome is PASS
    assert looked(values(1), values(2)) == judge_series(
        series(values(1)), series(values(2)), POLICY
    )
    assert looked(values(1), values(2, factor=1.25)).outcome is FAIL
    assert looked(values(1), values(2, factor=1.1, spread=0.6)).outcome is UNCLEAR
    assert looked([5.0] * 60, [5.0] * 60).reason == "identical"
    assert looked([nan] * 60, [5.0] * 60).reason == "insufficient_data"
    assert looked(values(1, 6), values(2, 6), 6).reason == "insufficient_data"


def test_intermittent_faults_are_told_at_the_horizon() -> None:
    base, canary = values(6), values(7)
    for at in (8, 17, 26, 35, 44, 53):
        canary[at] *= 3
    assert first_alarm(base, canary) == HORIZON
    assert looked(base, canary).reason == "intermittent"


def test_holes_at_the_end_do_not_hide_the_horizon() -> None:
    base, canary = values(1), values(2)
    assert looked(base, [*canary[:50], *[nan] * 10]).outcome is PASS


def test_where_less_is_worse() -> None:
    falling = replace(POLICY, worse="decrease")
    assert first_alarm(values(1), values(2, factor=0.5), policy=falling) < 25
    assert first_alarm(values(1), values(2, factor=2.0), policy=falling) == inf


def test_a_constant_difference_is_certain_at_the_first_look() -> None:
    assert first_alarm([4.0] * 60, [5.0] * 60) == 15
    assert first_alarm([0.0] * 60, [5.0] * 60) == 15


@pytest.mark.parametrize("mode", ["balanced", "strict"])
def test_bounds_agree_with_the_outcome(mode: Any) -> None:
    policy = replace(POLICY, mode=mode)
    for n in range(20, 60, 3):
        found = looked(values(1, n), values(2, n, factor=1.3), policy=policy)
        assert found.low is not None
        assert found.high is not None
        assert found.low < (found.ratio or 0) < found.high
        assert (found.outcome is FAIL) == (found.low > (1.05 if mode == "strict" else 1))


@law
@given(SEED, st.integers(8, 60))
def test_identical_arms_never_fail(seed: int, n: int) -> None:
    arm = values(seed, n)
    assert looked(arm, arm).outcome is not FAIL
    assert looked([0.0, *arm], [0.0, *arm]).outcome is not FAIL


@law
@given(SEED, SEED, st.integers(8, 60), st.floats(1.01, 9))
def test_a_worse_canary_never_does_better(one: int, two: int, n: int, factor: float) -> None:
    base, canary = values(one, n), values(two, n, factor=1.1)
    if looked(base, canary).outcome is FAIL:
        assert looked(base, [v * factor for v in canary]).outcome is FAIL


def test_alarms_of_chance_are_few() -> None:
    alarms = sum(first_alarm(values(2 * i), values(2 * i + 1)) < inf for i in range(48))
    assert alarms <= 3


def test_counts_fail_early_and_pass_late() -> None:
    base, twice = errors(1, 0.005), errors(2, 0.010)
    same = errors(3, 0.005)

    def look(canary: Counts, n: int) -> Judgement:
        arms = [Counts(arm.bad[:n], arm.total[:n]) for arm in (base, canary)]
        return look_counts(arms[0], arms[1], POLICY, HORIZON)

    outcomes = [look(twice, n).outcome for n in range(1, HORIZON + 1)]
    assert outcomes.index(FAIL) < 20
    assert PASS not in outcomes
    early, last = look(same, HORIZON - 1), look(same, HORIZON)
    assert (early.outcome, last.outcome) == (UNCLEAR, PASS)
    assert last == judge_counts(base, same, POLICY)


def test_the_evidence_of_counts_by_hand() -> None:
    """Of a mean of seven bets on 11 errors of the canary alone it takes 20 to fail."""
    shares = [ratio / (1 + ratio) for ratio in (1.25, 1.5, 2, 3, 5, 10, 20)]
    evidence = [sum((2 * share) ** own for share in shares) / 7 for own in range(12)]
    needed = next(own for own, found in enumerate(evidence) if found >= 20)
    almost, found = (
        look_counts(Counts([0], [1000]), Counts([own], [1000]), POLICY, HORIZON)
        for own in (needed - 1, needed)
    )
    assert (almost.outcome, found.outcome) == (UNCLEAR, FAIL)
    assert found.ratio is found.high is None
    assert (almost.low or 0) < 1 < (found.low or 0)


@law
@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([300, 1000, 4000]))
def test_bounds_of_counts_lie_around_the_ratio(own: int, other: int, total: int) -> None:
    found = look_counts(Counts([other], [1000]), Counts([own], [total]), POLICY, HORIZON)
    known = [end for end in (found.low, found.ratio, found.high) if end is not None]
    assert known == sorted(known)
    assert inf not in known
    if found.outcome is FAIL:
        assert (found.low or 0) >= 1


@pytest.mark.parametrize("planned", [1, HORIZON])
def test_counts_of_nothing(planned: int) -> None:
    assert (
        look_counts(Counts([], []), Counts([1], [9]), POLICY, planned).reason == "insufficient_data"
    )
    assert look_counts(Counts([0], [9]), Counts([1], [9]), POLICY, planned).reason == "no_traffic"
    with pytest.raises(ValueError, match="negative"):
        look_counts(Counts([-1], [9]), Counts([1], [9]), POLICY, planned)


def test_counts_where_most_fail() -> None:
    found = look_counts(Counts([600], [1000]), Counts([900], [1000]), POLICY, HORIZON)
    assert found.outcome is FAIL


def test_a_strict_look_at_counts_asks_for_more() -> None:
    base, canary = Counts([100], [10_000]), Counts([180], [10_000])
    assert look_counts(base, canary, POLICY, HORIZON).outcome is FAIL
    strict = replace(POLICY, mode="strict")
    assert look_counts(base, canary, strict, HORIZON).outcome is UNCLEAR


def test_samples_fail_early_and_never_pass() -> None:
    base, slower = (Samples(values(s, 4000, f, 0.7)) for s, f in ((1, 1.0), (2, 1.4)))
    same = Samples(values(3, 4000, spread=0.7))

    def look(canary: Samples, n: int) -> Judgement:
        return look_samples(Samples(base.values[:n]), Samples(canary.values[:n]), POLICY)

    assert look(slower, 2000).outcome is FAIL
    assert look(slower, 4000).outcome is FAIL
    assert judge_samples(base, same, POLICY).outcome is PASS
    assert {look(same, n).outcome for n in (20, 500, 2000, 3999, 4000)} == {UNCLEAR}
    constant = look_samples(Samples([5.0] * 500), Samples([5.0] * 500), POLICY)
    assert constant.reason == "more_data_needed"


def test_samples_are_judged_by_less_while_they_come() -> None:
    """A difference that is enough at the end is not enough for one look of many."""
    base, canary = (Samples(values(s, 600, f, 0.7)) for s, f in ((1, 1.0), (2, 1.1)))
    assert judge_samples(base, canary, POLICY).outcome is FAIL
    assert look_samples(base, canary, POLICY).outcome is UNCLEAR


def test_each_kind_of_metric_is_looked_at_by_its_own_rules() -> None:
    rows, counts, raw = series(values(1)), errors(1, 0.01), Samples(values(1))
    assert look_one(rows, rows, POLICY, planned=90) == look_series(rows, rows, POLICY, 90)
    assert look_one(counts, counts, POLICY, planned=90) == look_counts(counts, counts, POLICY, 90)
    assert look_one(raw, raw, POLICY, planned=90) == look_samples(raw, raw, POLICY)


def test_a_metric_that_is_of_another_kind_in_the_canary_is_not_judged() -> None:
    arms: list[Data] = [series(values(1)), errors(1, 0.01), Samples(values(1))]
    for baseline, canary in permutations(arms, 2):
        with pytest.raises(ValueError, match="of different kinds"):
            judge_one(baseline, canary, POLICY)
        with pytest.raises(ValueError, match="of different kinds"):
            look_one(baseline, canary, POLICY, planned=90)
