"""How likely a release is to bring a defect: scores of commits and releases, and what they mean.

The score is a fixed formula in the manner of just-in-time defect prediction (Kamei et al. 2013,
"A large-scale empirical study of just-in-time quality assurance"; Zeng et al. 2021, "Deep
just-in-time defect prediction: how far are we?", whose finding is that lines added are hard to
beat). Paths, authors and the calendar are no part of it: at equal size they predict nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, fsum, inf, log, log1p, log2
from typing import NamedTuple

from slogate.core.commits import Commit
from slogate.core.model import Risk

TYPICAL_INTERCEPTS = (
    (0.02, -6.9),
    (0.05, -5.9),
    (0.10, -5.0),
    (0.15, -4.5),
    (0.20, -4.1),
    (0.30, -3.4),
)
"""Share of commits that bring a defect, and the intercept that fits it in a typical repository."""


@dataclass(frozen=True)
class Scorecard:
    """The weights of the score; `slope` is what one point adds to the log-odds of a defect."""

    added: float = 1.0
    fixes: float = 0.6
    spread: float = 0.25
    is_fix: float = 0.5
    documents: float = 0.5
    slope: float = 0.39


DEFAULT_CARD = Scorecard()


class Terms(NamedTuple):
    """The points of one commit, term by term; documents take points away."""

    added: float
    fixes: float
    spread: float
    is_fix: float
    documents: float


def terms(commit: Commit, card: Scorecard = DEFAULT_CARD) -> Terms:
    """The points of a commit: lines added, recent fixes of its files, spread, fix, documents."""
    return Terms(
        added=card.added * log2(1 + commit.added),
        fixes=card.fixes * log2(1 + commit.fixes),
        spread=card.spread * commit.entropy,
        is_fix=card.is_fix * commit.is_fix,
        documents=-card.documents * commit.documents / commit.files if commit.files else 0.0,
    )


def commit_score(commit: Commit, card: Scorecard = DEFAULT_CARD) -> float:
    """The score S of a commit."""
    return fsum(terms(commit, card))


def release_score(scores: Sequence[float], card: Scorecard = DEFAULT_CARD) -> float:
    """The score R of a release: (1/slope) ln(sum of exp(slope x S)); one commit has R = S.

    Minus infinity without commits.
    """
    if not scores:
        return -inf
    top = max(scores)
    return top + log(fsum(exp(card.slope * (score - top)) for score in scores)) / card.slope


def shares(scores: Sequence[float], card: Scorecard = DEFAULT_CARD) -> list[float]:
    """What share of its release's score each commit carries; together 1."""
    top = max(scores, default=0.0)
    weights = [exp(card.slope * (score - top)) for score in scores]
    total = fsum(weights)
    return [weight / total for weight in weights]


def probabilities(
    scores: Iterable[float], intercept: float, card: Scorecard = DEFAULT_CARD
) -> list[float]:
    """For each commit the probability that it brings a defect."""
    return [_sigmoid(intercept + card.slope * score) for score in scores]


def any_of(chances: Iterable[float]) -> float:
    """The probability of at least one, if they are independent."""
    return 0.0 - expm1(fsum(log1p(-chance) if chance < 1 else -inf for chance in chances))


def calibrated_intercept(
    releases: Sequence[Sequence[float]], failure_rate: float, card: Scorecard = DEFAULT_CARD
) -> float:
    """The intercept with which the past releases (scores of their commits) fail at this mean rate.

    Raises ValueError without a release that has commits, or with a rate of 0 or 1, which no
    intercept gives.
    """
    filled = [scores for scores in releases if scores]
    if not filled or not 0 < failure_rate < 1:
        raise ValueError("calibration needs releases, and a failure rate between 0 and 1")
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        chances = [any_of(probabilities(scores, middle, card)) for scores in filled]
        if fsum(chances) / len(chances) < failure_rate:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def typical_intercept(rate: float) -> float:
    """The intercept for a share (0..1) of commits that bring a defect: by log-odds between the known."""
    known = [(_logit(share), intercept) for share, intercept in TYPICAL_INTERCEPTS]
    at = _logit(rate)
    pairs = list(pairwise(known))
    (x0, y0), (x1, y1) = next((pair for pair in pairs if at <= pair[1][0]), pairs[-1])
    return y0 + (y1 - y0) * (at - x0) / (x1 - x0)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which this percentage of them lies, by linear interpolation.

    Minus infinity, the score of a release without commits, is left out.
    """
    ordered = sorted(value for value in values if value > -inf)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def level(value: float, medium: float, high: float) -> Risk:
    """The band in which a value lies; a limit belongs to the band above it."""
    if value >= high:
        return Risk.HIGH
    return Risk.MEDIUM if value >= medium else Risk.LOW


def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + exp(-x))
    return exp(x) / (1 + exp(x))


def _logit(share: float) -> float:
    return log(share / (1 - share))
