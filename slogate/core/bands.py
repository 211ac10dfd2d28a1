"""Where medium and high begin: by this repository's own past, or by fixed numbers where it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from slogate.core.commits import Commit, Range
from slogate.core.model import Risk
from slogate.core.risk import Scorecard, commit_score, percentile, release_score
from slogate.core.risk_policy import Band, RiskPolicy
from slogate.core.words import plural

LEAST_PEERS = 10
"""With fewer groups of the release's own size, smaller groups stand for it."""


@dataclass(frozen=True)
class Peers:
    """What the release is compared with: the scores of the commits of each, and what they are.

    `added` is what the greater size of the release adds to the score of such a peer.
    """

    releases: tuple[tuple[float, ...], ...]
    words: str
    added: float = 0.0

    def scores(self, card: Scorecard) -> list[float]:
        """The release score of each, on the scale of the release."""
        return [release_score(peer, card) + self.added for peer in self.releases]


@dataclass(frozen=True)
class ScoredPast:
    """The scores of earlier commits, newest first, and of those of each earlier release."""

    history: tuple[float, ...]
    releases: tuple[tuple[float, ...], ...]


def scored_past(found: Range, policy: RiskPolicy) -> ScoredPast:
    """Every commit of the past is scored once, however often groups are made of them."""
    latest = (release for release in found.releases[: policy.releases] if release)
    return ScoredPast(
        history=_scores(found.history, policy.card),
        releases=tuple(_scores(release, policy.card) for release in latest),
    )


def peers(past: ScoredPast, count: int, policy: RiskPolicy) -> Peers | None:
    """Past releases, else groups of as many commits; None where there is too little history.

    Groups of a smaller size are scaled: n times as many commits of the same kind add ln(n)/slope.
    """
    if len(past.releases) >= policy.least_releases:
        return Peers(past.releases, f"the last {len(past.releases)} releases")
    scores = past.history
    if len(scores) < policy.least_history or count < 1:
        return None
    size = max(1, min(count, len(scores) // LEAST_PEERS))
    groups = [scores[at : at + size] for at in range(0, len(scores) - size + 1, size)]
    words = f"{len(groups)} groups of {plural(size, 'commit')} before this release"
    if size == count:
        return Peers(tuple(groups), words)
    return Peers(
        tuple(groups), f"{words}, scaled to {count:,}", log(count / size) / policy.card.slope
    )


def _scores(commits: Sequence[Commit], card: Scorecard) -> tuple[float, ...]:
    return tuple(commit_score(commit, card) for commit in commits)


@dataclass(frozen=True)
class Measures:
    """The three scales on which a band may lie."""

    score: float
    top: float
    probability: float


@dataclass(frozen=True)
class Limit:
    """A band made into a number on one of the scales."""

    scale: str
    value: float
    words: str


def limit(band: Band, fixed: float, known: Peers | None, policy: RiskPolicy) -> Limit:
    """The number at which a level begins."""
    if band.kind == "score":
        return Limit("score", band.value, "configured")
    if band.kind == "probability":
        return Limit("probability", band.value, "configured")
    if known is None:
        few = f"fewer than {policy.least_history} commits of history"
        return Limit("top", fixed, f"fixed, for the highest score of a commit: {few}")
    value = percentile(known.scores(policy.card), band.value)
    return Limit("score", value, f"p{band.value:g} of {known.words}")


def limits(known: Peers | None, policy: RiskPolicy) -> tuple[Limit, Limit]:
    """Where medium and high begin."""
    return (
        limit(policy.medium, policy.fixed_medium, known, policy),
        limit(policy.high, policy.fixed_high, known, policy),
    )


def judge(measures: Measures, medium: Limit, high: Limit) -> Risk:
    """The level on these scales; a limit belongs to the level above it."""
    if getattr(measures, high.scale) >= high.value:
        return Risk.HIGH
    return Risk.MEDIUM if getattr(measures, medium.scale) >= medium.value else Risk.LOW
