"""Rules of recurrence: what is refused, how UNTIL is read, and that no rule takes long."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.config.problems import Substituted
from slogate.config.recurrences import FREQUENCIES, Recurrence, check_rule, rule
from tests.core.builders import law

START = datetime(2026, 1, 31, 18)  # noqa: DTZ001 - a time on the wall
BERLIN = ZoneInfo("Europe/Berlin")
END = "counted from the end, as"

WRONG = [
    ("", "must not be empty"),
    (7, "must be text, but is a number"),
    ("daily", "must be a rule such as FREQ=MONTHLY;BYMONTHDAY=-1; 'DAILY' is no part of one"),
    ("FRQ=DAILY", "'FRQ' is no part of one; did you mean 'FREQ'?"),
    ("BYMONTHDAY=1", "must have FREQ, such as FREQ=MONTHLY;BYMONTHDAY=-1"),
    ("FREQ=HOURLY", "must have DAILY, WEEKLY, MONTHLY or YEARLY as FREQ, not 'HOURLY'"),
    ("FREQ=SECONDLY", "must have DAILY, WEEKLY, MONTHLY or YEARLY as FREQ, not 'SECONDLY'"),
    ("FREQ=DAILY;FREQ=DAILY", "must not have FREQ twice"),
    ("FREQ=DAILY;BYHOUR=9", "must not have BYHOUR: the time of day is that of `from`"),
    ("FREQ=DAILY;BYMINUTE=9", "must not have BYMINUTE: the time of day is that of `from`"),
    ("FREQ=DAILY;BYSECOND=9", "must not have BYSECOND: the time of day is that of `from`"),
    ("FREQ=DAILY;BYEASTER=0", "'BYEASTER' is no part of one"),
    ("FREQ=DAILY;DTSTART=20260101T000000", "'DTSTART' is no part of one"),
    ("FREQ=DAILY\nRRULE:FREQ=DAILY", "must be one line of printable text"),
    ("FREQ=DAILY;INTERVAL=0", "must have a whole number from 1 to 9999 as INTERVAL, not '0'"),
    ("FREQ=DAILY;INTERVAL=1" + "0" * 30, "must have a whole number from 1 to 9999 as INTERVAL"),
    ("FREQ=DAILY;COUNT=-1", "must have a whole number from 1 to 9999 as COUNT, not '-1'"),
    ("FREQ=MONTHLY;BYMONTHDAY=32", f"from 1 to 31, or from -1 to -31 {END} BYMONTHDAY, not '32'"),
    ("FREQ=MONTHLY;BYMONTHDAY=0", f"from 1 to 31, or from -1 to -31 {END} BYMONTHDAY, not '0'"),
    ("FREQ=YEARLY;BYMONTH=-1", "must have numbers from 1 to 12 as BYMONTH, not '-1'"),
    ("FREQ=YEARLY;BYYEARDAY=367", f"-366 {END} BYYEARDAY, not '367'"),
    ("FREQ=YEARLY;BYWEEKNO=54", f"-53 {END} BYWEEKNO, not '54'"),
    ("FREQ=YEARLY;BYSETPOS=1000", f"-366 {END} BYSETPOS, not '1000'"),
    ("FREQ=YEARLY;BYSETPOS=" + ",".join(["1"] * 400), "must be at most 500 characters long"),
    ("FREQ=WEEKLY;BYDAY=XX", "must have days such as MO,TU or -1FR as BYDAY, not 'XX'"),
    ("FREQ=WEEKLY;BYDAY=1MO", "must not have numbers in BYDAY with FREQ=WEEKLY"),
    ("FREQ=WEEKLY;WKST=1", "must have a day such as MO as WKST, not '1'"),
    ("FREQ=DAILY;UNTIL=tomorrow", "must have a time such as 20261231T180000 or 20261231T170000Z"),
    ("FREQ=DAILY;UNTIL=20260230", "as UNTIL, not '20260230'"),
    ("FREQ=DAILY;UNTIL=99991231T235959Z", "must have an UNTIL between 1970 and 2199"),
    ("FREQ=DAILY;UNTIL=20270101;COUNT=3", "must not have both COUNT and UNTIL"),
]


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_wrong_rules(text: object, expected: str) -> None:
    with pytest.raises(ValueError) as caught:
        rule(text)
    assert expected in str(caught.value)
    assert str(caught.value).startswith("must ")


def test_the_value_of_a_variable_is_not_shown() -> None:
    with pytest.raises(ValueError) as caught:
        rule(Substituted("FREQ=hunter2"))
    assert "HUNTER2" not in str(caught.value).upper()


def dates(text: str, start: datetime = START, *, days: int = 400) -> list[str]:
    """When it begins, as months and days."""
    found = Recurrence(rule(text), start, BERLIN)
    return [f"{at:%m-%d %H}" for at in found.between(start, start + timedelta(days=days))]


RIGHT = [
    ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["01-31 18", "02-28 18", "03-31 18"]),
    ("rrule:freq=monthly;byday=-1fr;count=2", ["02-27 18", "03-27 18"]),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2;", ["02-27 18", "03-31 18"]),
    ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;COUNT=2", ["02-13 18", "02-27 18"]),
    ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", ["12-24 18"]),
    # Nobody is stricter about UNTIL than dateutil: in UTC, on the wall, or as a day.
    ("FREQ=DAILY;UNTIL=20260202T180000", ["01-31 18", "02-01 18", "02-02 18"]),
    ("FREQ=DAILY;UNTIL=20260202T170000Z", ["01-31 18", "02-01 18", "02-02 18"]),
    ("FREQ=DAILY;UNTIL=20260202T165959Z", ["01-31 18", "02-01 18"]),
    ("FREQ=DAILY;UNTIL=20260202", ["01-31 18", "02-01 18", "02-02 18"]),
]


@pytest.mark.parametrize(("text", "expected"), RIGHT)
def test_right_rules(text: str, expected: list[str]) -> None:
    check_rule(rule(text), START, BERLIN)
    assert dates(text) == expected


NEVER = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYDAY=MO;BYSETPOS=2",
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=WEEKLY;INTERVAL=9999;BYMONTH=3",
    "FREQ=YEARLY;BYDAY=MO;BYSETPOS=" + ",".join(["-366"] * 90),
    "FREQ=DAILY;UNTIL=20260130",
    "FREQ=YEARLY;INTERVAL=6;BYMONTH=1;BYMONTHDAY=30",
]


@pytest.mark.parametrize("text", NEVER)
def test_a_rule_that_never_begins_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="never begins in the five years after `from`"):
        check_rule(rule(text), START, BERLIN)


def test_a_rule_from_long_ago_is_refused() -> None:
    with pytest.raises(ValueError, match="must not lie before the year 2000"):
        check_rule("FREQ=DAILY", START.replace(year=1999), BERLIN)


def test_what_dateutil_raises_becomes_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OverflowError

    monkeypatch.setattr("dateutil.rrule.rrulestr", fail)
    with pytest.raises(ValueError, match="cannot be followed; please simplify it"):
        check_rule("FREQ=DAILY", START, BERLIN)


def test_the_ends_of_a_span_belong_to_it() -> None:
    found = Recurrence("FREQ=DAILY", START, BERLIN)
    later = START + timedelta(days=2)
    assert len(found.between(START, later)) == 3
    assert found.between(START - timedelta(days=9), START) == [START]
    assert found.between(START - timedelta(days=9), START - timedelta(seconds=1)) == []


NUMBER = st.integers(-31, 31).filter(bool)
RULES = st.builds(
    lambda frequency, interval, days: f"FREQ={frequency};INTERVAL={interval};BYMONTHDAY={days}",
    st.sampled_from(FREQUENCIES),
    st.integers(1, 9),
    st.lists(NUMBER, min_size=1, max_size=3).map(lambda days: ",".join(map(str, days))),
)


@law
@given(RULES, st.integers(0, 3_000), st.integers(0, 500))
def test_any_span_holds_what_the_whole_holds_there(text: str, first: int, length: int) -> None:
    whole = Recurrence(text, START, timezone.utc)
    every = whole.between(START, START + timedelta(days=4_000))
    after = START + timedelta(days=first)
    before = after + timedelta(days=length)
    fresh = Recurrence(text, START, timezone.utc).between(after, before)
    assert fresh == [at for at in every if after <= at <= before]
    assert fresh == whole.between(after, before)
    assert all(at.hour == START.hour for at in fresh)


def test_a_rule_says_itself_as_a_calendar_would() -> None:
    said = str(Recurrence("FREQ=DAILY", START, timezone.utc))
    assert said == f"DTSTART:{START:%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY"
