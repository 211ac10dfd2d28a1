"""Counts per row from a CSV or JSON lines file: no server needed.

`time` is the end of the row's interval (RFC 3339 or Unix seconds); the other columns are counts.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from slogate.core.evidence import Evidence, RoleSeries, Values
from slogate.core.model import Events, Sli
from slogate.core.plan import Grid, Plan
from slogate.core.words import moment, span
from slogate.deadline import Deadline
from slogate.errors import ConfigError, NoDataError
from slogate.sources.interface import Freshness, Unclear
from slogate.sources.reach import needed, recent
from slogate.sources.rows import Rows, read
from slogate.sources.sample_cells import listed
from slogate.sources.steps import outside

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
        if all(value is None for value in recent(roles["total"], plan).coarse):
            raise NoDataError(f"{self._path.name}: {table.reach(plan)}")
        table.refuse_holes(list(named.values()), plan)
        return Evidence(
            plan,
            roles,
            older=table.first <= plan.period.start,
            last_sample=table.last_before(plan.now),
            interval=table.interval,
        )

    def freshness(
        self, sli: Sli, scrapes: int, interval: int | None, now: int, deadline: Deadline
    ) -> Freshness | Unclear:
        """How old the newest row is, in distances of two rows; see FreshSource.freshness."""
        if not isinstance(sli, Events):
            return Unclear("a file has counts only")
        table = self._rows()
        bound = scrapes * (interval or table.interval)
        newest = table.newest(sli.total, now)
        fresh = newest is not None and now - newest < bound
        return Freshness(bound, interval or table.interval, fresh=fresh)

    def _rows(self) -> _Table:
        with self._lock:
            if self._table is None:
                self._table = _Table(self._path.name, read(self._path))
            return self._table


class _Table:
    """Rows sorted by time, a list of counts per column."""

    def __init__(self, name: str, rows: Rows) -> None:
        self._name = name
        self._times, self._columns = rows
        gaps = sorted(later - earlier for earlier, later in pairwise(rows.times))
        self.interval = gaps[len(gaps) // 2] if gaps else UNKNOWN_INTERVAL

    def series(self, column: str, plan: Plan) -> RoleSeries:
        counts = self._counts(column)
        return RoleSeries(
            self._steps(counts, plan.coarse, plan),
            () if plan.fine is None else self._steps(counts, plan.fine, plan),
            self._sum(counts, plan.period.start, plan.now),
            [self._sum(counts, *span) for span in plan.excluded],
        )

    def newest(self, column: str, now: int) -> int | None:
        """The time of the newest row up to now that has a count."""
        counts = self._counts(column)[: bisect_right(self._times, now)]
        known = [at for at, count in zip(self._times, counts, strict=False) if count is not None]
        return known[-1] if known else None

    def _counts(self, column: str) -> list[float | None]:
        if column not in self._columns:
            raise ConfigError(
                f"{self._name} has no column {column!r}; it has {listed(self._columns)}"
            )
        return self._columns[column]

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
        first = bisect_right(self._times, plan.now - plan.coarse.step * needed(plan))
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

    def _steps(self, counts: list[float | None], grid: Grid, plan: Plan) -> Values:
        edges = [plan.now - index * grid.step for index in range(grid.count, -1, -1)]
        values = [self._sum(counts, start, end) for start, end in pairwise(edges)]
        return outside(values, grid, plan.now, plan.excluded, partial(self._sum, counts))

    def _sum(self, counts: list[float | None], start: int, end: int) -> float | None:
        """Counts of the rows that end in (start, end]; None when there is none."""
        rows = counts[bisect_right(self._times, start) : bisect_right(self._times, end)]
        known = [count for count in rows if count is not None]
        return sum(known) if known else None
