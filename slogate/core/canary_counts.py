"""Is the canary worse than the baseline: bad events of all events, interval by interval."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, floor, fsum, isfinite, log, sqrt
from typing import NamedTuple

from slogate.core.arms import Arm, Counts, Judgement, MetricPolicy, Outcome
from slogate.core.stats import Bounds, binomial_mid_p, newcombe, normal_quantile, t_quantile, wilson

LEAST_EVENTS = 100
LEAST_ERRORS, LEAST_INTERVALS, NOTABLE = 20, 8, 1.645  # to see that errors come in bursts
EXACT = 1_000  # errors up to which bounds of the ratio are exact


class Interval(NamedTuple):
    """Bad and all events of both arms in one interval."""

    bad_b: float
    all_b: float
    bad_c: float
    all_c: float


class Totals(NamedTuple):
    """Events of the whole run: bad and all of the baseline, bad and all of the canary.

    `bursts` (1 or more) is the factor by which errors vary more than independent ones.
    """

    bad_b: float
    all_b: float
    bad_c: float
    all_c: float
    bursts: float

    def share(self, ratio: float) -> float:
        """The chance that an error is the canary's, if its error ratio is `ratio` times as high."""
        return self.all_c * ratio / (self.all_b + self.all_c * ratio)

    @property
    def effective(self) -> tuple[int, int]:
        """The errors of the canary and of both arms, as many as are independent of each other."""
        own = _whole(self.bad_c / self.bursts)
        return own, own + _whole(self.bad_b / self.bursts)

    def reaches(self, ratio: float) -> bool:
        """The estimated ratio is at least so high; a baseline without errors counts as half an error."""
        return self.bad_c * self.all_b >= ratio * max(self.bad_b, 0.5) * self.all_c

    def of_rarer(self) -> Totals:
        """The same, seen from the rarer of failure and success.

        Where most events fail, no canary has twice the errors; but it can have half the successes.
        The arms change their roles then, so that more is worse again.
        """
        if self.bad_b / self.all_b + self.bad_c / self.all_c <= 1:
            return self
        good_b, good_c = self.all_b - self.bad_b, self.all_c - self.bad_c
        return Totals(good_c, self.all_c, good_b, self.all_b, self.bursts)


def judge_counts(baseline: Counts, canary: Counts, policy: MetricPolicy) -> Judgement:
    """Compare error ratios; intervals with NaN or infinity in either arm do not count.

    Where a decrease is worse, `bad` counts successes, and the errors are the others; `ratio` is
    always that of the error ratios, None for a baseline without errors. Raises ValueError for
    negative counts, for more bad events than all, or if arms have different numbers of intervals.
    """
    intervals = aligned(baseline, canary, policy)
    totals = summed(intervals, policy.alpha)
    if lacking := lack(intervals, totals):
        return judgement(totals, Outcome.INCONCLUSIVE, lacking)
    outcome, reason = Outcome.INCONCLUSIVE, "more_data_needed"
    if regressed(totals, policy):
        outcome, reason = Outcome.FAIL, "regression"
    elif harmless(totals, policy):
        nothing = not totals.bad_b and not totals.bad_c
        outcome, reason = Outcome.PASS, "all_zero" if nothing else "within_margin"
    return judgement(totals, outcome, reason, policy.alpha)


def aligned(baseline: Counts, canary: Counts, policy: MetricPolicy) -> list[Interval]:
    """The intervals after the warm-up that both arms have measured; none if one arm has none."""
    arms = [_arm(arm, policy) for arm in (baseline, canary)]
    if not arms[0] or not arms[1]:
        return []
    if len(arms[0]) != len(arms[1]):
        raise ValueError("the arms' counts have different numbers of intervals")
    found = [Interval(*b, *c) for b, c in zip(*arms, strict=True)][policy.warm_up or 0 :]
    return [interval for interval in found if all(isfinite(count) for count in interval)]


def summed(intervals: list[Interval], alpha: float) -> Totals:
    """The totals of the run; how bursts count depends on the confidence 1 - alpha."""
    sums = [fsum(column) for column in zip(*intervals, strict=True)] or [0.0] * 4
    plain = Totals(sums[0], sums[1], sums[2], sums[3], 1.0)
    return plain._replace(bursts=_bursts(intervals, plain, alpha))


def lack(intervals: list[Interval], totals: Totals) -> str:
    """Why arms cannot be compared; empty if they can."""
    if not intervals:
        return "insufficient_data"
    if min(totals.all_b, totals.all_c) < LEAST_EVENTS:
        return "no_traffic"
    # NOTE: of a canary that has just started nobody knows whether its errors come in bursts.
    return "insufficient_data" if 1 < len(intervals) < LEAST_INTERVALS else ""


def large_enough(totals: Totals, policy: MetricPolicy) -> bool:
    """The canary has errors, and its error ratio is at least so many times as high."""
    seen = totals.of_rarer()
    return seen.bad_c > 0 and seen.reaches(policy.least_ratio)


def regressed(totals: Totals, policy: MetricPolicy) -> bool:
    """Surely more errors and by enough; in strict mode surely more by enough.

    Given the errors of both arms, those of the canary are binomial (Przyborowski & Wilenski 1940,
    "Homogeneity of results in testing samples from Poisson series", Biometrika 31).
    """
    if not large_enough(totals, policy):
        return False
    seen = totals.of_rarer()
    null = policy.least_ratio if policy.mode == "strict" else 1.0
    return binomial_mid_p(*seen.effective, seen.share(null)) <= policy.alpha


def harmless(totals: Totals, policy: MetricPolicy) -> bool:
    """A ratio that matters is excluded, or a difference that does."""
    seen = totals.of_rarer()
    own, both = seen.effective
    if both and 1 - binomial_mid_p(own, both, seen.share(policy.most_ratio)) <= policy.alpha:
        return True
    one, two = (
        (bad / totals.bursts, count / totals.bursts)
        for bad, count in ((totals.bad_b, totals.all_b), (totals.bad_c, totals.all_c))
    )
    return newcombe(one, two, normal_quantile(1 - policy.alpha)).high < policy.negligible


def judgement(
    totals: Totals, outcome: Outcome, reason: str, alpha: float | None = None
) -> Judgement:
    """What is said of these totals, with bounds of the ratio if `alpha` is given."""
    bad_b, all_b, bad_c, all_c, _ = totals
    arms = [
        Arm(int(count), bad / count if count else float("nan"))
        for bad, count in ((bad_b, all_b), (bad_c, all_c))
    ]
    ratio = bad_c / all_c / (bad_b / all_b) if bad_b and all_c else None
    low, high = ratio_bounds(totals, alpha, ratio) if alpha else (None, None)
    n = min(arms[0].n, arms[1].n)
    return Judgement(outcome, reason, "error ratio", n, arms[0], arms[1], ratio, low, high)


def ratio_bounds(
    totals: Totals, alpha: float, ratio: float | None
) -> tuple[float | None, float | None]:
    """One-sided bounds of the ratio of error ratios, by inverting the test of `regressed`.

    With many errors Wilson's score bounds of the canary's share. None for a bound that errors do
    not set: both without errors, the upper one if the baseline has none.
    """
    own, both = totals.effective
    if not both:
        return None, None
    split = wilson(own, both, normal_quantile(1 - alpha))
    if both <= EXACT:
        split = _exact(own, both, alpha, split)
    odds = totals.all_b / totals.all_c
    low = split.low / (1 - split.low) * odds if own else 0.0
    high = split.high / (1 - split.high) * odds if own < both else None
    if ratio is None:
        return low, None
    return min(low, ratio), None if high is None else max(high, ratio)


def _exact(own: int, both: int, alpha: float, near: Bounds) -> Bounds:
    def at_least(share: float) -> float:
        return binomial_mid_p(own, both, share) - alpha

    def at_most(share: float) -> float:
        return at_least(share) - 1 + 2 * alpha

    low = _root(at_least, near.low) if own else 0.0
    return Bounds(low, _root(at_most, near.high) if own < both else 1.0)


def _root(function: Callable[[float], float], near: float) -> float:
    """The share at which a function of it, which rises, is zero; its odds by bisection near a guess."""
    near = min(max(near, 1e-9), 1 - 1e-9)
    start = log(near / (1 - near))
    low, high = start - 2, start + 2
    for _ in range(14):
        middle = (low + high) / 2
        low, high = (middle, high) if function(_share(middle)) < 0 else (low, middle)
    return _share((low + high) / 2)


def _share(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def _arm(arm: Counts, policy: MetricPolicy) -> list[tuple[float, float]]:
    if len(arm.bad) != len(arm.total):
        raise ValueError("counts need as many intervals of bad events as of all")
    for bad, total in zip(arm.bad, arm.total, strict=True):
        if bad < 0 or total < 0:
            raise ValueError("counts of events cannot be negative")
        if isfinite(bad) and bad > total * (1 + 1e-9):
            raise ValueError("there cannot be more bad events than events")
    pairs = zip(arm.bad, arm.total, strict=True)
    return [(min(b, n) if policy.worse == "increase" else max(0.0, n - b), n) for b, n in pairs]


def _bursts(intervals: list[Interval], totals: Totals, alpha: float) -> float:
    """How much more the canary's errors vary, given those of both arms, than independent ones.

    The cluster-robust variance of a share over its binomial one (Liang & Zeger 1986, "Longitudinal
    data analysis using generalized linear models", Biometrika 73): intervals with many errors weigh
    most, as in the totals. 1 unless it is significant at 5 %, or if errors or intervals are too few.
    What few bursts tell is uncertain; Student's t allows for that.
    """
    if totals.bad_b + totals.bad_c < LEAST_ERRORS or not totals.bad_b or not totals.bad_c:
        return 1.0
    overall = totals.bad_c / totals.bad_b * totals.all_b / totals.all_c
    squares, expected, noise = [], [], []
    for bad_b, all_b, bad_c, all_c in intervals:
        errors = bad_b + bad_c
        if errors > 0 and all_b > 0 and all_c > 0:
            share = overall * all_c / (all_b + overall * all_c)
            squares.append((bad_c - errors * share) ** 2)
            expected.append(errors * share * (1 - share))
            # the variance of such a square if errors are independent
            noise.append(2 * expected[-1] ** 2 + expected[-1] * (1 - 6 * share * (1 - share)))
    k, binomial = len(squares), fsum(expected)
    if k < LEAST_INTERVALS or binomial <= 0:
        return 1.0
    factor = fsum(squares) / binomial * k / (k - 1)
    if factor <= 1 + NOTABLE * sqrt(max(0.0, fsum(noise))) / binomial:
        return 1.0
    df = fsum(squares) ** 2 / fsum(square**2 for square in squares)
    return factor * (t_quantile(1 - alpha, df) / normal_quantile(1 - alpha)) ** 2


def _whole(count: float) -> int:
    """The whole part; what extrapolation left a hair below a whole number is that number."""
    return floor(count + 1e-9)
