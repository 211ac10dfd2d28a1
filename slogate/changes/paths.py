"""Which files a rule or a service means: patterns as in .gitignore, through pathspec."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathspec import GitIgnoreSpec

from slogate.core.commits import FileChange, Touched, shown


class Paths:
    """Files that match the patterns; of a renamed file the old path counts as well."""

    def __init__(self, patterns: Iterable[str]) -> None:
        kept = tuple(patterns)
        self._spec = GitIgnoreSpec.from_lines(kept)
        self._parts = frozenset(map(_literal, kept))

    def find(self, change: FileChange) -> str | None:
        """The path of the change, new or old, that is one of these files."""
        # NOTE: a link may stand where a pattern wants a folder.
        inside = "/" if change.link or change.submodule else ""
        if self.holds(change.path) or (inside and self.holds(change.path + inside)):
            return change.path
        return change.old if change.old is not None and self.holds(change.old) else None

    def holds(self, path: str) -> bool:
        """Is it one of these files?"""
        # NOTE: the spec tries each pattern in Python; most paths hold no part of any of them. Nor
        # does it look into a folder with a line break in its name, which git does.
        near = any(map(path.__contains__, self._parts))
        return near and self._spec.match_file(path.replace("\n", "\r"))


def _literal(pattern: str) -> str:
    """The longest text without wildcards: what the pattern matches holds it; empty if there is none.

    From a bracket or a backslash on, the text of a pattern is no longer what it matches.
    """
    plain = re.split(r"[\[\\]", pattern, maxsplit=1)[0]
    return max((part.strip().strip("/") for part in re.split(r"[*?]", plain)), key=len)


class Counter:
    """Different files, and the first of them."""

    def __init__(self) -> None:
        self._files: dict[str, None] = {}

    def add(self, path: str) -> None:
        """A file, which may be one that was there."""
        self._files[path] = None

    @property
    def touched(self) -> Touched | None:
        """What there was, if anything."""
        if not self._files:
            return None
        return Touched(len(self._files), shown(next(iter(self._files))))
