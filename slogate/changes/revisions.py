"""What is released: from which base to which head.

Found in this order: options, the platform's event, the last release tag, where the branch left the
default branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slogate.changes.git import Commitish, Git
from slogate.changes.log import legible, lines
from slogate.changes.names import AmbiguousError, find_commit, find_refs, short
from slogate.changes.past import read_tags
from slogate.changes.process import GitError
from slogate.core.commits import Revisions
from slogate.core.model import Change
from slogate.errors import ChangeError, ConfigError

_REMOTE, _LOCAL = "refs/remotes/", "refs/heads/"
OF_EVENT = "that of the event"
LOOK_BACK = 100
"""So many commits before base may be the one whose content comes back."""


@dataclass(frozen=True)
class RangeOptions:
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


class NoBaseError(ChangeError):
    """Nothing is known to run already, as before a first deploy."""


def revisions(git: Git, asked: RangeOptions) -> Revisions:
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
        tags = ", ".join(asked.tags)
        raise NoBaseError(
            f"there is nothing to compare with (no release tag like {tags}, and head is no branch of "
            "its own): is this the first deploy? Then state --risk; else --base names what runs now"
        )
    event = base.words == OF_EVENT
    fork = _merge_base(git, base.commit, head.commit)
    if fork is None:
        if git.is_shallow():
            raise shallow()
        raise ChangeError(f"base ({base.words}) and head ({head.words}) have no common history")
    if fork not in (base.commit.sha, head.commit.sha) and not event:
        lost = git.ask("rev-list", "--count", f"{head.commit.sha}..{base.commit.sha}", "--").strip()
        notes.append(f"base has commits that head lacks ({lost}): what they brought goes away")
    restored = _restored(git, base.commit, head.commit) if fork == base.commit.sha else ""
    if restored:
        # NOTE: no rollback by itself: nobody knows whether that content has ever run.
        notes.append(
            f"head has the content of {restored[:7]}, which lies before base: if that is a rollback, "
            "--change-type rollback says so"
        )
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


def require_complete(git: Git, base: str, head: str) -> None:
    """Raises ChangeError where a shallow clone does not know what head has and base has not.

    A commit that builds upon base is new. Another one may lie in the part of base's history that is
    cut off, unless it is younger than that; and one without parents may have some.
    """
    boundary = git.boundary()
    if not boundary:
        return
    ends = git.ask("rev-list", "--max-parents=0", "--timestamp", base, "--").split("\n")[:-1]
    with legible("".join(ends)):
        cut = [int(time) for time, sha in map(str.split, ends) if sha in boundary]
    listed = git.ask(
        *("rev-list", "--topo-order", "--reverse", "--parents", "--timestamp"),
        *(f"{base}..{head}", "--"),
    )
    upon = {base}
    for line in listed.split("\n")[:-1]:
        with legible(line):
            time, sha, *parents = line.split()
            at = int(time)
        if not upon.isdisjoint(parents):
            upon.add(sha)
        elif sha in boundary or (cut and (not parents or at <= max(cut))):
            raise shallow()


def _head(git: Git, asked: RangeOptions) -> Found:
    if asked.head:
        return _named(git, asked.head, "--head")
    event = asked.change.head if asked.change else None
    if event:
        commit = find_commit(git, event)
        if commit is None:
            raise _missing(git, f"the commit {event}, of which the platform tells,")
        return Found(commit, "the commit of the event")
    commit = git.commit("HEAD")
    if commit is None:
        raise ChangeError("HEAD names no commit: is the repository new, or does it lack objects?")
    return Found(commit, "HEAD")


def _named(git: Git, name: str, option: str) -> Found:
    try:
        commit = find_commit(git, name)
    except AmbiguousError as error:
        raise ConfigError(f"{option}: {error}") from None
    if commit is not None:
        return Found(commit, f"{name} ({option})")
    if git.is_shallow():
        raise shallow()
    hint = "it takes one commit, not a range" if ".." in name else "is it fetched?"
    raise ConfigError(f"{option}: there is no commit {short(name)} in this repository; {hint}")


def _missing(git: Git, what: str) -> ChangeError:
    return shallow() if git.is_shallow() else ChangeError(f"{what} is not in this clone")


def _bases(git: Git, asked: RangeOptions, head: Found, notes: list[str]) -> Iterator[Found | None]:
    if asked.base:
        yield _named(git, asked.base, "--base")
        return
    event = asked.change.base if asked.change else None
    if event:
        commit = find_commit(git, event)
        if commit is not None:
            if asked.change and asked.change.event == "push":
                notes.append(
                    "base is what was there before this push; if that never went out, --base has to "
                    "name what runs"
                )
            yield Found(commit, OF_EVENT)
        elif git.is_shallow():
            raise shallow()
        notes.append(f"the base of the event, {event}, is not in this clone any more")
    yield _last_tag(git, head.commit, asked.tags)
    yield _fork(git, head.commit, asked.change)


def _last_tag(git: Git, head: Commitish, patterns: Sequence[str]) -> Found | None:
    """The latest tag that head has but is not: when a tag is released, the one before it."""
    names = {sha: name for name, sha in read_tags(git, patterns).items() if sha != head.sha}
    if not names:
        return None
    with git.stream("rev-list", head.sha, "--") as listed:
        shas = (line.decode(errors="replace") for line in lines(listed))
        sha = next((sha for sha in shas if sha in names), "")
    commit = git.commit(sha)
    return Found(commit, f"the last release tag, {names[sha]}") if commit else None


def _fork(git: Git, head: Commitish, change: Change | None) -> Found | None:
    """Where head left the default branch; nothing where head is on it."""
    known = change.default_branch if change else ""
    wanted = (known,) if known else ("main", "master")
    names = [f"{_REMOTE}origin/{name}" for name in (*(() if known else ("HEAD",)), *wanted)]
    names += [f"{_LOCAL}{name}" for name in wanted]
    branches = ((name, git.commit(number)) for name, number in find_refs(git, names).items())
    name, branch = next((pair for pair in branches if pair[1]), ("", None))
    fork = _merge_base(git, branch, head) if branch else None
    commit = git.commit(fork) if fork and fork != head.sha else None
    return (
        Found(commit, f"where it left {name.removeprefix(_REMOTE).removeprefix(_LOCAL)}")
        if commit
        else None
    )


def _restored(git: Git, base: Commitish, head: Commitish) -> str:
    """The commit before base whose files head has, all of them: as after `git revert`; else empty."""
    if base.sha == head.sha:
        return ""
    wanted = git.ask("log", "--no-walk", "--format=%T", head.sha, "--").strip()
    listed = git.ask(
        "log", "--first-parent", f"--max-count={LOOK_BACK}", "--format=%T %H", base.sha, "--"
    )
    before = [line.partition(" ")[::2] for line in listed.splitlines()]
    # NOTE: where base has them too, nothing is released and nothing taken back.
    if not before or before[0][0] == wanted:
        return ""
    return next((sha for tree, sha in before if tree == wanted), "")


def _merge_base(git: Git, one: Commitish, other: Commitish) -> str | None:
    """The best common ancestor; None where there is none."""
    if one.sha == other.sha:
        return one.sha
    try:
        found = git.ask("merge-base", one.sha, other.sha)
        with legible(found):
            return found.split()[0]
    except GitError as error:
        # NOTE: without a common ancestor git fails in silence; a complaint is another matter.
        if error.code == 1 and not error.said:
            return None
        raise
