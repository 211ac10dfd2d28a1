"""Rows of CSV, of JSON lines and of what k6 writes: told apart by content, read one by one."""

from __future__ import annotations

import csv
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol

from slogate.errors import NoDataError
from slogate.sources.sample_cells import MOST_NAMES, number, shown
from slogate.sources.sample_lines import ACCEPTED, Lines

_K6_COLUMNS = ["metric_name", "timestamp", "metric_value"]
_ENDS = ("}\n", "}\r\n", "}")


class Table(Protocol):
    """Rows with named columns."""

    @property
    def columns(self) -> Sequence[str]: ...

    def select(self, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        """The cells of these columns, row by row."""
        ...


class Points(ABC):
    """What k6 wrote: measurements of many metrics, whose names are known when all were read."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    @abstractmethod
    def of(self, metric: str) -> Iterator[Sequence[Any]]:
        """Time and value of each measurement of the metric."""

    def _saw(self, name: str) -> None:
        if len(self.names) < MOST_NAMES:
            self.names[name] = None


def recognise(lines: Lines) -> Table | Points:
    """The reader for the format of these lines."""
    if lines.is_json:
        first = next((line for line in lines if line.strip()), "")
        row = _parsed(lines, first)
        again = chain([first], lines)
        return _K6Json(lines, again) if _is_k6(row) else _JsonTable(lines, again, list(row))
    table = _CsvTable(lines)
    return _K6Csv(table) if table.columns[:3] == _K6_COLUMNS else table


class _CsvTable:
    """Rows of a CSV file; without a header its only column is called `value`."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._rows = self._parsed()
        first = next(self._rows, None)
        if first is None:
            raise NoDataError(f"{lines.path} is empty")
        self.columns = [name.strip() for name in first]
        if all(_is_number(name) for name in self.columns):
            if len(self.columns) > 1:
                raise lines.wrong("the first row has numbers, not the names of columns")
            self.columns = ["value"]
            self._rows = chain([first], self._rows)
        for separator, name in ((";", "semicolons"), ("\t", "tabs")):
            if len(self.columns) == 1 and separator in self.columns[0]:
                raise lines.wrong(f"columns are separated by {name}; commas are wanted")

    def select(self, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        """The cells of these columns, row by row."""
        for name in names:
            if self.columns.count(name) > 1:
                raise self._lines.wrong(f"the column {shown(name)} is there twice")
        places = [self.columns.index(name) for name in names]
        width = len(self.columns)
        for row in self._rows:
            if len(row) != width:
                raise self._lines.wrong(f"{len(row)} cells, but the header has {width}")
            yield [row[place] for place in places]

    def _parsed(self) -> Iterator[list[str]]:
        try:
            for row in csv.reader(self._lines, strict=True):
                self._lines.taken()
                if row:
                    yield row
        except csv.Error as error:
            raise self._lines.wrong(f"not CSV: {error}; {ACCEPTED}") from None


class _JsonTable:
    """Rows of JSON lines; the first one says which columns there are."""

    def __init__(self, lines: Lines, texts: Iterable[str], columns: list[str]) -> None:
        self._lines = lines
        self._texts = texts
        self.columns = columns

    def select(self, names: Sequence[str]) -> Iterator[Sequence[Any]]:
        """The values of these keys, object by object; None where one is missing."""
        for text in self._texts:
            self._lines.taken()
            if text.strip():
                row = _parsed(self._lines, text)
                yield [row.get(name) for name in names]


class _K6Json(Points):
    """JSON lines of k6: declarations of metrics and points."""

    def __init__(self, lines: Lines, texts: Iterable[str]) -> None:
        super().__init__()
        self._lines = lines
        self._texts = texts

    def of(self, metric: str) -> Iterator[Sequence[Any]]:
        """Time and value of each point of the metric."""
        mark, declared = json.dumps(metric), '"Metric"'
        for text in self._texts:
            self._lines.taken()
            # NOTE: most lines are points of other metrics; to parse them all takes much longer.
            if mark in text or declared in text:
                yield from self._point(text, metric)
            elif not (text.startswith("{") and text.endswith(_ENDS)) and text.strip():
                raise self._lines.wrong("not a JSON object, is the line cut off?")

    def _point(self, text: str, metric: str) -> Iterator[Sequence[Any]]:
        row = _parsed(self._lines, text)
        if not _is_k6(row):
            raise self._lines.wrong("neither a Metric nor a Point of k6, unlike the first line")
        self._saw(row["metric"])
        if row["metric"] == metric and row["type"] == "Point":
            yield row["data"].get("time"), row["data"].get("value")


class _K6Csv(Points):
    """CSV of k6: one row for each measurement."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table

    def of(self, metric: str) -> Iterator[Sequence[Any]]:
        """Time and value of each row of the metric."""
        for name, *point in self._table.select(_K6_COLUMNS):
            self._saw(name)
            if name == metric:
                yield point


def _is_k6(row: dict[str, Any]) -> bool:
    # NOTE: a tuple, since what is asked for may be a list, which no set can be asked for.
    is_ours = row.get("type") in ("Metric", "Point")
    return is_ours and isinstance(row.get("metric"), str) and isinstance(row.get("data"), dict)


def _is_number(cell: str) -> bool:
    try:
        number(cell)
    except ValueError:
        return False
    return bool(cell)


def _parsed(lines: Lines, text: str) -> dict[str, Any]:
    try:
        row = _DECODER.decode(text)
    except _TwiceError as error:
        raise lines.wrong(str(error)) from None
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise lines.wrong("not a JSON object, is the line cut off? JSON lines are one object each")
    return row


class _TwiceError(Exception):
    """A key that an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in row if names.count(name) > 1)
        raise _TwiceError(f"the column {shown(twin)} is there twice")
    return row


_DECODER = json.JSONDecoder(object_pairs_hook=_once)
