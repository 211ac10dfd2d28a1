"""Is the canary worse than the baseline: two time series of which each scrape makes a pair.

The difference of a pair is free of what hits both arms at once (daily swing, shocks). What is left
is autocorrelated; the standard error of its mean takes that into account.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, fsum, inf, isfinite, log, log1p
from typing import NamedTuple

from slogate.core.arms import Arm, Judgement, MetricPolicy, Outcome, Series
from slogate.core.stats import (
    StandardError,
    autoregressive_error,
    cosine_error,
    mean,
    median,
    sign_test,
)

LEAST_PAIRS = 8
CLIP, EXTREME = 3.0, 5.0
"""Robust standard deviations, beyond which a difference is clipped, and is an event of its own."""
SIGN_SHARE = 0.7
"""The share of alpha for which the sign test of extreme events is answerable."""


class Pairs(NamedTuple):
    """What both arms measured at the same instants, in the order of time."""

    baseline: list[float]
    canary: list[float]


class Change(NamedTuple):
    """How much worse the canary is, pair by pair.

    `shift` is the mean of the clipped differences, `raw` of those clipped below only; `deviations`
    of the clipped from their mean are none if they are all alike. `ups` and `downs` count extreme events. Differences
    are of logarithms, or (`logs` false) shares of `scale`, the mean magnitude of the baseline.
    """

    n: int
    shift: float
    raw: float
    deviations: list[float]
    ups: int
    downs: int
    logs: bool
    scale: float

    def of(self, share: float) -> float:
        """A change of this share, in the units of the differences."""
        return log1p(share) if self.logs else share


def judge_series(baseline: Series, canary: Series, policy: MetricPolicy) -> Judgement:
    """Compare two series at their common instants; a pair with NaN or infinity does not count.

    `ratio` is that of the typical pair: the exponential of the mean log ratio where all values are
    positive, else the ratio of means; None where the baseline is not above zero. Raises ValueError
    if times do not increase.
    """
    pairs = paired(baseline, canary)
    return judge_pairs(warmed_up(pairs, warm_up(policy, len(pairs.baseline))), policy)


def judge_pairs(pairs: Pairs, policy: MetricPolicy) -> Judgement:
    """Compare arms whose warm-up is over."""
    if len(pairs.baseline) < LEAST_PAIRS:
        return judgement(pairs, Outcome.INCONCLUSIVE, "insufficient_data")
    if same := sameness(pairs):
        return judgement(
            pairs, Outcome.PASS, same, (1.0, 1.0, 1.0) if same == "identical" else None
        )
    change = measured(pairs, policy)
    half = half_width(change, policy.alpha)
    ratios = natural(change, half, pairs, policy)
    outcome, reason = Outcome.INCONCLUSIVE, "more_data_needed"
    if regressed(change, half, policy):
        outcome, reason = Outcome.FAIL, "regression"
    elif intermittent(change, policy):
        outcome, reason = Outcome.FAIL, "intermittent"
    elif max(change.shift + half, change.raw) < change.of(policy.margin):
        outcome, reason = Outcome.PASS, "within_margin"
    return judgement(pairs, outcome, reason, ratios)


def paired(baseline: Series, canary: Series) -> Pairs:
    """The values of both arms at the instants at which both have a finite one."""
    for arm in (baseline, canary):
        _require_order(arm)
    known = dict(zip(baseline.times, baseline.values, strict=True))
    both = [
        (known[time], value)
        for time, value in zip(canary.times, canary.values, strict=True)
        if time in known and isfinite(known[time]) and isfinite(value)
    ]
    return Pairs([pair[0] for pair in both], [pair[1] for pair in both])


def warm_up(policy: MetricPolicy, points: int) -> int:
    """How many of so many first points do not count."""
    return min(5, points // 10) if policy.warm_up is None else policy.warm_up


def warmed_up(pairs: Pairs, warming: int) -> Pairs:
    """The pairs after the first so many."""
    return Pairs(pairs.baseline[warming:], pairs.canary[warming:])


def sameness(pairs: Pairs) -> str:
    """Why there is nothing to compare: `all_zero`, `identical`, or empty if there is."""
    if not any(pairs.baseline) and not any(pairs.canary):
        return "all_zero"
    return "identical" if pairs.baseline == pairs.canary else ""


def measured(pairs: Pairs, policy: MetricPolicy) -> Change:
    """The differences of pairs, not all zero; positive means worse.

    Clipped at three robust standard deviations from their median (Huber 1964, "Robust estimation
    of a location parameter"), of which 1.4826 times the median absolute deviation is one.
    """
    scale, logs = _scale(pairs)
    sign = 1.0 if policy.worse == "increase" else -1.0
    couples = zip(pairs.baseline, pairs.canary, strict=True)
    if logs:
        raw = [sign * (log(c) - log(b)) for b, c in couples]
    else:
        raw = [sign * (c / scale - b / scale) for b, c in couples]
    n, middle = len(raw), median(raw)
    spread = 1.4826 * median(abs(d - middle) for d in raw)
    ups, downs = _events(raw, middle, EXTREME * spread) if spread > 0 else (0, 0)
    reach = CLIP * spread if spread > 0 else inf
    clipped = [min(max(d, middle - reach), middle + reach) for d in raw]
    shift = mean(clipped)
    deviations = [d - shift for d in clipped]
    if fsum(z * z for z in deviations) <= 1e-24 * max(1.0, shift * shift) * n:
        deviations = []
    # NOTE: not clipped above, where a fault shows; below, one odd value would hide all faults.
    upward = mean([max(d, middle - reach) for d in raw])
    return Change(n, shift, upward, deviations, ups, downs, logs, scale)


def errors(change: Change) -> list[StandardError]:
    """Two estimates of the standard error of the shift; none if the differences are all alike."""
    if not change.deviations:
        return []
    return [autoregressive_error(change.deviations), cosine_error(change.deviations)]


def half_width(change: Change, alpha: float) -> float:
    """How far a bound of confidence 1 - alpha is from the shift."""
    return max((error.half_width(alpha) for error in errors(change)), default=0.0)


def regressed(change: Change, half: float, policy: MetricPolicy) -> bool:
    """Surely worse, and by more than the tolerance; in strict mode surely more than that."""
    tolerance = change.of(policy.tolerance)
    if policy.mode == "strict":
        return change.shift - half > tolerance
    return change.shift - half > 0 and change.shift > tolerance


def intermittent(change: Change, policy: MetricPolicy) -> bool:
    """Too many extreme events are for the worse to be chance: an exact sign test (Arbuthnot 1710).

    A canary that is better on the whole does not fail for a few events.
    """
    worse = change.ups > change.downs and change.raw > 0
    return worse and sign_test(change.ups, change.downs) <= SIGN_SHARE * policy.alpha


Ratios = tuple[float | None, float | None, float | None]
"""Canary / baseline, its lower and its upper bound."""


def natural(change: Change, half: float, pairs: Pairs, policy: MetricPolicy) -> Ratios:
    """The shift and its bounds as canary / baseline, whatever direction is worse."""
    sign = 1.0 if policy.worse == "increase" else -1.0
    shift = sign * change.shift
    ends = (shift, shift - half, shift + half)
    if change.logs:
        found = [exp(min(end, 709.0)) if isfinite(end) else None for end in ends]
    elif min(pairs.baseline) >= 0 and any(pairs.baseline):
        least = 0.0 if min(pairs.canary) >= 0 else -inf
        found = [max(1 + end, least) if isfinite(end) else None for end in ends]
    else:
        found = [None, None, None]
    return found[0], found[1], found[2]


def judgement(
    pairs: Pairs, outcome: Outcome, reason: str, ratios: Ratios | None = None
) -> Judgement:
    """What is said of these pairs."""
    n = len(pairs.baseline)
    arms = Arm(n, mean(pairs.baseline)), Arm(n, mean(pairs.canary))
    return Judgement(outcome, reason, "mean", n, *arms, *(ratios or (None, None, None)))


def _require_order(arm: Series) -> None:
    if len(arm.times) != len(arm.values):
        raise ValueError("a series needs as many times as values")
    if any(b <= a for a, b in zip(arm.times, arm.times[1:], strict=False)):
        raise ValueError("the times of a series must increase")


def _scale(pairs: Pairs) -> tuple[float, bool]:
    """By what differences are divided, and whether instead they can be those of logarithms."""
    if min(*pairs.baseline, *pairs.canary) > 0:
        return 1.0, True
    return mean([abs(b) for b in pairs.baseline]) or mean([abs(c) for c in pairs.canary]), False


def _events(differences: Sequence[float], middle: float, reach: float) -> tuple[int, int]:
    """Extreme events upwards and downwards; neighbours on one side are one event."""
    sides = [(d > middle + reach) - (d < middle - reach) for d in differences]
    starts = [side for before, side in zip([0, *sides], sides, strict=False) if side != before]
    return starts.count(1), starts.count(-1)
