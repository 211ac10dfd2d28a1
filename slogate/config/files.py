"""Reading a file that the user names: bounded, and never waiting for what is no file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from slogate.config.document import MAX_BYTES
from slogate.errors import ConfigError, Problem

NO_FILE = "is no regular file"
_NOT_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class NoRegularFileError(OSError):
    """A pipe, a socket or a device, of which nobody knows whether it ever ends."""


def open_file(path: Path) -> BinaryIO:
    """A regular file, or a link to one, for reading.

    Raises OSError, of a folder IsADirectoryError and of what is no file NoRegularFileError, and
    ValueError for a path that cannot be one.
    """
    try:
        # NOTE: opening a pipe waits for its writer, unless it is said that nobody wants to wait.
        descriptor = os.open(path, os.O_RDONLY | _NOT_AT_ONCE | _BINARY)
    except OSError as error:
        # a socket, or a device that is not there
        if error.errno in (errno.ENXIO, errno.ENODEV):
            raise NoRegularFileError(NO_FILE) from None
        raise
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise NoRegularFileError(NO_FILE)


def read_named(path: Path) -> bytes:
    """What stands in a file that the user names, a byte more than permitted at most.

    Raises ConfigError, which says why it cannot be read.
    """
    try:
        with open_file(path) as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        message = "there is no such file"
    except IsADirectoryError:
        message = "this is a directory; name the file in it"
    except NoRegularFileError:
        message = f"{NO_FILE}; name one that is"
    except (OSError, ValueError) as error:
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    raise ConfigError([Problem(str(path), "", message)])
