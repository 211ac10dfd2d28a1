"""Which columns of a sample file are read."""

from __future__ import annotations

from slogate.errors import ConfigError
from slogate.sources.sample_cells import listed
from slogate.sources.sample_formats import Table
from slogate.sources.sample_lines import Lines

TIME = "time"
VALUE = "value"
BAD = "bad"
TOTAL = "total"


def told_kind(lines: Lines, table: Table, metric: str | None) -> str:
    """The kind of samples that the columns tell."""
    columns = set(table.columns)
    if metric is None and {BAD, TOTAL} <= columns:
        if VALUE in columns:
            raise ConfigError(
                f"{lines.path} has {VALUE}, and {BAD} and {TOTAL}: say which one with --kind"
            )
        return "counts"
    return "series" if TIME in columns else "samples"


def present(lines: Lines, table: Table, name: str) -> str:
    """The same name; ConfigError when there is no such column."""
    if name not in table.columns:
        raise ConfigError(f"{lines.path} has no column {name!r}; it has {listed(table.columns)}")
    return name


def value_column(lines: Lines, table: Table, metric: str | None) -> str:
    """The column of the value: the one named, `value`, or the only one besides the time."""
    others = [name for name in table.columns if name != TIME]
    if metric is not None or VALUE in others:
        return present(lines, table, VALUE if metric is None else metric)
    if len(others) != 1:
        raise ConfigError(
            f"{lines.path} has no column {VALUE!r}; it has {listed(table.columns)}"
            + ("; name the one to compare with --metric" if others else "")
        )
    return others[0]
