"""What is released: from which base to which head.

Found in this order: options, the platform's event, the last release tag, where the branch left the
default branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slogate.changes.git import Commitish, Git, GitError
from slogate.core.commits import Revisions
from slogate.core.model import Change
from slogate.errors import ChangeError, ConfigError

# NOTE: full names, since git looks for a tag of a short one first.
_REMOTE, _LOCAL = "refs/remotes/", "refs/heads/"


@dataclass(frozen=True)
class Asked:
    """Where to look: the options, the event, and what the tags of releases are called."""

    base: str | None = None
    head: str | None = None
    change: Change | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class Found:
    """A commit, and where it was found."""

    commit: Commitish
    words: str


def revisions(git: Git, asked: Asked) -> Revisions:
    """The range to score.

    Raises ChangeError when it cannot be known, ConfigError when an option names no commit of a
    complete clone.
    """
    head = _head(git, asked)
    notes: list[str] = []
    base = next((found for found in _bases(git, asked, head, notes) if found), None)
    if base is None and git.is_shallow():
        raise shallow()
    if base is None:
        raise ChangeError(
            "there is nothing to compare with (no release tag, and head is no branch of its own): "
            "is this the first deploy? --base names the version that runs now"
        )
    fork = _merge_base(git, base.commit, head.commit)
    if fork is None:
        if git.is_shallow():
            raise shallow()
        raise ChangeError(f"base ({base.words}) and head ({head.words}) have no common history")
    return Revisions(
        base=base.commit.sha,
        head=head.commit.sha,
        base_time=base.commit.time,
        found=f"base is {base.words}, head is {head.words}",
        rollback=fork == head.commit.sha != base.commit.sha,
        notes=tuple(notes),
    )


def shallow() -> ChangeError:
    """What to do about a clone that lacks the commits of the release."""
    return ChangeError(
        "the clone is shallow and lacks commits of this release: fetch all of the history "
        "(`fetch-depth: 0` of actions/checkout, `GIT_DEPTH: 0` in GitLab CI, "
        "else `git fetch --unshallow`)"
    )


def _head(git: Git, asked: Asked) -> Found:
    if asked.head:
        return _named(git, asked.head, "--head")
    event = asked.change.head if asked.change else None
    if event:
        commit = git.commit(event)
        if commit is None:
            raise _missing(git, f"the commit {event}, of which the platform tells,")
        return Found(commit, "the commit of the event")
    commit = git.commit("HEAD")
    if commit is None:
        raise ChangeError("HEAD names no commit: is the repository new, or does it lack objects?")
    return Found(commit, "HEAD")


def _named(git: Git, name: str, option: str) -> Found:
    commit = git.commit(name)
    if commit is not None:
        return Found(commit, f"{name} ({option})")
    if git.is_shallow():
        raise shallow()
    raise ConfigError(f"{option}: there is no commit {name!r} in this repository; is it fetched?")


def _missing(git: Git, what: str) -> ChangeError:
    return shallow() if git.is_shallow() else ChangeError(f"{what} is not in this clone")


def _bases(git: Git, asked: Asked, head: Found, notes: list[str]) -> Iterator[Found | None]:
    if asked.base:
        yield _named(git, asked.base, "--base")
        return
    event = asked.change.base if asked.change else None
    if event:
        commit = git.commit(event)
        if commit is not None:
            yield Found(commit, "that of the event")
        elif git.is_shallow():
            raise shallow()
        notes.append(f"the base of the event, {event}, is not in this clone any more")
    yield _last_tag(git, head.commit, asked.tags)
    yield _fork(git, head.commit, asked.change)


def _last_tag(git: Git, head: Commitish, patterns: Sequence[str]) -> Found | None:
    """The nearest tag that head has but is not: when a tag is released, the one before it."""
    shape = "--format=%(refname:strip=2)"
    own = git.ask("for-each-ref", shape, f"--points-at={head.sha}", "refs/tags").split("\n")[:-1]
    matching = [f"--match={pattern}" for pattern in patterns]
    without = [f"--exclude={name}" for name in own]
    try:
        name = git.ask(
            "describe", "--tags", "--abbrev=0", *matching, *without, head.sha
        ).removesuffix("\n")
    except GitError as error:
        if "No names found" in error.said or "No tags can describe" in error.said:
            return None
        raise
    commit = git.commit(f"refs/tags/{name}")
    # NOTE: with itself as base any release would be empty, and so low.
    if commit is None or commit.sha == head.sha:
        return None
    return Found(commit, f"the last release tag, {name}")


def _fork(git: Git, head: Commitish, change: Change | None) -> Found | None:
    """Where head left the default branch; nothing where head is on it."""
    known = change.default_branch if change else ""
    wanted = (known,) if known else ("main", "master")
    names = [f"{_REMOTE}origin/{name}" for name in (*(() if known else ("HEAD",)), *wanted)]
    names += [f"{_LOCAL}{name}" for name in wanted]
    branches = ((name, git.commit(name)) for name in names)
    name, branch = next((pair for pair in branches if pair[1]), ("", None))
    fork = _merge_base(git, branch, head) if branch else None
    commit = git.commit(fork) if fork and fork != head.sha else None
    return (
        Found(commit, f"where it left {name.removeprefix(_REMOTE).removeprefix(_LOCAL)}")
        if commit
        else None
    )


def _merge_base(git: Git, one: Commitish, other: Commitish) -> str | None:
    """The best common ancestor; None where there is none."""
    if one.sha == other.sha:
        return one.sha
    try:
        return git.ask("merge-base", one.sha, other.sha).split()[0]
    except GitError as error:
        # NOTE: without a common ancestor git fails in silence; a complaint is another matter.
        if error.code == 1 and not error.said:
            return None
        raise
