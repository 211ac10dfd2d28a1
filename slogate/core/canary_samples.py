"""Is the canary worse than the baseline: single measurements, such as durations of requests.

The middle and both tails are compared. Samples that follow each other may be alike; how much so is
seen from ten batches of each arm.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from math import exp, hypot, inf, isfinite, log, log1p, sqrt
from typing import NamedTuple

from slogate.core.arms import Arm, Judgement, MetricPolicy, Outcome, Samples
from slogate.core.stats import NEAR, around, mann_whitney, normal_quantile, quantile, t_quantile

LEAST_SAMPLES = 50
BATCHES, LEAST_BATCH = 10, 20
NOTABLE = 1.88
"""Batches vary by more than this factor by chance in 5 % of cases: chi-squared / 9 at 0.95."""


class Part(NamedTuple):
    """A part of the distribution: its name, the share below it, and how it is judged.

    `chance` is its share of alpha; `tolerance` and `margin` are multiples of those of the policy.
    Without enough samples beyond it, it needs no proof if `optional`.
    """

    name: str
    share: float
    chance: float
    tolerance: float
    margin: float
    optional: bool


MIDDLE = Part("median", 0.5, 1 / 2, 1.0, 1.0, optional=False)
TAILS = (
    Part("p95", 0.95, 1 / 4, 2.0, 1.5, optional=False),
    Part("p99", 0.99, 1 / 4, 3.0, 2.5, optional=True),
)
TO_TEST, TO_PROVE = 5, 20
"""So many samples beyond a quantile are needed to test it, and to prove it harmless."""


class Sorted(NamedTuple):
    """One arm: all its values ascending, and those of each tenth in the order of arrival."""

    values: list[float]
    batches: list[list[float]]

    @property
    def n(self) -> int:
        return len(self.values)


class Gap(NamedTuple):
    """How far a quantile of the canary is above that of the baseline.

    `shift` and `half`, the distance of its bounds, are logarithms, or (`logs` false) shares of the
    magnitude of the baseline's; `thin` if too few samples lie beyond it.
    """

    part: Part
    shift: float
    half: float
    logs: bool
    thin: bool


Arms = tuple[Sorted, Sorted]
"""The baseline and the canary."""


def judge_samples(baseline: Samples, canary: Samples, policy: MetricPolicy) -> Judgement:
    """Compare distributions; NaN and infinity are left out.

    `ratio` is that of the medians, or of the quantile which decides; None where the baseline's is
    not above zero, its bounds also where values near the quantile are not. Where a decrease is
    worse, the arms change their roles.
    """
    raw = arranged(baseline), arranged(canary)
    if min(raw[0].n, raw[1].n) < LEAST_SAMPLES:
        return judgement(raw, policy, Outcome.INCONCLUSIVE, "insufficient_data")
    if same := _sameness(raw):
        return judgement(raw, policy, Outcome.PASS, same)
    arms = raw if policy.worse == "increase" else (raw[1], raw[0])
    for part in (MIDDLE, *TAILS):
        if (regressed_middle if part is MIDDLE else regressed_tail)(arms, part, policy):
            reason = "regression" if part is MIDDLE else "tail"
            return judgement(raw, policy, Outcome.FAIL, reason, part)
    for part in (MIDDLE, *TAILS):
        if not harmless(arms, part, policy):
            return judgement(raw, policy, Outcome.INCONCLUSIVE, "more_data_needed", part)
    return judgement(raw, policy, Outcome.PASS, "within_margin")


def arranged(samples: Samples) -> Sorted:
    """The finite values of an arm in order."""
    values = [value for value in samples.values if isfinite(value)]
    size = len(values) // BATCHES
    batches = [sorted(values[at * size : (at + 1) * size]) for at in range(BATCHES)]
    # what is sorted in runs already merges quickly
    runs = [value for batch in batches for value in batch]
    return Sorted(sorted(runs + values[BATCHES * size :]), batches)


def regressed_middle(arms: Arms, part: Part, policy: MetricPolicy) -> bool:
    """Values are surely greater, and the median by more than the tolerance.

    In strict mode values are surely greater than the baseline's enlarged by the tolerance.
    """
    share = part.tolerance * policy.tolerance
    (base, canary), (low, high) = arms, _quantiles(arms, part)
    if not high - low > share * abs(low):
        return False
    values = base.values
    if policy.mode == "strict":
        values = [value + share * abs(value) for value in values]
    excess, deviation = mann_whitney(values, canary.values)
    bursts = _bursts(arms, part)
    deviation *= sqrt(_spread(arms, bursts) / (1 / base.n + 1 / canary.n))
    return excess - 0.5 > _critical(part.chance * policy.alpha, bursts) * deviation


def regressed_tail(arms: Arms, part: Part, policy: MetricPolicy) -> bool:
    """Surely more of the canary's values are in the common tail, and the quantile is much higher.

    The pooled test of two proportions (Fleiss, Levin & Paik 2003, "Statistical methods for rates
    and proportions", chapter 3) with continuity correction, at a common quantile of both arms.
    """
    base, canary = arms
    if min(base.n, canary.n) * (1 - part.share) < TO_TEST - 1e-9:
        return False
    share = part.tolerance * policy.tolerance
    low, high = _quantiles(arms, part)
    if not high - low > share * abs(low):
        return False
    at = _common(arms, part)
    stretch = share if policy.mode == "strict" else 0.0
    # a value beyond `at` once it is enlarged is one beyond this before
    before = at / (1 + stretch) if at >= 0 else at / (1 - stretch)
    beyond = base.n - bisect_right(base.values, before), canary.n - bisect_right(canary.values, at)
    overall = (beyond[0] + beyond[1]) / (base.n + canary.n)
    bursts = _bursts(arms, part)
    deviation = sqrt(overall * (1 - overall) * _spread(arms, bursts))
    excess = beyond[1] / canary.n - beyond[0] / base.n - 0.5 * (1 / base.n + 1 / canary.n)
    return excess > _critical(part.chance * policy.alpha, bursts) * deviation


def harmless(arms: Arms, part: Part, policy: MetricPolicy) -> bool:
    """The quantile is surely not above the baseline's by as much as the margin.

    With too few samples for that, one that needs no proof is harmless unless it would fail alone.
    """
    found = gap(arms, part, policy.alpha)
    if found.thin:
        alone = replace(policy, alpha=policy.alpha / part.chance, mode="balanced")
        return part.optional and not regressed_tail(arms, part, alone)
    margin = part.margin * policy.margin
    return found.shift + found.half <= (log1p(margin) if found.logs else margin)


def gap(arms: Arms, part: Part, alpha: float) -> Gap:
    """How far a quantile is above the baseline's, with bounds of confidence 1 - alpha each."""
    bursts = _bursts(arms, part)
    base, canary = (
        around(arm.values, part.share, burst) for arm, burst in zip(arms, bursts, strict=True)
    )
    thin = min(arms[0].n, arms[1].n) * (1 - part.share) < TO_PROVE - 1e-9
    critical = _critical(alpha, bursts) / (2 * NEAR)
    if min(base.low, canary.low) > 0:
        error = hypot(log(base.high / base.low), log(canary.high / canary.low))
        return Gap(part, log(canary.at / base.at), critical * error, logs=True, thin=thin)
    width = hypot(base.high - base.low, canary.high - canary.low)
    if base.at:
        shift, half = (canary.at - base.at) / abs(base.at), critical * width / abs(base.at)
        return Gap(part, shift, half, logs=False, thin=thin)
    # shares of nothing: only what is nothing all around is known not to be more
    return Gap(part, 0.0, inf if canary.at or width else 0.0, logs=False, thin=thin)


def judgement(
    raw: Arms, policy: MetricPolicy, outcome: Outcome, reason: str, part: Part = MIDDLE
) -> Judgement:
    """What is said of these arms, with the ratio of this part."""
    base, canary = (quantile(arm.values, part.share) for arm in raw)
    arms = [Arm(arm.n, quantile(arm.values, MIDDLE.share)) for arm in raw]
    ratio = canary / base if raw[0].n and raw[1].n and base > 0 else None
    low = high = None
    if ratio is not None and min(raw[0].n, raw[1].n) >= LEAST_SAMPLES:
        found = gap(raw, part, policy.alpha)
        if found.logs:
            low, high = exp(found.shift - found.half), exp(found.shift + found.half)
            low, high = min(low, ratio), max(high, ratio)
    n = min(raw[0].n, raw[1].n)
    return Judgement(outcome, reason, part.name, n, arms[0], arms[1], ratio, low, high)


def _sameness(arms: Arms) -> str:
    ends = {end for arm in arms for end in (arm.values[0], arm.values[-1])}
    if len(ends) == 1:
        return "identical" if any(ends) else "all_zero"
    return ""


def _quantiles(arms: Arms, part: Part) -> tuple[float, float]:
    return quantile(arms[0].values, part.share), quantile(arms[1].values, part.share)


def _common(arms: Arms, part: Part) -> float:
    """The quantile of both arms together, nearly: the mean of theirs, weighted by size."""
    n = arms[0].n + arms[1].n
    return sum(arm.n / n * at for arm, at in zip(arms, _quantiles(arms, part), strict=True))


def _bursts(arms: Arms, part: Part) -> tuple[float, float]:
    """For each arm by what factor shares beyond the common quantile vary more than independent."""
    at = _common(arms, part)
    return _clustering(arms[0], at, 1 - part.share), _clustering(arms[1], at, 1 - part.share)


def _clustering(arm: Sorted, at: float, beyond: float) -> float:
    """The design effect of batches (Kish 1965, "Survey sampling", chapter 5); 1 if not notable."""
    size = len(arm.batches[0])
    if size < LEAST_BATCH or beyond * size < 0.5 - 1e-9:
        return 1.0
    shares = [1 - bisect_right(batch, at) / size for batch in arm.batches]
    overall = sum(shares) / BATCHES
    if not 0 < overall < 1:
        return 1.0
    variance = sum((share - overall) ** 2 for share in shares) / (BATCHES - 1)
    factor = variance * size / (overall * (1 - overall))
    return factor if factor > NOTABLE else 1.0


def _spread(arms: Arms, bursts: tuple[float, float]) -> float:
    return bursts[0] / arms[0].n + bursts[1] / arms[1].n


def _critical(alpha: float, bursts: tuple[float, float]) -> float:
    """Standard deviations that chance exceeds with probability alpha; bursts are estimated."""
    if max(bursts) > 1:
        return t_quantile(1 - alpha, BATCHES - 1)
    return normal_quantile(1 - alpha)
