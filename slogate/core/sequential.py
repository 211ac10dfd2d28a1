"""Looking at a canary while it runs: a regression is reported early, nothing is passed early.

Each look may fail the canary; together they do so by chance no more often than one look at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil, exp, fsum, log, log2, sqrt

from slogate.core.arms import Counts, Judgement, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary_counts import (
    Totals,
    aligned,
    judge_counts,
    lack,
    large_enough,
    summed,
)
from slogate.core.canary_counts import judgement as counts_judgement
from slogate.core.canary_samples import judge_samples
from slogate.core.canary_series import (
    Change,
    errors,
    intermittent,
    judge_pairs,
    judgement,
    measured,
    natural,
    paired,
    regressed,
    sameness,
    warm_up,
    warmed_up,
)
from slogate.core.stats import fixed_error, normal_quantile, normal_tail

LEAST_LOOK = 10
"""So many pairs the first look needs."""
SPENT = 0.8
"""The share of alpha that looks at means spend; the rest pays for that of extreme events."""
LEAST_CHANCE = 0.01
"""The share of alpha below which no look's own falls, lest estimates of variance decide."""
FEARED = 0.6
"""Autocorrelation taken for possible as long as few pairs tell."""
RATIOS = (1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
"""Changes for which the e-process of counts bets, in equal parts."""
EPOCH = 500
"""Samples of the first epoch; each is twice as long as the last."""
LEAST_SAMPLE_CHANCE = 0.0002
"""The same, for a look at samples."""
LAST_COUNT = 0.2
"""The share of alpha which the final look at counts takes beside their e-process."""
FAR = 30.0
"""Logarithms of ratios are looked for between this and its negative."""


def look_series(baseline: Series, canary: Series, policy: MetricPolicy, planned: int) -> Judgement:
    """Judge what there is of a run of `planned` scrapes, at the last one finally.

    `times` hold each scrape until now, also those without a value. Bounds of the ratio have the
    confidence that the look requires.
    """
    warming = warm_up(policy, planned)
    pairs, horizon = warmed_up(paired(baseline, canary), warming), planned - warming
    n, last = len(pairs.baseline), max(len(baseline.times), len(canary.times)) >= planned
    if n < LEAST_LOOK or sameness(pairs):
        if last:
            return judge_pairs(pairs, policy)
        return judgement(pairs, Outcome.INCONCLUSIVE, "more_data_needed")
    change = measured(pairs, policy)
    own = chance(n, n if last else horizon, SPENT * policy.alpha)
    half = _half_width(change, max(LEAST_CHANCE * policy.alpha, own), last=last)
    ratios = natural(change, half, pairs, policy)
    if regressed(change, half, policy):
        return judgement(pairs, Outcome.FAIL, "regression", ratios)
    if last and intermittent(change, policy):
        return judgement(pairs, Outcome.FAIL, "intermittent", ratios)
    if last and (final := judge_pairs(pairs, policy)).outcome is Outcome.PASS:
        return final
    return judgement(pairs, Outcome.INCONCLUSIVE, "more_data_needed", ratios)


def chance(n: float, horizon: float, alpha: float) -> float:
    """The chance of a false alarm which the look after n of `horizon` may take.

    O'Brien & Fleming 1979, "A multiple testing procedure for clinical trials", Biometrics 35, for
    looks at any time: a Brownian motion crosses a level by the end twice as often as it ends
    beyond it.
    """
    level = normal_quantile(1 - alpha / 2)
    return normal_tail(level * sqrt(max(1.0, horizon / n)))


def _half_width(change: Change, alpha: float, *, last: bool) -> float:
    found = errors(change)
    if found and not last:
        found.append(fixed_error(change.deviations, FEARED))
    return max((error.half_width(alpha) for error in found), default=0.0)


def look_counts(baseline: Counts, canary: Counts, policy: MetricPolicy, planned: int) -> Judgement:
    """Judge what there is of a run of `planned` intervals, at the last one finally.

    The evidence is an e-process, the mean of likelihood ratios of the canary's share of errors,
    valid at any time (Lindon & Malek 2022, "Anytime-valid inference for multinomial count data")
    while the share of traffic is constant; where errors come in bursts, they count as fewer.
    """
    intervals = aligned(baseline, canary, policy)
    totals = summed(intervals, policy.alpha)
    if lacking := lack(intervals, totals):
        return counts_judgement(totals, Outcome.INCONCLUSIVE, lacking)
    low, high = _ratio_bounds(totals, log(1 / policy.alpha))
    if large_enough(totals, policy) and _counts_evidence(totals, policy) >= log(1 / policy.alpha):
        found = counts_judgement(totals, Outcome.FAIL, "regression")
        return replace(found, low=low, high=high)
    if len(canary.total) >= planned:
        final = judge_counts(baseline, canary, policy)
        if final.outcome is not Outcome.FAIL:
            return final
        return judge_counts(baseline, canary, replace(policy, alpha=LAST_COUNT * policy.alpha))
    found = counts_judgement(totals, Outcome.INCONCLUSIVE, "more_data_needed")
    return replace(found, low=low, high=high)


def look_samples(baseline: Samples, canary: Samples, policy: MetricPolicy) -> Judgement:
    """Judge what there is of a run of which nobody knows how many samples it will bring.

    It never passes. One epoch follows the other, each twice as long as the last, and the k-th
    spends alpha / (k (k + 1)), which is alpha together.
    """
    n = max(1, min(len(baseline.values), len(canary.values)))
    epoch = max(1, ceil(log2(n / EPOCH)) + 1)
    horizon, alpha = EPOCH * 2 ** (epoch - 1), policy.alpha / (epoch * (epoch + 1))
    own = 4 * max(LEAST_SAMPLE_CHANCE * alpha, chance(n, horizon, alpha / 4))
    found = judge_samples(baseline, canary, replace(policy, alpha=min(alpha, own)))
    if found.outcome is Outcome.PASS:
        return replace(found, outcome=Outcome.INCONCLUSIVE, reason="more_data_needed")
    return found


def _counts_evidence(totals: Totals, policy: MetricPolicy) -> float:
    """The logarithm of the evidence that the canary has more errors, or more than is tolerated."""
    null = policy.least_ratio if policy.mode == "strict" else 1.0
    return _against(totals.of_rarer(), null, RATIOS)


def _against(totals: Totals, null: float, ratios: Sequence[float]) -> float:
    """The logarithm of the evidence against one ratio of error ratios, for multiples of it."""
    errors_b, errors_c = totals.bad_b / totals.bursts, totals.bad_c / totals.bursts
    before = totals.share(null)
    shares = [totals.share(null * ratio) for ratio in ratios]
    return _log_mean(
        [
            errors_c * log(share / before) + errors_b * log((1 - share) / (1 - before))
            for share in shares
        ]
    )


def _ratio_bounds(totals: Totals, proof: float) -> tuple[float | None, float | None]:
    """Bounds of the ratio against which the evidence is enough, valid at any time."""
    if not totals.bad_b and not totals.bad_c:
        return None, None
    low, high = 0.0, None
    inverse = [1 / ratio for ratio in RATIOS]
    if totals.bad_c:
        low = exp(-_root(lambda at: _against(totals, exp(-at), RATIOS) - proof, -FAR, FAR))
    if totals.bad_b:
        high = exp(_root(lambda at: _against(totals, exp(at), inverse) - proof, -FAR, FAR))
    return low, high


def _log_mean(logs: Sequence[float]) -> float:
    """The logarithm of the mean of numbers of which the logarithms are given."""
    top = max(logs)
    return top + log(fsum(exp(value - top) for value in logs) / len(logs))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function is zero, to 1e-9 of the interval; one of its ends if it is not."""
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return high
