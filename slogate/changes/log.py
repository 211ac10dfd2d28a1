"""What `git log` prints with -z, read piece by piece, however much it is.

After its header (see HEADER) a commit has its files: with --raw --numstat first all of
`:modes and hashes STATUS` NUL path (two paths after a rename), then all of `added TAB deleted TAB
path` (after a rename: TAB NUL old NUL new); with --name-status `STATUS` NUL path. Fields are told
apart by their place alone, since a path may hold anything but NUL.
https://git-scm.com/docs/git-log, "RAW OUTPUT FORMAT" and "THE -Z OUTPUT FORMAT"
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from slogate.core.commits import FileChange, Header
from slogate.errors import ChangeError

HEADER = "%x01%H%x00%ct%x00%B%x00"
"""The --format of a commit: a control byte, hash, time of the committer, message."""
FILES = (
    *("log", "-z", "--raw", "--numstat", "-M", "--no-merges", "--no-abbrev", "--encoding=UTF-8"),
    *("--no-ext-diff", "--no-textconv", "--diff-algorithm=myers", "--ignore-submodules=none"),
    f"--format={HEADER}",
)
"""The git command for the files of commits."""
_START = b"\x01"
_SUBMODULE, _LINK = b"160000", b"120000"
_MOST_DIGITS = 18
_LONGEST = 4096
"""Bytes of a path: no system has longer ones, and patterns take their time with them."""


def fields(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What stands before each NUL."""
    parts: list[bytes] = []
    for chunk in chunks:
        head, *others = chunk.split(b"\0")
        parts.append(head)
        if others:
            yield b"".join(parts)
            yield from others[:-1]
            parts = others[-1:]
    if any(parts):
        raise ChangeError("what git printed breaks off in the middle")


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What stands before each line end."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


@contextmanager
def legible(printed: str | bytes) -> Iterator[None]:
    """Reads what git printed; where it is not as it has to be, that is a ChangeError."""
    try:
        yield
    except (ValueError, LookupError):
        raise ChangeError(f"what git printed cannot be read: {printed[:80]!r}") from None


def read_files(chunks: Iterable[bytes]) -> Iterator[Header | FileChange]:
    """Headers, each followed by its files, of `git log -z --raw --numstat`."""
    stream = fields(chunks)
    special: dict[bytes, set[bytes]] = {}
    for field in stream:
        entry = field.removeprefix(b"\n")
        if entry.startswith(_START):
            special.clear()
            yield _header(entry, stream)
        elif entry.startswith(b":"):
            path = _raw_path(entry, stream)
            modes = {entry[1:7], entry[8:14]} & {_SUBMODULE, _LINK}
            if modes:
                special[path] = modes
        elif entry:
            yield _file(entry, stream, special)


def read_paths(chunks: Iterable[bytes]) -> Iterator[Header | str]:
    """Headers, each followed by the paths of its files, of `git log -z --name-status`."""
    stream = fields(chunks)
    for field in stream:
        entry = field.removeprefix(b"\n")
        if entry.startswith(_START):
            yield _header(entry, stream)
        elif entry:
            yield _path(_next(stream))


def _header(entry: bytes, stream: Iterator[bytes]) -> Header:
    time, message = _next(stream), _next(stream)
    with legible(entry):
        return Header(entry[1:].decode("ascii"), int(time or 0), message.decode(errors="replace"))


def _raw_path(entry: bytes, stream: Iterator[bytes]) -> bytes:
    path = _next(stream)
    return _next(stream) if entry.rpartition(b" ")[2][:1] in (b"R", b"C") else path


def _file(entry: bytes, stream: Iterator[bytes], special: Mapping[bytes, set[bytes]]) -> FileChange:
    with legible(entry):
        added, deleted, path = entry.split(b"\t", 2)
        old = None
        if not path:
            old, path = _path(_next(stream)), _next(stream)
        modes = special.get(path, ())
        return FileChange(
            *(_path(path), _lines(added), _lines(deleted), old),
            submodule=_SUBMODULE in modes,
            link=_LINK in modes,
        )


def _lines(number: bytes) -> int | None:
    if number == b"-":
        return None
    if not number.isdigit() or len(number) > _MOST_DIGITS:
        raise ValueError("no number of lines")
    return int(number)


def _path(raw: bytes) -> str:
    if len(raw) > _LONGEST:
        raise ChangeError(f"a path is longer than {_LONGEST} bytes: {raw[:40]!r}...")
    return raw.decode(errors="surrogateescape")


def _next(stream: Iterator[bytes]) -> bytes:
    found = next(stream, None)
    if found is None:
        raise ChangeError("what git printed breaks off in the middle")
    return found
