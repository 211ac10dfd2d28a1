"""Simulated canaries: series of scrapes, raw latencies and error counts, with known effects.

The level of a series is, in logarithms, a part that both arms share (the time of day, shocks) and
noise of each arm with a memory. What a family adds to that is in its row. Noise, shocks,
spikes and bursts are such that the rules of peers block about as many canaries as they are known to
block elsewhere.
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, log, pi, sin, sqrt
from random import Random
from typing import NamedTuple

from slogate.core.arms import Counts, Samples, Series

MINUTE, DAY = 60, 1440
SWING, SHOCK_CHANCE, SHOCK_MEMORY = 0.2, 0.2, 0.7
WARMING = 2.5
INTERVALS, ERROR_RATIO = 60, 0.001
BURST_CHANCE, BURST_FACTOR = 0.03, 30
SLOW_START, SLOW_END, SLOW_FACTOR = 1 / 500, 1 / 100, 1.35


class Effect(NamedTuple):
    """Values of the canary are multiplied by `factor`, each with the chance `share`."""

    factor: float = 1.0
    share: float = 1.0

    def on(self, random: Random, values: list[float]) -> list[float]:
        if self.share == 1:
            return [value * self.factor for value in values]
        chance, factor = self.share, self.factor
        return [value * factor if random.random() < chance else value for value in values]


NONE = Effect()
EFFECTS = {
    "none": NONE,
    "+5%": Effect(1.05),
    "+10%": Effect(1.10),
    "+25%": Effect(1.25),
    "+100%": Effect(2.0),
    "intermittent": Effect(3.0, 0.15),
    "-20%": Effect(0.8),
}
TAILS = {"tail 2% x3": Effect(3.0, 0.02), "tail 5% x2": Effect(2.0, 0.05)}


class Family(NamedTuple):
    """What the scrapes of a pair of arms look like, one a minute.

    `sd` is the noise of an arm and `phi` its memory from one scrape to the next, `white` noise
    without memory. The noise of the canary is `noisier` times that of the baseline, as it has less
    traffic. `shocks` is the size of what hits both arms at once, `warm_up` by how much the canary
    starts higher (both in logarithms). `missing` and `spikes` are shares of scrapes, `zeros` the share
    of scrapes at which a gauge is zero.
    """

    phi: float = 0.0
    sd: float = 0.1
    white: float = 0.0
    noisier: float = 1.0
    shocks: float = 0.0
    warm_up: float = 0.0
    missing: float = 0.0
    spikes: float = 0.0
    zeros: float = 0.0
    scrapes: int = 60

    def pair(self, random: Random, effect: Effect = NONE) -> tuple[Series, Series]:
        shared = self._shared(random)
        baseline = self._arm(random, shared, 1.0)
        canary = self._arm(random, shared, self.noisier)
        for place in range(self.scrapes if self.warm_up else 0):
            canary[place] *= exp(self.warm_up * exp(-place / WARMING))
        canary = effect.on(random, canary)
        times = range(0, self.scrapes * MINUTE, MINUTE)
        return Series(times, self._scraped(random, baseline)), Series(
            times, self._scraped(random, canary)
        )

    def _shared(self, random: Random) -> list[float]:
        start, shock, levels = random.random() * DAY, 0.0, []
        for minute in range(self.scrapes):
            shock *= SHOCK_MEMORY
            if self.shocks and random.random() < SHOCK_CHANCE:
                shock += random.gauss(0, self.shocks)
            levels.append(log(100) + SWING * sin(2 * pi * (start + minute) / DAY) + shock)
        return levels

    def _arm(self, random: Random, shared: list[float], noisier: float) -> list[float]:
        noise, step, values = random.gauss(0, self.sd), self.sd * sqrt(1 - self.phi**2), []
        for level in shared:
            noise = self.phi * noise + random.gauss(0, step)
            own = noise + random.gauss(0, self.white) if self.white else noise
            values.append(exp(level + noisier * own))
        return values

    def _scraped(self, random: Random, values: list[float]) -> list[float]:
        """The values with spikes, zeros and holes in them."""
        if self.spikes:
            values = [
                value * random.uniform(3, 8) if random.random() < self.spikes else value
                for value in values
            ]
        if self.zeros:
            values = [0.0 if random.random() < self.zeros else value for value in values]
        if self.missing:
            values = [float("nan") if random.random() < self.missing else value for value in values]
        return values


SERIES = {
    "iid": Family(),
    "ar.3": Family(phi=0.3),
    "ar.5": Family(phi=0.5),
    "ar.8": Family(phi=0.8),
    "ar.8+white": Family(phi=0.8, white=0.1),
    "shared shocks": Family(shocks=0.5),
    "5% split": Family(noisier=2.4),
    "missing": Family(missing=0.1),
    "spikes": Family(spikes=0.03),
    "warm-up": Family(warm_up=log(2.5)),
    "noisy p99": Family(sd=0.3),
    "30 scrapes": Family(scrapes=30),
    "everything": Family(
        phi=0.3, noisier=1.5, shocks=0.2, warm_up=log(1.5), missing=0.05, spikes=0.01
    ),
}
BESIDES = {
    "zeros": Family(sd=0.6, zeros=0.8),
    "5% split, ar.3": Family(phi=0.3, noisier=2.4),
    "ar.8, 240 scrapes": Family(phi=0.8, scrapes=240),
}
"""Families that do not count in means, and for the worst."""


def _lognormal(random: Random) -> float:
    return random.lognormvariate(log(100), 0.7)


def _gamma(random: Random) -> float:
    return 50 + random.gammavariate(2, 20)


def _cached(random: Random) -> float:
    """A hit of the cache four times in five, a slow miss otherwise."""
    hit = random.random() < 0.8
    return random.lognormvariate(log(5), 0.45) if hit else random.lognormvariate(log(80), 0.4)


def _pareto(random: Random) -> float:
    return 20 * random.paretovariate(2.2)


RAW = {"lognormal": _lognormal, "gamma": _gamma, "cache": _cached, "pareto": _pareto}


def raw_pair(
    random: Random, family: str, size: int, effect: Effect = NONE, *, bursts: bool = False
) -> tuple[Samples, Samples]:
    """Latencies of single requests in the order of their arrival; bursts hit each arm for itself."""
    draw = RAW[family]
    baseline = [draw(random) for _ in range(size)]
    canary = effect.on(random, [draw(random) for _ in range(size)])
    if bursts:
        baseline, canary = _slowed(random, baseline), _slowed(random, canary)
    return Samples(baseline), Samples(canary)


def _slowed(random: Random, values: list[float]) -> list[float]:
    """Times of load come and go: about a hundred requests long, a sixth of all requests."""
    slow, slowed = False, []
    for value in values:
        slow = random.random() >= SLOW_END if slow else random.random() < SLOW_START
        slowed.append(value * SLOW_FACTOR if slow else value)
    return slowed


class Traffic(NamedTuple):
    """Requests to the canary within an hour, its share of all, and whom bursts of errors hit."""

    requests: int
    share: float = 0.5
    bursts: str = "none"
    intervals: int = INTERVALS

    def pair(self, random: Random, factor: float = 1.0) -> tuple[Counts, Counts]:
        """Errors and requests of both arms a minute; the canary has `factor` times the errors."""
        shared = self._bursts(random)
        own = self.bursts == "own"
        baseline = round(self.requests * (1 - self.share) / self.share)
        return (
            self._arm(random, baseline, 1.0, self._bursts(random) if own else shared),
            self._arm(random, self.requests, factor, self._bursts(random) if own else shared),
        )

    def _bursts(self, random: Random) -> list[float]:
        chance = 0.0 if self.bursts == "none" else BURST_CHANCE
        return [BURST_FACTOR if random.random() < chance else 1.0 for _ in range(self.intervals)]

    def _arm(self, random: Random, requests: int, factor: float, bursts: list[float]) -> Counts:
        ends = [requests * place // self.intervals for place in range(self.intervals + 1)]
        total = [end - start for start, end in pairwise(ends)]
        ratio = ERROR_RATIO * factor
        bad = [
            min(poisson(random, all_ * ratio * burst), all_)
            for all_, burst in zip(total, bursts, strict=True)
        ]
        return Counts(bad, total)


def poisson(random: Random, mean: float) -> int:
    """How many events come where `mean` are expected (Knuth's product of uniforms)."""
    limit, product, number = exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        number += 1
    return number


COUNTS = {
    "500": Traffic(500),
    "5k": Traffic(5_000),
    "20k": Traffic(20_000),
    "100k": Traffic(100_000),
    "5k, 5% split": Traffic(5_000, share=0.05),
    "20k, shared bursts": Traffic(20_000, bursts="shared"),
    "20k, own bursts": Traffic(20_000, bursts="own"),
}
