"""Laws of announced maintenance: the rest of the world is as if nothing had happened in it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.core.governance import Governance, Maintenance
from slogate.core.maintenance import excluded
from slogate.core.model import Missing
from slogate.core.window import Rolling, Window
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    Outage,
    Traffic,
    assessed,
    budget_of,
    law,
    slo,
    span,
    with_and_without,
)

Span = tuple[int, int]


fewer = settings(law, max_examples=30)
HALVES = st.integers(0, 62 * 48).map(lambda half: half * 30 * MINUTE)
LENGTHS = st.integers(1, 3 * 1440).map(lambda minutes: minutes * MINUTE)
OUTAGES = st.lists(
    st.builds(Outage, HALVES, LENGTHS, st.floats(0, 1)), max_size=1
) | st.lists(st.builds(Outage, HALVES, st.just(HOUR), st.just(0.3)), max_size=3, unique_by=lambda o: o.ago // DAY)  # fmt: skip
PIECES = st.lists(st.builds(span, HALVES, LENGTHS), max_size=4)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    pieces = (Maintenance("", start, end, start - 9 * DAY) for start, end in spans)
    return excluded(Governance(maintenance=tuple(pieces)), "checkout")


@fewer
@given(OUTAGES, PIECES, st.sampled_from([Rolling(DAY), Rolling(7 * DAY), Rolling(30 * DAY), MONTH]))
def test_with_maintenance_is_what_the_same_world_without_its_events_gives(
    outages: list[Outage], pieces: list[Span], over: Window
) -> None:
    spans = joined(pieces)
    found, apart = with_and_without(Traffic(tuple(outages)), *spans, of=over)
    if found.report.status is Missing.NO_DATA:
        too_much = "maintenance: too little is left" in found.report.detail
        assert too_much or apart.report.status is Missing.NO_TRAFFIC
        return
    assert found.report.events == pytest.approx(apart.report.events, abs=1e-3)
    plain = budget_of(assessed(Traffic(tuple(outages)), slo(window=over)))
    budget = budget_of(found)
    if budget.unadjusted is not None:
        assert budget.unadjusted == pytest.approx(plain.consumed)
    else:
        assert budget == plain
    if isinstance(over, Rolling):
        assert budget.consumed == pytest.approx(budget_of(apart).consumed, abs=1e-6)


@fewer
@given(OUTAGES, PIECES)
def test_nothing_else_sees_anything_of_it_either(outages: list[Outage], pieces: list[Span]) -> None:
    spans = joined(pieces)
    found, apart = with_and_without(Traffic(tuple(outages)), *spans)
    if found.report.status is Missing.NO_DATA:
        return
    for one, two in zip(found.report.burn, apart.report.burn, strict=True):
        assert one.firing is two.firing
        assert (one.rate_long or 0) == pytest.approx(two.rate_long or 0, abs=1e-6)
        assert (one.rate_short or 0) == pytest.approx(two.rate_short or 0, abs=1e-6)
    assert found.report.status is apart.report.status


@fewer
@given(st.integers(0, 29 * 24), st.integers(1, 3000), st.integers(1, 3000), st.floats(0, 1))
def test_more_maintenance_never_raises_consumption_by_taking_bad_events(
    hours: int, first: int, more: int, share: float
) -> None:
    """All requests fail in the outage; so long as maintenance lies in it, only those are taken."""
    seconds = hours * HOUR + 6000
    traffic = Traffic((Outage(seconds, 6000), Outage(15 * DAY + HOUR / 2, 60, share)))
    short = assessed(traffic, maintenance=[span(seconds, first)])
    long = assessed(traffic, maintenance=[span(seconds, first + more)])
    assert budget_of(long).consumed <= budget_of(short).consumed + 1e-9
    assert budget_of(short).consumed <= budget_of(assessed(traffic)).consumed + 1e-9
