"""An answer that breaks off at any byte: it is asked for again, or there is no evidence."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.builders import law
from tests.faults.flows import FLOWS, GRACE, SECONDS, UNKNOWN, ended, side_by_side
from tests.support import faults

FLOW = FLOWS["a budget that is gone"]
HEAD = 90
"""Bytes of the head of an answer, about."""
WHOLE = 1100
"""Bytes of the longest answer, about."""
PLACES = st.integers(0, WHOLE) | st.integers(-40, -1)
BREAKS = st.sampled_from([faults.cut, faults.reset])


@settings(law, max_examples=8)
@given(st.lists(st.tuples(PLACES, st.integers(0, 6), BREAKS), min_size=6, max_size=8))
def test_a_break_at_any_byte_of_any_request_is_overcome(
    cases: list[tuple[int, int, faults.Breaks]],
) -> None:
    tasks = [partial(ended, FLOW, breaks(at), request.__eq__, 5) for at, request, breaks in cases]
    assert {end.word for end in side_by_side(tasks, 8)} == {"block 30"}


@pytest.mark.parametrize("breaks", [faults.cut, faults.reset])
def test_a_server_that_always_breaks_at_a_byte_gives_no_evidence(breaks: faults.Breaks) -> None:
    places = [*range(0, HEAD, 9), *range(HEAD, 700, 90), -1, -2, -3]
    tasks = [partial(ended, FLOW, breaks(at), lambda _: True) for at in places]
    ends = side_by_side(tasks, 10)
    assert [at for at, end in zip(places, ends, strict=True) if end.word not in UNKNOWN] == []
    assert max(end.seconds for end in ends) < SECONDS + GRACE
