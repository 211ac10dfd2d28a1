"""From the commits of a release to its likelihood of a defect, with what made the score."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, log

from slogate.core import words
from slogate.core.bands import (
    Measures,
    ScoredPast,
    judge,
    limits,
    peers,
    scored_past,
)
from slogate.core.commits import Commit, Range
from slogate.core.model import Risk
from slogate.core.release import Carrier, Factor, Likelihood
from slogate.core.risk import (
    Terms,
    any_of,
    calibrated_intercept,
    commit_score,
    probabilities,
    release_score,
    shares,
    terms,
    typical_intercept,
)
from slogate.core.risk_policy import RiskPolicy

CARRIERS = 5
MOST_ASIDE = 20
"""So many commits one may want to release alone; nobody takes more out of a release."""
_NEGLIGIBLE = 1e-9


def assess(found: Range, policy: RiskPolicy) -> Likelihood:
    """The likelihood of a release; one without commits is low with a score of 0."""
    commits = sorted(found.commits, key=lambda one: -commit_score(one, policy.card))
    if not commits:
        return Likelihood(Risk.LOW, 0.0, 0, 0.0, 0.0, calibrated=False)
    past = scored_past(found, policy)
    known = peers(past, len(commits), policy)
    intercept, calibrated = _intercept(past, policy)
    scores = [commit_score(commit, policy.card) for commit in commits]
    measures = _measures(scores, intercept, policy)
    bands = limits(known, policy)
    found_level = judge(measures, *bands)
    return Likelihood(
        level=found_level,
        score=measures.score,
        commits=len(commits),
        probability=measures.probability,
        expected=fsum(probabilities(scores, intercept, policy.card)),
        calibrated=calibrated,
        limits=bands,
        factors=tuple(_factors(commits, scores, policy)),
        carriers=_carriers(commits, scores, policy),
        lowering=_lowering(past, commits, scores, found_level, intercept, policy),
    )


def _intercept(past: ScoredPast, policy: RiskPolicy) -> tuple[float, bool]:
    if policy.intercept is not None:
        return policy.intercept, True
    # NOTE: the rate is one of releases; groups of commits in their place would have it at any size.
    if policy.failure_rate is not None and len(past.releases) >= policy.least_releases:
        return calibrated_intercept(past.releases, policy.failure_rate, policy.card), True
    return typical_intercept(policy.commit_failure_rate), False


def _measures(scores: Sequence[float], intercept: float, policy: RiskPolicy) -> Measures:
    return Measures(
        score=release_score(scores, policy.card),
        top=max(scores),
        probability=any_of(probabilities(scores, intercept, policy.card)),
    )


def _factors(
    commits: Sequence[Commit], scores: Sequence[float], policy: RiskPolicy
) -> list[Factor]:
    """What made the score, the most first: each term by the commits' shares, then their number.

    R = sum of share x S + H(shares) / slope, with H the entropy in nats; so the points of all
    factors add up to R.
    """
    weights = shares(scores, policy.card)
    points = [terms(commit, policy.card) for commit in commits]

    def weighted(name: str) -> float:
        return fsum(
            share * getattr(term, name) for share, term in zip(weights, points, strict=True)
        )

    volume = -fsum(share * log(share) for share in weights if share > 0) / policy.card.slope
    found = [
        Factor(name, value, weighted(field), detail + _most(commits, points, field))
        for field, name, value, detail in _values(commits, words.span(policy.look_back))
    ]
    together = f"{words.plural(len(commits), 'commit')} together"
    found.append(Factor("commits", len(commits), volume, together))
    shown = [factor for factor in found if abs(factor.points) >= _NEGLIGIBLE]
    return sorted(shown, key=lambda factor: -factor.points)


def _values(commits: Sequence[Commit], look_back: str) -> list[tuple[str, str, float, str]]:
    """For each term its field, the name of the factor, a value and what that is."""
    added = sum(commit.added for commit in commits)
    hot = max(commits, key=lambda commit: commit.fixes)
    mended = f"{hot.fixed} was mended {words.plural(hot.fixes, 'time')} in the {look_back} before"
    wide = max(commits, key=lambda commit: commit.entropy)
    spread = f"changed lines spread over {words.plural(wide.files, 'file')}"
    fixes = sum(commit.is_fix for commit in commits)
    documents = sum(commit.documents for commit in commits)
    files = sum(commit.files for commit in commits)
    for_people = f"{documents:,} of {words.plural(files, 'changed file')} are for people only"
    return [
        ("added", "lines added", added, words.plural(added, "line")),
        ("fixes", "recent fixes", hot.fixes, mended),
        ("spread", "spread", wide.entropy, spread),
        ("is_fix", "fix commits", fixes, f"{words.plural(fixes, 'commit')} that mended something"),
        ("documents", "documents", documents, for_people),
    ]


def _most(commits: Sequence[Commit], points: Sequence[Terms], name: str) -> str:
    """The commits that have most of a term."""
    ranked = sorted(
        zip(commits, points, strict=True), key=lambda pair: -float(getattr(pair[1], name))
    )
    named = [commit.sha[:7] for commit, term in ranked[:3] if getattr(term, name) > 0]
    if len(commits) == 1 or not named:
        return ""
    return f", most in {', '.join(named)}"


def _carriers(
    commits: Sequence[Commit], scores: Sequence[float], policy: RiskPolicy
) -> tuple[Carrier, ...]:
    weights = shares(scores, policy.card)
    rows = list(zip(commits, scores, weights, strict=True))[:CARRIERS]
    return tuple(Carrier(commit.sha, commit.subject, score, share) for commit, score, share in rows)


def _lowering(
    past: ScoredPast,
    commits: Sequence[Commit],
    scores: Sequence[float],
    reached: Risk,
    intercept: float,
    policy: RiskPolicy,
) -> tuple[str, ...]:
    """The fewest commits without which the rest has a lower level, the riskiest set aside first."""
    if reached is Risk.LOW:
        return ()
    weights = shares(scores, policy.card)
    for aside in range(1, min(len(commits), MOST_ASIDE + 1)):
        rest = scores[aside:]
        bands = limits(peers(past, len(rest), policy), policy)
        level = judge(_measures(rest, intercept, policy), *bands)
        if level < reached:
            share = words.percent(fsum(weights[:aside]), 0)
            return (
                f"{_named(commits[:aside])} {share} of the score; released alone the rest is {level.word}",
            )
    return ()


def _named(commits: Sequence[Commit]) -> str:
    listed = ", ".join(commit.sha[:7] for commit in commits[:3])
    if len(commits) == 1:
        return f"commit {listed} carries"
    more = f" and {len(commits) - 3} more" if len(commits) > 3 else ""
    return f"{len(commits)} commits ({listed}{more}) carry"
