"""Even traffic with one outage, written as counters for real servers: its truth is an integral.

`http_requests_total{service,code}` has so many requests a second of which few fail, and more while
the outage lasts. What a counter shows at any time is exact, so counts over any span are known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RATE = 10.0
FAILING = 0.0002


@dataclass(frozen=True)
class Steady:
    """Samples every `step` seconds of (start, end]; `share` fails in (first, last]."""

    service: str
    start: int
    end: int
    first: int
    last: int
    share: float = 1.0
    step: int = 60

    def bad(self, start: float, end: float) -> float:
        """The requests that failed in (start, end]."""
        during = max(0.0, min(end, self.last) - max(start, self.first))
        return RATE * ((end - start - during) * FAILING + during * self.share)

    def total(self, start: float, end: float) -> float:
        """All requests of (start, end]."""
        return RATE * (end - start)

    def series(self) -> Iterator[tuple[dict[str, str], list[int], list[float]]]:
        """Labels, times and values of each series."""
        times = list(range(self.start, self.end + 1, self.step))
        bad = [self.bad(self.start, at) for at in times]
        good = [self.total(self.start, at) - value for at, value in zip(times, bad, strict=True)]
        for code, values in (("500", bad), ("200", good)):
            labels = {"__name__": "http_requests_total", "service": self.service, "code": code}
            yield labels, times, values


def write_openmetrics(path: Path, histories: list[Steady]) -> None:
    """For promtool."""
    with path.open("w", encoding="utf-8") as file:
        for labels, times, values in (one for history in histories for one in history.series()):
            pairs = ",".join(f'{key}="{text}"' for key, text in labels.items() if key[0] != "_")
            head = f"{labels['__name__']}{{{pairs}}}"
            lines = (f"{head} {value!r} {at}\n" for at, value in zip(times, values, strict=True))
            file.writelines(lines)
        file.write("# EOF\n")


def write_jsonl(path: Path, histories: list[Steady]) -> None:
    """For VictoriaMetrics."""
    with path.open("w", encoding="utf-8") as file:
        for labels, times, values in (one for history in histories for one in history.series()):
            stamps = [at * 1000 for at in times]
            row = {"metric": labels, "values": values, "timestamps": stamps}
            file.write(json.dumps(row) + "\n")
