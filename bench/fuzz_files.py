"""Fuzzed sample files of canaries, output of k6, files with counts, outcomes of releases.

What is read is finite and in order; what a file with counts yields has good <= total.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from bench.fuzz_target import Target
from bench.fuzz_values import as_json, bytes_mutated, mutated, odd, plain_json
from slogate.changes.outcomes import read_outcomes
from slogate.core.arms import Counts, Samples
from slogate.core.budget import Assessment, assess
from slogate.core.model import Events, Slo
from slogate.core.plan import make_plan
from slogate.core.policy import default_policy
from slogate.core.window import Rolling
from slogate.deadline import Deadline
from slogate.errors import NoDataError
from slogate.sources.file import FileSource
from slogate.sources.sample_file import KINDS, read_arm

NOW = 1_795_176_420
DAY = 86_400
SKEW = 1e-3
"""Scrapes of two counters are some events apart, so a few more may be bad than there are."""
_MEMORY = Path("/dev/shm")
_K6_NAMES = ("http_req_duration", "http_req_failed", "checks")
_SLO = Slo("orders", 99.0, Rolling(7 * DAY), Events(total="total", bad="bad"))
_POLICY = default_policy()


@lru_cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    where = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    return tempfile.TemporaryDirectory(prefix="fuzz-", dir=where)


@contextmanager
def on_disk(case: bytes, name: str) -> Iterator[Path]:
    """A file that holds the case, in memory where the system has such a folder."""
    path = Path(_folder().name) / name
    path.write_bytes(case)
    yield path


def split(case: bytes) -> tuple[str, bytes]:
    """A case that says in its first line what it is for."""
    head, _, body = case.partition(b"\n")
    return head.decode("ascii", "replace"), body


def _rows(columns: tuple[str, ...], draw: Random) -> list[dict[str, Any]]:
    count, step = draw.choice((1, 2, 8, 30)), draw.choice((1, 60, 3600))
    rows = []
    for index in range(count):
        at: Any = NOW - (count - index) * step
        if draw.random() < 0.2:
            at = f"2026-11-{1 + index % 28:02d}T{index % 24:02d}:00:00Z"
        known = {"time": at, "value": 0.1 * index, "bad": index % 3, "total": 100 + index}
        rows.append({name: known[name] for name in columns})
    return rows


def _csv(rows: list[Any], draw: Random) -> bytes:
    """Columns of the first row; cells in quotes now and then."""
    names = list(rows[0]) if rows and isinstance(rows[0], dict) else ["value"]
    lines = [",".join(map(str, names))]
    for row in rows:
        cells = list(row.values()) if isinstance(row, dict) else [row]
        quote = '"' if draw.random() < 0.1 else ""
        lines.append(",".join(f"{quote}{_cell(cell)}{quote}" for cell in cells))
    ends = draw.choice(("\n", "\n", "\r\n"))
    return ends.join([*lines, ""]).encode(errors="surrogatepass")


def _cell(value: Any) -> str:
    try:
        return "" if value is None else str(value)
    except ValueError:
        return "9" * 5000


def _jsonl(rows: list[Any], draw: Random) -> bytes:
    broken = draw.random() < 0.1
    lines = (as_json(row, draw) if broken else plain_json(row) for row in rows)
    return b"\n".join([*lines, b""])


def _table(columns: tuple[str, ...], draw: Random) -> bytes:
    rows = _mutated(_rows(columns, draw), draw)
    raw = (_csv if draw.random() < 0.5 else _jsonl)(rows, draw)
    return bytes_mutated(raw, draw) if draw.random() < 0.3 else raw


def _mutated(rows: list[Any], draw: Random, most: int = 3) -> list[Any]:
    found: Any = mutated(rows, draw, most)
    return found if isinstance(found, list) else [found]


def make_samples(draw: Random) -> bytes:
    """Samples, a series or counts of an arm, in CSV or JSON lines."""
    columns = draw.choice((("value",), ("time", "value"), ("time", "bad", "total")))
    right = {1: "samples", 2: "series", 3: "counts"}[len(columns)]
    kind = draw.choice((*KINDS, "-", "-", right, right, right))
    metric = draw.choice((*["-"] * 9, "value", "x"))
    return f"{kind} {metric}\n".encode() + _table(columns, draw)


def make_k6(draw: Random) -> bytes:
    """What k6 writes, as JSON lines or CSV."""
    name = draw.choice(_K6_NAMES)
    rows: list[Any] = []
    for index in range(draw.choice((1, 3, 20))):
        value: Any = index % 2 if name != _K6_NAMES[0] else 12.5 * index
        data = {"time": f"2026-11-20T12:07:{index:02d}.123456+01:00", "value": value, "tags": {}}
        rows.append({"type": "Point", "metric": name, "data": data})
    rows = _mutated([{"type": "Metric", "metric": name, "data": {"type": "trend"}}, *rows], draw)
    kind, metric = draw.choice((*KINDS, *["-"] * 5)), draw.choice(("-", name, name, *_K6_NAMES))
    if draw.random() < 0.4:
        cells = [
            {"metric_name": name, "timestamp": NOW + index, "metric_value": odd(draw) if index % 5 == 4 else 1}
            for index in range(draw.choice((1, 6, 20)))
        ]  # fmt: skip
        raw = _csv(_mutated(cells, draw, 1), draw)
    else:
        raw = _jsonl(rows, draw)
    raw = bytes_mutated(raw, draw) if draw.random() < 0.3 else raw
    return f"{kind} {metric}\n".encode() + raw


def run_samples(case: bytes) -> str:
    """Read an arm; what is kept is finite, counts are 0 <= bad <= total."""
    head, body = split(case)
    kind, _, metric = head.partition(" ")
    with on_disk(body, "case.csv") as path:
        found = read_arm(path, _named(kind), _named(metric))
    data = found.data
    if isinstance(data, Counts):
        pairs = list(zip(data.bad, data.total, strict=True))
        assert all(0 <= bad <= total < math.inf for bad, total in pairs), "counts that are none"
    elif isinstance(data, Samples):
        assert all(map(math.isfinite, data.values)), "a sample that is not finite"
    else:
        assert list(data.times) == sorted(set(data.times)), "times that are not in order"
        assert any(map(math.isfinite, data.values)), "a series without a value"
    return f"read {type(data).__name__}"


def _named(word: str) -> str | None:
    return None if word in ("", "-") else word


def make_counts(draw: Random) -> bytes:
    """A file of the source `file`: counts per row, hourly or so for a week."""
    how = draw.random()
    if how < 0.3:
        body = _table(("time", "bad", "total"), draw)
    else:
        rows: list[Any] = [
            {"time": NOW - index * 3600, "bad": index % 2, "total": 100} for index in range(24 * 8)
        ]
        body = (_csv if how < 0.65 else _jsonl)(_mutated(rows, draw), draw)
    return draw.choice((b"csv\n", b"jsonl\n")) + body if draw.random() < 0.1 else _kind(body)


def _kind(body: bytes) -> bytes:
    return (b"jsonl\n" if body.startswith(b"{") else b"csv\n") + body


def run_counts(case: bytes) -> str:
    """Measure an SLO from the file: our error, no data, or good <= total and all finite."""
    head, body = split(case)
    with on_disk(body, f"case.{'jsonl' if head == 'jsonl' else 'csv'}") as path:
        source = FileSource(_Settings(path))
        plan = make_plan(_SLO.window, _POLICY.burn, NOW, finest=source.finest)
        evidence = source.fetch(_SLO.sli, plan, Deadline(60))
    return measured(assess(_SLO, _POLICY, evidence))


class _Settings:
    resolution = None

    def __init__(self, path: Path) -> None:
        self.path = path


def measured(found: Assessment) -> str:
    """A status of which every number makes sense, or NoDataError."""
    report = found.report
    if report.budget is None:
        if report.detail:
            raise NoDataError(report.detail)
        return f"{report.status.word}"
    numbers = [report.sli, report.budget.consumed, report.budget.remaining]
    assert all(isinstance(n, (int, float)) and math.isfinite(n) for n in numbers), "no number"
    assert isinstance(report.sli, float), "no SLI"
    assert 0 <= report.sli <= 1, f"an SLI of {report.sli}"
    if report.events is not None:
        events = report.events
        assert 0 <= events.bad <= events.total * (1 + SKEW) < math.inf, f"{events}"
    return f"measured, {report.status.word}"


def make_outcomes(draw: Random) -> bytes:
    """How releases turned out, which calibrates the risk."""
    rows = [{"release": f"v{n}", "failed": draw.choice(("yes", "no"))} for n in range(5)]
    raw = _csv(_mutated(rows, draw), draw)
    return bytes_mutated(raw, draw) if draw.random() < 0.4 else raw


def run_outcomes(case: bytes) -> str:
    """Read them."""
    with on_disk(case, "case.csv") as path:
        found = read_outcomes(path)
    assert found, "no outcomes, and no error"
    assert json.dumps(list(found.values())), "outcomes that are none"
    return "read"


TARGETS = (
    Target("canary samples", make_samples, run_samples),
    Target("k6 output", make_k6, run_samples),
    Target("file with counts", make_counts, run_counts),
    Target("outcomes of releases", make_outcomes, run_outcomes),
)
