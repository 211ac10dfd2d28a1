"""A thousand SLOs in one run, beside a bare HTTP client that sends the very same queries.

    python -m bench.scale --slogate P [--slos 1000] [--rounds 5] [--data DIR]

What slogate asks is recorded once by a proxy; then slogate, a bare httpx client and a bare
http.client of the standard library take turns at the server, each with the same concurrency.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench import configs
from bench.measure import (
    Program,
    Sample,
    checked,
    circumstances,
    interleave,
    python_of,
    ratios,
    table,
    version,
)
from bench.recorder import recording
from bench.server import FIXED, loaded

CONCURRENCY = 8
SLOS_PER_SERVICE = 2
COPIES = 4
STORIES = ("healthy", "slowburn", "fastburn", "exhausted", "recovering", "resets", "slowlat")
AT = "2026-09-21T14:13:27Z"
"""Seven seconds after FIXED: no sample lies on the time of the queries."""
BLOCKED = 30
SLOGATE, HTTPX, STDLIB = "slogate", "bare httpx", "bare http.client"


def main() -> None:
    options = _options()
    with (
        loaded(options.data, end=FIXED, copies=COPIES) as url,
        tempfile.TemporaryDirectory() as place,
    ):
        queries = Path(place, "queries.json")
        number = _record(options, url, Path(place), queries)
        found = interleave(_programs(options, url, Path(place), queries), options.rounds, warm_up=1)
    print(circumstances())
    print(version(options.slogate, "slogate"), version(options.slogate, "httpx"), sep=", ")
    print(f"{options.slos} SLOs, {number} queries, {CONCURRENCY} at once")
    print(f"{options.rounds} rounds; medians (least-greatest)\n\n{table(found)}\n")
    print(ratios(found, SLOGATE, HTTPX))
    print(ratios(found, SLOGATE, STDLIB))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A thousand SLOs in one run.")
    parser.add_argument("--slogate", type=Path, required=True, help="path of the program")
    parser.add_argument("--slos", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, help="keep the server's data here, for another run")
    return parser.parse_args()


def _record(options: argparse.Namespace, url: str, place: Path, queries: Path) -> int:
    with recording(url) as recorder:
        config = _config(place / "recorded.yaml", recorder.url, options.slos)
        checked(Program("recorded slogate", _check(options, config), _wrong(options.slos)))
        queries.write_text(json.dumps(recorder.requests), encoding="utf-8")
        return len(recorder.requests)


def _programs(
    options: argparse.Namespace, url: str, place: Path, queries: Path
) -> Sequence[Program]:
    config = _config(place / "slogate.yaml", url, options.slos)
    replay = Path(__file__).with_name("replay.py")
    python = str(python_of(options.slogate))
    bare = [
        Program(name, [python, str(replay), kind, url, str(queries), str(CONCURRENCY)], _failed)
        for name, kind in ((HTTPX, "httpx"), (STDLIB, "stdlib"))
    ]
    return [Program(SLOGATE, _check(options, config), _wrong(options.slos)), *bare]


def _check(options: argparse.Namespace, config: Path) -> list[str]:
    slogate = str(options.slogate.absolute())
    return [slogate, "check", "-c", str(config), "--at", AT, "--timeout", "10m", "-f", "json"]


def _config(path: Path, url: str, slos: int) -> Path:
    names = [
        f"{story}-{copy:03d}" if copy else story for copy in range(COPIES) for story in STORIES
    ]
    services = {
        f"service-{number:04d}": {"slos": _slos(name)}
        for number, name in enumerate(islice(cycle(names), slos // SLOS_PER_SERVICE))
    }
    source = {"type": "prometheus", "url": url, "concurrency": CONCURRENCY}
    document = {"version": 1, "sources": {"metrics": source}, "services": services}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _slos(service: str) -> list[dict[str, Any]]:
    histogram = f'http_request_duration_seconds{{service="{service}"}}'
    return [
        {
            "name": "availability",
            "objective": 99.9,
            "window": "30d",
            "sli": configs.availability(service),
        },
        {
            "name": "latency",
            "objective": 99,
            "window": "30d",
            "sli": {"latency": {"histogram": histogram, "below": "300ms"}},
        },
    ]


def _wrong(slos: int) -> Callable[[Sample], str]:
    """Every SLO was measured."""

    def wrong(sample: Sample) -> str:
        if sample.code != BLOCKED:
            return f"not {BLOCKED}"
        services = json.loads(sample.out)["services"]
        measured = [s for service in services for s in service["slos"] if s["budget"] is not None]
        return "" if len(measured) == slos else f"{len(measured)} of {slos} SLOs were measured"

    return wrong


def _failed(sample: Sample) -> str:
    return "failed" if sample.code else ""


if __name__ == "__main__":
    main()
