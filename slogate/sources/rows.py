"""Rows of a CSV or JSON lines file with counts: read as a whole, refused with the line.

`time` is the end of the row's interval (RFC 3339 or Unix seconds); the other columns are counts.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from slogate.core.window import LATEST, parse_time
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.files import NO_FILE, NoRegularFileError, open_file
from slogate.sources.sample_cells import listed, shown

MAX_SIZE = 16 * 1024 * 1024
TIME = "time"


class Rows(NamedTuple):
    """The times in their order, and a list of counts per column; None is an empty cell."""

    times: list[int]
    columns: dict[str, list[float | None]]


def read(path: Path) -> Rows:
    """All rows; raises MeasurementError, NoDataError and ConfigError."""
    try:
        with open_file(path) as file:
            raw = file.read(MAX_SIZE + 1)
        if len(raw) > MAX_SIZE:
            raise MeasurementError(f"{path} is larger than {MAX_SIZE // 2**20} MiB")
        lines = StringIO(raw.decode("utf-8-sig"), newline="")
        rows = list(_jsonl(path, lines) if path.suffix == ".jsonl" else _csv(path, lines))
    except NoRegularFileError:
        raise MeasurementError(f"{path} {NO_FILE}") from None
    except UnicodeDecodeError as error:
        raise NoDataError(f"{path} is not UTF-8 text: {error}") from None
    except OSError as error:
        raise MeasurementError(f"{path} cannot be read: {error.strerror}") from None
    if not rows:
        raise NoDataError(f"{path} has no rows")
    return _table(path, rows)


def _csv(path: Path, file: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(file, strict=True)
    try:
        _refuse_twins(f"{path}:1", reader.fieldnames or [])
        for row in reader:
            if None in row or None in row.values():
                raise NoDataError(f"{path}:{reader.line_num}: more or fewer cells than the header")
            yield reader.line_num, row
    except csv.Error as error:
        raise NoDataError(f"{path}:{reader.line_num}: not CSV: {error}") from None


def _jsonl(path: Path, file: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=partial(_row, f"{path}:{number}"))
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise NoDataError(f"{path}:{number}: not a JSON object")
        yield number, row


def _row(where: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _refuse_twins(where, [name for name, _ in pairs])
    return dict(pairs)


def _refuse_twins(where: str, names: Sequence[str]) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise NoDataError(f"{where}: the column {shown(twins[0])} is there twice")


def _table(path: Path, rows: list[tuple[int, Mapping[str, Any]]]) -> Rows:
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    if TIME not in names:
        raise ConfigError(f"{path} has no column {TIME!r}; it has {listed(names)}")
    parsed = sorted(
        ((_time(path, number, row), number, row) for number, row in rows), key=lambda row: row[0]
    )
    for (earlier, _, _), (later, number, _) in pairwise(parsed):
        if earlier == later:
            raise NoDataError(f"{path}:{number}: a second row for the same time")
    columns = {
        name: [_count(row.get(name)) for _, _, row in parsed] for name in names if name != TIME
    }
    return Rows([at for at, _, _ in parsed], columns)


def _time(path: Path, number: int, row: Mapping[str, Any]) -> int:
    value = row.get(TIME)
    try:
        if isinstance(value, str) and not value.strip().isdigit():
            return parse_time(value.strip())
        if isinstance(value, bool) or value is None:
            raise ValueError(f"{shown(value)} is not a time")
        seconds = int(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise NoDataError(f"{path}:{number}: {TIME}: {str(error)[:200]}") from None
    if not 0 <= seconds < LATEST:
        raise NoDataError(
            f"{path}:{number}: {TIME}: not between 1970 and 2199; is it in milliseconds?"
        )
    return seconds


def _count(value: Any) -> float | None:
    """A count, or None for an empty cell.

    Text becomes NaN: a column that an SLI uses is refused for it, others may hold what they like.
    """
    if value is None or value == "":
        return None
    try:
        return float("nan") if isinstance(value, bool) else float(value)
    except (OverflowError, TypeError, ValueError):
        return float("nan")
