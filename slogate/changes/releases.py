"""All releases of the history, by their tags, with their commits and what is told of how they went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slogate.changes.fold import Fold, fold
from slogate.changes.git import Git
from slogate.changes.log import FILES, HEADER, read_files
from slogate.changes.past import (
    Node,
    Release,
    fixes_command,
    read_fixes,
    read_nodes,
    read_tags,
    releases_of,
)
from slogate.changes.revisions import shallow
from slogate.core.commits import Commit, Header
from slogate.core.failed_releases import taken_back
from slogate.core.risk_policy import RiskPolicy
from slogate.errors import ChangeError


@dataclass(frozen=True)
class PastRelease:
    """A release with all names of its tag, its commits, and what says that it failed, if anything."""

    names: tuple[str, ...]
    commits: tuple[Commit, ...]
    failure: str = ""


def read_releases(
    git: Git, head: str, policy: RiskPolicy, paths: Sequence[str], *, branches: bool
) -> tuple[PastRelease, ...]:
    """The releases that touch these paths (without paths: all), oldest first.

    Those that head has, or with `branches` those of other branches too. The first release of all is
    left out: its commits are those of the whole history before it.
    Raises ChangeError when git fails, the clone is shallow or there are no releases.
    """
    if git.is_shallow():
        raise shallow()
    tags, hotfixes = read_tags(git, policy.tags), read_tags(git, policy.hotfix_tags)
    if not tags:
        listed = ", ".join(policy.tags)
        raise ChangeError(
            f"there are no release tags here (risk.tags: {listed}); are the tags fetched?"
        )
    others = [*tags.values(), *hotfixes.values()] if branches else []
    tips = list(dict.fromkeys([head, *others]))
    # NOTE: by date, a commit could come before its parents.
    nodes = read_nodes(git, tips, "--topo-order")
    releases = releases_of(nodes, frozenset(tags.values()))
    commits = _commits(git, tips, head, releases, policy, paths)
    place = {node.sha: at for at, one in enumerate(releases) for node in one.nodes}
    failures = _failures(git, tips, place, hotfixes, nodes)
    names: dict[str, list[str]] = {}
    for name, sha in tags.items():
        names.setdefault(sha, []).append(name)
    return tuple(
        PastRelease(tuple(names[one.tag.sha]), own, failures.get(at, ""))
        for at, one in enumerate(releases)
        if one.before is not None
        and (own := tuple(commits[node.sha] for node in one.nodes if node.sha in commits))
    )


def _commits(
    git: Git,
    tips: Sequence[str],
    head: str,
    releases: Sequence[Release],
    policy: RiskPolicy,
    paths: Sequence[str],
) -> dict[str, Commit]:
    """The facts of each released commit; fixes count up to the release before its own."""
    until = {node.sha: one.before or 0 for one in releases for node in one.nodes}
    folded = Fold(paths, policy)
    asked = "\n".join(tips)
    with (
        git.stream(*fixes_command(head, 0, policy)) as mended,
        git.stream(*FILES, "--stdin", given=asked) as changes,
    ):
        fixes = read_fixes(mended, policy, frozenset())
        fold(changes, [folded], fixes, lambda sha: until.get(sha, 0))
    return {commit.sha: commit for commit in folded.commits}


def _failures(
    git: Git,
    tips: Sequence[str],
    place: Mapping[str, int],
    hotfixes: Mapping[str, str],
    nodes: Sequence[Node],
) -> dict[int, str]:
    """The releases that something was taken back of, or that a hotfix followed."""
    said = ("log", "-z", "--encoding=UTF-8", f"--format={HEADER}", "--stdin")
    with git.stream(*said, given="\n".join(tips)) as history:
        headers = (item for item in read_files(history) if isinstance(item, Header))
        failed = taken_back(headers, place)
    below = _built_upon(nodes, place)
    for name, sha in hotfixes.items():
        at = below.get(sha, -1)
        if at >= 0:
            failed[at] = f"{name} is its hotfix"
    return failed


def _built_upon(nodes: Sequence[Node], place: Mapping[str, int]) -> dict[str, int]:
    """For each commit the latest release in its history, other than the one it lies in itself."""
    found: dict[str, int] = {}
    for node in reversed(nodes):
        own = place.get(node.sha)
        below = [
            found.get(parent, -1) if place.get(parent) == own else place.get(parent, -1)
            for parent in node.parents
        ]
        found[node.sha] = max(below, default=-1)
    return found
