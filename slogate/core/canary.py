"""From what two arms measured to a verdict on the canary: severity, budgets, several metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from math import isfinite

from slogate.core.arms import Counts, Data, Judgement, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary_counts import judge_counts
from slogate.core.canary_presence import gone
from slogate.core.canary_samples import judge_samples
from slogate.core.canary_series import LEAST_PAIRS, judge_series
from slogate.core.stats import quantile

LIMITED_QUANTILE = 0.95
"""The absolute budget of single samples is one of their 95th percentile."""

Judge = Callable[[Data, Data, MetricPolicy], Judgement]


class Severity(IntEnum):
    """How much worse a canary is that is worse."""

    NONE = 0
    MEDIUM = 1
    HIGH = 2

    @property
    def word(self) -> str:
        """The name as users write it: lower case."""
        return self.name.lower()


@dataclass(frozen=True)
class Measured:
    """The data of one metric: how it is judged, and what both arms measured."""

    policy: MetricPolicy
    baseline: Data
    canary: Data


@dataclass(frozen=True)
class MetricVerdict:
    """What came of one metric.

    `limited` is the value of the canary that its limit speaks of; NaN without data.
    """

    measured: Measured
    judgement: Judgement
    outcome: Outcome
    severity: Severity
    limited: float
    over_limit: bool
    near_limit: bool

    @property
    def policy(self) -> MetricPolicy:
        """How it was judged."""
        return self.measured.policy


@dataclass(frozen=True)
class CanaryVerdict:
    """What came of the whole canary; `score` is the share of the weight that passes.

    `deciding` are the metrics that do not only inform.
    """

    outcome: Outcome
    recommendation: str
    metrics: tuple[MetricVerdict, ...]
    score: float
    deciding: tuple[MetricVerdict, ...]


def judge(
    metrics: Sequence[Measured], least_score: float = 1.0, look: Judge | None = None
) -> CanaryVerdict:
    """The verdict on a canary; raises ValueError without metrics.

    It fails when a metric is proven worse or over its limit, and passes when metrics of at least
    `least_score` of the weight pass, all critical ones among them; what has no weight and is not
    critical only informs, unless there is nothing else. `look` judges in place of the usual rules,
    as while a canary is watched.
    """
    if not metrics:
        raise ValueError("a canary is judged by at least one metric")
    judged = judge_one if look is None else look
    deciding = [one.policy.weight > 0 or one.policy.critical for one in metrics]
    if not any(deciding):
        deciding = [True] * len(metrics)
    found = _corrected(metrics, deciding, judged)
    verdicts = tuple(map(_verdict, metrics, found))
    counting = [one for one, decides in zip(verdicts, deciding, strict=True) if decides]
    weight = sum(one.policy.weight for one in counting)
    passing = sum(one.policy.weight for one in counting if one.outcome is Outcome.PASS)
    score = passing / weight if weight else float(all(_passes(one) for one in counting))
    outcome = _together(counting, score, least_score)
    return CanaryVerdict(
        outcome, _recommendation(outcome, counting), verdicts, score, tuple(counting)
    )


def judge_one(baseline: Data, canary: Data, policy: MetricPolicy) -> Judgement:
    """What the data of one metric say, by the rules for their kind.

    Raises ValueError when the arms are of different kinds.
    """
    if isinstance(baseline, Series) and isinstance(canary, Series):
        return judge_series(baseline, canary, policy)
    if isinstance(baseline, Samples) and isinstance(canary, Samples):
        return judge_samples(baseline, canary, policy)
    if isinstance(baseline, Counts) and isinstance(canary, Counts):
        return judge_counts(baseline, canary, policy)
    kinds = " and ".join(type(arm).__name__.lower() for arm in (baseline, canary))
    raise ValueError(f"the arms are of different kinds: {kinds}")


def look_one(baseline: Data, canary: Data, policy: MetricPolicy, *, planned: int) -> Judgement:
    """The rules for data at which somebody looks `planned` times; raises ValueError likewise."""
    # NOTE: imported here, because few canaries are watched.
    from slogate.core.sequential import look_counts, look_samples, look_series

    if isinstance(baseline, Series) and isinstance(canary, Series):
        return look_series(baseline, canary, policy, planned)
    if isinstance(baseline, Counts) and isinstance(canary, Counts):
        return look_counts(baseline, canary, policy, planned)
    if isinstance(baseline, Samples) and isinstance(canary, Samples):
        return look_samples(baseline, canary, policy)
    return judge_one(baseline, canary, policy)


def _corrected(
    metrics: Sequence[Measured], deciding: Sequence[bool], judged: Judge
) -> list[Judgement]:
    """The judgement of every metric; failures hold for all that decide together.

    Holm 1979, "A simple sequentially rejective multiple test procedure": with k metrics left that
    have not failed, each has to fail at alpha / k. What only fails at its own alpha is open.
    """
    alone = [_unless_gone(one, judged(one.baseline, one.canary, one.policy)) for one in metrics]
    left = {at for at, decides in enumerate(deciding) if decides}
    while left:
        failing = {
            at
            for at in left
            if alone[at].outcome is Outcome.FAIL and _fails(metrics[at], len(left), judged)
        }
        if not failing:
            break
        left -= failing
    open_ = {at for at in left if alone[at].outcome is Outcome.FAIL}
    return [
        replace(found, outcome=Outcome.INCONCLUSIVE, reason="one_of_many") if at in open_ else found
        for at, found in enumerate(alone)
    ]


def _unless_gone(one: Measured, found: Judgement) -> Judgement:
    """What is no pass when one arm has stopped to measure, as one does that has crashed."""
    if found.outcome is not Outcome.PASS or not gone(one.baseline, one.canary):
        return found
    return replace(found, outcome=Outcome.INCONCLUSIVE, reason="gone")


def _fails(one: Measured, metrics: int, judged: Judge) -> bool:
    stricter = replace(one.policy, alpha=one.policy.alpha / metrics)
    return judged(one.baseline, one.canary, stricter).outcome is Outcome.FAIL


def _verdict(one: Measured, found: Judgement) -> MetricVerdict:
    limited = _limited(one.canary, found)
    falling = falls(found, one.policy)
    over = _exceeds(limited, one.policy, 1.0, falling=falling)
    outcome = Outcome.FAIL if over else found.outcome
    return MetricVerdict(
        measured=one,
        judgement=found,
        outcome=outcome,
        severity=Severity.HIGH if over else _severity(found, one.policy),
        limited=limited,
        over_limit=over,
        near_limit=not over and _exceeds(limited, one.policy, one.policy.alert_at, falling=falling),
    )


def _limited(canary: Data, found: Judgement) -> float:
    if found.reason in ("insufficient_data", "no_traffic"):
        return float("nan")
    if isinstance(canary, Series) and found.n < LEAST_PAIRS:
        # NOTE: the first looks at a canary see fewer, and a single scrape is no mean.
        return float("nan")
    if isinstance(canary, Samples):
        kept = sorted(value for value in canary.values if isfinite(value))
        return quantile(kept, LIMITED_QUANTILE)
    return found.canary.center


def falls(found: Judgement, policy: MetricPolicy) -> bool:
    """Is less worse of what is shown? Of counts that is the error ratio, whatever they count."""
    return policy.worse == "decrease" and found.what != "error ratio"


def _exceeds(value: float, policy: MetricPolicy, share: float, *, falling: bool) -> bool:
    """Is the value beyond this share of the budget? NaN is not."""
    if policy.limit is None:
        return False
    if falling:
        return value < policy.limit / share
    return value > policy.limit * share


def _severity(found: Judgement, policy: MetricPolicy) -> Severity:
    if found.outcome is not Outcome.FAIL:
        return Severity.NONE
    if found.reason == "intermittent":
        # NOTE: the ratio is that of the whole, which bursts hardly move.
        return Severity.MEDIUM
    if found.ratio is None:
        # NOTE: from nothing to something has no ratio, and is not a little.
        return Severity.HIGH
    worse = 1 - found.ratio if falls(found, policy) else found.ratio - 1
    if worse > policy.high:
        return Severity.HIGH
    return Severity.MEDIUM if worse > policy.medium else Severity.NONE


def _together(verdicts: Sequence[MetricVerdict], score: float, least_score: float) -> Outcome:
    if any(one.outcome is Outcome.FAIL for one in verdicts):
        return Outcome.FAIL
    critical = [one for one in verdicts if one.policy.critical]
    if score < least_score or not all(map(_passes, critical)):
        return Outcome.INCONCLUSIVE
    return Outcome.PASS


def _passes(one: MetricVerdict) -> bool:
    return one.outcome is Outcome.PASS


def _recommendation(outcome: Outcome, verdicts: Sequence[MetricVerdict]) -> str:
    """`rollback` for what is worse by a severity, `hold` for what is worse by less, or open."""
    if outcome is Outcome.PASS:
        return "promote"
    worst = max((one.severity for one in verdicts), default=Severity.NONE)
    return "rollback" if outcome is Outcome.FAIL and worst > Severity.NONE else "hold"
