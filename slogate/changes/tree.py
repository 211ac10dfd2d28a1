"""Which paths of the configuration mean no file at all: a typing error, most likely."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from slogate.changes.git import Git
from slogate.changes.log import fields
from slogate.changes.paths import Paths

K = TypeVar("K")


def unmatched(git: Git, commit: str, wanted: Mapping[K, Paths]) -> frozenset[K]:
    """The keys of those paths that no file of this commit matches."""
    left = dict(wanted)
    if not left:
        return frozenset()
    with git.stream("ls-tree", "-r", "-z", "--full-tree", "--name-only", commit) as listed:
        for raw in fields(listed):
            path = raw.decode(errors="surrogateescape")
            left = {name: paths for name, paths in left.items() if not paths.holds(path)}
            if not left:
                break
    return frozenset(left)
