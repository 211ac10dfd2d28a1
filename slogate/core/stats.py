"""Quantiles, bounds and tail probabilities, of which the judges of a canary are made."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from math import cos, exp, expm1, floor, fsum, lgamma, log, log1p, pi, sqrt
from operator import eq
from statistics import NormalDist
from typing import NamedTuple

NORMAL = NormalDist()
LARGE = 20_000
"""So many trials, above which the binomial distribution is taken as normal."""

NEAR = 1.96


class Bounds(NamedTuple):
    """The ends of an interval, each of them one-sided."""

    low: float
    high: float


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; NaN of nothing. Each value is divided first: sums may not overflow."""
    return fsum(value / len(values) for value in values) if values else float("nan")


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share (0..1) of the ordered values lies; NaN of nothing.

    Linear interpolation, type 7 of Hyndman & Fan 1996, "Sample quantiles in statistical packages".
    """
    if not ordered:
        return float("nan")
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] * (1 - (place - below)) + ordered[above] * (place - below)


class Around(NamedTuple):
    """A quantile, and the values NEAR standard errors below and above it."""

    at: float
    low: float
    high: float


def around(ordered: Sequence[float], share: float, bursts: float = 1.0) -> Around:
    """A quantile with order statistics around it, wider as values come in bursts (1: they do not).

    Woodruff 1952, "Confidence intervals for medians and other position measures", JASA 47.
    """
    n = len(ordered)
    reach = NEAR * sqrt(n * share * (1 - share) * bursts)
    low, high = max(0, floor(n * share - reach) - 1), min(n - 1, floor(n * share + reach))
    return Around(quantile(ordered, share), ordered[low], ordered[high])


def median(values: Iterable[float]) -> float:
    """The middle of values in any order."""
    return quantile(sorted(values), 0.5)


def normal_quantile(p: float) -> float:
    """The value that a standard normal variable stays below with probability p (0 < p < 1)."""
    return NORMAL.inv_cdf(p)


def normal_tail(z: float) -> float:
    """The probability that a standard normal variable exceeds z."""
    return NORMAL.cdf(-z)


def t_quantile(p: float, df: float) -> float:
    """The value that Student's t stays below with probability p (0.5 < p < 1).

    `df` need not be whole; below 2 it counts as 2. Hill 1970, "Algorithm 396: Student's
    t-quantiles", CACM 13(10).
    """
    both = 2 * (1 - p)
    if df <= 2:
        return (1 - both) * sqrt(2 / (both * (2 - both)))
    a = 1 / (df - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * df
    y = (d * both) ** (2 / df)
    if y > 0.05 + a:
        x = -normal_quantile(p)
        if df < 5:
            c += 0.3 * (df - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = x * x
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = expm1(a * y * y)
    else:
        tail = 1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)
        y = (tail * y - 1) * (df + 1) / (df + 2) + 1 / y
    return sqrt(df * y)


def wilson(bad: float, total: float, z: float) -> Bounds:
    """Bounds of a share of which `bad` of `total` were seen, z standard deviations away.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22.
    """
    share, weight = bad / total, z * z / total
    centre = share + weight / 2
    half = z * sqrt(max(0.0, share * (1 - share)) / total + weight / total / 4)
    return Bounds(
        max(0.0, (centre - half) / (1 + weight)), min(1.0, (centre + half) / (1 + weight))
    )


def newcombe(one: tuple[float, float], two: tuple[float, float], z: float) -> Bounds:
    """Bounds of the second share minus the first, each given as bad and total.

    Newcombe 1998, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17, method 10.
    """
    first, second = one[0] / one[1], two[0] / two[1]
    of_first, of_second = wilson(*one, z), wilson(*two, z)
    change = second - first
    below = sqrt((second - of_second.low) ** 2 + (of_first.high - first) ** 2)
    above = sqrt((of_second.high - second) ** 2 + (first - of_first.low) ** 2)
    return Bounds(change - below, change + above)


def binomial_mid_p(successes: int, trials: int, p: float) -> float:
    """P(X > successes) + P(X = successes) / 2 for X binomial (0 < p < 1).

    Lancaster 1961, "Significance tests in discrete distributions", JASA 56.
    """
    if trials > LARGE:
        return normal_tail((successes - trials * p) / sqrt(trials * p * (1 - p)))
    at = _binomial(successes, trials, p)
    if successes >= trials * p:
        return fsum(_above(at, successes, trials, p / (1 - p))) + at / 2
    return 1 - fsum(_above(at, trials - successes, trials, (1 - p) / p)) - at / 2


def sign_test(ups: int, downs: int) -> float:
    """The probability of at least so many ups among all, if up and down are equally likely."""
    return min(1.0, binomial_mid_p(ups, ups + downs, 0.5) + _binomial(ups, ups + downs, 0.5) / 2)


def _binomial(k: int, n: int, p: float) -> float:
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(p) + (n - k) * log1p(-p))


def _above(at: float, k: int, n: int, odds: float) -> Iterator[float]:
    """The probabilities of k + 1, k + 2, ... successes, falling, until they no longer count."""
    least = at * 1e-17
    while k < n and at > least:
        at *= (n - k) / (k + 1) * odds
        k += 1
        yield at


class RankSum(NamedTuple):
    """By how much more than half of all couples the second value is the greater, and its sd."""

    excess: float
    deviation: float


def mann_whitney(one: Sequence[float], two: Sequence[float]) -> RankSum:
    """How often values of the second are above those of the first, both ascending; ties count half.

    Mann & Whitney 1947, "On a test of whether one of two random variables is stochastically larger
    than the other", Annals of Mathematical Statistics 18; the variance is corrected for ties.
    """
    merged = sorted((*one, *two))
    n, couples = len(merged), len(one) * len(two)
    below = upto = sum(map(bisect_left, repeat(one), two))
    tied = 0
    # looking for ties is slow, and often there are none
    if any(map(eq, merged, merged[1:])):
        upto = sum(map(bisect_right, repeat(one), two))
        tied = sum(size**3 - size for size in Counter(merged).values() if size > 1)
    variance = couples / 12 * (n + 1 - tied / (n * (n - 1)))
    return RankSum((below + upto - couples) / 2, sqrt(max(0.0, variance)))


class StandardError(NamedTuple):
    """A standard error of a mean, and the degrees of freedom of its estimate."""

    error: float
    df: float

    def half_width(self, alpha: float) -> float:
        """How far a bound of confidence 1 - alpha is from the mean."""
        return t_quantile(1 - alpha, self.df) * self.error


def inflation(r: float, n: int) -> float:
    """By what factor autocorrelation r (0 <= r < 1) enlarges the variance of a mean of n values.

    An autoregressive process of order 1, exactly: Bayley & Hammersley 1946, "The effective number
    of independent observations in an autocorrelated time series".
    """
    if r <= 0:
        return 1.0
    return 1 + 2 * (r / (1 - r) - r * (1 - r**n) / (n * (1 - r) ** 2))


def autoregressive_error(deviations: Sequence[float]) -> StandardError:
    """The standard error of a mean, as if its values were autoregressive of order 1.

    `deviations` from the mean in the order of time, not all of them zero. The autocorrelation is
    freed of its bias (Marriott & Pope 1954, "Bias in the estimation of autocorrelations"), and the
    variance of what the mean itself takes from it.
    """
    n = len(deviations)
    squares = fsum(z * z for z in deviations)
    r = fsum(a * b for a, b in pairwise(deviations)) / squares
    factor = inflation(min(max(r + (1 + 3 * r) / n, 0.0), 0.95), n)
    variance = squares / (n - 1) / max(0.2, 1 - (factor - 1) / (n - 1))
    return StandardError(sqrt(variance * factor / n), max(2.0, n / factor - 1))


def fixed_error(deviations: Sequence[float], r: float) -> StandardError:
    """The standard error of a mean if the autocorrelation of its values were r."""
    n = len(deviations)
    squares = fsum(z * z for z in deviations)
    return StandardError(sqrt(squares / (n - 1) * inflation(r, n) / n), max(4.0, n / 2))


def cosine_error(deviations: Sequence[float]) -> StandardError:
    """The standard error of a mean, whatever the autocorrelation: from its slowest cosine waves.

    Equal-weighted cosine estimate with 0.4 n^(2/3) waves, at least 4: Lazarus, Lewis, Stock &
    Watson 2018, "HAR inference: recommendations for practice", JBES 36(4).
    """
    n = len(deviations)
    waves = max(4, floor(0.4 * n ** (2 / 3)))
    power = fsum(
        fsum(z * cos(pi * wave * (t + 0.5) / n) for t, z in enumerate(deviations)) ** 2
        for wave in range(1, waves + 1)
    )
    return StandardError(sqrt(2 / n * power / waves / n), waves)
