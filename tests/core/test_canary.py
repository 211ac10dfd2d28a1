"""One verdict of several metrics: what fails, what is open, how bad it is, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, nan
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.arms import Arm, Counts, Data, Judgement, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary import CanaryVerdict, Judge, Measured, Severity, judge, judge_one
from tests.core.builders import law

PASS, FAIL, INCONCLUSIVE = Outcome
GOOD = {PASS: 0, INCONCLUSIVE: 1, FAIL: 2}
"""From good to bad."""
ADVICE = {"promote": 0, "hold": 1, "rollback": 2}


def series(values: Sequence[float]) -> Series:
    return Series([60 * at for at in range(len(values))], values)


def noise(seed: int, n: int = 60, level: float = 1.0) -> list[float]:
    random = Random(seed)
    return [level * random.lognormvariate(0, 0.05) for _ in range(n)]


def measured(level: float = 1.0, name: str = "latency", **policy: Any) -> Measured:
    """A series that is so many times as high in the canary."""
    return Measured(
        MetricPolicy(name=name, **policy), series(noise(1)), series(noise(2, level=level))
    )


def errors(baseline: int, canary: int, name: str = "errors", **policy: Any) -> Measured:
    """Errors among 10 000 events in each arm, evenly over ten intervals."""
    arms = [Counts([bad / 10] * 10, [1000.0] * 10) for bad in (baseline, canary)]
    return Measured(MetricPolicy(name=name, **policy), *arms)


def only(one: Measured, **options: Any) -> Any:
    verdict = judge([one], **options)
    return verdict.metrics[0]


def chances(*found: float) -> tuple[list[Measured], Judge]:
    """Metrics of which only the chance is known that they are no worse; above 0.5 they pass."""
    nothing = Samples(())
    metrics = [
        Measured(MetricPolicy(name=f"m{at}"), Samples((chance,)), nothing)
        for at, chance in enumerate(found)
    ]
    return metrics, by_chance


def by_chance(baseline: Data, canary: Data, policy: MetricPolicy) -> Judgement:
    chance = baseline[0][0]
    outcome = FAIL if chance <= policy.alpha else PASS if chance > 0.5 else INCONCLUSIVE
    reason = {FAIL: "regression", PASS: "within_margin", INCONCLUSIVE: "more_data_needed"}[outcome]
    return Judgement(outcome, reason, "mean", 60, Arm(60, 1.0), Arm(60, 1.2), 1.2, 1.1, 1.3)


def outcomes(verdict: CanaryVerdict) -> list[Outcome]:
    return [one.outcome for one in verdict.metrics]


# what decides


def test_what_is_as_good_is_promoted() -> None:
    verdict = judge([measured(), errors(20, 20)])
    assert outcomes(verdict) == [PASS, PASS]
    assert (verdict.outcome, verdict.recommendation, verdict.score) == (PASS, "promote", 1.0)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_proven_regression_fails_the_whole(at: int) -> None:
    metrics = [measured(name=f"m{other}") for other in range(3)]
    metrics[at] = measured(1.5, name="worse")
    verdict = judge(metrics)
    assert outcomes(verdict).count(FAIL) == 1
    assert (verdict.outcome, verdict.recommendation) == (FAIL, "rollback")


def test_a_regression_of_a_metric_whose_decrease_is_worse() -> None:
    worse = only(measured(0.7, worse="decrease"))
    assert (worse.outcome, worse.severity) == (FAIL, Severity.HIGH)
    assert only(measured(1.5, worse="decrease")).outcome is PASS


def test_what_is_open_holds_the_release() -> None:
    verdict = judge([measured(), errors(20, 30)])
    assert outcomes(verdict) == [PASS, INCONCLUSIVE]
    assert (verdict.outcome, verdict.recommendation, verdict.score) == (INCONCLUSIVE, "hold", 0.5)


def test_without_metrics_there_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="at least one metric"):
        judge([])


@pytest.mark.parametrize(
    ("arms", "kinds"),
    [
        ((series([1.0] * 20), Samples([1.0] * 60)), "series and samples"),
        ((Samples([1.0] * 60), Counts([0.0], [500.0])), "samples and counts"),
        ((Counts([0.0], [500.0]), series([1.0] * 20)), "counts and series"),
    ],
)
def test_arms_of_different_kinds_are_never_compared(arms: tuple[Data, Data], kinds: str) -> None:
    with pytest.raises(ValueError, match=f"different kinds: {kinds}"):
        judge_one(*arms, MetricPolicy())
    with pytest.raises(ValueError, match="different kinds"):
        judge([measured(), Measured(MetricPolicy(), *arms)])


# several metrics


def test_one_of_ten_that_fails_by_a_little_is_no_proof() -> None:
    suspect = errors(20, 36)
    stricter = replace(suspect.policy, alpha=suspect.policy.alpha / 10)
    assert only(suspect).outcome is FAIL
    assert judge_one(suspect.baseline, suspect.canary, stricter).outcome is not FAIL
    others = [errors(20, 20, name=f"m{at}") for at in range(9)]
    verdict = judge([suspect, *others])
    first = verdict.metrics[0]
    assert (first.outcome, first.judgement.reason) == (INCONCLUSIVE, "one_of_many")
    assert first.severity is Severity.NONE
    assert (verdict.outcome, verdict.recommendation) == (INCONCLUSIVE, "hold")


def test_ten_metrics_that_all_fail_by_a_little_are_no_proof_either() -> None:
    verdict = judge([errors(20, 36, name=f"m{at}") for at in range(10)])
    assert {one.judgement.reason for one in verdict.metrics} == {"one_of_many"}


def test_each_proven_regression_makes_the_next_easier_to_prove() -> None:
    metrics, look = chances(0.01, 0.02, 0.04, 0.9)
    assert outcomes(judge(metrics, look=look)) == [FAIL, INCONCLUSIVE, INCONCLUSIVE, PASS]
    metrics, look = chances(0.01, 0.016, 0.025, 0.9)
    assert outcomes(judge(metrics, look=look)) == [FAIL, FAIL, FAIL, PASS]


def holm(found: Sequence[float], alpha: float = 0.05) -> set[int]:
    """The hypotheses that are rejected, by the textbook: step down from the smallest."""
    rejected: set[int] = set()
    for step, at in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        if found[at] > alpha / (len(found) - step):
            break
        rejected.add(at)
    return rejected


CHANCES = st.lists(
    st.one_of(st.floats(0, 0.06), st.floats(0, 1), st.sampled_from([0.05, 0.025, 0.01])),
    min_size=1,
    max_size=10,
)


@law
@given(CHANCES)
def test_failures_are_those_of_holm_and_what_passes_alone_still_passes(found: list[float]) -> None:
    metrics, look = chances(*found)
    verdict = judge(metrics, look=look)
    assert {at for at, one in enumerate(outcomes(verdict)) if one is FAIL} == holm(found)
    for one, chance in zip(verdict.metrics, found, strict=True):
        assert (one.outcome is PASS) == (chance > 0.5)
        assert (one.judgement.reason == "one_of_many") == (
            chance <= 0.05 and one.outcome is not FAIL
        )


@law
@given(CHANCES, st.randoms(use_true_random=False))
def test_the_order_of_the_metrics_does_not_matter(found: list[float], random: Random) -> None:
    metrics, look = chances(*found)
    shuffled = random.sample(metrics, len(metrics))
    before, after = judge(metrics, look=look), judge(shuffled, look=look)
    assert (before.outcome, before.recommendation) == (after.outcome, after.recommendation)
    assert [one.policy.name for one in after.metrics] == [one.policy.name for one in shuffled]
    assert {one.policy.name: one.outcome for one in before.metrics} == {
        one.policy.name: one.outcome for one in after.metrics
    }


# severity and budgets


@pytest.mark.parametrize(
    ("level", "severity", "recommendation"),
    [
        (1.08, Severity.NONE, "hold"),
        (1.18, Severity.MEDIUM, "rollback"),
        (1.40, Severity.HIGH, "rollback"),
    ],
)
def test_how_much_worse_says_how_severe(
    level: float, severity: Severity, recommendation: str
) -> None:
    verdict = judge([measured(level)])
    assert (verdict.outcome, verdict.recommendation) == (FAIL, recommendation)
    assert verdict.metrics[0].severity is severity


@pytest.mark.parametrize(
    ("level", "severity"), [(0.93, Severity.NONE), (0.82, Severity.MEDIUM), (0.7, Severity.HIGH)]
)
def test_how_much_less_says_how_severe(level: float, severity: Severity) -> None:
    found = only(measured(level, worse="decrease"))
    assert (found.outcome, found.severity) == (FAIL, severity)


def test_severities_have_borders_of_their_own() -> None:
    assert only(measured(1.4, medium=0.5, high=1.0)).severity is Severity.NONE
    assert only(measured(1.4, medium=0.2, high=1.0)).severity is Severity.MEDIUM


def test_what_does_not_fail_has_no_severity() -> None:
    found = only(errors(20, 30))
    assert (found.outcome, found.severity) == (INCONCLUSIVE, Severity.NONE)
    assert found.judgement.ratio == pytest.approx(1.5)


@pytest.mark.parametrize(
    "metric",
    [
        Measured(MetricPolicy(), series([0.0] * 40), series(noise(3, 40))),
        errors(0, 300),
        Measured(MetricPolicy(), Samples([0.0] * 400), Samples([0.0, 1.0, 2.0, 3.0] * 100)),
    ],
)
def test_from_nothing_to_something_is_severe(metric: Measured) -> None:
    found = only(metric)
    assert (found.outcome, found.severity) == (FAIL, Severity.HIGH)
    assert found.judgement.ratio is None
    assert judge([metric]).recommendation == "rollback"


def test_fewer_successes_are_as_severe_as_more_errors() -> None:
    found = only(errors(9980, 9900, worse="decrease"))
    assert found.judgement.ratio == pytest.approx(5)
    assert (found.outcome, found.severity) == (FAIL, Severity.HIGH)


def test_over_its_limit_a_canary_is_taken_back_although_it_is_no_worse() -> None:
    verdict = judge([measured(limit=0.9)])
    found = verdict.metrics[0]
    assert found.judgement.outcome is PASS
    assert (found.outcome, found.severity, found.over_limit) == (FAIL, Severity.HIGH, True)
    assert not found.near_limit
    assert (verdict.outcome, verdict.recommendation) == (FAIL, "rollback")


@pytest.mark.parametrize(
    ("limit", "over", "near"), [(2.0, False, False), (1.1, False, True), (0.9, True, False)]
)
def test_a_word_is_said_at_four_fifths_of_the_limit(
    limit: float, *, over: bool, near: bool
) -> None:
    found = only(measured(limit=limit))
    assert (found.over_limit, found.near_limit) == (over, near)
    assert found.outcome is (FAIL if over else PASS)
    assert not only(measured(limit=limit, alert_at=1.0)).near_limit


@pytest.mark.parametrize(
    ("limit", "over", "near"), [(0.5, False, False), (0.9, False, True), (1.1, True, False)]
)
def test_a_limit_from_below(limit: float, *, over: bool, near: bool) -> None:
    found = only(measured(limit=limit, worse="decrease"))
    assert (found.over_limit, found.near_limit) == (over, near)
    assert found.outcome is (FAIL if over else PASS)


def test_the_limit_of_samples_is_one_of_their_95th_percentile() -> None:
    values = [float(value) for value in range(1, 1001)]
    arms = Samples(values), Samples(values)
    assert only(Measured(MetricPolicy(limit=940), *arms)).over_limit
    found = only(Measured(MetricPolicy(limit=960), *arms))
    assert not found.over_limit
    assert found.limited == pytest.approx(950, abs=1)


@pytest.mark.parametrize(("worse", "good"), [("increase", 20), ("decrease", 9980)])
def test_the_limit_of_counts_is_one_of_the_error_ratio_whatever_is_counted(
    worse: Any, good: int
) -> None:
    assert only(errors(good, good, worse=worse, limit=0.001)).over_limit
    found = only(errors(good, good, worse=worse, limit=0.01))
    assert (found.outcome, found.over_limit, found.near_limit) == (PASS, False, False)


def test_a_limit_is_not_judged_by_what_was_hardly_measured() -> None:
    few = Measured(MetricPolicy(limit=0.5), series([1.0] * 3), series([9.0] * 3))
    idle = Measured(MetricPolicy(limit=0.01), Counts([0.0], [9.0]), Counts([9.0], [9.0]))
    for metric in (few, idle):
        found = only(metric)
        assert (found.outcome, found.over_limit) == (INCONCLUSIVE, False)


# weights


def test_without_weight_a_metric_only_informs() -> None:
    verdict = judge([measured(), measured(2.0, name="debug", weight=0)])
    assert outcomes(verdict) == [PASS, FAIL]
    assert (verdict.outcome, verdict.recommendation, verdict.score) == (PASS, "promote", 1.0)


@law
@given(CHANCES, CHANCES)
def test_what_only_informs_changes_nothing(found: list[float], informing: list[float]) -> None:
    metrics, look = chances(*found)
    more = [
        replace(one, policy=replace(one.policy, name=f"info{at}", weight=0))
        for at, one in enumerate(chances(*informing)[0])
    ]
    alone, together = judge(metrics, look=look), judge([*metrics, *more], look=look)
    assert outcomes(together)[: len(found)] == outcomes(alone)
    assert (together.outcome, together.score) == (alone.outcome, alone.score)
    assert together.recommendation == alone.recommendation


@pytest.mark.parametrize(
    ("level", "outcome", "recommendation"), [(1.0, PASS, "promote"), (2.0, FAIL, "rollback")]
)
def test_where_nothing_has_weight_everything_counts(
    level: float, outcome: Outcome, recommendation: str
) -> None:
    verdict = judge([measured(level, weight=0), measured(name="other", weight=0)])
    assert (verdict.outcome, verdict.recommendation) == (outcome, recommendation)


def test_where_nothing_has_weight_what_is_open_does_not_pass() -> None:
    verdict = judge([errors(20, 30, weight=0)])
    assert (verdict.outcome, verdict.recommendation) == (INCONCLUSIVE, "hold")


@pytest.mark.parametrize(
    ("weight", "least", "outcome"),
    [(1, 1.0, INCONCLUSIVE), (3, 0.8, INCONCLUSIVE), (3, 0.75, PASS), (3, 0.5, PASS)],
)
def test_so_much_of_the_weight_has_to_pass(weight: float, least: float, outcome: Outcome) -> None:
    verdict = judge([measured(weight=weight), errors(20, 30)], least_score=least)
    assert verdict.score == pytest.approx(weight / (weight + 1))
    assert verdict.outcome is outcome


@pytest.mark.parametrize("weight", [0.0, 0.01, 1.0])
def test_a_critical_metric_that_is_open_is_no_pass(weight: float) -> None:
    assert judge([measured(weight=9), errors(20, 30, weight=0.5)], least_score=0.1).outcome is PASS
    open_ = errors(20, 30, weight=weight, critical=True)
    verdict = judge([measured(weight=9), open_], least_score=0.1)
    assert (verdict.outcome, verdict.recommendation) == (INCONCLUSIVE, "hold")


def test_a_critical_metric_without_weight_can_fail() -> None:
    verdict = judge([measured(), measured(1.5, name="b", weight=0, critical=True)])
    assert (verdict.outcome, verdict.recommendation) == (FAIL, "rollback")


# laws


LEVELS = st.sampled_from([0.5, 0.9, 1.0, 1.04, 1.08, 1.12, 1.3, 2.0])
POLICIES = st.fixed_dictionaries(
    {
        "weight": st.sampled_from([0.0, 1.0, 3.0]),
        "critical": st.booleans(),
        "limit": st.sampled_from([None, 1.05, 1.6]),
        "mode": st.sampled_from(["balanced", "strict"]),
    }
)


@law
@given(
    st.lists(st.tuples(LEVELS, POLICIES), min_size=1, max_size=4),
    st.sampled_from([1.0, 1.02, 1.1, 1.5, 4.0]),
    st.sampled_from([0.5, 0.8, 1.0]),
)
def test_making_one_metric_worse_never_makes_the_verdict_better(
    asked: list[tuple[float, dict[str, Any]]], factor: float, least: float
) -> None:
    metrics = [measured(level, f"m{at}", **policy) for at, (level, policy) in enumerate(asked)]
    level, policy = asked[0]
    before = judge(metrics, least)
    after = judge([measured(level * factor, "m0", **policy), *metrics[1:]], least)
    assert GOOD[after.outcome] >= GOOD[before.outcome]
    assert ADVICE[after.recommendation] >= ADVICE[before.recommendation]


NOTHING = (
    (Series([], []), series(noise(1))),
    (series([1.0]), series([1.0])),
    (series([1.0] * 40), series([nan] * 40)),
    (series([1.0] * 40), Series([10_000 + at for at in range(40)], [1.0] * 40)),
    (Samples([]), Samples([])),
    (Samples([1.0]), Samples([1.0])),
    (Samples([1.0] * 500), Samples([nan, inf] * 250)),
    (Samples([1.0] * 500), Samples([1.0] * 49)),
    (Counts([], []), Counts([], [])),
    (Counts([0.0], [1e6]), Counts([], [])),
    (Counts([0.0], [1.0]), Counts([0.0], [1.0])),
    (Counts([0.0], [1e6]), Counts([0.0], [0.0])),
    (Counts([0.0] * 9, [1e6] * 9), Counts([nan] * 9, [nan] * 9)),
)


@pytest.mark.parametrize("mode", ["balanced", "strict"])
@pytest.mark.parametrize("arms", NOTHING)
def test_what_was_not_measured_neither_passes_nor_fails(arms: tuple[Data, Data], mode: Any) -> None:
    for ordered in (arms, arms[::-1]):
        metric = Measured(MetricPolicy(mode=mode, limit=0.1), *ordered)
        verdict = judge([metric], 0.0 + 1e-9)
        assert (verdict.outcome, verdict.recommendation) == (INCONCLUSIVE, "hold")
        assert verdict.metrics[0].judgement.reason in ("insufficient_data", "no_traffic")


@law
@given(st.sets(st.integers(0, 59), max_size=60), st.sampled_from([1.07, 1.1]))
def test_leaving_points_out_does_not_pass_what_is_worse(gone: set[int], level: float) -> None:
    whole = measured(level, margin=0.05, tolerance=0.02)
    values = [nan if at in gone else value for at, value in enumerate(noise(2, level=level))]
    left = only(replace(whole, canary=series(values)))
    assert left.outcome is not PASS
    if 60 - len(gone) < 8:
        assert left.outcome is INCONCLUSIVE


def test_an_arm_that_stops_to_measure_is_no_pass() -> None:
    instants = range(60)
    alive = Series(instants, [100.0 + at % 7 for at in instants])
    for last in (57, 50, 20, 12):
        crashed = Series(instants, [100.0 + at % 7 if at < last else nan for at in instants])
        for arms in ((alive, crashed), (crashed, alive)):
            (one,) = judge([Measured(MetricPolicy(), *arms)]).metrics
            assert (one.outcome, one.judgement.reason) == (Outcome.INCONCLUSIVE, "gone")
    gaps = Series(instants, [100.0 + at % 7 if at % 4 == 3 else nan for at in instants])
    (one,) = judge([Measured(MetricPolicy(), alive, gaps)]).metrics
    assert one.outcome is Outcome.INCONCLUSIVE


def test_a_canary_that_began_late_can_pass() -> None:
    instants = range(60)
    alive = Series(instants, [100.0 + at % 7 for at in instants])
    young = Series(instants, [100.0 + at % 7 + at % 2 / 9 if at >= 30 else nan for at in instants])
    assert judge([Measured(MetricPolicy(), alive, young)]).outcome is Outcome.PASS


def test_counts_that_stop_are_no_pass() -> None:
    good = Counts([1.0] * 60, [5000.0] * 60)
    crashed = Counts([1.0] * 20 + [0.0] * 40, [5000.0] * 20 + [0.0] * 40)
    (one,) = judge([Measured(MetricPolicy(), good, crashed)]).metrics
    assert (one.outcome, one.judgement.reason) == (Outcome.INCONCLUSIVE, "gone")


@pytest.mark.parametrize("odd", [1e-90, -1e6, 0.0])
def test_one_odd_low_value_hides_no_fault(odd: float) -> None:
    instants = range(60)
    base = Series(instants, [100.0 + at % 7 for at in instants])
    worse = [(1000.0 if at % 6 == 5 else 100.0 + at % 5) for at in instants]
    worse[30] = odd
    found = judge([Measured(MetricPolicy(), base, Series(instants, worse))])
    assert found.outcome is not Outcome.PASS
