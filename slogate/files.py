"""Files that somebody names: read and written without waiting for a pipe at whose end is nobody."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

NO_FILE = "is no regular file"
_NOBODY = "nobody reads from this pipe or socket"
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_OF_THE_SYSTEM = ("/dev/", "/proc/")
_PLAIN = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class NoRegularFileError(OSError):
    """A pipe, a socket or a device, of which nobody knows whether it ever ends."""

    def __init__(self, said: str = f"it {NO_FILE}") -> None:
        super().__init__(errno.EINVAL, said)


def open_file(path: Path) -> BinaryIO:
    """A regular file, or a link to one, for reading.

    Raises OSError, of a folder IsADirectoryError and of what is no file NoRegularFileError, and
    ValueError for a path that cannot be one.
    """
    try:
        # NOTE: opening a pipe waits for its writer, unless it is said that nobody wants to wait.
        descriptor = os.open(path, os.O_RDONLY | _AT_ONCE | _PLAIN)
    except OSError as error:
        # a socket, or a device that is not there
        if error.errno in (errno.ENXIO, errno.ENODEV):
            raise NoRegularFileError from None
        raise
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise NoRegularFileError


def write(path: Path, content: bytes, *, append: bool = False) -> None:
    """All of the content into a file, or nothing: a report that a full disk cut off is taken back.

    A terminal, /dev/null and a pipe from which somebody reads can be written too. A link is replaced,
    never followed, but for those of the system such as /dev/stdout. Raises OSError and ValueError as
    `open_file` does.
    """
    if path.is_symlink() and not str(path.absolute()).startswith(_OF_THE_SYSTEM):
        # NOTE: it may have come with the change, and lead to what is not its own.
        path.unlink()
    descriptor = _open_for_writing(path, os.O_APPEND if append else os.O_TRUNC)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        before = os.fstat(descriptor).st_size
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[file.write(rest) :]
        except BaseException:
            with suppress(OSError):
                os.ftruncate(descriptor, before)
            raise


def _open_for_writing(path: Path, how: int) -> int:
    try:
        # NOTE: opening a pipe waits for its reader, as above.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how | _AT_ONCE | _PLAIN, 0o666)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENODEV):
            raise NoRegularFileError(_NOBODY) from None
        raise
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    if not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
        os.close(descriptor)
        raise NoRegularFileError
    # NOTE: from here on a slow reader is waited for, as everybody does who writes into a pipe.
    os.set_blocking(descriptor, True)
    return descriptor
