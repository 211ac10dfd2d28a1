"""From how past releases turned out to the constants of the configuration."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from slogate.core.bands import Limit, Measures, ScoredPast, judge, limits, peers
from slogate.core.model import Risk
from slogate.core.risk import any_of, calibrated_intercept, probabilities, release_score
from slogate.core.risk_policy import RiskPolicy
from slogate.core.stats import normal_quantile, wilson

FEW = 10
"""With fewer failed releases a rate or an AUC says little."""
COIN = 0.55
"""An AUC below this is hardly better than a coin."""
_CONFIDENT = 0.975
"""Of an interval with 95 % confidence, the share below its upper end."""


@dataclass(frozen=True)
class Observed:
    """A past release: the scores of its commits, and why it failed (empty when it did not)."""

    name: str
    scores: tuple[float, ...]
    failure: str = ""


@dataclass(frozen=True)
class Level:
    """The past releases of one level: how many failed, and how many were to be expected."""

    level: Risk
    releases: int
    failed: int
    expected: float


@dataclass(frozen=True)
class Calibration:
    """What the past releases say.

    `rate` is the change failure rate, between `least` and `most` with 95 % confidence. `intercept`
    is None where no intercept gives that rate, `auc` where nothing or everything failed. `limits`
    are the bands of the last releases; None where there are too few for that.
    """

    releases: tuple[Observed, ...]
    rate: float
    least: float
    most: float
    intercept: float | None
    auc: float | None
    limits: tuple[Limit, Limit] | None
    levels: tuple[Level, ...]
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Observed, ...]:
        """The releases that failed, oldest first."""
        return tuple(release for release in self.releases if release.failure)


def calibrate(
    releases: Sequence[Observed], policy: RiskPolicy, notes: Sequence[str] = ()
) -> Calibration:
    """The constants for these releases, oldest first; raises ValueError without any."""
    if not releases:
        raise ValueError("calibration needs releases")
    failed = sum(bool(release.failure) for release in releases)
    rate = failed / len(releases)
    least, most = wilson(failed, len(releases), normal_quantile(_CONFIDENT))
    intercept = None
    if 0 < failed < len(releases):
        scores = [release.scores for release in releases]
        intercept = calibrated_intercept(scores, rate, policy.card)
    latest = tuple(release.scores for release in releases[-policy.releases :])
    known = peers(ScoredPast(history=(), releases=latest), 1, policy)
    bands = limits(known, policy) if known is not None else None
    return Calibration(
        releases=tuple(releases),
        rate=rate,
        least=least,
        most=most,
        intercept=intercept,
        auc=_auc(releases, policy),
        limits=bands,
        levels=_levels(releases, bands, intercept, policy)
        if bands is not None and intercept is not None
        else (),
        notes=tuple(notes),
    )


def area_under_curve(failed: Sequence[float], others: Sequence[float]) -> float:
    """How often one that failed has the higher score of a pair; a tie counts half.

    The Mann-Whitney statistic divided by the number of pairs (Hanley and McNeil 1982).
    """
    ordered = sorted(others)
    wins = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in failed)
    return wins / (2 * len(failed) * len(others))


def _auc(releases: Sequence[Observed], policy: RiskPolicy) -> float | None:
    scores = [(release_score(item.scores, policy.card), item.failure) for item in releases]
    failed = [score for score, failure in scores if failure]
    others = [score for score, failure in scores if not failure]
    return area_under_curve(failed, others) if failed and others else None


def _levels(
    releases: Sequence[Observed],
    bands: tuple[Limit, Limit],
    intercept: float,
    policy: RiskPolicy,
) -> tuple[Level, ...]:
    chances = [any_of(probabilities(item.scores, intercept, policy.card)) for item in releases]
    reached = [
        judge(Measures(release_score(item.scores, policy.card), max(item.scores), chance), *bands)
        for item, chance in zip(releases, chances, strict=True)
    ]
    rows = list(zip(releases, chances, reached, strict=True))
    return tuple(
        Level(
            level=level,
            releases=reached.count(level),
            failed=sum(bool(item.failure) for item, _, own in rows if own is level),
            expected=fsum(chance for _, chance, own in rows if own is level),
        )
        for level in Risk
    )
