"""Runs git: arguments as a list and refs over stdin, so that no name is ever taken for an option."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import IO, NamedTuple, cast

from slogate.deadline import Deadline
from slogate.errors import ChangeError

CHUNK = 1 << 16
_LONGEST = 300
_QUIET = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TRACE2": "0",
    "GIT_TRACE2_EVENT": "0",
    "GIT_TRACE2_PERF": "0",
}
_SETTLED = tuple(
    word
    for setting in (
        "log.showSignature=false",
        "log.showRoot=true",
        f"diff.orderFile={os.devnull}",
        "core.bigFileThreshold=512m",
        "diff.relative=false",
        f"core.attributesFile={os.devnull}",
    )
    for word in ("-c", setting)
)
"""What the user's configuration of git must not change."""
_BROKEN = re.compile(r"corrupt|object (file|directory)|inflate|unable to read|bad object")
_CREDENTIALS = re.compile(r"(://)[^/\s@]+@")


class Commitish(NamedTuple):
    """A commit with the time of its committer in Unix seconds."""

    sha: str
    time: int


class GitError(ChangeError):
    """git ended with an error: its exit code, and what it said on one line."""

    def __init__(self, command: str, code: int, said: str) -> None:
        short = said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"
        super().__init__(f"git {command} failed: {short or f'exit code {code}'}")
        self.code = code
        self.said = said


class Git:
    """git in the repository around a folder; everything together ends with the deadline.

    Raises ChangeError, here and in every method, when git is not there or fails.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str], deadline: Deadline) -> None:
        self.renames_skipped = False
        self._deadline = deadline
        self._work_tree = folder
        plain = {key: value for key, value in environ.items() if not key.startswith("GIT_TRACE")}
        self._caller = {**plain, **_QUIET}
        found = self._run(
            ["rev-parse", "--is-shallow-repository", "--absolute-git-dir", "--git-path", "shallow"],
            folder,
            self._caller,
        )
        lines = found.decode(errors="surrogateescape").removesuffix("\n").split("\n")
        if len(lines) != 3:
            raise ChangeError("the path of the repository holds a line break: move it")
        shallow, self._folder, boundary = lines
        self._shallow = shallow == "true"
        self._boundary = folder / boundary
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
        output = self._run(self._pinned(arguments), Path(self._folder), self._environ, given)
        return output.decode(errors="surrogateescape")

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
        time = re.search(r"^committer .*> (-?\d+) [-+]\d+$", header, re.MULTILINE)
        return Commitish(found[1], int(time[1])) if found and time else None

    def is_dirty(self) -> bool:
        """Are there changes of tracked files that no commit has?"""
        arguments = ["status", "--porcelain", "--untracked-files=no", "--ignore-submodules=all"]
        return bool(self._run([*_SETTLED, *arguments], self._work_tree, self._caller))

    def fetch_history(self) -> None:
        """Fetch what a shallow clone lacks, and the tags, from where it was cloned."""
        arguments = ["fetch", "--quiet", "--unshallow", "--tags", "--no-recurse-submodules"]
        self._run([*arguments, "origin"], self._work_tree, self._caller)
        self._shallow = False

    @contextmanager
    def stream(self, *arguments: str, given: str = "") -> Iterator[Iterator[bytes]]:
        """The output of one git command piece by piece, while it runs.

        It starts at once and waits for its reader, so several can run side by side.
        """
        with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as asked:
            asked.write(given.encode())
            asked.seek(0)
            process = self._start(
                self._pinned(arguments), Path(self._folder), self._environ, asked, complaints
            )
            timer = threading.Timer(max(self._deadline.remaining(), 0), _kill, [process])
            timer.daemon = True
            timer.start()
            try:
                yield self._chunks(process, arguments[0], complaints)
            finally:
                timer.cancel()
                _end(process)

    def _pinned(self, arguments: Sequence[str]) -> list[str]:
        return [f"--git-dir={self._folder}", f"--work-tree={self._folder}", *_SETTLED, *arguments]

    def _run(
        self, arguments: Sequence[str], folder: Path, environ: Mapping[str, str], given: str = ""
    ) -> bytes:
        seconds = self._deadline.remaining()
        if seconds <= 0:
            raise self._late()
        with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as asked:
            asked.write(given.encode(errors="surrogateescape"))
            asked.seek(0)
            process = self._start(arguments, folder, environ, asked, complaints)
            try:
                output, _ = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise self._late() from None
            finally:
                _end(process)
            complaints.seek(0)
            if process.returncode:
                raise _failed(_command(arguments), complaints.read(CHUNK), process.returncode)
        return output

    def _start(
        self,
        arguments: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        asked: IO[bytes],
        complaints: IO[bytes],
    ) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603
                ["git", *arguments],  # noqa: S607
                cwd=folder,
                env=environ,
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise _not_started(error) from None

    def _chunks(
        self, process: subprocess.Popen[bytes], command: str, complaints: IO[bytes]
    ) -> Iterator[bytes]:
        """The pieces; at their end raises ChangeError when git failed, however much it printed."""
        pipe = cast("BufferedReader", process.stdout)
        while chunk := pipe.read1(CHUNK):
            yield chunk
        code = process.wait()
        complaints.seek(0)
        said = complaints.read(CHUNK)
        if code and self._deadline.remaining() <= 0:
            raise self._late()
        if code:
            raise _failed(command, said, code)
        self.renames_skipped |= b"rename detection was skipped" in said

    def _late(self) -> ChangeError:
        return ChangeError(
            f"git did not answer within the deadline of {self._deadline.seconds:g} s"
        )


def _is_writable(name: str) -> bool:
    try:
        name.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing behind: neither the process nor what it has started."""
    _kill(process)
    if process.stdout is not None:
        process.stdout.close()
    process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        # NOTE: a session of its own is a group of its own; Windows has no groups.
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _command(arguments: Sequence[str]) -> str:
    words = (word for word in arguments if not word.startswith("-") and "=" not in word)
    return next(words, "")


def _not_started(error: Exception) -> ChangeError:
    if isinstance(error, FileNotFoundError) and error.filename == "git":
        return ChangeError("git is not installed here")
    return ChangeError(f"git does not start: {error}")


def _failed(command: str, complaints: bytes, code: int) -> ChangeError:
    said = " ".join(complaints.decode(errors="replace").split())
    said = _CREDENTIALS.sub(r"\1***@", said)
    if "dubious ownership" in said:
        return ChangeError(
            "git refuses this repository because somebody else owns it: "
            "`git config --global --add safe.directory` with its folder tells git to trust it"
        )
    if "not a git repository" in said:
        return ChangeError("this is not a git repository")
    if "promisor" in said:
        return ChangeError(
            "the clone is partial and the missing files could not be fetched: "
            "clone without --filter"
        )
    return GitError(command, code, said)
