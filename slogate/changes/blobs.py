"""Files of a commit as git holds them: nothing in the work tree has a say, nor do its attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from slogate.changes.git import Git
from slogate.changes.log import fields, legible
from slogate.errors import ChangeError

MAX_BYTES = 16 << 20
"""As much as a source reads of a file."""
_FOUND = re.compile(rb"([0-9a-f]{40,64}) ([a-z]+) ([0-9]+)")
_LINK = re.compile(rb"(symlink|dangling|loop|notdir) ([0-9]+)")
_MISSING = "there is no such file"
_PROBLEMS = {
    "tree": "this is a directory; name the file in it",
    "symlink": "this is a link that leaves the repository",
    "dangling": "this is a link to a file that is not there",
    "loop": "this is a link that leads back to itself",
    "notdir": _MISSING,
}
_SUBMODULE = "this lies in a submodule, whose files are those of another repository"
_NOT_CLONED = "its content is not in this clone: clone it whole, without --filter"


@dataclass(frozen=True)
class Entry:
    """What a commit has at a path; `problem` says why it is no file that can be read.

    `absent` is true where there is nothing at all.
    """

    path: str
    blob: str = ""
    size: int = 0
    problem: str = ""
    absent: bool = False


class Tree:
    """The files of one commit; paths start at the root of the repository."""

    def __init__(self, git: Git, commit: str) -> None:
        self._git = git
        self._commit = commit

    def find(self, paths: Sequence[str]) -> list[Entry]:
        """What there is at each path; links within the repository are followed."""
        asked = [path for path in paths if _is_askable(path)]
        if not asked:
            return [_nothing(path, "") for path in paths]
        lines = "".join(f"{self._commit}:{path}\n" for path in asked)
        command = ("cat-file", "--batch-check", "--follow-symlinks")
        with self._git.stream(*command, given=lines) as chunks:
            found = dict(zip(asked, _entries(asked, b"".join(chunks)), strict=True))
        hidden = self._hidden([path for path in asked if found[path] is None])
        return [found.get(path) or _nothing(path, hidden.get(path, "")) for path in paths]

    def read(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
        """The contents of files, byte by byte; raises ChangeError when git does not have one."""
        if not entries:
            return
        asked = "".join(f"{entry.blob}\n" for entry in entries)
        with self._git.stream("cat-file", "--batch", given=asked) as chunks:
            raw = bytearray()
            for entry in entries:
                header = f"{entry.blob} blob {entry.size}\n".encode()
                needed = len(header) + entry.size + 1
                while len(raw) < needed and (chunk := next(chunks, b"")):
                    raw += chunk
                if len(raw) < needed or not raw.startswith(header):
                    raise ChangeError(f"{entry.path}: {_NOT_CLONED}")
                yield entry, bytes(raw[len(header) : needed - 1])
                del raw[:needed]

    def search(self, names: Sequence[str], most: int) -> list[str]:
        """The first files, at most so many, that have one of these names in whatever folder."""
        ends = tuple(f"/{name}" for name in names)
        command = ("ls-tree", "-r", "-z", "--full-tree", "--name-only", self._commit)
        with self._git.stream(*command) as listed:
            paths = (raw.decode(errors="surrogateescape") for raw in fields(listed))
            return list(islice((path for path in paths if f"/{path}".endswith(ends)), most))

    def _hidden(self, absent: Sequence[str]) -> dict[str, str]:
        """What is there after all, and why it cannot be read.

        What a submodule holds, or a partial clone lacks, looks to `cat-file` as if it were not there.
        """
        above = {path: [path, *map(str, PurePosixPath(path).parents)][:-1] for path in absent}
        wanted = dict.fromkeys(f":(literal){part}" for parts in above.values() for part in parts)
        if not wanted:
            return {}
        listed = self._git.ask("ls-tree", "-z", "--full-tree", self._commit, "--", *wanted)
        lines = (line.partition("\t") for line in listed.split("\0") if line)
        with legible(listed):
            kinds = {path: told.split()[1] for told, _, path in lines}
        found = {path: [kinds[part] for part in above[path] if part in kinds] for path in absent}
        return {
            path: _SUBMODULE if "commit" in kind else _NOT_CLONED
            for path, kind in found.items()
            if "commit" in kind or "blob" in kind
        }


def _is_askable(path: str) -> bool:
    """Can it be the path of a file, and one line?"""
    try:
        path.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return path not in ("", ".") and "\n" not in path and "\0" not in path


def _nothing(path: str, hidden: str) -> Entry:
    if not _is_askable(path):
        return Entry(path, problem="this is no path of a file")
    return Entry(path, problem=hidden or _MISSING, absent=not hidden)


def _entries(paths: Sequence[str], said: bytes) -> Iterator[Entry | None]:
    """What git says of each path; None where it knows of nothing."""
    at = 0
    for path in paths:
        with legible(said):
            end = said.index(b"\n", at)
        line, at = said[at:end], end + 1
        if link := _LINK.fullmatch(line):
            # NOTE: what the link leads to follows on lines of its own.
            at += _size(link[2]) + 1
            kind = link[1].decode()
            yield Entry(path, problem=_PROBLEMS[kind], absent=kind == "notdir")
        elif found := _FOUND.fullmatch(line):
            yield _entry(path, found[1].decode(), found[2].decode(), _size(found[3]))
        else:
            yield None


def _size(printed: bytes) -> int:
    with legible(printed):
        return int(printed)


def _entry(path: str, name: str, kind: str, size: int) -> Entry:
    if kind != "blob":
        return Entry(path, problem=_PROBLEMS["tree"])
    large = f"larger than {MAX_BYTES >> 20} MiB" if size > MAX_BYTES else ""
    return Entry(path, name, size, large)
