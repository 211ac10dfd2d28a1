"""Evidence that is refused, with a sentence that says what and where, and what is only said."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from slogate.core.evidence import Evidence, RoleSeries
from slogate.core.trust import Trusted, examine
from slogate.core.verdict import Check, Outcome
from slogate.errors import NoDataError
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    POLICY,
    Outage,
    Traffic,
    ago,
    evidence,
    plan,
    policy,
    slo,
)

STEADY = Traffic((Outage(ago=10 * DAY, lasts=HOUR, share=0.36),))


def answer(traffic: Traffic = STEADY, role: str = "bad", **more: Any) -> Evidence:
    return evidence(plan(), traffic, role, **more)


def with_value(role: str, values: str, index: int, value: float) -> Evidence:
    """Good evidence but for one value, counted from the newest."""
    found = answer()
    series = found.roles[role]
    changed = list(series.fine if values == "fine" else series.coarse)
    changed[-1 - index] = value
    coarse, fine = (changed, series.fine) if values == "coarse" else (series.coarse, changed)
    return replace(found, roles={**found.roles, role: RoleSeries(coarse, fine, series.whole)})


def with_whole(bad: float | None, total: float | None, role: str = "bad") -> Evidence:
    found = answer(Traffic(), role)
    wholes = {role: bad, "total": total}
    roles = {
        name: RoleSeries([None if value is None else value / 720] * 720, [1.0] * 6, value)
        for name, value in wholes.items()
    }
    return replace(found, roles=roles)


def refusal(found: Evidence, **changes: object) -> str:
    with pytest.raises(NoDataError) as raised:
        examine(slo(), policy(**changes), found)
    return str(raised.value)


def check(found: Trusted, name: str) -> Check:
    (only,) = (check for check in found.checks if check.name == name)
    return only


@pytest.mark.parametrize(
    ("value", "kind"), [(math.nan, "NaN"), (math.inf, "infinite"), (-math.inf, "infinite"), (-1.0, "negative")]
)  # fmt: skip
@pytest.mark.parametrize("role", ["bad", "total"])
@pytest.mark.parametrize(
    ("values", "index", "at"),
    [
        ("coarse", 0, "2026-11-20 12:07 UTC"),
        ("coarse", 24, "2026-11-19 12:07 UTC"),
        ("fine", 3, "2026-11-20 11:52 UTC"),
    ],
)
def test_values_that_are_no_counts_are_refused_with_role_and_time(
    value: float, kind: str, role: str, values: str, index: int, at: str
) -> None:
    message = refusal(with_value(role, values, index, value))
    assert message.startswith(f"`{role}` is {kind}")
    assert at in message


@pytest.mark.parametrize("value", [math.nan, math.inf, -3.0])
def test_a_window_value_that_is_no_count_is_refused(value: float) -> None:
    assert "`total`" in refusal(with_whole(0, value))
    assert "`bad`" in refusal(with_whole(value, 100))


def test_rounding_below_zero_is_no_negative_count() -> None:
    found = examine(slo(), POLICY, with_whole(-1e-12, 2_592_000))
    assert found.history.in_window.bad == 0


@pytest.mark.parametrize(("role", "other"), [("total", "bad"), ("bad", "total")])
def test_an_absent_role_is_named(role: str, other: str) -> None:
    found = answer()
    roles = {other: found.roles[other], role: RoleSeries([None] * 720, [None] * 6)}
    assert f"`{role}` has no samples" in refusal(replace(found, roles=roles))


def test_absent_failures_count_as_zero_only_when_the_source_says_why() -> None:
    found = answer()
    roles = {"total": found.roles["total"], "bad": RoleSeries([None] * 720, [None] * 6)}
    trusted = examine(slo(), POLICY, replace(found, roles=roles, no_failures="no 5xx exists"))
    assert trusted.history.in_window.bad == 0
    assert check(trusted, "no failures") == Check("no failures", Outcome.WARN, "no 5xx exists")


def test_an_absent_good_is_never_taken_for_success() -> None:
    found = answer(role="good")
    roles = {"total": found.roles["total"], "good": RoleSeries([None] * 720, [None] * 6)}
    assert "`good` has no samples" in refusal(replace(found, roles=roles))


@pytest.mark.parametrize("role", ["good", "bad"])
@pytest.mark.parametrize(("part", "refused"), [(1e6, False), (1e6 + 9, False), (1e6 + 11, True)])
def test_more_of_a_part_than_the_total_is_refused_beyond_scrape_skew(
    role: str, part: float, *, refused: bool
) -> None:
    """99.9 % of a million allows 1000 bad events; one in a hundred of these is skew."""
    found = with_whole(part, 1e6, role)
    if refused:
        assert f"more {role} than total" in refusal(found)
    else:
        bad = examine(slo(), POLICY, found).history.in_window.bad
        assert bad == (0 if role == "good" else part)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("role", ["good", "bad"])
def test_the_window_is_counted_alike_from_steps_and_at_once(role: str, *, whole: bool) -> None:
    counts = examine(slo(), POLICY, answer(role=role, whole=whole)).history.in_window
    assert (counts.bad, counts.total) == pytest.approx((1296, 30 * DAY))


@pytest.mark.parametrize(
    ("silent", "outcome"), [(0, Outcome.PASS), (5, Outcome.WARN), (10, None), (30, None)]
)
def test_a_last_sample_older_than_allowed_is_stale(silent: int, outcome: Outcome | None) -> None:
    """`max_staleness` is ten minutes; samples end so many minutes before now."""
    gaps = (ago(silent * MINUTE, silent * MINUTE),)
    found = answer(Traffic(gaps=gaps))
    if outcome is None:
        message = refusal(found)
        assert "stale" in message
        assert f"{silent}m" in message
        return
    freshness = check(examine(slo(), POLICY, found), "freshness")
    assert freshness.outcome is outcome
    if silent:
        assert f"{silent}m" in freshness.detail


def test_long_silence_is_stale_however_much_is_allowed_for() -> None:
    found = answer(Traffic(gaps=(ago(2 * DAY, 2 * DAY),)))
    assert "2d" in refusal(found)
    allowed = examine(slo(), policy(max_staleness=3 * DAY), found)
    assert check(allowed, "freshness").outcome is Outcome.WARN


@pytest.mark.parametrize(
    ("days", "outcome"), [(0, Outcome.PASS), (1, Outcome.WARN), (2.9, Outcome.WARN), (3.1, None)]
)
def test_gaps_are_named_and_beyond_min_coverage_refused(
    days: float, outcome: Outcome | None
) -> None:
    found = answer(Traffic(gaps=(ago(10 * DAY, days * DAY),) if days else ()))
    if outcome is None:
        message = refusal(found)
        assert "gaps of 3d" in message
        assert "min_coverage is 90 %" in message
        return
    coverage = check(examine(slo(), POLICY, found), "coverage")
    assert coverage.outcome is outcome
    assert ("gaps" in coverage.detail) == bool(days)


def test_samples_for_exactly_min_coverage_are_enough() -> None:
    found = answer(Traffic(gaps=(ago(10 * DAY, 3 * DAY),)))
    assert check(examine(slo(), POLICY, found), "coverage").outcome is Outcome.WARN


@pytest.mark.parametrize(("min_coverage", "refused"), [(0.5, False), (0.7, True), (1.0, True)])
def test_min_coverage_is_the_policys(min_coverage: float, *, refused: bool) -> None:
    found = answer(Traffic(gaps=(ago(20 * DAY, 10 * DAY),)))
    if refused:
        assert "gaps" in refusal(found, min_coverage=min_coverage)
    else:
        examine(slo(), policy(min_coverage=min_coverage), found)


def test_a_young_service_is_told_from_a_gap() -> None:
    young = answer(Traffic(since=NOW - 2 * DAY))
    coverage = check(examine(slo(), POLICY, young), "coverage")
    assert coverage.outcome is Outcome.WARN
    assert "young" in coverage.detail
    assert "2026-11-18 12:07 UTC" in coverage.detail


def test_gaps_in_a_young_service_are_still_gaps() -> None:
    since = NOW - 20 * DAY
    assert "gaps of 5d" in refusal(answer(Traffic(since=since, gaps=(ago(10 * DAY, 5 * DAY),))))


def test_a_retention_shorter_than_the_window_is_refused() -> None:
    found = answer(Traffic(since=NOW - 15 * DAY), retention=15 * DAY)
    message = refusal(found)
    assert "keeps only 15d" in message
    assert "keep 30d" in message


def test_with_enough_retention_a_late_first_sample_means_a_young_service() -> None:
    found = answer(Traffic(since=NOW - 15 * DAY), retention=60 * DAY)
    coverage = check(examine(slo(), POLICY, found), "coverage")
    assert coverage.outcome is Outcome.WARN
    assert "(a young service)" in coverage.detail


def test_warnings_of_the_backend_are_shown_as_warnings() -> None:
    trusted = examine(
        slo(), POLICY, answer(warnings=("partial data",), notes=("rows are 1h apart",))
    )
    assert check(trusted, "backend warning").outcome is Outcome.WARN
    assert check(trusted, "note").detail == "rows are 1h apart"


@pytest.mark.parametrize(
    ("whole", "steps", "refused"),
    [
        # from a third of them to three times as many, counting one more of each
        (2161, 720, False), (2162, 720, True), (240, 720, False), (239, 720, True),
        # a hundred events may be counted as one may
        (0, 100, False), (0, 101, True), (100, 10, False), (101, 10, True),
    ],
)  # fmt: skip
def test_a_window_and_its_steps_agree_but_for_a_factor_of_three(
    whole: int, steps: int, *, refused: bool
) -> None:
    found = with_whole(0.0, float(whole))
    counted = RoleSeries([1.0] * steps + [0.0] * (720 - steps), [1.0] * 6, float(whole))
    found = replace(found, roles={**found.roles, "total": counted})
    if refused:
        assert "does not count events" in refusal(found)
    else:
        assert examine(slo(), policy(), found).history.in_window.total == whole
