"""Cumulative tracks: counts of any span, interpolated inside buckets."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.history import History, Track, error_ratio
from slogate.core.verdict import Counts
from tests.core.builders import law

TRACK = Track([100, 200, 300, 400], [1.0, 0.0, 30.0], [10.0, None, 60.0])


@pytest.mark.parametrize(
    ("start", "end", "bad", "total", "covered"),
    [
        (100, 400, 31, 70, 200),
        (100, 200, 1, 10, 100),
        (200, 300, 0, 0, 0),
        (300, 400, 30, 60, 100),
        (350, 400, 15, 30, 50),
        (150, 310, 3.5, 11, 60),
        (390, 390, 0, 0, 0),
        (0, 150, 0.5, 5, 50),
        (370, 900, 9, 18, 30),
        (500, 900, 0, 0, 0),
        (0, 50, 0, 0, 0),
    ],
)
def test_counts_of_a_span(start: int, end: int, bad: float, total: float, covered: float) -> None:
    counts = TRACK.counts(start, end)
    assert (counts.bad, counts.total) == pytest.approx((bad, total))
    assert TRACK.covered(start, end) == pytest.approx(covered)


def test_a_track_knows_where_its_samples_begin_and_end() -> None:
    track = Track([0, 10, 20, 30, 40], [0, 0, 0, 0], [None, 5.0, 0.0, None])
    assert (track.start, track.end) == (0, 40)
    assert (track.first_covered, track.last_covered) == (10, 30)


def test_a_track_without_samples_covers_nothing() -> None:
    track = Track([0, 10], [0], [None])
    assert (track.first_covered, track.last_covered, track.covered(0, 10)) == (None, None, 0)


BUCKETS = st.lists(
    st.tuples(st.integers(1, 5000), st.none() | st.floats(0, 1e9), st.floats(0, 1)),
    min_size=1,
    max_size=20,
)


def build(buckets: list[tuple[int, float | None, float]]) -> Track:
    edges = [1000]
    for length, _, _ in buckets:
        edges.append(edges[-1] + length)
    totals = [total for _, total, _ in buckets]
    return Track(edges, [(total or 0) * share for _, total, share in buckets], totals)


@law
@given(BUCKETS, st.lists(st.floats(0, 120_000), max_size=8))
def test_counts_over_a_partition_add_up(
    buckets: list[tuple[int, float | None, float]], cuts: list[float]
) -> None:
    track = build(buckets)
    moments = [0.0, *sorted(cuts), 200_000.0]
    spans = list(pairwise(moments))
    whole = track.counts(0, 200_000)
    parts = [track.counts(start, end) for start, end in spans]
    assert sum(part.bad for part in parts) == pytest.approx(whole.bad, abs=1e-3)
    assert sum(part.total for part in parts) == pytest.approx(whole.total, abs=1e-3)
    assert sum(track.covered(start, end) for start, end in spans) == pytest.approx(
        track.covered(0, 200_000)
    )
    assert whole.total == pytest.approx(sum(total or 0 for _, total, _ in buckets), abs=1e-3)


@law
@given(BUCKETS, st.floats(0, 120_000), st.floats(0, 120_000), st.floats(0, 120_000))
def test_a_longer_span_never_counts_less(
    buckets: list[tuple[int, float | None, float]], one: float, two: float, three: float
) -> None:
    track = build(buckets)
    start, middle, end = sorted((one, two, three))
    inner, outer = track.counts(middle, end), track.counts(start, end)
    assert 0 <= inner.bad <= outer.bad
    assert 0 <= inner.total <= outer.total
    assert track.covered(start, end) <= end - start + 1e-6


def test_recent_spans_are_read_from_the_fine_track() -> None:
    coarse = Track([0, 3600], [36.0], [3600.0])
    fine = Track([3000, 3300, 3600], [0.0, 36.0], [300.0, 300.0])
    history = History(coarse, fine, Counts(36, 3600), 3600, 0)
    assert history.since(3300).bad == 36
    assert history.since(2900).bad == 36


@pytest.mark.parametrize(
    ("counts", "ratio"), [(Counts(0, 0), None), (Counts(0, 8), 0.0), (Counts(2, 8), 0.25)]
)
def test_without_events_there_is_no_error_ratio(counts: Counts, ratio: float | None) -> None:
    assert error_ratio(counts) == ratio
