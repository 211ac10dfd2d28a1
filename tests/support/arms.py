"""Write the metrics of one service in several versions, for Prometheus and for VictoriaMetrics.

Samples are 15 s apart and end at `END`; latency is lognormal, so +25 % moves every quantile by it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import log
from pathlib import Path
from statistics import NormalDist

from tests.support.history import END, JSONL, OPENMETRICS

STEP = 15
LENGTH = 6000
HOSTILE = 'v1"} or vector(1) #'
BOUNDS = tuple(round(0.02 * 1.125**step, 4) for step in range(40))


@dataclass(frozen=True)
class Version:
    """Requests per second, failed share, median seconds, how long ago it started and stopped."""

    rps: float = 20.0
    errors: float = 0.002
    median: float = 0.1
    age: int = LENGTH
    stopped: int = 0


VERSIONS = {
    "v1": Version(),
    "v2": Version(),
    "slower": Version(median=0.125),
    "failing": Version(errors=0.01),
    "idle": Version(rps=0.0),
    "spotless": Version(errors=0.0),
    "young": Version(age=1200),
    "faster": Version(median=0.08),
    "fresh": Version(age=180),
    "crashed": Version(stopped=600),
    "1.1": Version(),
    "1x1": Version(rps=40.0),
    HOSTILE: Version(rps=60.0),
}


def write_arms(directory: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Write history.om and history.jsonl; of each version (time, requests, bad) by sample."""
    truth = {}
    with (
        (directory / OPENMETRICS).open("w", encoding="utf-8") as openmetrics,
        (directory / JSONL).open("w", encoding="utf-8") as jsonl,
    ):
        for name, version in VERSIONS.items():
            times = list(range(END - version.age, END - version.stopped + 1, STEP))
            rows = list(_rows(version, times, random.Random(f"arms/{name}")))
            truth[name] = [
                (at, row[0] + row[1], row[1]) for at, row in zip(times, rows, strict=True)
            ]
            for (metric, labels), values in zip(_series(), zip(*rows, strict=True), strict=True):
                if labels.get("code") == "500" and not version.errors:
                    continue
                told = {"service": "shop", "version": name, **labels}
                sums = list(accumulate(values))
                inside = ",".join(f"{key}={json.dumps(value)}" for key, value in told.items())
                openmetrics.writelines(
                    f"{metric}{{{inside}}} {value} {at}\n"
                    for at, value in zip(times, sums, strict=True)
                )
                one = {"metric": {"__name__": metric, **told}, "values": sums}
                jsonl.write(json.dumps({**one, "timestamps": [at * 1000 for at in times]}) + "\n")
        openmetrics.write("# EOF\n")
    return truth


def _series() -> Iterator[tuple[str, dict[str, str]]]:
    yield "http_requests_total", {"code": "200"}
    yield "http_requests_total", {"code": "500"}
    for bound in (*map(str, BOUNDS), "+Inf"):
        yield "http_request_duration_seconds_bucket", {"le": bound}


def _rows(version: Version, times: list[int], rng: random.Random) -> Iterator[tuple[float, ...]]:
    """What each counter grows by from one sample to the next."""
    for _ in times:
        n = round(version.rps * STEP * rng.uniform(0.9, 1.1))
        bad = sum(rng.random() < version.errors for _ in range(n))
        median = version.median * rng.uniform(0.97, 1.03)
        spread = NormalDist(0, 0.5)
        shares = [spread.cdf(log(bound / median)) for bound in BOUNDS]
        yield (n - bad, bad, *(round(n * share, 3) for share in shares), n)
