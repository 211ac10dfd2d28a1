"""What came before the release: its latest commits, earlier releases by their tags, and fixes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from slogate.changes.git import Git, GitError
from slogate.changes.log import HEADER, read_paths
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


def read_past(git: Git, base: str, policy: RiskPolicy) -> Past:
    """The past of base."""
    limit = f"--max-count={_WIDE * policy.history}"
    listed = git.ask("rev-list", "--parents", "--timestamp", limit, base)
    nodes = [_node(line) for line in listed.split("\n")[:-1]]
    boundary = git.boundary()
    plain = [node for node in nodes if len(node.parents) < 2 and node.sha not in boundary]
    releases = _releases(nodes, {node.sha for node in plain}, _tagged(git, policy.tags))
    return Past(tuple(plain[: policy.history]), tuple(releases[: policy.releases]))


def _node(line: str) -> Node:
    time, sha, *parents = line.split()
    return Node(sha, int(time), tuple(parents))


def _tagged(git: Git, patterns: Sequence[str]) -> set[str]:
    """The commits that tags of releases point at."""
    try:
        lines = git.ask("show-ref", "--tags", "--dereference").split("\n")[:-1]
    except GitError as error:
        if error.code == 1 and not error.said:
            return set()
        raise
    found = (line.split(" refs/tags/") for line in lines)
    return {
        sha
        for sha, name in found
        if any(fnmatchcase(name.removesuffix("^{}"), pattern) for pattern in patterns)
    }


def _releases(
    nodes: Sequence[Node], plain: set[str], tagged: set[str]
) -> list[tuple[int, tuple[Node, ...]]]:
    """The commits of each release: those of its tag that no earlier one has; newest first.

    The oldest tag in sight is the base of the next only, since its own commits may lie further back.
    """
    known = {node.sha: node for node in nodes}
    taken: set[str] = set()
    releases = []
    before: int | None = None
    for tag in reversed([node for node in nodes if node.sha in tagged]):
        own = _ancestors(tag, known, taken)
        if before is not None:
            releases.append((before, tuple(node for node in own if node.sha in plain)))
        before = tag.time
    return [release for release in reversed(releases) if release[1]]


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
