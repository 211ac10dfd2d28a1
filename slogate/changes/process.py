"""git as a process: fed from a file, read piece by piece, ended with the deadline, told on failure."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

from slogate.core import words
from slogate.deadline import Deadline
from slogate.errors import ChangeError

CHUNK = 1 << 16
_AHEAD = 1 << 20
"""So many bytes may git be ahead of its reader, where the system knows how to let it."""
_MOST = 128 << 20
"""Bytes of an answer that is kept as a whole: the hashes of three million commits."""
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
_GUARDS = ("-c", "core.fsmonitor=", "-c", f"core.hooksPath={os.devnull}")
"""What no repository makes git execute. Empty, since an old git takes `false` for a program."""
_CREDENTIALS = re.compile(r"(://)[^/\s@]+@")


POSING = (
    "the files of this folder pose as a repository of their own (HEAD, objects, refs), which git must "
    "not use: run slogate in another folder, or name the repository with GIT_DIR"
)


class AbsentError(ChangeError):
    """git is not installed, or says that there is no repository."""


class GitError(ChangeError):
    """git ended with an error: its exit code, and what it said on one line."""

    def __init__(self, command: str, code: int, said: str) -> None:
        short = words.cut(said, _LONGEST) or f"exit code {code}"
        super().__init__(f"git {command} failed: {short}")
        self.code = code
        self.said = said


def quiet(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which git asks nobody, and says nothing that was not asked for."""
    plain = {name: value for name, value in environ.items() if not name.startswith("GIT_TRACE")}
    return {**plain, **_QUIET}


def joined(chunks: Iterable[bytes], command: str) -> bytes:
    """All pieces of an answer together; raises ChangeError where that is no answer any more."""
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > _MOST:
            raise ChangeError(f"git {command} prints more than {_MOST >> 20} MiB")
    return b"".join(parts)


class Running:
    """A git command that runs, in a group of its own, and what it has said once it was read."""

    def __init__(
        self, process: subprocess.Popen[bytes], complaints: IO[bytes], deadline: Deadline
    ) -> None:
        self.said = b""
        self._process = process
        self._complaints = complaints
        self._deadline = deadline
        self._timer = threading.Timer(max(deadline.remaining(), 0), self._kill)
        self._timer.daemon = True

    def begin(self) -> None:
        """End it with the deadline; raises ChangeError when nobody could."""
        try:
            self._timer.start()
        except RuntimeError as error:
            raise ChangeError(f"nobody could end git in time: {error}") from None

    def chunks(self, command: str) -> Iterator[bytes]:
        """The pieces; at their end raises ChangeError when git failed, however much it printed."""
        pipe = cast("IO[bytes]", self._process.stdout)
        while chunk := self._read(pipe.fileno()):
            yield chunk
        code = self._wait()
        self._complaints.seek(0)
        self.said = self._complaints.read(CHUNK)
        if code and self._deadline.remaining() <= 0:
            raise _late(self._deadline)
        if code:
            raise _failed(command, self.said, code)

    def _read(self, pipe: int) -> bytes:
        # NOTE: what git has started may outlive it in a group of its own, and hold the pipe open;
        # Windows knows no poll.
        if hasattr(select, "poll"):
            waiting = select.poll()
            waiting.register(pipe, select.POLLIN)
            if not waiting.poll(max(self._deadline.remaining(), 0) * 1000):
                raise _late(self._deadline)
        return os.read(pipe, CHUNK)

    def end(self) -> None:
        """Leave nothing behind: what still runs is killed, with all that it has started."""
        self._rest()
        if self._process.returncode is None:
            self._kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()

    def _wait(self) -> int:
        """The exit code of a process that has closed its output, and so is about to end."""
        self._rest()
        try:
            return self._process.wait(max(self._deadline.remaining(), 0.01))
        except subprocess.TimeoutExpired:
            raise _late(self._deadline) from None

    def _rest(self) -> None:
        """Let nobody else kill from here on: the number of a process is free once it was awaited."""
        self._timer.cancel()
        if self._timer.is_alive():
            self._timer.join()

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            # NOTE: a session of its own is a group of its own; Windows has no groups.
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()


@contextmanager
def running(
    arguments: Sequence[str],
    folder: str | Path,
    environ: Mapping[str, str],
    given: str,
    deadline: Deadline,
) -> Iterator[Running]:
    """git with these arguments, and with `given` on its stdin; it is over when the block ends.

    Raises ChangeError when it does not start.
    """
    if deadline.remaining() <= 0:
        raise _late(deadline)
    with _file(given.encode(errors="surrogateescape")) as asked, _file() as complaints:
        process = _start(arguments, folder, environ, asked, complaints)
        started = Running(process, complaints, deadline)
        try:
            started.begin()
            yield started
        finally:
            started.end()


def _file(content: bytes = b"") -> IO[bytes]:
    """A file for what no pipe may hold up, since nobody reads or writes at its other end."""
    try:
        file = tempfile.TemporaryFile()  # noqa: SIM115
        file.write(content)
        file.seek(0)
    except OSError as error:
        raise ChangeError(f"no temporary file can be written: {error}") from None
    return file


def _start(
    arguments: Sequence[str],
    folder: str | Path,
    environ: Mapping[str, str],
    asked: IO[bytes],
    complaints: IO[bytes],
) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(  # noqa: S603
            ["git", "--no-pager", *_GUARDS, *arguments],  # noqa: S607
            cwd=folder,
            env=environ,
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise _not_started(error) from None
    with suppress(ImportError, OSError):
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(cast("IO[bytes]", process.stdout), F_SETPIPE_SZ, _AHEAD)
    return process


def _late(deadline: Deadline) -> ChangeError:
    return ChangeError(
        f"git did not answer within the deadline of {deadline.seconds:g} s; --timeout gives it longer"
    )


def _not_started(error: Exception) -> ChangeError:
    if isinstance(error, FileNotFoundError) and error.filename == "git":
        return AbsentError("git is not installed here")
    return ChangeError(f"git does not start: {error}")


def _failed(command: str, complaints: bytes, code: int) -> ChangeError:
    text = complaints.decode(errors="replace")
    said = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    said = _CREDENTIALS.sub(r"\1***@", said)
    if "dubious ownership" in said:
        return ChangeError(
            "git refuses this repository because somebody else owns it: "
            "`git config --global --add safe.directory` with its folder tells git to trust it"
        )
    if "not a git repository" in said:
        return AbsentError("this is not a git repository")
    if "cannot use bare repository" in said:
        return ChangeError(POSING)
    if "promisor" in said:
        return ChangeError(
            "the clone is partial and the missing files could not be fetched: "
            "clone without --filter"
        )
    return GitError(command, code, said)
