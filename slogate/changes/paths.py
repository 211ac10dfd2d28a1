"""Which files a rule or a service means: patterns as in .gitignore, through pathspec."""

from __future__ import annotations

from collections.abc import Iterable

from pathspec import GitIgnoreSpec

from slogate.core.commits import FileChange, Touched


class Paths:
    """Files that match the patterns; of a renamed file the old path counts as well."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._spec = GitIgnoreSpec.from_lines(patterns)

    def match(self, change: FileChange) -> bool:
        """Does the change touch one of these files?"""
        return self.holds(change.path) or (change.old is not None and self.holds(change.old))

    def holds(self, path: str) -> bool:
        """Is it one of these files?"""
        return self._spec.match_file(path)


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


def shown(path: str) -> str:
    """A path as text: bytes that are no UTF-8 become marks."""
    return path.encode(errors="surrogateescape").decode(errors="replace")
