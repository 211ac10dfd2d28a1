"""Bad events of all: what is worse, what is harmless, what cannot be told; by hand and as laws."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats as scipy_stats  # type: ignore[import-untyped]

from slogate.core.arms import Counts, Judgement, MetricPolicy, Outcome
from slogate.core.canary_counts import judge_counts
from tests.core.builders import law

POLICY = MetricPolicy()
STRICT = MetricPolicy(mode="strict")
PASS, FAIL, UNCLEAR = Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE

TOTAL = st.integers(100, 20_000)
SHARE = st.one_of(st.floats(0, 0.01), st.floats(0, 1))
SEED = st.integers(0, 10**6)
MODE = st.sampled_from([POLICY, STRICT])


def judged(
    baseline: tuple[float, float], canary: tuple[float, float], policy: MetricPolicy = POLICY
) -> Judgement:
    """One interval of bad and all events."""
    (bad_b, all_b), (bad_c, all_c) = baseline, canary
    return judge_counts(Counts([bad_b], [all_b]), Counts([bad_c], [all_c]), policy)


@pytest.mark.parametrize(
    ("baseline", "canary", "outcome", "reason"),
    [
        ((0, 500), (0, 500), UNCLEAR, "more_data_needed"),
        ((0, 5000), (0, 5000), PASS, "all_zero"),
        ((0, 1000), (3, 1000), UNCLEAR, "more_data_needed"),
        # half of a sixteenth: 0.031; after none at all, four are too many
        ((0, 1000), (4, 1000), FAIL, "regression"),
        ((5, 5000), (9, 5000), UNCLEAR, "more_data_needed"),
        ((5, 5000), (13, 5000), FAIL, "regression"),
        ((100, 100_000), (200, 100_000), FAIL, "regression"),
        # surely more, but not by half
        ((10_000, 1_000_000), (14_999, 1_000_000), PASS, "within_margin"),
        ((10_000, 1_000_000), (15_000, 1_000_000), FAIL, "regression"),
        # twice as many, of next to nothing: not proven, and no harm
        ((1, 10_000), (2, 10_000), PASS, "within_margin"),
        ((50, 5000), (25, 5000), PASS, "within_margin"),
        ((0, 99), (50, 1000), UNCLEAR, "no_traffic"),
        ((0, 1000), (50, 99), UNCLEAR, "no_traffic"),
        ((100, 100_000), (10, 5000), FAIL, "regression"),
        ((100, 100), (100, 100), UNCLEAR, "more_data_needed"),
        ((5000, 5000), (5000, 5000), PASS, "within_margin"),
        ((60, 100), (90, 100), FAIL, "regression"),
        ((600, 1000), (840, 1000), FAIL, "regression"),
    ],
)
def test_the_table(
    baseline: tuple[int, int], canary: tuple[int, int], outcome: Outcome, reason: str
) -> None:
    found = judged(baseline, canary)
    assert (found.outcome, found.reason) == (outcome, reason)


def test_what_is_said_of_the_arms() -> None:
    found = judged((20, 10_000), (50, 5000))
    assert (found.what, found.n) == ("error ratio", 5000)
    assert (found.baseline.n, found.baseline.center) == (10_000, 0.002)
    assert (found.canary.n, found.canary.center) == (5000, 0.01)
    assert found.ratio == pytest.approx(5)


@pytest.mark.parametrize(("own", "other"), [(3, 1), (13, 5), (40, 40), (1, 30), (420, 500)])
def test_bounds_are_where_the_test_turns(own: int, other: int) -> None:
    found = judged((other, 100_000), (own, 50_000))
    for bound, alpha in ((found.low, 0.05), (found.high, 0.95)):
        assert bound is not None
        share = bound / (2 + bound)
        binomial = scipy_stats.binom(own + other, share)
        assert binomial.sf(own) + binomial.pmf(own) / 2 == pytest.approx(alpha, rel=0.01)


def test_bounds_of_many_errors_are_those_of_the_ratio_of_rates() -> None:
    found = judged((5000, 1_000_000), (6000, 1_000_000))
    assert found.low == pytest.approx(1.2 * (1 - 1.645 * (1 / 5000 + 1 / 6000) ** 0.5), rel=0.003)
    assert found.high == pytest.approx(1.2 * (1 + 1.645 * (1 / 5000 + 1 / 6000) ** 0.5), rel=0.003)


def test_without_errors_of_the_baseline_only_the_lower_bound_is_known() -> None:
    found = judged((0, 1000), (20, 1000))
    assert (found.outcome, found.ratio, found.high) == (FAIL, None, None)
    assert found.low is not None
    assert found.low > 5
    assert judged((20, 1000), (0, 1000)).low == judged((20, 1000), (0, 1000)).ratio == 0
    nothing = judged((0, 1000), (0, 1000))
    assert nothing.ratio is nothing.low is nothing.high is None


def test_where_less_is_worse_bad_counts_successes() -> None:
    falling = replace(POLICY, worse="decrease")
    found = judged((9_990, 10_000), (9_900, 10_000), falling)
    assert (found.outcome, found.reason) == (FAIL, "regression")
    assert found == judged((10, 10_000), (100, 10_000))
    assert judged((9_900, 10_000), (9_990, 10_000), falling).outcome is PASS


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, FAIL),
        ({"mode": "strict"}, FAIL),
        ({"mode": "strict", "least_ratio": 1.6}, UNCLEAR),
        ({"least_ratio": 2.1}, UNCLEAR),
        ({"least_ratio": 2.1, "most_ratio": 4.0}, PASS),
        ({"least_ratio": 2.1, "negligible": 0.01}, PASS),
        ({"alpha": 1e-6}, UNCLEAR),
    ],
)
def test_the_policy_decides(changes: dict[str, Any], outcome: Outcome) -> None:
    found = judged((50, 10_000), (100, 10_000), replace(POLICY, **changes))
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("bad", "total", "message"),
    [
        ([-1.0], [1000.0], "negative"),
        ([0.0], [-5.0], "negative"),
        ([11.0], [10.0], "more bad events"),
        ([1.0, 2.0], [10.0], "as many intervals"),
        ([1.0, 2.0], [10.0, 10.0], "different numbers"),
    ],
)
def test_counts_that_cannot_be(bad: list[float], total: list[float], message: str) -> None:
    for arms in ((Counts(bad, total), Counts([0], [5])), (Counts([0], [5]), Counts(bad, total))):
        with pytest.raises(ValueError, match=message):
            judge_counts(*arms, POLICY)


@pytest.mark.parametrize(
    ("arm", "reason"),
    [
        (Counts([], []), "insufficient_data"),
        (Counts([nan, 5.0], [1000.0, inf]), "insufficient_data"),
        (Counts([0.0, 0.0], [0.0, 0.0]), "no_traffic"),
    ],
)
def test_an_arm_without_events(arm: Counts, reason: str) -> None:
    other = Counts([0.0, 0.0], [9000.0, 9000.0])
    for arms in ((arm, other), (other, arm)):
        found = judge_counts(*arms, POLICY)
        assert (found.outcome, found.reason, found.ratio) == (UNCLEAR, reason, None)


def test_extrapolated_counts_are_not_rounded_down() -> None:
    assert judged((0, 1000), (3.9999999999, 1000.0)).outcome is FAIL
    assert judged((0, 1000), (3.9, 1000.0)).outcome is UNCLEAR


def test_errors_in_bursts_prove_less() -> None:
    totals = [100.0] * 60
    even = Counts([3.0 if at % 6 == 1 else 0.0 for at in range(60)], totals)
    burst = Counts([30.0 if at in (10, 40) else 0.0 for at in range(60)], totals)
    plain, found = judged((30, 6000), (60, 6000)), judge_counts(even, burst, POLICY)
    assert (plain.outcome, found.outcome) == (FAIL, UNCLEAR)
    assert (plain.ratio, found.ratio) == (2, 2)
    assert (plain.low or 0) > 1 > (found.low or 0)


def test_bursts_of_both_arms_at_once_do_not_matter() -> None:
    totals = [1000.0] * 60
    base = [30.0 if at % 20 == 7 else 1.0 for at in range(60)]
    canary = [2 * errors for errors in base]
    assert judge_counts(Counts(base, totals), Counts(canary, totals), POLICY).outcome is FAIL


@law
@given(TOTAL, SHARE, MODE)
def test_identical_arms_never_fail(total: int, share: float, policy: MetricPolicy) -> None:
    arm = (round(share * total), total)
    assert judged(arm, arm, policy).outcome is not FAIL


@law
@given(TOTAL, SHARE, TOTAL, SHARE, st.integers(0, 20_000), MODE)
def test_more_errors_never_do_better(
    total_b: int, share_b: float, total_c: int, share_c: float, more: int, policy: MetricPolicy
) -> None:
    base, bad = (round(share_b * total_b), total_b), round(share_c * total_c)
    found = judged(base, (bad, total_c), policy)
    worse = judged(base, (min(total_c, bad + more), total_c), policy)
    if found.outcome is FAIL:
        assert worse.outcome is not PASS
    if worse.outcome is PASS:
        assert found.outcome is not FAIL


@law
@given(TOTAL, SHARE, TOTAL, SHARE, MODE, st.sampled_from(["increase", "decrease"]))
def test_bounds_lie_around_the_ratio(
    total_b: int, share_b: float, total_c: int, share_c: float, policy: MetricPolicy, worse: Any
) -> None:
    found = judged(
        (round(share_b * total_b), total_b),
        (round(share_c * total_c), total_c),
        replace(policy, worse=worse),
    )
    known = [end for end in (found.low, found.ratio, found.high) if end is not None]
    assert known == sorted(known)
    assert inf not in known


@law
@given(TOTAL, st.floats(0, 0.3), TOTAL, st.floats(0, 0.3))
def test_the_arms_change_their_roles(
    total_b: int, share_b: float, total_c: int, share_c: float
) -> None:
    base, canary = (round(share_b * total_b), total_b), (round(share_c * total_c), total_c)
    assume(base[0] and canary[0])
    there, back = judged(base, canary), judged(canary, base)
    assert there.ratio == pytest.approx(1 / (back.ratio or nan))
    assert there.low == pytest.approx(1 / (back.high or nan), rel=0.01)
    assert FAIL not in (there.outcome, back.outcome) or there.outcome is not back.outcome


@law
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 2), min_size=2, max_size=16), SEED)
def test_the_order_of_intervals_and_empty_ones_do_not_matter(
    errors: list[tuple[int, int]], seed: int
) -> None:
    mixed = [*errors, (nan, 1.0), (inf, nan)]
    Random(seed).shuffle(mixed)
    found, again = (
        judge_counts(
            Counts(base, [100.0] * len(base)), Counts(canary, [100.0] * len(canary)), POLICY
        )
        for base, canary in (zip(*rows, strict=True) for rows in (errors, mixed))
    )
    assert (again.outcome, again.reason, again.n) == (found.outcome, found.reason, found.n)
    assert (again.ratio or 0) == pytest.approx(found.ratio or 0)


def test_chance_alone_seldom_fails() -> None:
    random = Random(9)
    failed = 0
    for _ in range(200):
        arms = [sum(random.random() < 0.005 for _ in range(1500)) for _ in range(2)]
        failed += judged((arms[0], 1500), (arms[1], 1500)).outcome is FAIL
    assert failed <= 14
