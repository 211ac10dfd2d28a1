"""How releases turned out, from a CSV file with the columns `release` and `failed`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from slogate.errors import ConfigError
from slogate.files import open_file

LARGEST = 16 * 1024 * 1024
_ANSWERS = {
    **dict.fromkeys(("yes", "true", "1", "failed"), True),
    **dict.fromkeys(("no", "false", "0", "ok"), False),
}


def read_outcomes(path: Path) -> dict[str, bool]:
    """For each release of the file whether it failed; raises ConfigError with the line."""
    try:
        with open_file(path) as file:
            raw = file.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise ConfigError(f"{path}: larger than {LARGEST // 2**20} MiB, is it the right file?")
        lines = StringIO(raw.decode("utf-8-sig"), newline="")
        return dict(_rows(csv.DictReader(lines), path))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise ConfigError(f"{path} is no CSV file in UTF-8") from None


def _rows(table: csv.DictReader[str], path: Path) -> Iterator[tuple[str, bool]]:
    columns = [name.strip().lower() for name in table.fieldnames or ()]
    if not {"release", "failed"} <= set(columns):
        raise ConfigError(f"{path}:1: needs the columns release and failed")
    table.fieldnames = columns
    seen: set[str] = set()
    for row in table:
        where = f"{path}:{table.line_num}"
        name, answer = ((row[key] or "").strip() for key in ("release", "failed"))
        if not name or name in seen:
            raise ConfigError(f"{where}: {'named twice' if name else 'no name'} in column release")
        if answer.lower() not in _ANSWERS:
            raise ConfigError(f"{where}: {answer[:80]!r} in column failed is neither yes nor no")
        seen.add(name)
        yield name, _ANSWERS[answer.lower()]
    if not seen:
        raise ConfigError(f"{path}: has no row")
