"""What the tests of git share: a repository, and the facts of a range of it."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from slogate.changes.facts import read_range
from slogate.changes.git import Git
from slogate.changes.revisions import RangeOptions, revisions
from slogate.core.commits import Commit, Range, Revisions
from slogate.core.model import Change
from slogate.core.risk_policy import RiskPolicy
from slogate.deadline import Deadline
from tests.support.repository import ENVIRON, Repository

SECONDS = 120.0
PLAIN: Mapping[str, str] = {}
POLICY = RiskPolicy()
ALL: Mapping[str, Sequence[str]] = {"all": ()}


def opened(
    place: Repository | Path, seconds: float = SECONDS, environ: Mapping[str, str] = PLAIN
) -> Git:
    """git in this folder, as a user with no settings runs it."""
    folder = place.folder if isinstance(place, Repository) else place
    return Git(folder, {**ENVIRON, **environ}, Deadline(seconds))


def found_in(
    place: Repository | Path,
    base: str | None = None,
    head: str | None = None,
    change: Change | None = None,
    tags: Sequence[str] = POLICY.tags,
    environ: Mapping[str, str] = PLAIN,
) -> Revisions:
    """The range that is found with these options and this event."""
    return revisions(opened(place, environ=environ), RangeOptions(base, head, change, tags))


def ranges(
    place: Repository | Path,
    base: str,
    head: str = "HEAD",
    *,
    policy: RiskPolicy = POLICY,
    scopes: Mapping[str, Sequence[str]] = ALL,
    environ: Mapping[str, str] = PLAIN,
) -> dict[str, Range]:
    """The facts of a range for each scope."""
    git = opened(place, environ=environ)
    return read_range(git, revisions(git, RangeOptions(base, head)), policy, scopes)


def released(
    place: Repository | Path,
    base: str,
    head: str = "HEAD",
    policy: RiskPolicy = POLICY,
    environ: Mapping[str, str] = PLAIN,
) -> Range:
    """The facts of a range, whatever its paths."""
    return ranges(place, base, head, policy=policy, environ=environ)["all"]


def only(found: Range) -> Commit:
    """The one commit of a range."""
    (commit,) = found.commits
    return commit


def stand_in(folder: Path, script: str) -> str:
    """A PATH on which this script is git."""
    folder.mkdir()
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:{ENVIRON['PATH']}"
