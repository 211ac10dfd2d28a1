"""What came before the release: its latest commits, earlier releases by their tags, and fixes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from slogate.changes.git import Git, GitError
from slogate.changes.log import HEADER, legible, read_paths
from slogate.core.commits import FIX_PATTERN, Header, fix_expression
from slogate.core.risk_policy import RiskPolicy

_FIRST_TIME = 10**8
_WIDE = 4
"""Earlier releases are looked for among so many times the commits of the history."""
_PREFILTER = ("--regexp-ignore-case", "--extended-regexp", "--grep=fix|bug|defect|regression")
"""Every message that FIX_PATTERN matches has one of these words; git skips the others sooner."""


@dataclass(frozen=True)
class Node:
    """A commit in the history of base, with its time and its parents."""

    sha: str
    time: int
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """Commits before base, newest first, and those of earlier releases, newest release first.

    Merges are left out, and the boundary of a shallow clone. Each release comes with the time of
    the one before it.
    """

    history: tuple[Node, ...] = ()
    releases: tuple[tuple[int, tuple[Node, ...]], ...] = ()

    @property
    def commits(self) -> dict[str, Node]:
        """Each commit once."""
        every = (*self.history, *(node for _, release in self.releases for node in release))
        return {node.sha: node for node in every}


@dataclass(frozen=True)
class Release:
    """A tagged commit with its own commits, those that no earlier release has.

    `before` is the time of the release before it; None for the first, whose own commits may lie
    further back than anybody looked.
    """

    tag: Node
    nodes: tuple[Node, ...]
    before: int | None


def read_past(git: Git, base: str, policy: RiskPolicy) -> Past:
    """The past of base."""
    nodes = read_nodes(git, [base], f"--max-count={_WIDE * policy.history}")
    boundary = git.boundary()
    plain = [node for node in nodes if len(node.parents) < 2 and node.sha not in boundary]
    known = {node.sha for node in plain}
    tagged = read_tags(git, policy.tags).values()
    releases = [
        (one.before, own)
        for one in reversed(releases_of(nodes, frozenset(tagged)))
        if one.before is not None and (own := tuple(n for n in one.nodes if n.sha in known))
    ]
    return Past(tuple(plain[: policy.history]), tuple(releases[: policy.releases]))


def read_nodes(git: Git, tips: Iterable[str], *options: str) -> list[Node]:
    """The commits that these have in their history, newest first."""
    asked = "\n".join(tips)
    listed = git.ask("rev-list", "--parents", "--timestamp", *options, "--stdin", given=asked)
    return [_node(line) for line in listed.split("\n")[:-1]]


def _node(line: str) -> Node:
    with legible(line):
        time, sha, *parents = line.split()
        return Node(sha, int(time), tuple(parents))


def read_tags(git: Git, patterns: Sequence[str]) -> dict[str, str]:
    """The tags whose names match, each with the commit that it points at."""
    try:
        lines = git.ask("show-ref", "--tags", "--dereference").split("\n")[:-1]
    except GitError as error:
        if error.code == 1 and not error.said:
            return {}
        raise
    # NOTE: what an annotated tag points at follows the tag itself, and takes its place.
    found = (line.partition(" refs/tags/") for line in lines)
    every = {name.removesuffix("^{}"): sha for sha, _, name in found if name}
    return {
        name: sha
        for name, sha in every.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }


def releases_of(nodes: Sequence[Node], tagged: frozenset[str]) -> list[Release]:
    """The releases among commits that are given newest first; the oldest release comes first."""
    known = {node.sha: node for node in nodes}
    taken: set[str] = set()
    releases: list[Release] = []
    for tag in reversed([node for node in nodes if node.sha in tagged]):
        before = releases[-1].tag.time if releases else None
        releases.append(Release(tag, tuple(_ancestors(tag, known, taken)), before))
    return releases


def _ancestors(start: Node, known: Mapping[str, Node], taken: set[str]) -> list[Node]:
    """The commit and its ancestors that are not taken yet; takes them."""
    found, waiting = [], [start]
    while waiting:
        node = waiting.pop()
        if node.sha in taken:
            continue
        taken.add(node.sha)
        found.append(node)
        waiting.extend(known[parent] for parent in node.parents if parent in known)
    return found


class Fixes:
    """When each file was mended."""

    def __init__(self, look_back: int) -> None:
        self._look_back = look_back
        self._times: dict[str, list[int]] = {}

    def add(self, path: str, time: int) -> None:
        """A commit at this time mended this file."""
        self._times.setdefault(path, []).append(time)

    def sort(self) -> None:
        """Has to be called between the last `add` and the first `count`."""
        for times in self._times.values():
            times.sort()

    def count(self, path: str, until: int) -> int:
        """How often the file was mended within the look-back before this time."""
        times = self._times.get(path)
        if times is None:
            return 0
        return bisect_right(times, until) - bisect_left(times, until - self._look_back)


def fixes_command(base: str, since: int, policy: RiskPolicy) -> list[str]:
    """The git command that lists the fixes before base from a time on."""
    prefilter = _PREFILTER if policy.fix_pattern == FIX_PATTERN else ()
    # NOTE: shorter numbers are no time to git, and nothing is as old as that.
    limit = [f"--since=@{since}"] if since >= _FIRST_TIME else []
    return [
        *("log", "-z", "--name-status", "--no-renames", "--no-merges", "--encoding=UTF-8"),
        *(f"--format={HEADER}", *limit, *prefilter, base, "--"),
    ]


def read_fixes(chunks: Iterable[bytes], policy: RiskPolicy, boundary: frozenset[str]) -> Fixes:
    """What `fixes_command` prints; the boundary of a shallow clone touches no file that we know."""
    fix = fix_expression(policy.fix_pattern)
    fixes = Fixes(policy.look_back)
    time, counts = 0, False
    for item in read_paths(chunks):
        if isinstance(item, Header):
            time = item.time
            counts = item.sha not in boundary and fix.search(item.message) is not None
        elif counts:
            fixes.add(item, time)
    fixes.sort()
    return fixes
