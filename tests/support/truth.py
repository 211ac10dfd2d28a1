"""What really happened in a generated history: exact event counts for any window.

The raw increments are kept, not sums over chosen windows, so that a test may ask for any window
that ends at any time.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Counts:
    """Events of one window: all requests, the failed ones (5xx), those answered within 0.3 s."""

    total: int
    bad: int
    fast: int

    @property
    def error_ratio(self) -> float | None:
        """Failed requests as a share of all, or None when there were none at all."""
        return self.bad / self.total if self.total else None

    @property
    def slow_ratio(self) -> float | None:
        """Requests slower than 0.3 s as a share of all, or None when there were none at all."""
        return (self.total - self.fast) / self.total if self.total else None


@dataclass(frozen=True)
class Track:
    """The increments of one set of counters, each beside the time of the sample that shows it."""

    service: str
    version: str  # empty: the series carry no version label
    times: Sequence[int]
    total: Sequence[int]
    bad: Sequence[int]
    fast: Sequence[int]


@dataclass(frozen=True)
class Job:
    """The samples of one last_success_timestamp_seconds gauge."""

    service: str
    times: Sequence[int]
    refreshed: Sequence[int]


@dataclass(frozen=True)
class Truth:
    """The truth about a whole history. `stale` is the time span in which the stale job slept."""

    end: int
    seed: int
    stale: tuple[int, int]
    tracks: Sequence[Track]
    jobs: Sequence[Job]

    @property
    def services(self) -> list[str]:
        """Services with request counters, in the order written."""
        return list(dict.fromkeys(track.service for track in self.tracks))

    def counts(
        self, service: str, seconds: float, at: float | None = None, version: str | None = None
    ) -> Counts:
        """Increments seen in (at - seconds, at]; all versions together unless one is named."""
        at = self.end if at is None else at
        total = bad = fast = 0
        for track in self._tracks(service, version):
            window = slice(bisect_right(track.times, at - seconds), bisect_right(track.times, at))
            total += sum(track.total[window])
            bad += sum(track.bad[window])
            fast += sum(track.fast[window])
        return Counts(total, bad, fast)

    def first(self, service: str) -> int:
        """Time of the first sample (whose counters are 0)."""
        return min(track.times[0] for track in self._tracks(service, None))

    def last_success(self, service: str, at: float | None = None) -> int:
        """Value of the newest last_success_timestamp_seconds sample that is not after `at`."""
        at = self.end if at is None else at
        for job in self.jobs:
            if job.service == service:
                newest = bisect_right(job.times, at) - 1
                if newest < 0:
                    raise ValueError(f"no sample of {service} at {at}")
                return job.refreshed[newest]
        raise KeyError(service)

    def save(self, path: Path) -> None:
        """Write it all as JSON."""
        text = json.dumps(self, default=vars, separators=(",", ":"))  # asdict() copies: 3 s
        path.write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Truth:
        """Read what `save` wrote."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            end=raw["end"],
            seed=raw["seed"],
            stale=(raw["stale"][0], raw["stale"][1]),
            tracks=[Track(**track) for track in raw["tracks"]],
            jobs=[Job(**job) for job in raw["jobs"]],
        )

    def _tracks(self, service: str, version: str | None) -> list[Track]:
        found = [
            track
            for track in self.tracks
            if track.service == service and version in (None, track.version)
        ]
        if not found:
            raise KeyError(f"{service} {version or ''}".strip())
        return found
