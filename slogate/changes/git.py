"""What git is asked: arguments as a list and refs over stdin, so that no name is an option."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from slogate.changes.place import EXPLICIT, guards, require_own
from slogate.changes.process import GitError, Running, joined, quiet, running
from slogate.deadline import Deadline
from slogate.errors import ChangeError

__all__ = ["Commitish", "Git", "GitError"]

_SETTLED = tuple(
    word
    for setting in (
        "log.showSignature=false",
        "log.showRoot=true",
        f"diff.orderFile={os.devnull}",
        "core.bigFileThreshold=32m",
        "diff.relative=false",
        f"core.attributesFile={os.devnull}",
    )
    for word in ("-c", setting)
)
"""What the user's configuration of git must not change."""
_FOUND = ("--is-shallow-repository", "--is-bare-repository", "--absolute-git-dir")
_BROKEN = re.compile(r"corrupt|object (file|directory)|inflate|unable to read|bad object")


class Commitish(NamedTuple):
    """A commit with the time of its committer in Unix seconds."""

    sha: str
    time: int


class Git:
    """git in the repository around a folder; everything together ends with the deadline.

    Raises ChangeError, here and in every method, when git is not there or fails.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], deadline: Deadline) -> None:
        self.renames_skipped = False
        self._deadline = deadline
        self._work_tree = folder
        self._caller = quiet(environ)
        self._guards = guards(folder, environ)
        lines = self._outside("rev-parse", *_FOUND, "--git-path", "shallow")
        if len(lines) != 4:
            raise ChangeError("the path of the repository holds a line break: move it")
        shallow, bare, self._folder, boundary = lines
        self._shallow, self._bare = shallow == "true", bare == "true"
        self._boundary = folder / boundary
        require_own(folder, self._folder, environ, bare=self._bare)
        hidden = (
            "GIT_DIR",
            "GIT_WORK_TREE",
            "GIT_COMMON_DIR",
            "GIT_PREFIX",
            "GIT_EXTERNAL_DIFF",
            "GIT_ATTR_SOURCE",
        )
        # NOTE: git is told a work tree and an index without files, or a .gitattributes that the
        # change brings could declare its own lines binary, which no score counts.
        self._environ = {
            **{name: value for name, value in self._caller.items() if name not in hidden},
            "GIT_INDEX_FILE": os.devnull,
            "GIT_ATTR_NOSYSTEM": "1",
        }

    def is_shallow(self) -> bool:
        """Is the history cut off somewhere?"""
        return self._shallow

    def boundary(self) -> frozenset[str]:
        """The commits at which the history is cut off: they look as if they added everything."""
        if not self.is_shallow():
            return frozenset()
        try:
            return frozenset(self._boundary.read_text(encoding="ascii").split())
        except (OSError, ValueError) as error:
            raise ChangeError(f"{self._boundary} cannot be read: {error}") from None

    def ask(self, *arguments: str, given: str = "") -> str:
        """The output of one git command, with `given` on its stdin."""
        with self.stream(*arguments, given=given) as chunks:
            return joined(chunks, arguments[0]).decode(errors="surrogateescape")

    def commit(self, name: str) -> Commitish | None:
        """The commit that a name stands for; None when there is none."""
        if not name or "\n" in name or "\0" in name or not _is_writable(name):
            return None
        try:
            text = self.ask("cat-file", "--batch", given=f"{name}^{{commit}}\n")
        except GitError as error:
            if _BROKEN.search(error.said):
                raise
            return None
        found = re.match(r"([0-9a-f]{40,64}) commit \d+\n", text)
        header = text.partition("\n\n")[0]
        time = re.search(r"^committer .*> (-?[0-9]{1,18}) [-+][0-9]+$", header, re.MULTILINE)
        return Commitish(found[1], int(time[1])) if found and time else None

    def is_dirty(self) -> bool:
        """Are there changes of tracked files that no commit has? Without a work tree there are none."""
        # NOTE: `.gitattributes` may name filters here, but only programs of the user's own settings.
        if self._bare:
            return False
        arguments = ("--porcelain", "--untracked-files=no", "--ignore-submodules=all")
        return self._outside("status", *arguments) != [""]

    def fetch_history(self) -> None:
        """Fetch what a shallow clone lacks, and the tags, from where it was cloned."""
        arguments = ("--quiet", "--unshallow", "--tags", "--no-recurse-submodules", "origin")
        self._outside("fetch", *arguments)
        self._shallow = False

    @contextmanager
    def stream(self, *arguments: str, given: str = "") -> Iterator[Iterator[bytes]]:
        """The output of one git command piece by piece, while it runs.

        It starts at once and waits for its reader, so several can run side by side.
        """
        place = (f"--git-dir={self._folder}", f"--work-tree={self._folder}")
        pinned = [*EXPLICIT, *place, *_SETTLED, *arguments]
        with self._running(pinned, self._folder, self._environ, given) as process:
            yield self._chunks(process, arguments[0])

    def _chunks(self, process: Running, command: str) -> Iterator[bytes]:
        yield from process.chunks(command)
        self.renames_skipped |= b"rename detection was skipped" in process.said

    def _outside(self, command: str, *arguments: str) -> list[str]:
        """What git says on each line, in the folder and the environment of the caller."""
        words = [*self._guards, *_SETTLED, command, *arguments]
        with self._running(words, self._work_tree, self._caller) as process:
            output = joined(process.chunks(command), command)
        return output.decode(errors="surrogateescape").removesuffix("\n").split("\n")

    @contextmanager
    def _running(
        self,
        arguments: Sequence[str],
        folder: str | Path,
        environ: Mapping[str, str],
        given: str = "",
    ) -> Iterator[Running]:
        with running(arguments, folder, environ, given, self._deadline) as process:
            yield process


def _is_writable(name: str) -> bool:
    try:
        name.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
