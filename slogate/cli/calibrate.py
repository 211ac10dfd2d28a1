"""`slogate risk --calibrate`: what past releases say about the constants of `risk`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from slogate.changes.git import Git
from slogate.changes.outcomes import read_outcomes
from slogate.changes.releases import PastRelease, read_releases
from slogate.core.calibration import Calibration, Observed, calibrate
from slogate.core.risk import commit_score
from slogate.core.risk_policy import RiskPolicy
from slogate.core.words import plural
from slogate.deadline import Deadline
from slogate.errors import ChangeError, ConfigError, NoDataError


def calibration(
    head: str | None,
    outcomes: Path | None,
    paths: Sequence[str],
    policy: RiskPolicy,
    *,
    fetch: bool,
    deadline: Deadline,
) -> Calibration:
    """The constants by the history of head; without head by all that is tagged.

    Raises ConfigError for a head or a file that is wrong, NoDataError where the history tells nothing.
    """
    told = read_outcomes(outcomes) if outcomes is not None else None
    try:
        git = Git(Path.cwd(), os.environ, deadline)
        if fetch and git.is_shallow():
            git.fetch_history()
        start = git.commit(head or "HEAD")
        if start is None:
            raise ConfigError(f"--head: there is no commit {(head or 'HEAD')[:80]!r} here")
        releases = read_releases(git, start.sha, policy, paths, branches=head is None)
    except ChangeError as error:
        raise NoDataError(f"nothing to calibrate with: {error}") from None
    observed, notes = (
        _latest_left_out(releases) if told is None else _told(releases, told, outcomes)
    )
    scored = [
        Observed(one.names[0], tuple(commit_score(item, policy.card) for item in one.commits), why)
        for one, why in observed
    ]
    if not scored:
        raise NoDataError("nothing to calibrate with: there is no release between two release tags")
    return calibrate(scored, policy, notes)


def _latest_left_out(
    releases: Sequence[PastRelease],
) -> tuple[list[tuple[PastRelease, str]], list[str]]:
    """The releases that are old enough to be known, each with why it failed, and what is left out."""
    every = [(release, release.failure) for release in releases]
    if not every or every[-1][1]:
        return every, []
    name = releases[-1].names[0]
    return every[:-1], [f"{name} is left out: too young for anything to be taken back of it"]


def _told(
    releases: Sequence[PastRelease], told: dict[str, bool], path: Path | None
) -> tuple[list[tuple[PastRelease, str]], list[str]]:
    """The releases that a file tells of with what it says, and what does not fit together."""
    found = {name: release for release in releases for name in release.names if name in told}
    unknown = [name for name in told if name not in found]
    listed = ", ".join(repr(name[:40]) for name in unknown[:3])
    if not found:
        raise ConfigError(f"{path}: none of its releases is a release tag here, such as {listed}")
    notes = [f"{path} tells of {len(found):,} of {len(releases):,} releases"]
    if unknown:
        notes.append(
            f"{path}: no release tag here, and left out: {plural(len(unknown), 'row')}, such as {listed}"
        )
    observed = [
        (release, f"by {path}" if any(said) else "")
        for release in releases
        if (said := [told[name] for name in release.names if name in told])
    ]
    return observed, notes
