"""The shop that the guides are about: its metrics in a real Prometheus, and its repository.

`checkout` counts what examples/file/checkout.csv says; `search` and `payments` have had a quieter
month. Of each, version v1 has run all the time, and v2 serves a tenth of the requests since 10:30:
that of checkout is slower by a third.
"""

from __future__ import annotations

import csv
import random
from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import NormalDist

from tests.support.repository import DAY, HOUR, Repository, lines

CSV = Path(__file__).parents[2] / "examples/file/checkout.csv"
AT = "2026-11-20T12:07:00Z"
END = int(datetime(2026, 11, 20, 12, 7, tzinfo=timezone.utc).timestamp())
V2_SINCE = END - 97 * 60
BOUNDS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
SPREAD = 0.45
"""Of the logarithm of a latency."""
MEDIANS = {"v1": 0.1, "v2": 0.1}
SLOWER = {("checkout", "v2"): 0.133}
ERRORS = {"checkout": 1.0, "search": 0.3, "payments": 0.5}
"""Errors of a service beside those in the file."""


def sample_times() -> list[int]:
    """Every five minutes for a month, and every half minute since v2 runs."""
    start = END - 31 * DAY + 600
    return [*range(start, V2_SINCE, 300), *range(V2_SINCE, END, 30)]


def write_metrics(path: Path) -> None:
    """The counters of the shop, as OpenMetrics."""
    with path.open("w", encoding="utf-8") as out:
        requests: list[str] = []
        durations: list[str] = []
        for service in ERRORS:
            for version in ("v1", "v2"):
                rows = list(_rows(service, version))
                labels = f'service="{service}",version="{version}"'
                requests += _series("http_requests", f'{labels},code="200"', rows, 0)
                requests += _series("http_requests", f'{labels},code="503"', rows, 1)
                durations += _histogram(labels, rows)
        out.write("# TYPE http_requests counter\n" + "".join(requests))
        out.write("# TYPE http_request_duration_seconds histogram\n" + "".join(durations))
        out.write("# TYPE last_success_timestamp_seconds gauge\n")
        out.writelines(
            f'last_success_timestamp_seconds{{service="checkout"}} {at - at % 600} {at}\n'
            for at in sample_times()
        )
        out.write("# EOF\n")


Row = tuple[int, list[float]]
"""When, and what has been counted until then: good, bad, and requests by bound."""


def _rows(service: str, version: str) -> Iterator[Row]:
    chance = random.Random(f"{service}/{version}")
    ends, counts = _counts()
    times = [at for at in sample_times() if version == "v1" or at >= V2_SINCE]
    sums = [0.0] * (2 + len(BOUNDS))
    yield times[0], list(sums)
    for before, at in pairwise(times):
        total, bad = counts[min(bisect_left(ends, at), len(ends) - 1)]
        share = (0.1 if version == "v2" else 0.9 if at > V2_SINCE else 1.0) * (at - before) / 1800
        median = SLOWER.get((service, version), MEDIANS[version]) * chance.lognormvariate(0, 0.03)
        requests, errors = total * share, bad * share * ERRORS[service]
        fast = (NormalDist(log(median), SPREAD).cdf(log(bound)) * requests for bound in BOUNDS)
        for place, more in enumerate([requests - errors, errors, *fast]):
            sums[place] += more
        yield at, list(sums)


def _counts() -> tuple[list[float], list[tuple[int, int]]]:
    """The ends of the file's rows, and the requests and errors of each."""
    with CSV.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ends = [datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp() for row in rows]
    return ends, [(int(row["requests"]), int(row["errors"])) for row in rows]


def _series(name: str, labels: str, rows: list[Row], place: int) -> Iterator[str]:
    return (f"{name}_total{{{labels}}} {sums[place]:.3f} {at}\n" for at, sums in rows)


def _histogram(labels: str, rows: list[Row]) -> Iterator[str]:
    for at, sums in rows:
        total = sums[0] + sums[1]
        name = "http_request_duration_seconds"
        for bound, fast in zip(BOUNDS, sums[2:], strict=True):
            yield f'{name}_bucket{{{labels},le="{bound}"}} {fast:.3f} {at}\n'
        yield f'{name}_bucket{{{labels},le="+Inf"}} {total:.3f} {at}\n'
        yield f"{name}_sum{{{labels}}} {total * 0.11:.3f} {at}\n"
        yield f"{name}_count{{{labels}}} {total:.3f} {at}\n"


def write_repository(folder: Path) -> Repository:
    """A repository of the shop with thirty releases, and a change of the checkout that is not out."""
    repository = Repository(folder)
    repository.clock = END - 95 * DAY
    chance = random.Random("releases")
    for number in range(30):
        size = round(chance.lognormvariate(4, 1))
        path = chance.choice(["checkout/cart.py", "search/index.py", "payments/card.py"])
        message = chance.choice(["Add a step", "Fix a rounding error", "Tidy up"])
        sha = repository.commit({path: lines(size, f"{number}")}, message)
        repository.tag(f"v1.{number}.0", sha)
        repository.clock += 3 * DAY
    repository.clock = END - 6 * HOUR
    repository.commit({"checkout/cart.py": lines(60, "cart")}, "Show the shipping costs")
    repository.commit({"checkout/test_cart.py": lines(20, "test")}, "Test the shipping costs")
    repository.git("checkout", "--quiet", "main")
    return repository
