"""What is known of a commit: the facts that predict, folded from its files one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2
from typing import NamedTuple

FIX_PATTERN = r"\b(fix(e[sd]|ing)?|bugs?|bugfix(es)?|hot-?fix(es)?|defects?|regressions?)\b"
"""What the message of a commit that mends something says, in any case."""

_DOCUMENT = re.compile(
    r"(^|/)(docs?|documentation)/"
    r"|\.(md|markdown|rst|adoc|asciidoc)$"
    r"|(^|/)(readme|changelog|changes|contributing|authors|license|licence|notice|copying)(\.txt)?$",
    re.IGNORECASE,
)
_REVERTED = re.compile(r"^This reverts commit ([0-9a-f]{7,64})\b", re.MULTILINE)


class FileChange(NamedTuple):
    """What a commit did to one file; lines are None in a binary file.

    `old` is the path before a rename; a submodule and a symbolic link stand for a whole folder.
    Bytes of a path that are no UTF-8 are surrogates.
    """

    path: str
    added: int | None
    deleted: int | None
    old: str | None = None
    submodule: bool = False
    link: bool = False


class Header(NamedTuple):
    """What a commit says of itself; `time` is that of the committer in Unix seconds."""

    sha: str
    time: int
    message: str


@dataclass(frozen=True)
class Commit:
    """The facts of one commit that count towards its score.

    `fixes` is the greatest number of recent fixes of one of its files, which is `fixed`; `entropy`
    says in bits how evenly the changed lines are spread over the files.
    """

    sha: str
    time: int
    subject: str
    added: int = 0
    deleted: int = 0
    files: int = 0
    documents: int = 0
    entropy: float = 0.0
    is_fix: bool = False
    fixes: int = 0
    fixed: str = ""
    reverts: str = ""


def fix_expression(pattern: str = FIX_PATTERN) -> re.Pattern[str]:
    """The pattern in any case; in the default one as git, which ignores case in ASCII only."""
    if pattern == FIX_PATTERN:
        return re.compile(pattern, re.IGNORECASE | re.ASCII)
    return re.compile(pattern, re.IGNORECASE)


def is_document(path: str) -> bool:
    """Is the file read by people only?"""
    return _DOCUMENT.search(path) is not None


def shown(path: str) -> str:
    """A path as text: bytes that are no UTF-8 become marks."""
    return path.encode(errors="surrogateescape").decode(errors="replace")


def reverted(message: str) -> str:
    """The commit that this one takes back, as `git revert` writes it; empty when it is none."""
    return next(iter(all_reverted(message)), "")


def all_reverted(message: str) -> tuple[str, ...]:
    """The commits that this one takes back."""
    return tuple(found[1] for found in _REVERTED.finditer(message))


class Tally:
    """Folds the files of one commit, however many there are, into its facts."""

    def __init__(self) -> None:
        self._added = self._deleted = self._files = self._documents = 0
        self._changed_log = 0.0
        self._fixes = 0
        self._fixed = ""

    def add(self, change: FileChange, fixes: int) -> None:
        """One more file, with the number of its recent fixes."""
        added, deleted = change.added or 0, change.deleted or 0
        self._added += added
        self._deleted += deleted
        self._files += 1
        self._documents += is_document(change.path)
        changed = added + deleted
        self._changed_log += changed * log2(changed) if changed else 0.0
        if fixes > self._fixes:
            self._fixes, self._fixed = fixes, shown(change.path)

    @property
    def empty(self) -> bool:
        """True as long as there was no file."""
        return not self._files

    def commit(self, header: Header, fix: re.Pattern[str]) -> Commit:
        """The facts of the commit whose files these were."""
        return Commit(
            sha=header.sha,
            time=header.time,
            subject=header.message.strip().split("\n", 1)[0].rstrip(),
            added=self._added,
            deleted=self._deleted,
            files=self._files,
            documents=self._documents,
            entropy=self._entropy(),
            is_fix=fix.search(header.message) is not None,
            fixes=self._fixes,
            fixed=self._fixed,
            reverts=reverted(header.message),
        )

    def _entropy(self) -> float:
        # NOTE: the same as -sum of c/T log2 c/T, but the files need not be kept.
        total = self._added + self._deleted
        return max(0.0, log2(total) - self._changed_log / total) if total else 0.0


@dataclass(frozen=True)
class Touched:
    """Files of a range that match the paths of one rule, with the first as example."""

    files: int
    example: str


@dataclass(frozen=True)
class Revisions:
    """What is released: the commits of `head` that `base` has not; both are hashes.

    `found` says where base and head come from. In a rollback head lies before base.
    """

    base: str
    head: str
    base_time: int
    found: str
    rollback: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Range:
    """What git knows of the change, as far as it concerns one set of paths.

    `commits` are those of the release, newest first; of a rollback those that are taken back.
    `history` are commits before it, newest first, and `releases` the same of earlier releases.
    `touched` has the names of rules whose paths the change touches. `history_days` is how far back
    fixes are known, where that is less than asked. `elsewhere` counts commits that touch none of
    the paths. `nowhere` says that head has no file of these paths, and `idle` names the team's own
    safeguards of whose paths it has none. `unseen` says what git could not tell, if anything, and
    `octopus` is a merge of more than two branches with changes of its own. `binaries` are files of
    which git counts no lines.
    """

    commits: tuple[Commit, ...] = ()
    history: tuple[Commit, ...] = ()
    releases: tuple[tuple[Commit, ...], ...] = ()
    touched: Mapping[str, Touched] = field(default_factory=dict)
    excluded: Touched | None = None
    submodules: Touched | None = None
    elsewhere: int = 0
    history_days: float | None = None
    renames_skipped: bool = False
    nowhere: bool = False
    idle: tuple[str, ...] = ()
    unseen: str = ""
    octopus: str = ""
    binaries: Touched | None = None
