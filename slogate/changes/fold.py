"""Folds the log of git into commits, once for each set of paths that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from slogate.changes.log import legible, read_files
from slogate.changes.past import Fixes
from slogate.changes.paths import Counter, Paths
from slogate.core.commits import Commit, FileChange, Header, Tally, fix_expression
from slogate.core.risk_policy import RiskPolicy

_NONE: Mapping[str, Paths] = {}


def rules(policy: RiskPolicy) -> dict[str, Paths]:
    """The files of each safeguard that names any, to be shared by several folds."""
    return {rule.name: Paths(rule.paths) for rule in policy.safeguards if rule.paths}


class Fold:
    """Commits that touch certain paths (without paths: any file), and what else they touch."""

    def __init__(
        self, paths: Sequence[str], policy: RiskPolicy, safeguards: Mapping[str, Paths] = _NONE
    ) -> None:
        self.commits: list[Commit] = []
        self.elsewhere = 0
        self.excluded, self.submodules, self.binaries = Counter(), Counter(), Counter()
        self.touched = {name: Counter() for name in safeguards}
        self.paths = Paths(paths) if paths else None
        self._exclude = Paths(policy.exclude) if policy.exclude else None
        self._rules = [(paths, self.touched[name]) for name, paths in safeguards.items()]
        self._fix = fix_expression(policy.fix_pattern)
        self._tally, self._foreign = Tally(), False

    def add(self, change: FileChange, fixes: int) -> None:
        """A file of the commit that is being read, with the number of its recent fixes."""
        if self.paths is not None and self.paths.find(change) is None:
            self._foreign = True
            return
        for paths, counter in self._rules:
            path = paths.find(change)
            if path is not None:
                counter.add(path)
        if change.submodule:
            self.submodules.add(change.path)
        if self._exclude is not None and self._exclude.holds(change.path):
            self.excluded.add(change.path)
            return
        if change.added is None:
            self.binaries.add(change.path)
        self._tally.add(change, fixes)

    def end(self, header: Header) -> None:
        """All files of this commit were added; one without files is none."""
        if not self._tally.empty:
            self.commits.append(self._tally.commit(header, self._fix))
        elif self._foreign:
            self.elsewhere += 1
        self._tally, self._foreign = Tally(), False


def fold(
    chunks: Iterable[bytes], folds: Iterable[Fold], fixes: Fixes, until: Callable[[str], int]
) -> int:
    """Read a log into all folds; `until` says up to when the fixes before a commit count.

    Gives the number of commits.
    """
    every, count, time = tuple(folds), 0, 0
    current: Header | None = None
    for item in read_files(chunks):
        if isinstance(item, FileChange):
            mended = fixes.count(item.old or item.path, time)
            for one in every:
                one.add(item, mended)
            continue
        _end(every, current)
        with legible(item.sha):
            current, time, count = item, until(item.sha), count + 1
    _end(every, current)
    return count


def _end(folds: Sequence[Fold], header: Header | None) -> None:
    if header is not None:
        for one in folds:
            one.end(header)
