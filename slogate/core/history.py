"""Counts over time as cumulative curves, so that any span is a difference of two look-ups."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from slogate.core.verdict import Counts


class Track:
    """Adjacent buckets of bad and total events, and of the seconds that samples cover.

    Bucket i spans (edges[i], edges[i + 1]]. A total of None is an uncovered bucket. Inside a
    bucket events are taken as evenly spread. `first_covered` and `last_covered` are the outer edges
    of the buckets that hold samples.
    """

    def __init__(
        self,
        edges: Sequence[int],
        bad: Iterable[float],
        total: Iterable[float | None],
    ) -> None:
        totals = list(total)
        present = [index for index, seen in enumerate(totals) if seen is not None]
        lengths = [
            0 if seen is None else right - left
            for seen, (left, right) in zip(totals, pairwise(edges), strict=True)
        ]
        self.edges = edges
        self._bad = array("d", accumulate(bad, initial=0.0))
        self._total = array("d", accumulate([seen or 0.0 for seen in totals], initial=0.0))
        self._covered = array("d", accumulate(lengths, initial=0.0))
        self.first_covered = edges[present[0]] if present else None
        self.last_covered = edges[present[-1] + 1] if present else None

    @property
    def start(self) -> int:
        """The left edge of the first bucket."""
        return self.edges[0]

    @property
    def end(self) -> int:
        """The right edge of the last bucket."""
        return self.edges[-1]

    def counts(self, start: float, end: float) -> Counts:
        """Events in (start, end], as far as the track reaches."""
        first, last = self._place(start), self._place(end)
        return Counts(
            max(0.0, _at(self._bad, last) - _at(self._bad, first)),
            max(0.0, _at(self._total, last) - _at(self._total, first)),
        )

    def since(self, start: float) -> Counts:
        """Events from the bucket that holds `start` to the track's end.

        The whole bucket counts, because nobody knows where in it the errors are.
        """
        first = max(bisect_right(self.edges, start) - 1, 0)
        return Counts(self._bad[-1] - self._bad[first], self._total[-1] - self._total[first])

    def start_with_at_most(self, bad: float) -> int:
        """An edge before which no span to the track's end has so few bad events."""
        index = bisect_left(self._bad, self._bad[-1] - bad)
        return self.edges[max(index - 1, 0)]

    def most_traffic(self, start: int, rate: float) -> float:
        """The most events of any window of this length, if old ones leave and `rate` a second come."""
        whole, edges = self._total[-1], self.edges
        first = bisect_left(edges, start - (edges[1] - edges[0]))
        return max(
            whole - seen + rate * (edge - start)
            for edge, seen in zip(edges[first:], self._total[first:], strict=True)
        )

    def covered(self, start: float, end: float) -> float:
        """Seconds of (start, end] for which samples exist."""
        first, last = self._place(start), self._place(end)
        return max(0.0, _at(self._covered, last) - _at(self._covered, first))

    def _place(self, moment: float) -> tuple[int, float]:
        """The bucket that holds a moment, and the share of it that has passed then."""
        edges = self.edges
        if moment <= edges[0]:
            return 0, 0.0
        if moment >= edges[-1]:
            return len(edges) - 1, 0.0
        index = bisect_right(edges, moment) - 1
        return index, (moment - edges[index]) / (edges[index + 1] - edges[index])


def _at(curve: array[float], place: tuple[int, float]) -> float:
    index, share = place
    if share == 0:
        return curve[index]
    return curve[index] + share * (curve[index + 1] - curve[index])


@dataclass(frozen=True)
class History:
    """What an SLO's numbers are computed from.

    `coarse` ends now and reaches over the window and the longest burn window, `fine` covers the
    last minutes. `in_window` are the counts of the SLO's window, `covered` its seconds with
    samples, `first` where the samples begin in it. `direct` has error ratios over burn windows
    for `ratio` SLIs, which have no counts. Maintenance counts nowhere: `maintained` are its counts
    in the window, None where there was none, and `maintained_for` its seconds since `first`.
    """

    coarse: Track
    fine: Track | None
    in_window: Counts
    covered: float
    first: int
    direct: dict[int, float | None] | None = None
    maintained: Counts | None = None
    maintained_for: int = 0

    def since(self, start: float) -> Counts:
        """Events from `start` to now, from the fine track where it reaches far enough back."""
        if self.fine is not None and start >= self.fine.start:
            return self.fine.since(start)
        return self.coarse.since(start)


def error_ratio(counts: Counts) -> float | None:
    """Bad by total events; None without events."""
    return counts.bad / counts.total if counts.total > 0 else None
