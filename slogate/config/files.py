"""Reading a configuration file that the user names: bounded, with a sentence on what is wrong."""

from __future__ import annotations

from pathlib import Path

from slogate.config.document import MAX_BYTES
from slogate.errors import ConfigError, Problem
from slogate.files import NO_FILE, NoRegularFileError, open_file


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
