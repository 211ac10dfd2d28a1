"""Many services with a history of their own, small enough to be loaded into real servers.

Of each: requests by code (200, 500), and how many took at most 0.1, 0.3 and 1 second. One service in
ten burns its budget. Samples are rare, but for the last hours, in which short burn windows look.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TextIO

HOUR, DAY = 3600, 86_400
FINE_STEP, FINE_SPAN = 60, 8 * HOUR
RARELY, OFTEN, BURNING = 0.0002, 0.003, 10
"""Shares of requests that fail, of most services and of each tenth."""
BOUNDS = {"0.1": 0.85, "0.3": 0.995, "1": 0.9997}
OPENMETRICS, JSONL = "fleet.om", "fleet.jsonl"


@dataclass(frozen=True)
class Fleet:
    """So many services, with samples from `days` before `now` until `end` (Unix seconds)."""

    services: int
    days: int
    step: int
    now: int
    end: int

    @property
    def times(self) -> list[int]:
        """When all of them are scraped."""
        fine = self.now - FINE_SPAN
        return [
            *range(self.now - self.days * DAY, fine, self.step),
            *range(fine, self.end + 1, FINE_STEP),
        ]

    def write(self, place: Path) -> None:
        """A file for promtool, and one for VictoriaMetrics."""
        times = self.times
        stamps = [f" {at}\n" for at in times]
        milliseconds = json.dumps([at * 1000 for at in times])
        with (
            (place / OPENMETRICS).open("w", encoding="utf-8") as openmetrics,
            (place / JSONL).open("w", encoding="utf-8") as jsonl,
        ):
            for number in range(self.services):
                for metric, labels, values in _series(number, times):
                    _openmetrics(openmetrics, metric, labels, values, stamps)
                    row = json.dumps({"__name__": metric, **labels}), json.dumps(values)
                    jsonl.write(
                        f'{{"metric":{row[0]},"values":{row[1]},"timestamps":{milliseconds}}}\n'
                    )
            openmetrics.write("# EOF\n")


def name(number: int) -> str:
    """Of a service."""
    return f"service-{number:04d}"


def _series(number: int, times: list[int]) -> Iterator[tuple[str, dict[str, str], list[int]]]:
    chance = random.Random(number)
    service = {"service": name(number)}
    rate = chance.uniform(1, 20)
    failing = OFTEN if number % BURNING == BURNING - 1 else RARELY
    seconds = [0, *(later - at for at, later in pairwise(times))]
    requests = [round(rate * span * chance.uniform(0.7, 1.3)) for span in seconds]
    bad = [int(every * failing * chance.uniform(0, 2) + chance.random()) for every in requests]
    good = [max(0, every - failed) for every, failed in zip(requests, bad, strict=True)]
    codes = {"200": good, "500": bad}
    for code, counts in codes.items():
        yield "http_requests_total", {**service, "code": code}, list(accumulate(counts))
    histogram = "http_request_duration_seconds"
    for bound, share in {**BOUNDS, "+Inf": 1.0}.items():
        fast = list(accumulate(int(every * share) for every in requests))
        yield f"{histogram}_bucket", {**service, "le": bound}, fast
    yield f"{histogram}_count", service, list(accumulate(requests))


def _openmetrics(
    file: TextIO, metric: str, labels: dict[str, str], values: list[int], stamps: list[str]
) -> None:
    pairs = ",".join(f'{key}="{text}"' for key, text in labels.items())
    head = f"{metric}{{{pairs}}} "
    file.write("".join([f"{head}{value}{at}" for value, at in zip(values, stamps, strict=True)]))
