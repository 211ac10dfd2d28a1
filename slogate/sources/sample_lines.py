"""Lines of a file that may be of any size and of any kind: read one by one, refused by content."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from slogate.errors import ConfigError, NoDataError
from slogate.files import NoRegularFileError, open_file

LONGEST = 2**20
"""Bytes of a line, and of a row where quotes make it many lines."""
ACCEPTED = (
    "accepted are CSV and JSON lines with value, with time and value, or with time, bad and total, "
    "and what k6 writes with --out json=FILE or --out csv=FILE"
)
_HEAD = 4096
_BOM = b"\xef\xbb\xbf"
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
_FOREIGN = (
    (rb"<(?s:.*)<?testsuites?\b", "a JUnit report"),
    (rb"<(?s:.*)<?testResults\b", "JMeter's XML; let it write CSV"),
    (rb"(?i)<(!doctype )?html\b", "an HTML page"),
    (rb"<", "an XML document"),
    (rb"# (HELP|TYPE) ", "a page of Prometheus metrics"),
    (rb'\{\s*"status"\s*:\s*"(success|error)"', "an answer of Prometheus"),
    (rb'\{\s*"(metrics|root_group)"\s*:\s*\{', "the summary of k6, without single measurements"),
    (rb"\[", "a JSON array; JSON lines are one object a line"),
    (rb"\{\s*[\r\n]", "a JSON document over many lines; JSON lines are one object a line"),
    (rb"---[ \r\n]", "a YAML document"),
    (rb"%PDF-", "a PDF document"),
)


class Lines:
    """The lines of a text file in UTF-8, and the number of the one that was read last."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.number = 0
        self.held = 0
        self.is_json = False
        self._text = self._read(file)
        self._recognise(file)

    def __iter__(self) -> Iterator[str]:
        return self._text

    def wrong(self, message: str) -> ConfigError:
        """The error that names the line that was read last."""
        return ConfigError(f"{self.path}:{self.number}: {message}")

    def taken(self) -> None:
        """The lines so far have become a row."""
        self.held = 0

    def _read(self, file: BinaryIO) -> Iterator[str]:
        # NOTE: a file that grows while it is read would never end.
        left = os.fstat(file.fileno()).st_size
        for raw in iter(partial(file.readline, LONGEST + 1), b""):
            left -= len(raw)
            if left < 0:
                return
            self.number += 1
            self.held += len(raw)
            if self.held > LONGEST:
                raise self.wrong(f"a line or row of more than {LONGEST // 2**20} MiB")
            if b"\0" in raw:
                raise self.wrong("a NUL byte: this is no text")
            try:
                yield (raw.removeprefix(_BOM) if self.number == 1 else raw).decode()
            except UnicodeDecodeError:
                raise self.wrong("this is no text in UTF-8") from None

    def _recognise(self, file: BinaryIO) -> None:
        """Refuse what is surely something else, whatever its name."""
        head = file.read(_HEAD)
        file.seek(0)
        for magic, packer in _PACKED.items():
            if head.startswith(magic):
                raise ConfigError(f"{self.path} is packed with {packer}: unpack it first")
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ConfigError(f"{self.path} is text in UTF-16; write it in UTF-8")
        if b"\0" in head:
            raise ConfigError(f"{self.path} is binary, or text in UTF-16; {ACCEPTED}")
        start = head.removeprefix(_BOM).lstrip()
        if not start and len(head) < _HEAD:
            raise NoDataError(f"{self.path} is empty")
        for pattern, name in _FOREIGN:
            if re.match(pattern, start):
                raise ConfigError(f"{self.path} is {name}; {ACCEPTED}")
        self.is_json = start.startswith(b"{")


@contextmanager
def opened(path: Path) -> Iterator[Lines]:
    """The lines of a regular file; ConfigError for all that is none or cannot be read."""
    try:
        with open_file(path) as file:
            yield Lines(path, file)
    except (IsADirectoryError, NoRegularFileError) as error:
        what = "a pipe or a device" if isinstance(error, NoRegularFileError) else "a directory"
        raise ConfigError(
            f"{path} is {what}, not a file: samples are read from files only"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
