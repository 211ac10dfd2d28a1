"""What others ask of a canary, as rules of this benchmark's own making; see each for its source.

All but `kayenta_either` ask only for more, which is worse. A rule gets plain values without holes,
in any order, and says whether it blocks the canary.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from math import isfinite, nan, sqrt
from statistics import NormalDist, fmean
from sys import float_info

from slogate.core.arms import Counts, Outcome, Samples, Series

Rule = Callable[[list[float], list[float]], bool]
EPSILON = float_info.epsilon
KAYENTA_LEVEL, KAYENTA_FRACTION, KAYENTA_ACCURACY = 0.98, 0.25, 1e-4
KAYENTA_QUANTILE = NormalDist().inv_cdf((1 + KAYENTA_LEVEL) / 2)
PLAIN_QUANTILE = NormalDist().inv_cdf(0.95)
SEED_RATIO = 1.10


def kayenta(baseline: list[float], canary: list[float]) -> bool:
    """Whether Kayenta's judge calls the canary High, with its defaults but direction `increase`.

    github.com/spinnaker/kayenta, `kayenta-judge/.../judge/NetflixACAJudge.scala` (confidence .98,
    tolerance .25, mean ratio of 1) and `.../classifiers/metric/MannWhitneyClassifier.scala`: the
    lower bound of the shift exceeds a quarter of the estimated shift. The bound and the estimate are
    roots found by Brent's method with an accuracy of 1e-4 (`kayenta-mannwhitney/.../MannWhitney.scala`).
    """
    if sorted(baseline) == sorted(canary) or len({*baseline, *canary}) == 1:
        return False
    shifted = _Shifted(baseline, canary)
    # NOTE: z falls with the shift, so a bound above zero is possible only with z above its quantile.
    if shifted.z(-KAYENTA_ACCURACY) <= KAYENTA_QUANTILE:
        return False
    low, estimate = shifted.root(KAYENTA_QUANTILE), shifted.root(0)
    means = fmean(baseline), fmean(canary)
    ratio = means[1] / means[0] if all(means) else nan
    return low > KAYENTA_FRACTION * abs(estimate) and not ratio < 1


def kayenta_either(baseline: list[float], canary: list[float]) -> bool:
    """The same with Kayenta's default direction `either`: High, or Low."""
    return kayenta(baseline, canary) or kayenta(canary, baseline)


def mann_whitney(baseline: list[float], canary: list[float]) -> bool:
    """The plain rank-sum test, one-sided at 5 % (Mann & Whitney 1947), normal with ties."""
    if len({*baseline, *canary}) == 1:
        return False
    return _Shifted(baseline, canary).z(0) > PLAIN_QUANTILE


class _Shifted:
    """The rank-sum statistic of the canary minus a shift, as R's `wilcox.test` has it."""

    def __init__(self, baseline: Sequence[float], canary: Sequence[float]) -> None:
        self.baseline, self.canary = sorted(baseline), sorted(canary)

    def z(self, shift: float) -> float:
        """With correction for ties and for continuity."""
        baseline, moved = self.baseline, [value - shift for value in self.canary]
        pairs, number = len(baseline) * len(moved), len(baseline) + len(moved)
        ties = _ties([*baseline, *moved])
        below = sum(bisect_left(baseline, one) for one in moved)
        to = sum(bisect_right(baseline, one) for one in moved) if ties else below
        above = (below + to - pairs) / 2
        spread = pairs / 12 * (number + 1 - ties / (number * (number - 1)))
        sign = (above > 0) - (above < 0)
        return (above - sign / 2) / sqrt(spread) if spread > 0 else 0.0

    def root(self, quantile: float) -> float:
        """The shift at which z is this quantile, within the range that shifts can have."""
        low, high = self.canary[0] - self.baseline[-1], self.canary[-1] - self.baseline[0]
        if self.z(low) <= quantile:
            return low
        if self.z(high) >= quantile:
            return high
        return brent(lambda shift: self.z(shift) - quantile, low, high, KAYENTA_ACCURACY)


def _ties(values: list[float]) -> float:
    if len(set(values)) == len(values):
        return 0.0
    return float(sum(times**3 - times for times in Counter(values).values()))


def brent(function: Callable[[float], float], low: float, high: float, accuracy: float) -> float:
    """A root between two places of opposite sign: Brent (1973), chapter 4, as R's `zeroin` has it.

    Where the statistic jumps, as with many ties, what comes back is a side of the jump that depends
    on these very steps.
    """
    a, b, at_a, at_b = low, high, function(low), function(high)
    c, at_c = a, at_a
    while True:
        before = b - a
        if abs(at_c) < abs(at_b):
            a, b, c = b, c, b
            at_a, at_b, at_c = at_b, at_c, at_b
        least, step = accuracy / 2 + 2 * EPSILON * abs(b), (c - b) / 2
        if abs(step) <= least or at_b == 0:
            return b
        if abs(before) >= least and abs(at_a) > abs(at_b):
            guess = _interpolated((a, b, c), (at_a, at_b, at_c))
            room = min(0.75 * abs(c - b) - least / 2, abs(before) / 2)
            step = guess if abs(guess) < room and guess * step > 0 else step
        if abs(step) < least:
            step = least if step > 0 else -least
        a, at_a = b, at_b
        b += step
        at_b = function(b)
        if at_b * at_c > 0:
            c, at_c = a, at_a


def _interpolated(places: Sequence[float], values: Sequence[float]) -> float:
    """The step from b to where a line, or an inverse parabola, through the points is zero."""
    (a, b, c), (at_a, at_b, at_c) = places, values
    if a == c:
        return (c - b) * at_b / (at_b - at_c)
    if at_c in {at_a, at_b}:
        return nan
    r, s, t = at_b / at_c, at_b / at_a, at_a / at_c
    p = s * (t * (r - t) * (c - b) - (1 - r) * (b - a))
    return p / ((t - 1) * (r - 1) * (s - 1))


def seed_means(baseline: list[float], canary: list[float]) -> bool:
    """A mean more than 10 % above that of the baseline: the rule gates commonly begin with."""
    return fmean(canary) > SEED_RATIO * fmean(baseline)


def seed_samples(baseline: list[float], canary: list[float]) -> bool:
    """A mean, p95 or p99 more than 10 % above that of the baseline."""
    if seed_means(baseline, canary):
        return True
    baseline, canary = sorted(baseline), sorted(canary)
    return any(
        _quantile(canary, share) > SEED_RATIO * _quantile(baseline, share) for share in (0.95, 0.99)
    )


def seed_counts(baseline: Counts, canary: Counts) -> Outcome:
    """An error ratio more than 10 % above that of the baseline, or the first errors at all."""
    old, new = (sum(arm.bad) / sum(arm.total) for arm in (baseline, canary))
    return outcome(blocked=new > SEED_RATIO * old)


def _quantile(ordered: list[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def on_values(rule: Rule) -> Callable[[Series | Samples, Series | Samples], Outcome]:
    """The rule on two arms, without holes (as Kayenta does by default)."""

    def judge(baseline: Series | Samples, canary: Series | Samples) -> Outcome:
        arms = [[one for one in arm.values if isfinite(one)] for arm in (baseline, canary)]
        return outcome(blocked=rule(*arms))

    return judge


def on_ratios(rule: Rule) -> Callable[[Counts, Counts], Outcome]:
    """The rule on the error ratio of each interval, which is what such judges get to see."""

    def judge(baseline: Counts, canary: Counts) -> Outcome:
        return outcome(blocked=rule(_ratios(baseline), _ratios(canary)))

    return judge


def outcome(*, blocked: bool) -> Outcome:
    """None of the peers knows a third answer."""
    return Outcome.FAIL if blocked else Outcome.PASS


def _ratios(arm: Counts) -> list[float]:
    return [bad / total for bad, total in zip(arm.bad, arm.total, strict=True) if total]
