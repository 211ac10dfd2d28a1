"""What one arm of a canary measured, from a file: samples, a series or counts.

Files may be large: they are read line by line, and what is kept is bounded.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from slogate.core.arms import Counts, Samples, Series
from slogate.errors import ConfigError, NoDataError
from slogate.sources.sample_cells import listed, number, unix_time
from slogate.sources.sample_columns import BAD, TIME, TOTAL, present, told_kind, value_column
from slogate.sources.sample_formats import Points, Table, recognise
from slogate.sources.sample_lines import ACCEPTED, Lines, opened
from slogate.sources.sample_thinning import Thinned

MOST = 1_000_000
"""Samples that are kept; points or intervals that a file may have."""
KINDS = ("samples", "series", "counts")
K6_METRIC = "http_req_duration"
K6_FAILED = "http_req_failed"
K6_BAD = {K6_FAILED: 1, "checks": 0}
"""Metrics of k6 that are counted, and the value of a bad event."""
K6_INTERVAL = 10
"""Seconds of the intervals in which they are counted."""

Rows = Iterator[Sequence[Any]]


@dataclass(frozen=True)
class ArmFile:
    """What a file holds, and what a reader of the report should know of how it was read."""

    data: Series | Samples | Counts
    notes: tuple[str, ...] = ()
    metric: str = ""


MOST_LOST = 0.05
"""Share of samples that may be no numbers: a timeout written as infinity is the worst of all."""


def read_arm(path: Path, kind: str | None, metric: str | None, *, most: int = MOST) -> ArmFile:
    """Read one arm; without a `kind` the columns tell.

    `metric` names the column of the value, or the metric of k6. Raises ConfigError when the file is
    the wrong one and NoDataError when it is the right one but has no evidence.
    """
    if kind is not None and kind not in KINDS:
        raise ConfigError(f"{kind!r} is no kind of samples; there are {', '.join(KINDS)}")
    with opened(path) as lines:
        source = recognise(lines)
        if isinstance(source, Points):
            return _from_k6(lines, source, kind, metric, most)
        return _from_table(lines, source, kind, metric, most)


def _from_table(
    lines: Lines, table: Table, kind: str | None, metric: str | None, most: int
) -> ArmFile:
    kind = kind or told_kind(lines, table, metric)
    if kind == "counts":
        if metric is not None:
            raise ConfigError(f"{lines.path}: counts are in {BAD} and {TOTAL}, without --metric")
        columns = [present(lines, table, name) for name in (TIME, BAD, TOTAL)]
        return _counts(lines, _some(lines, table.select(columns)), most)
    value = value_column(lines, table, metric)
    if kind == "series":
        columns = [present(lines, table, TIME), value]
        return _series(lines, _some(lines, table.select(columns)), value, most)
    return _samples(lines, _some(lines, table.select([value])), value, most)


def _from_k6(
    lines: Lines, points: Points, kind: str | None, metric: str | None, most: int
) -> ArmFile:
    if kind == "series":
        raise ConfigError(f"{lines.path} has single measurements of k6: use --kind samples")
    name = metric or (K6_FAILED if kind == "counts" else K6_METRIC)
    if kind == "counts" and name not in K6_BAD:
        raise ConfigError(f"{lines.path}: of k6's metrics {' and '.join(K6_BAD)} are counted only")
    rows = points.of(name)
    first = next(rows, None)
    if first is None:
        error = NoDataError if metric is None else ConfigError
        raise error(
            f"{lines.path}: k6 wrote nothing of the metric {name!r}; "
            f"there are {listed(points.names) or 'no others either'}"
        )
    rows = chain([first], rows)
    if kind == "counts" or (kind is None and name in K6_BAD):
        return replace(_k6_counts(lines, rows, name, most), metric=name)
    return replace(_samples(lines, rows, name, most), metric=name)


def _some(lines: Lines, rows: Rows) -> Rows:
    first = next(rows, None)
    if first is None:
        raise NoDataError(f"{lines.path} has a header, but no row")
    return chain([first], rows)


def _samples(lines: Lines, rows: Rows, column: str, most: int) -> ArmFile:
    kept = Thinned(most)
    dropped = 0
    for row in rows:
        value = _number(lines, column, row[-1])
        if math.isfinite(value):
            kept.add(value)
        else:
            dropped += 1
    notes = []
    if dropped:
        lost = _lost(lines, column, dropped, dropped + kept.seen)
        if dropped > MOST_LOST * (dropped + kept.seen):
            raise NoDataError(f"{lost}: too many to judge by the others")
        notes.append(f"{lost} and do not count")
    if kept.stride > 1:
        share = f"{len(kept.values):,}, one of each {kept.stride:,}, are judged"
        notes.append(f"{lines.path}: of {kept.seen:,} samples {share}")
    return ArmFile(Samples(tuple(kept.values)), tuple(notes))


def _series(lines: Lines, rows: Rows, column: str, most: int) -> ArmFile:
    times = _Times(lines, most)
    values = array("d")
    for at, cell in rows:
        times.add(at)
        value = _number(lines, column, cell)
        values.append(value if math.isfinite(value) else math.nan)
    empty = sum(map(math.isnan, values))
    note = _lost(lines, column, empty, len(values))
    if empty == len(values):
        raise NoDataError(note)
    order = times.order("; are they single measurements? Use --kind samples")
    data = Series(times.sorted(order), tuple(values[place] for place in order))
    return ArmFile(data, (note,) if empty else ())


def _counts(lines: Lines, rows: Rows, most: int) -> ArmFile:
    times = _Times(lines, most)
    bad, total = array("d"), array("d")
    for at, *cells in rows:
        times.add(at)
        some, whole = map(_number, (lines, lines), (BAD, TOTAL), cells)
        if not 0 <= some <= whole < math.inf:
            raise lines.wrong(f"{BAD} {some:g}, {TOTAL} {whole:g}: 0 <= {BAD} <= {TOTAL} is wanted")
        bad.append(some)
        total.append(whole)
    order = times.order()
    return ArmFile(Counts(tuple(bad[at] for at in order), tuple(total[at] for at in order)))


def _k6_counts(lines: Lines, rows: Rows, name: str, most: int) -> ArmFile:
    intervals: dict[int, list[int]] = {}
    for at, cell in rows:
        value = _number(lines, name, cell)
        if value not in {0, 1}:
            raise lines.wrong(f"{name}: {value:g} is neither 0 nor 1")
        interval = intervals.setdefault(_time(lines, at) // K6_INTERVAL, [0, 0])
        interval[0] += value == K6_BAD[name]
        interval[1] += 1
        if len(intervals) > most:
            raise _too_many(lines, most)
    counts = [intervals[start] for start in sorted(intervals)]
    return ArmFile(
        Counts(tuple(float(bad) for bad, _ in counts), tuple(float(all_) for _, all_ in counts))
    )


def _lost(lines: Lines, column: str, lost: int, of: int) -> str:
    name = listed([column])
    return f"{lines.path}: {lost:,} of {of:,} values of {name} are empty or not finite"


class _Times:
    """The times of rows, each with its line."""

    def __init__(self, lines: Lines, most: int) -> None:
        self._lines = lines
        self._most = most
        self._times = array("q")
        self._numbers = array("q")

    def add(self, cell: Any) -> None:
        """Take the time of the row that was read last."""
        if len(self._times) == self._most:
            raise _too_many(self._lines, self._most)
        self._times.append(_time(self._lines, cell))
        self._numbers.append(self._lines.number)

    def order(self, hint: str = "") -> list[int]:
        """The places of the rows in the order of time; ConfigError when two have the same."""
        places = sorted(range(len(self._times)), key=self._times.__getitem__)
        for earlier, later in pairwise(places):
            if self._times[earlier] == self._times[later]:
                raise ConfigError(
                    f"{self._lines.path}:{self._numbers[later]}: a second row for the second "
                    f"{self._times[later]}, which line {self._numbers[earlier]} has too{hint}"
                )
        return places

    def sorted(self, order: list[int]) -> tuple[int, ...]:
        """The times in this order."""
        return tuple(self._times[place] for place in order)


def _too_many(lines: Lines, most: int) -> ConfigError:
    return ConfigError(f"{lines.path} has more than {most:,} times; take longer intervals")


def _time(lines: Lines, cell: Any) -> int:
    try:
        return unix_time(cell)
    except ValueError as error:
        raise lines.wrong(f"{TIME}: {error}") from None


def _number(lines: Lines, column: str, cell: Any) -> float:
    try:
        return number(cell)
    except ValueError as error:
        # NOTE: where not even the first row is right, it may be a file of another format.
        more = f"; {ACCEPTED}" if lines.number <= 2 else ""
        raise lines.wrong(f"{listed([column])}: {error}{more}") from None
