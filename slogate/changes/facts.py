"""The facts of a release: what its commits did to which files, beside what came before.

Two git processes for the release, its log and the fixes of the year before, and one more for the
commits that it is compared with. They run side by side; what they print is folded as it comes, so
that a commit may touch any number of files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace

from slogate.changes.fold import Fold, fold, rules
from slogate.changes.git import Git
from slogate.changes.log import FILES, legible
from slogate.changes.merges import changing_octopus, fold_merges, has_merges
from slogate.changes.past import Fixes, Past, fixes_command, read_fixes, read_past
from slogate.changes.paths import Paths
from slogate.changes.revisions import require_complete
from slogate.changes.tree import unmatched
from slogate.core.commits import Range, Revisions
from slogate.core.risk_policy import SAFEGUARDS, RiskPolicy

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
    require_complete(git, revisions.base, revisions.head)
    boundary = git.boundary()
    past = _past(git, revisions.base, policy)
    safeguards = rules(policy)
    folds = {name: Fold(paths, policy, safeguards) for name, paths in scopes.items()}
    before = {name: Fold(paths, policy) for name, paths in scopes.items()}
    with ExitStack() as stack:
        mended = stack.enter_context(_fixes(git, revisions, past, policy))
        span = f"{revisions.base}..{revisions.head}"
        changes = stack.enter_context(git.stream(*FILES, span, "--"))
        earlier = stack.enter_context(_earlier(git, past))
        fixes = read_fixes(mended, policy, boundary)
        total = fold(changes, folds.values(), fixes, lambda _: revisions.base_time)
        renames_skipped = git.renames_skipped
        unseen = octopus = ""
        if has_merges(git, span):
            unseen = fold_merges(git, span, folds.values(), fixes, revisions.base_time)
            octopus = changing_octopus(git, span)
        fold(earlier, before.values(), fixes, _until(past, total).__getitem__)
    nowhere, idle = _astray(git, revisions.head, folds, safeguards, policy)
    days = _history_days(git, revisions, policy, boundary)
    return {
        name: replace(
            _range(folds[name], before[name], past),
            history_days=days,
            renames_skipped=renames_skipped,
            nowhere=name in nowhere,
            idle=idle,
            unseen=unseen,
            octopus=octopus,
        )
        for name in scopes
    }


def _undone(
    git: Git, revisions: Revisions, policy: RiskPolicy, scopes: Mapping[str, Sequence[str]]
) -> dict[str, Range]:
    """What a rollback takes back."""
    safeguards = rules(policy)
    folds = {name: Fold(paths, policy, safeguards) for name, paths in scopes.items()}
    span = f"{revisions.head}..{revisions.base}"
    with git.stream(*FILES, span, "--") as undone:
        fold(undone, folds.values(), Fixes(policy.look_back), lambda _: 0)
    # NOTE: commits without files and merges are taken back too, though no log shows their files.
    count = git.ask("rev-list", "--count", span, "--")
    with legible(count):
        total = int(count)
    ranges = {name: _range(one, Fold((), policy), Past()) for name, one in folds.items()}
    return {
        name: replace(found, elsewhere=total - len(found.commits)) for name, found in ranges.items()
    }


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
        binaries=release.binaries.touched,
        elsewhere=release.elsewhere,
    )


def _astray(
    git: Git,
    head: str,
    folds: Mapping[str, Fold],
    safeguards: Mapping[str, Paths],
    policy: RiskPolicy,
) -> tuple[Collection[str], tuple[str, ...]]:
    """The scopes of which nothing was touched nor is there, and such safeguards of the team's own."""
    asleep = {name: one.paths for name, one in folds.items() if one.paths and not one.commits}
    touched = {
        name for one in folds.values() for name, files in one.touched.items() if files.touched
    }
    usual = {rule.paths for rule in SAFEGUARDS}
    own = {rule.name for rule in policy.safeguards if rule.paths not in usual}
    idle = {name: safeguards[name] for name in own & set(safeguards) - touched}
    wanted = {(True, name): paths for name, paths in asleep.items()}
    wanted |= {(False, name): paths for name, paths in idle.items()}
    left = unmatched(git, head, wanted)
    return (
        {name for is_scope, name in left if is_scope},
        tuple(sorted(name for is_scope, name in left if not is_scope)),
    )


def _past(git: Git, base: str, policy: RiskPolicy) -> Past:
    """As much of the past as is asked for; too few releases would not be compared with."""
    by_past = "percentile" in (policy.medium.kind, policy.high.kind)
    if not (by_past or (policy.failure_rate is not None and policy.intercept is None)):
        return Past()
    past = read_past(git, base, policy)
    few = len(past.releases) < policy.least_releases
    return replace(past, releases=()) if few else past


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
    return git.stream(*FILES, "--no-walk=unsorted", "--stdin", given=asked)


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
    times = git.ask("log", "--no-walk", "--stdin", "--format=%ct", given=asked)
    with legible(times):
        before = [at for at in map(int, times.split()) if at <= revisions.base_time]
    seconds = revisions.base_time - max(before, default=0)
    return seconds / 86_400 if seconds < policy.look_back else None
