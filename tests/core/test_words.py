"""How numbers and times read in sentences."""

from __future__ import annotations

import pytest

from slogate.core import words
from tests.core.builders import DAY, HOUR, MINUTE, NOW


@pytest.mark.parametrize(
    ("ratio", "objective", "text"),
    [
        (0.998999, 99.9, "99.89 %"),
        (0.999, 99.9, "99.90 %"),
        (1.0, 99.9, "100.00 %"),
        (0.99949999, 99.95, "99.949 %"),
        (0.95, 95, "95.0 %"),
        (0.9499999, 95, "94.9 %"),
    ],
)
def test_an_sli_below_its_objective_never_reads_as_if_it_met_it(
    ratio: float, objective: float, text: str
) -> None:
    assert words.sli(ratio, objective) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.588, "58.8 %"), (-0.713, "-71.3 %"), (0.0, "0.0 %"), (-0.0004, "-0.04 %"), (-123.4, "-12,340 %")],
)  # fmt: skip
def test_what_is_overspent_never_reads_zero(ratio: float, text: str) -> None:
    assert words.signed_percent(ratio) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59, "59s"),
        (89, "1m"),
        (HOUR + 29, "1h"),
        (HOUR + 31, "1h1m"),
        (DAY + 3 * HOUR + 40 * MINUTE, "1d4h"),
        (35 * HOUR, "1d11h"),
        (30 * DAY, "30d"),
    ],
)
def test_spans_have_two_units_at_most(seconds: int, text: str) -> None:
    assert words.span(seconds) == text


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)  # fmt: skip
def test_listings_read_as_a_sentence(items: list[str], text: str) -> None:
    assert words.listing(items) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0x"), (14.4, "14.4x"), (3.3333, "3.33x"), (99.96, "100x"), (1234.5, "1234x")]
)  # fmt: skip
def test_burn_rates_keep_three_digits(value: float, text: str) -> None:
    assert words.rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (3.6, "3.6"), (3.0, "3"), (42.7, "43"), (1_234_567.8, "1,234,568")]
)  # fmt: skip
def test_events_are_counted_in_whole_numbers_unless_few(value: float, text: str) -> None:
    assert words.count(value) == text


def test_times_are_utc() -> None:
    assert words.moment(NOW) == "2026-11-20 12:07 UTC"
    assert words.rfc3339(NOW) == "2026-11-20T12:07:00Z"


@pytest.mark.parametrize(("seconds", "text"), [(27 * HOUR, "in 1d3h"), (0, "now"), (-5, "now")])
def test_how_far_away_a_time_is(seconds: int, text: str) -> None:
    assert words.relative(seconds) == text


def test_a_tally_keeps_the_order_of_the_first() -> None:
    assert words.tally(["block", "approve", "approve"]) == "1 block, 2 approve"


@pytest.mark.parametrize(
    ("number", "noun", "text"), [(1, "hour", "1 hour"), (2, "hour", "2 hours"), (2, "series", "2 series")]
)  # fmt: skip
def test_plurals(number: int, noun: str, text: str) -> None:
    assert words.plural(number, noun) == text
