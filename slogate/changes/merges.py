"""What merges bring by themselves, beyond what they merge: a resolved conflict, or smuggled lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from slogate.changes.fold import Fold, fold
from slogate.changes.git import Git
from slogate.changes.log import FILES
from slogate.changes.past import Fixes
from slogate.changes.process import GitError

_OF_TWO = tuple(option for option in FILES if option != "--no-merges")
_OF_TWO += ("--merges", "--max-parents=2", "--remerge-diff")
_OF_MORE = ("log", "-z", "-c", "--raw", "--min-parents=3", "--no-renames", "--format=%H")


def has_merges(git: Git, span: str) -> bool:
    """Are there merges in the range?"""
    return bool(git.ask("rev-list", "--merges", "--max-count=1", span, "--"))


def fold_merges(git: Git, span: str, folds: Iterable[Fold], fixes: Fixes, until: int) -> str:
    """Fold the merges of the range that change something themselves; says so where git is too old."""
    try:
        with git.stream(*_OF_TWO, span, "--") as changes:
            fold(changes, folds, fixes, lambda _: until)
    except GitError as error:
        if "remerge" not in str(error):
            raise
        return f"what merges change by themselves is not seen (it takes git 2.36: {error})"
    return ""


def changing_octopus(git: Git, span: str) -> str:
    """A merge of three or more that changes something itself, of which git counts no lines."""
    fields = [field for field in git.ask(*_OF_MORE, span, "--").split("\0") if field]
    # NOTE: nothing follows the hash unless a file differs from that of every parent.
    found = (sha for sha, after in pairwise(fields) if after.lstrip("\n").startswith(":::"))
    return next(found, "")
