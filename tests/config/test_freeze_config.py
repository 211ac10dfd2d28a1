"""Freezes and maintenance windows in a file: their shapes, their times, and what is refused."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.config import freeze_schema as schema
from slogate.config import freezes, times
from slogate.core.calendars import Once, Outside, Recurring, Schedule, Weekly
from slogate.core.governance import Freeze, Maintenance
from slogate.core.model import Decision
from tests.config.builders import problems, warnings, with_policy
from tests.config.test_config_policies import policy_of
from tests.core.builders import law

BERLIN = "timezone: Europe/Berlin"


def unix(text: str) -> int:
    """Unix seconds of a time in UTC."""
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp())


def freeze_of(keys: str) -> Freeze:
    """The only freeze of a policy."""
    (found,) = policy_of(with_policy(f"freezes: [{{name: a, {keys}}}]")).governance.freezes
    return found


def schedule_of(keys: str) -> Schedule:
    """When it is on."""
    found = freeze_of(keys).schedule
    assert found is not None
    return found


def is_on(schedule: Schedule, *moments: str) -> list[bool]:
    """Whether it is on at these times in UTC."""
    return [schedule.until(unix(moment)) is not None for moment in moments]


def test_what_a_freeze_says_of_itself() -> None:
    keys = "days: sat, decision: review, services: [checkout], reason: nobody is here"
    found = freeze_of(keys)
    assert (found.name, found.decision) == ("a", Decision.REVIEW)
    assert (found.services, found.reason) == (("checkout",), "nobody is here")
    plain = freeze_of("days: sat")
    assert (plain.decision, plain.services, plain.reason) == (Decision.BLOCK, (), "")


ONCE = [
    ("from: 2026-11-26, to: 2026-12-01", "2026-11-26T00:00", "2026-12-01T00:00"),
    ("from: 2026-11-26T18:00, to: 2026-11-27 06:30:15", "2026-11-26T18:00", "2026-11-27T06:30:15"),
    (
        f"from: 2026-11-26T00:00, to: 2026-12-01T00:00, {BERLIN}",
        "2026-11-25T23:00",
        "2026-11-30T23:00",
    ),
    (
        f"from: '2026-11-26T00:00:00Z', to: '2026-12-01T00:00:00.5+05:30', {BERLIN}",
        "2026-11-26T00:00",
        "2026-11-30T18:30",
    ),
    # An hour that exists twice is frozen from its first beginning to its second end.
    (
        f"from: 2026-10-25T02:30, to: 2026-10-25T02:45, {BERLIN}",
        "2026-10-25T00:30",
        "2026-10-25T01:45",
    ),
    (f"from: 2026-10-24, to: 2026-10-25T02:30, {BERLIN}", "2026-10-23T22:00", "2026-10-25T01:30"),
    # An hour that does not exist is frozen in both readings.
    (f"from: 2026-03-29T02:30, to: 2026-03-30, {BERLIN}", "2026-03-29T00:30", "2026-03-29T22:00"),
    (f"from: 2026-03-28, to: 2026-03-29T02:30, {BERLIN}", "2026-03-27T23:00", "2026-03-29T01:30"),
]


@pytest.mark.parametrize(("keys", "start", "end"), ONCE)
def test_one_off_freezes(keys: str, start: str, end: str) -> None:
    assert schedule_of(keys) == Once(unix(start), unix(end))


NINE_TO_FOUR = (540, 960)
WEEKLY = [
    ("days: mon", {0}, times.WHOLE_DAY),
    ("days: [mon, wed]", {0, 2}, times.WHOLE_DAY),
    ("days: mon-thu", {0, 1, 2, 3}, times.WHOLE_DAY),
    ("days: sat-mon", {5, 6, 0}, times.WHOLE_DAY),
    ("days: 'sat,sun'", {5, 6}, times.WHOLE_DAY),
    ("days: 'sat, mon-tue'", {5, 0, 1}, times.WHOLE_DAY),
    ("days: [fri, sat-sun]", {4, 5, 6}, times.WHOLE_DAY),
    ("days: mon-sun", set(range(7)), times.WHOLE_DAY),
    ("hours: 9-16", set(range(7)), NINE_TO_FOUR),
    ("hours: 09:00-16:00", set(range(7)), NINE_TO_FOUR),
    ("hours: '09:30-17:00'", set(range(7)), (570, 1020)),
    ("hours: 22:00-06:00", set(range(7)), (1320, 1800)),
    ("hours: 16:00-24:00", set(range(7)), (960, 1440)),
    ("hours: 18-0", set(range(7)), (1080, 1440)),
    ("hours: 0-24", set(range(7)), times.WHOLE_DAY),
    ("days: fri, hours: 16-24", {4}, (960, 1440)),
]


@pytest.mark.parametrize(("keys", "days", "hours"), WEEKLY)
def test_weekly_freezes(keys: str, days: set[int], hours: tuple[int, int]) -> None:
    found = schedule_of(f"{keys}, {BERLIN}")
    assert found == Weekly(frozenset(days), *hours, ZoneInfo("Europe/Berlin"))


def test_office_hours_are_in_the_zone_of_their_freeze() -> None:
    found = schedule_of(f"allow: [{{days: mon-thu, hours: 9-16}}, {{days: fri}}], {BERLIN}")
    zone = ZoneInfo("Europe/Berlin")
    assert found == Outside(
        (
            Weekly(frozenset({0, 1, 2, 3}), *NINE_TO_FOUR, zone),
            Weekly(frozenset({4}), *times.WHOLE_DAY, zone),
        )
    )
    summer = ("2026-08-03T06:59", "2026-08-03T07:00", "2026-08-03T13:59", "2026-08-03T14:00")
    assert is_on(found, *summer) == [True, False, False, True]
    assert is_on(found, "2026-11-02T07:59", "2026-11-02T08:00") == [True, False]


def test_a_freeze_by_a_rule_begins_at_the_time_of_day_of_from() -> None:
    rule = "from: 2026-01-31T18:00, rrule: 'FREQ=MONTHLY;BYMONTHDAY=-1', duration: 12h"
    found = schedule_of(f"{rule}, {BERLIN}")
    assert isinstance(found, Recurring)
    assert found.until(unix("2026-02-28T17:00")) == unix("2026-03-01T05:00")
    assert found.until(unix("2026-07-31T16:00")) == unix("2026-08-01T04:00")
    assert is_on(found, "2026-02-28T16:59", "2026-03-01T05:00", "2026-01-30T18:00") == [False] * 3


def test_the_beginning_of_a_rule_may_have_an_offset() -> None:
    rule = "from: '2026-01-01T23:30:00Z', rrule: FREQ=WEEKLY, duration: 1h"
    found = schedule_of(f"{rule}, {BERLIN}")
    # 00:30 on Fridays in Berlin, in summer too.
    assert is_on(found, "2026-01-08T23:30", "2026-07-02T22:30", "2026-07-02T23:31") == [
        *(True, True, False)
    ]


SHAPES = (
    "needs exactly one of: from + to, days + hours (or one of them), "
    "from + rrule + duration, allow; there is"
)
TIME = "must be a time such as 2026-11-26T18:00, 2026-11-26 or 2026-11-26T18:00:00Z, not"
DAYS = "must be days such as mon, mon-thu or sat,sun, not"
HOURS = "must be hours such as 9-16 or 22:00-06:00, not"
ORDER = "`to` must be after `from` (a date alone means its first moment)"
RULE = "from: 2026-01-01, rrule: FREQ=DAILY"
WRONG = [
    ("reason: a", f": {SHAPES} nothing"),
    ("from: 2026-01-01", f": {SHAPES} from"),
    ("to: 2026-01-01", f": {SHAPES} to"),
    ("from: 2026-01-01, to: 2026-01-02, days: mon", f": {SHAPES} from + to + days"),
    ("days: mon, allow: [{days: mon}]", f": {SHAPES} days + allow"),
    (RULE, f": {SHAPES} from + rrule"),
    ("rrule: FREQ=DAILY, duration: 1h", f": {SHAPES} rrule + duration"),
    (f"{RULE}, duration: 1h, to: 2026-02-01", f": {SHAPES} from + to + rrule + duration"),
    ("from: 2026-01-02, to: 2026-01-01", f": {ORDER}"),
    ("from: 2026-01-02, to: 2026-01-02", f": {ORDER}"),
    ("from: '2026-01-02T00:00:00Z', to: 2026-01-02T00:30, timezone: Europe/Berlin", f": {ORDER}"),
    ("from: 2026, to: 2027", f".from: {TIME} 2026"),
    ("from: 2026-01-01T10, to: 2027-01-01", f".from: {TIME} '2026-01-01T10'"),
    (
        "from: 2026-02-30, to: 2027-01-01",
        ".from: must be a time that the calendar has, not '2026-02-30'",
    ),
    (
        "from: 2026-01-01T24:00, to: 2027-01-01",
        ".from: must be a time that the calendar has, not '2026-01-01T24:00'",
    ),
    (
        "from: '2026-01-01T12:00:00+99:00', to: 2027-01-01",
        ".from: must be a time that the calendar has, not '2026-01-01T12:00:00+99:00'",
    ),
    ("from: 1969-12-31, to: 2027-01-01", ".from: must lie between 1970 and 2199, not '1969-12-31'"),
    ("from: 2026-01-01, to: 2200-01-01", ".to: must lie between 1970 and 2199, not '2200-01-01'"),
    ("days: 1", f".days: {DAYS} 1"),
    ("days: []", ".days: needs at least one entry"),
    ("days: [mon, 2]", f".days[1]: {DAYS} 2"),
    ("days: Mon", f".days: {DAYS} 'Mon'; did you mean mon?"),
    ("days: monday", f".days: {DAYS} 'monday'; did you mean mon?"),
    ("days: mon-", f".days: {DAYS} 'mon-'"),
    ("days: mon-mon", ".days: must not end on the day on which they begin, as in 'mon-mon'"),
    ("hours: 9", f".hours: {HOURS} 9"),
    ("hours: 9-25", f".hours: {HOURS} '9-25'"),
    ("hours: 24-6", f".hours: {HOURS} '24-6'"),
    ("hours: 9:60-10", f".hours: {HOURS} '9:60-10'"),
    ("hours: 9-24:01", f".hours: {HOURS} '9-24:01'"),
    ("hours: [9, 16]", f".hours: {HOURS} a list"),
    ("hours: 9-9", ".hours: must not end when they begin; write 0-24 for all day, not '9-9'"),
    ("allow: []", ".allow: needs at least one entry"),
    ("allow: [{}]", ".allow[0]: needs `days` or `hours`"),
    ("allow: [{days: mon, timezone: UTC}]", ".allow[0].timezone: unknown key; known keys: days, "),
    (f"{RULE}, duration: 30s", ".duration: must be a duration between 1m and 31d, not '30s'"),
    (f"{RULE}, duration: 32d", ".duration: must be a duration between 1m and 31d, not '32d'"),
    ("days: mon, timezone: Berlin", ".timezone: must be a time zone such as Europe/Berlin, not"),
    ("days: mon, decision: approve", ".decision: must be review, defer or block, not 'approve'"),
    ("days: mon, services: []", ".services: needs at least one entry"),
    (
        "days: mon, services: [checkot]",
        ".services[0]: there is no service 'checkot'; did you mean 'checkout'?",
    ),
    ("form: 2026-01-01, to: 2027-01-01", ".form: unknown key; did you mean 'from'?"),
]


@pytest.mark.parametrize(("keys", "expected"), WRONG)
def test_wrong_freezes(keys: str, expected: str) -> None:
    found = problems(with_policy(f"freezes: [{{name: a, {keys}}}]"))
    assert found[0].startswith(f"14: policy.freezes[0]{expected}")


def test_a_freeze_has_a_name_of_its_own() -> None:
    assert problems(with_policy("freezes: [{days: mon}]")) == [
        "14: policy.freezes[0]: missing key 'name'"
    ]
    twins = with_policy("freezes:", "- {name: a, days: mon}", "- {name: a, days: tue}")
    assert problems(twins) == [
        "16: policy.freezes[1].name: freezes[0] of this policy is named 'a' too"
    ]


def test_what_hangs_on_a_variable_is_not_reported_twice() -> None:
    keys = [
        *("from: '${A}', to: 2026-01-01", "from: 2026-01-01, to: '${A}'"),
        *("from: '${A}', rrule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', duration: 1h",),
        *("from: 2026-01-01, rrule: '${A}', duration: 1h", "days: ['${A}']", "hours: '${A}'"),
        *("days: '${A}'", "allow: [{days: '${A}', hours: '${A}'}]", "days: mon, timezone: '${A}'"),
    ]
    for each in keys:
        text = with_policy(f"freezes: [{{name: a, {each}}}]".replace("'", '"'))
        assert all("A is not set" in warning for warning in warnings(text))


def test_the_value_of_a_variable_is_not_shown() -> None:
    for keys in ("days: '${A}'", "hours: '${A}'", "from: '${A}', to: 2026-01-01"):
        (found,) = problems(with_policy(f"freezes: [{{name: a, {keys}}}]"), {"A": "mon-hunter2"})
        assert "what the environment variable holds" in found
        assert "hunter2" not in found


@law
@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(1, 10**7))  # noqa: DTZ001
def test_no_local_time_shortens_a_freeze(wall: datetime, seconds: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    wall = wall.replace(microsecond=0)
    read = times.moment(wall.isoformat())
    first, last = times.first_meant(read, zone), times.last_meant(read, zone)
    assert first <= wall.replace(tzinfo=zone).timestamp() <= last
    assert last - first in (0, 3600)
    aware = datetime.fromtimestamp(seconds, timezone.utc)
    assert times.first_meant(times.moment(aware.isoformat()), zone) == seconds


def planned(keys: str) -> Maintenance:
    """The only maintenance window of a policy."""
    text = with_policy(f"maintenance: {{windows: [{{name: upgrade, {keys}}}]}}")
    (found,) = policy_of(text).governance.maintenance
    return found


MAINTENANCE = [
    (
        "from: 2026-03-01T22:00, to: 2026-03-02T02:00, announced: 2026-02-20",
        ("2026-03-01T22:00", "2026-03-02T02:00", "2026-02-20T00:00"),
    ),
    # A window is as short as it can be meant, and announced as late.
    (
        f"from: 2026-10-25T02:30, to: 2026-10-25T04:00, announced: 2026-03-29T02:30, {BERLIN}",
        ("2026-10-25T01:30", "2026-10-25T03:00", "2026-03-29T01:30"),
    ),
    (
        f"from: 2026-10-25T01:00, to: 2026-10-25T02:30, announced: 2026-10-01, {BERLIN}",
        ("2026-10-24T23:00", "2026-10-25T00:30", "2026-09-30T22:00"),
    ),
    (
        f"from: '2026-10-25T02:15:00+02:00', to: '2026-10-25T02:15:00+01:00', announced: 2026-10-01, {BERLIN}",
        ("2026-10-25T00:15", "2026-10-25T01:15", "2026-09-30T22:00"),
    ),
]


@pytest.mark.parametrize(("keys", "expected"), MAINTENANCE)
def test_maintenance_windows(keys: str, expected: tuple[str, str, str]) -> None:
    found = planned(f"{keys}, services: [checkout]")
    assert (found.start, found.end, found.announced) == tuple(map(unix, expected))
    assert (found.name, found.services) == ("upgrade", ("checkout",))


WRONG_MAINTENANCE = [
    ("from: 2026-01-01, to: 2026-01-02", ": missing key 'announced'"),
    ("to: 2026-01-02, announced: 2026-01-01", ": missing key 'from'"),
    ("from: 2026-01-02, to: 2026-01-01, announced: 2026-01-01", f": {ORDER}"),
    (
        "from: 2026-01-01, to: 2026-01-08T00:01, announced: 2025-12-01",
        ": must not be longer than 7 days; split what is longer",
    ),
    (
        f"from: 2026-10-25T02:10, to: 2026-10-25T02:50, announced: 2026-10-01, {BERLIN}",
        (
            ": the clocks are changed in this window; write `from` and `to` with an offset, "
            "such as 2026-10-25T02:30:00+01:00"
        ),
    ),
    (
        "from: 2026-01-01, to: 2026-01-02, announced: 2025-12-01, services: [x]",
        ".services[0]: there is no service 'x'; known services: checkout",
    ),
]


@pytest.mark.parametrize(("keys", "expected"), WRONG_MAINTENANCE)
def test_wrong_maintenance_windows(keys: str, expected: str) -> None:
    text = with_policy(f"maintenance: {{windows: [{{name: upgrade, {keys}}}]}}")
    assert problems(text) == [f"14: policy.maintenance.windows[0]{expected}"]


def test_seven_days_of_maintenance_are_not_too_long() -> None:
    found = planned("from: 2026-01-01, to: 2026-01-08, announced: 2025-12-01")
    assert found.end - found.start == 7 * 86_400


@pytest.mark.parametrize("rule", [None, "FREQ=DAILY"])
def test_a_freeze_without_an_end_is_never_taken_for_one_that_is_off(rule: str | None) -> None:
    """The schema refuses it, and so does whoever reads what the schema let through."""
    written = schema.Freeze()
    for key, value in (("name", "peak"), ("from_", datetime(2026, 11, 20)), ("rrule", rule)):  # noqa: DTZ001
        setattr(written, key, value)
    with pytest.raises(ValueError, match="needs an end"):
        freezes.freeze(written)
