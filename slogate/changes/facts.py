"""The facts of a release: what its commits did to which files, beside what came before.

Two git processes for the release, its log and the fixes of the year before, and one more for the
commits that it is compared with. They run side by side; what they print is folded as it comes, so
that a commit may touch any number of files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace

from slogate.changes.fold import Fold, fold
from slogate.changes.git import Git
from slogate.changes.log import HEADER
from slogate.changes.past import Fixes, Past, fixes_command, read_fixes, read_past
from slogate.changes.revisions import shallow
from slogate.core.commits import Range, Revisions
from slogate.core.risk_policy import RiskPolicy

_FILES = (
    *("log", "-z", "--raw", "--numstat", "-M", "--no-merges", "--no-abbrev", "--encoding=UTF-8"),
    *("--no-ext-diff", "--no-textconv", "--diff-algorithm=myers", "--ignore-submodules=none"),
    f"--format={HEADER}",
)
_LARGEST_GROUP = 50
"""Commits of the past count fixes up to where a group of the release's size, or of this, begins."""


def read_range(
    git: Git, revisions: Revisions, policy: RiskPolicy, scopes: Mapping[str, Sequence[str]]
) -> dict[str, Range]:
    """What git knows of the release, for each scope: a name with its paths, all where it has none.

    Raises ChangeError when git fails or the clone lacks commits of the release.
    """
    if revisions.rollback:
        return _undone(git, revisions, policy, scopes)
    boundary = git.boundary()
    past = read_past(git, revisions.base, policy) if _compares(policy) else Past()
    folds = {name: Fold(paths, policy, policy.safeguards) for name, paths in scopes.items()}
    before = {name: Fold(paths, policy) for name, paths in scopes.items()}

    def until(sha: str) -> int:
        if sha in boundary:
            raise shallow()
        return revisions.base_time

    with ExitStack() as stack:
        mended = stack.enter_context(_fixes(git, revisions, past, policy))
        span = f"{revisions.base}..{revisions.head}"
        changes = stack.enter_context(git.stream(*_FILES, span, "--"))
        earlier = stack.enter_context(_earlier(git, past))
        fixes = read_fixes(mended, policy, boundary)
        total = fold(changes, folds.values(), fixes, until)
        renames_skipped = git.renames_skipped
        fold(earlier, before.values(), fixes, _until(past, total).__getitem__)
    days = _history_days(git, revisions, policy, boundary)
    return {
        name: replace(
            _range(folds[name], before[name], past),
            history_days=days,
            renames_skipped=renames_skipped,
        )
        for name in scopes
    }


def _undone(
    git: Git, revisions: Revisions, policy: RiskPolicy, scopes: Mapping[str, Sequence[str]]
) -> dict[str, Range]:
    """What a rollback takes back."""
    folds = {name: Fold(paths, policy, policy.safeguards) for name, paths in scopes.items()}
    with git.stream(*_FILES, f"{revisions.head}..{revisions.base}", "--") as undone:
        fold(undone, folds.values(), Fixes(policy.look_back), lambda _: 0)
    return {name: _range(one, Fold((), policy), Past()) for name, one in folds.items()}


def _range(release: Fold, before: Fold, past: Past) -> Range:
    known = {commit.sha: commit for commit in before.commits}
    touched = {name: counter.touched for name, counter in release.touched.items()}
    return Range(
        commits=tuple(release.commits),
        history=tuple(known[node.sha] for node in past.history if node.sha in known),
        releases=tuple(
            tuple(known[node.sha] for node in nodes if node.sha in known)
            for _, nodes in past.releases
        ),
        touched={name: files for name, files in touched.items() if files is not None},
        excluded=release.excluded.touched,
        submodules=release.submodules.touched,
        elsewhere=release.elsewhere,
    )


def _compares(policy: RiskPolicy) -> bool:
    """Is the past asked for at all?"""
    by_past = "percentile" in (policy.medium.kind, policy.high.kind)
    return by_past or (policy.failure_rate is not None and policy.intercept is None)


def _fixes(
    git: Git, revisions: Revisions, past: Past, policy: RiskPolicy
) -> AbstractContextManager[Iterator[bytes]]:
    times = (node.time for node in past.commits.values())
    since = min([revisions.base_time, *times]) - policy.look_back
    return git.stream(*fixes_command(revisions.base, max(0, since), policy))


def _earlier(git: Git, past: Past) -> AbstractContextManager[Iterator[bytes]]:
    asked = "\n".join(past.commits)
    if not asked:
        return nullcontext(iter(()))
    return git.stream(*_FILES, "--no-walk=unsorted", "--stdin", given=asked)


def _until(past: Past, total: int) -> dict[str, int]:
    """For each commit of the past the time up to which fixes count: that of its group's base."""
    size = max(1, min(total, _LARGEST_GROUP))
    last = len(past.history) - 1
    until = {
        node.sha: past.history[min((at // size + 1) * size, last)].time
        for at, node in enumerate(past.history)
    }
    return until | {node.sha: base for base, release in past.releases for node in release}


def _history_days(
    git: Git, revisions: Revisions, policy: RiskPolicy, boundary: Iterable[str]
) -> float | None:
    """How far back the fixes are known, where a shallow clone cuts that short."""
    if not boundary:
        return None
    asked = "\n".join(boundary)
    times = git.ask("log", "--no-walk", "--stdin", "--format=%ct", given=asked).split()
    before = [int(time) for time in times if int(time) <= revisions.base_time]
    seconds = revisions.base_time - max(before, default=0)
    return seconds / 86_400 if seconds < policy.look_back else None
