"""Counts per row from a CSV or JSON lines file: no server needed.

`time` is the end of the row's interval (RFC 3339 or Unix seconds); the other columns are counts.
"""

from __future__ import annotations

import csv
import json
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from slogate.core.evidence import Evidence, RoleSeries, Values
from slogate.core.model import Events, Sli
from slogate.core.plan import Grid, Plan
from slogate.core.window import LATEST, parse_time
from slogate.core.words import moment, span
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError

MAX_SIZE = 16 * 1024 * 1024
TIME = "time"
FEWEST_ROWS = 7
"""Rows that a window must hold at least, at their usual distance."""
UNKNOWN_INTERVAL = 3600
"""Seconds between rows where a single row leaves it open."""


class FileSettings(Protocol):
    """What this source reads of its settings."""

    @property
    def path(self) -> Path: ...
    @property
    def resolution(self) -> int | None: ...


class FileSource:
    """Sums rows into the steps of a plan; the file is read once, at the first question."""

    workers = 1

    def __init__(self, settings: FileSettings) -> None:
        self._path = settings.path
        self.resolution = settings.resolution
        self._lock = threading.Lock()
        self._table: _Table | None = None

    def close(self) -> None:
        """Nothing is kept open."""

    @property
    def finest(self) -> int:
        """The usual distance of two rows, in seconds."""
        return self._rows().interval

    def fetch(self, sli: Sli, plan: Plan, deadline: Deadline) -> Evidence:
        """Count rows on the plan's grids; see Source.fetch."""
        if not isinstance(sli, Events):
            raise ConfigError(f"{self._path.name}: a file has counts only; use good|bad and total")
        table = self._rows()
        columns = {"good": sli.good, "bad": sli.bad, "total": sli.total}
        named = {role: column for role, column in columns.items() if column is not None}
        roles = {role: table.series(column, plan) for role, column in named.items()}
        if all(value is None for value in roles["total"].coarse):
            raise NoDataError(f"{self._path.name}: {table.reach(plan)}")
        table.refuse_holes(list(named.values()), plan)
        return Evidence(
            plan,
            roles,
            older=table.first <= plan.period.start,
            last_sample=table.last_before(plan.now),
            interval=table.interval,
        )

    def _rows(self) -> _Table:
        with self._lock:
            if self._table is None:
                self._table = _read(self._path)
            return self._table


class _Table:
    """Rows sorted by time, a list of counts per column."""

    def __init__(self, name: str, times: list[int], columns: dict[str, list[float | None]]) -> None:
        self._name = name
        self._times = times
        self._columns = columns
        gaps = sorted(later - earlier for earlier, later in pairwise(times))
        self.interval = gaps[len(gaps) // 2] if gaps else UNKNOWN_INTERVAL

    def series(self, column: str, plan: Plan) -> RoleSeries:
        if column not in self._columns:
            raise ConfigError(
                f"{self._name} has no column {column!r}; it has {', '.join(self._columns)}"
            )
        counts = self._columns[column]
        fine = () if plan.fine is None else self._steps(counts, plan.fine, plan.now)
        whole = self._sum(counts, plan.period.start, plan.now)
        return RoleSeries(self._steps(counts, plan.coarse, plan.now), fine, whole)

    @property
    def first(self) -> int:
        return self._times[0]

    def last_before(self, now: int) -> int:
        """The time of the newest row up to now."""
        return self._times[bisect_right(self._times, now) - 1]

    def refuse_holes(self, columns: list[str], plan: Plan) -> None:
        """Rows with one count but not the other are no evidence; nor are rows too far apart."""
        if self.interval * FEWEST_ROWS > plan.period.length:
            raise NoDataError(
                f"{self._name}: rows are {span(self.interval)} apart, too far for a window of "
                f"{span(plan.period.length)}"
            )
        first = bisect_right(self._times, plan.now - plan.coarse.span)
        for index in range(first, bisect_right(self._times, plan.now)):
            counts = {name: self._columns[name][index] for name in columns}
            lacking = [name for name, count in counts.items() if count is None]
            if lacking and len(lacking) < len(counts):
                raise NoDataError(
                    f"{self._name}: the row of {moment(self._times[index])} has no {lacking[0]!r}"
                )

    def reach(self, plan: Plan) -> str:
        first, last = self._times[0], self._times[-1]
        return (
            f"no rows in the window; the rows reach from {moment(first)} to {moment(last)}, "
            f"the evaluation is as of {moment(plan.now)} (use --at for another time)"
        )

    def _steps(self, counts: list[float | None], grid: Grid, now: int) -> Values:
        edges = [now - index * grid.step for index in range(grid.count, -1, -1)]
        return [self._sum(counts, start, end) for start, end in pairwise(edges)]

    def _sum(self, counts: list[float | None], start: int, end: int) -> float | None:
        """Counts of the rows that end in (start, end]; None when there is none."""
        rows = counts[bisect_right(self._times, start) : bisect_right(self._times, end)]
        known = [count for count in rows if count is not None]
        return sum(known) if known else None


def _read(path: Path) -> _Table:
    try:
        if not path.is_file():
            path.open().close()
            raise MeasurementError(f"{path} is no regular file")
        if path.stat().st_size > MAX_SIZE:
            raise MeasurementError(f"{path} is larger than {MAX_SIZE // 2**20} MiB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(_jsonl(path, file) if path.suffix == ".jsonl" else _csv(path, file))
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
        raise NoDataError(f"{where}: the column {twins[0]!r} is there twice")


def _table(path: Path, rows: list[tuple[int, Mapping[str, Any]]]) -> _Table:
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    if TIME not in names:
        raise ConfigError(f"{path} has no column {TIME!r}; it has {', '.join(names)}")
    parsed = sorted(
        ((_time(path, number, row), number, row) for number, row in rows), key=lambda row: row[0]
    )
    for (earlier, _, _), (later, number, _) in pairwise(parsed):
        if earlier == later:
            raise NoDataError(f"{path}:{number}: a second row for the same time")
    columns = {
        name: [_count(row.get(name)) for _, _, row in parsed] for name in names if name != TIME
    }
    return _Table(path.name, [at for at, _, _ in parsed], columns)


def _time(path: Path, number: int, row: Mapping[str, Any]) -> int:
    value = row.get(TIME)
    try:
        if isinstance(value, str) and not value.strip().isdigit():
            return parse_time(value.strip())
        if isinstance(value, bool) or value is None:
            raise ValueError(f"{value!r} is not a time")
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
