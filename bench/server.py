"""Real servers that hold a generated history, for a `with` statement."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench import fleet as fleets
from bench.fleet import Fleet
from tests.support.history import JSONL, OPENMETRICS, TRUTH, generate
from tests.support.servers import Prometheus, VictoriaMetrics

AHEAD = 900
"""Seconds that the history reaches into the future, so that it is fresh for the whole run."""
FIXED = 1_790_000_000


@contextmanager
def loaded(data: Path | None, *, end: int, copies: int = 1) -> Iterator[str]:
    """The URL of a server with 35 days of samples up to `end`.

    `data` is kept and used again (only sensible for a fixed `end`); None is a temporary directory.
    """
    with tempfile.TemporaryDirectory(prefix="slogate-bench-") as place:
        blocks = data or Path(place, "data")
        if not blocks.is_dir():
            _fill(blocks, Path(place), end, copies)
        with Prometheus(blocks) as server:
            yield server.url


def _fill(blocks: Path, place: Path, end: int, copies: int) -> None:
    generate(place, end=end, copies=copies)
    unfinished = blocks.with_name(f"{blocks.name}.unfinished")
    unfinished.mkdir(parents=True)
    Prometheus.backfill(place / OPENMETRICS, unfinished)
    unfinished.rename(blocks)
    for name in (OPENMETRICS, JSONL, TRUTH):
        (place / name).unlink()


def soon() -> int:
    """An end for a history that is asked "as of now" by programs without a time option."""
    return int(time.time()) // 15 * 15 + AHEAD


@contextmanager
def holding(fleet: Fleet, place: Path) -> Iterator[Mapping[str, str]]:
    """The URLs of a Prometheus and a VictoriaMetrics that hold a fleet; `place` keeps their data."""
    blocks, stored = place / "prometheus", place / "victoria-metrics"
    if not stored.is_dir():
        place.mkdir(parents=True, exist_ok=True)
        fleet.write(place)
        Prometheus.backfill(place / fleets.OPENMETRICS, blocks)
        with VictoriaMetrics(stored) as server:
            server.import_jsonl(place / fleets.JSONL)
        for name in (fleets.OPENMETRICS, fleets.JSONL):
            (place / name).unlink()
    with Prometheus(blocks) as one, VictoriaMetrics(stored) as other:
        yield {"Prometheus": one.url, "VictoriaMetrics": other.url}
