"""Write synthetic HTTP metrics whose truth is known, for Prometheus and for VictoriaMetrics.

Series, for each service of `scenarios`:
    http_requests_total{service,code}, up{service},
    http_request_duration_seconds_bucket{service,le}, ..._sum{service}, ..._count{service}
and last_success_timestamp_seconds{service} for `healthy` (refreshed every 10 min) and for
`stale-job` (the same, but for two hours that ended three hours before the end).

Everything follows from `seed` and `end`, so a history may be cached. Keep `end` in the past:
VictoriaMetrics drops samples that are more than two days ahead of its clock.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TextIO

from tests.support.scenarios import (
    BOUNDS,
    DAY,
    FAST,
    HOUR,
    LONE_EVERY,
    RESET_EVERY,
    SECOND_VERSION,
    STORIES,
    Story,
    Traffic,
)
from tests.support.truth import Job, Track, Truth

END = 1_790_000_000
AT = END + 7  # samples never fall on the time of a real query; aligned times look exact by luck

# (how far back, seconds between samples); fine steps only near the end keep the history small
TIERS = ((35 * DAY, 300), (DAY, 60), (2 * HOUR, 15))
COARSE = ((35 * DAY, 300),)
LONGEST_STEP = 300

OPENMETRICS, JSONL, TRUTH = "history.om", "history.jsonl", "truth.json"

CODES = ("200", "404", "500", "503")
MEAN_SECONDS = 0.125  # a power of two: sums of it are exact floats
REFRESH_EVERY = 600


def generate(
    directory: Path,
    *,
    end: int = END,
    seed: int = 1,
    tiers: Sequence[tuple[int, int]] = TIERS,
    copies: int = 1,
) -> Truth:
    """Write history.om, history.jsonl and truth.json; more copies are named `healthy-001` etc."""
    times = sample_times(end, tiers)
    stale = (end - 5 * HOUR, end - 3 * HOUR)
    tracks: list[Track] = []
    jobs: list[Job] = []
    directory.mkdir(parents=True, exist_ok=True)
    with (
        (directory / OPENMETRICS).open("w", encoding="utf-8") as openmetrics,
        (directory / JSONL).open("w", encoding="utf-8") as jsonl,
    ):
        for recording in _recordings(times, end, seed, copies):
            _Writer(openmetrics, jsonl, recording.times).counters(recording)
            tracks.append(recording.track())
        writer = _Writer(openmetrics, jsonl, times)
        for service in ("healthy", "stale-job"):
            asleep = stale if service == "stale-job" else (0, 0)
            job = Job(service, times, [_refreshed(t, asleep) for t in times])
            writer.series("last_success_timestamp_seconds", {"service": service}, job.refreshed)
            jobs.append(job)
        openmetrics.write("# EOF\n")
    truth = Truth(end, seed, stale, tracks, jobs)
    truth.save(directory / TRUTH)
    return truth


def sample_times(end: int, tiers: Sequence[tuple[int, int]] = TIERS) -> list[int]:
    """Times of all samples in order; each tier replaces the tail of the one before it."""
    times: list[int] = []
    for number, (back, step) in enumerate(tiers):
        stop = end - tiers[number + 1][0] if number + 1 < len(tiers) else end + 1
        times.extend(range(end - back, stop, step))
    return times


@dataclass
class _Recording:
    """What one service (one version of it) counted between one sample and the next."""

    service: str
    name: str  # of the story
    version: str
    times: list[int] = field(default_factory=list)
    rows: list[tuple[float, ...]] = field(default_factory=list)  # by code, by bound, seconds
    restarts: list[int] = field(default_factory=list)  # indexes of samples after a restart

    def labels(self) -> dict[str, str]:
        version = {"version": self.version} if self.version else {}
        return {"service": self.service, **version}

    def track(self) -> Track:
        codes, bounds = len(CODES), len(BOUNDS)
        total = [int(row[codes + bounds - 1]) for row in self.rows]
        bad = [int(row[2] + row[3]) for row in self.rows]
        fast = [int(row[codes + FAST]) for row in self.rows]
        return Track(self.service, self.version, self.times, total, bad, fast)

    def columns(self) -> Iterator[list[float]]:
        """The counters: running sums that begin at 0 again after each restart."""
        cuts = [0, *self.restarts, len(self.rows)]
        for column in zip(*self.rows, strict=True):
            parts = [column[a:b] for a, b in pairwise(cuts)]
            yield [value for part in parts for value in accumulate(part)]


def _recordings(times: list[int], end: int, seed: int, copies: int) -> Iterator[_Recording]:
    for copy in range(copies):
        for name, story in STORIES.items():
            service = f"{name}-{copy:03d}" if copy else name
            versions = {"": story}
            if name == "twoversions":
                versions = {"v1": story, "v2": SECOND_VERSION}
            for version, told in versions.items():
                recording = _Recording(service, name, version)
                _play(recording, told, times, end, random.Random(f"{seed}/{service}/{version}"))
                yield recording


def _play(into: _Recording, story: Story, times: list[int], end: int, rng: random.Random) -> None:
    dice = _Dice(rng)
    previous = None
    for t in times:
        traffic = story(end - t)
        if traffic is None:
            continue
        since = t if previous is None else max(previous, t - LONGEST_STEP)
        if into.name == "lowtraffic":
            n, bad = _lone(t, since, end)
        else:
            n, bad = dice.requests(traffic, t, t - since)
        restart = previous is not None and _era(t, times[0]) != _era(previous, times[0])
        if restart and into.name == "resets":
            into.restarts.append(len(into.rows))
        into.times.append(t)
        into.rows.append(dice.row(n, bad, traffic.shares))
        previous = t


def _era(t: int, start: int) -> int:
    return (t - start) // RESET_EVERY


def _lone(t: int, since: int, end: int) -> tuple[int, int]:
    """One request at each multiple of the period; only the last one before the end fails."""
    n = t // LONE_EVERY - since // LONE_EVERY
    return n, n if t // LONE_EVERY == end // LONE_EVERY else 0


class _Dice:
    """Whole numbers of requests whose running sums follow the real-valued plan."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.rest = [0.0, 0.0, 0.0, 0.0]

    def requests(self, traffic: Traffic, t: int, seconds: int) -> tuple[int, int]:
        """All requests and the failed ones of the seconds before `t`."""
        wave = 0.75 + 0.5 * abs((t / DAY) % 1 * 2 - 1)  # a triangle over the day, 1 on average
        noise = 0.9 + 0.2 * self.rng.random()
        n = self._whole(0, traffic.rps * seconds * wave * noise)
        return n, min(n, self._whole(1, n * traffic.errors))

    def row(self, n: int, bad: int, shares: tuple[float, ...]) -> tuple[float, ...]:
        """The increments of all counters: by code, by bound, and the seconds spent."""
        missing = min(n - bad, self._whole(2, n * 0.005))
        unavailable = min(bad, self._whole(3, bad / 3))
        by_code = (n - bad - missing, missing, bad - unavailable, unavailable)
        by_bound = [int(n * share + 0.5) for share in shares]
        return (*by_code, *by_bound, n * MEAN_SECONDS)

    def _whole(self, slot: int, amount: float) -> int:
        amount += self.rest[slot]
        whole = int(amount)
        self.rest[slot] = amount - whole
        return whole


def _refreshed(t: int, asleep: tuple[int, int]) -> int:
    refresh = t // REFRESH_EVERY * REFRESH_EVERY
    if asleep[0] < refresh < asleep[1]:
        return asleep[0] // REFRESH_EVERY * REFRESH_EVERY
    return refresh


class _Writer:
    """Writes series that share their sample times, as text for promtool and as JSON lines.

    No TYPE lines: promtool does not ask for them, and without them the series can be written
    service by service instead of being held in memory until their metric's turn comes.
    """

    def __init__(self, openmetrics: TextIO, jsonl: TextIO, times: Sequence[int]) -> None:
        self.openmetrics, self.jsonl = openmetrics, jsonl
        self.stamps = [f" {t}\n" for t in times]
        self.milliseconds = json.dumps([t * 1000 for t in times], separators=(",", ":"))

    def counters(self, recording: _Recording) -> None:
        labels = recording.labels()
        *counts, seconds = recording.columns()
        for code, values in zip(CODES, counts[: len(CODES)], strict=True):
            if not (recording.name == "noerrors" and code.startswith("5")):
                self.series("http_requests_total", {**labels, "code": code}, values)
        latency = "http_request_duration_seconds"
        for bound, values in zip(BOUNDS, counts[len(CODES) :], strict=True):
            self.series(f"{latency}_bucket", {**labels, "le": bound}, values)
        self.series(f"{latency}_sum", labels, seconds)
        self.series(f"{latency}_count", labels, counts[-1])
        self.series("up", labels, [1] * len(recording.times))

    def series(self, metric: str, labels: dict[str, str], values: Sequence[float]) -> None:
        pairs = ",".join([f'{name}="{value}"' for name, value in labels.items()])
        head = f"{metric}{{{pairs}}} "
        lines = [f"{head}{value}{stamp}" for value, stamp in zip(values, self.stamps, strict=True)]
        self.openmetrics.write("".join(lines))
        metric_json = json.dumps({"__name__": metric, **labels})
        values_json = json.dumps(values, separators=(",", ":"))
        self.jsonl.write(
            f'{{"metric":{metric_json},"values":{values_json},"timestamps":{self.milliseconds}}}\n'
        )
