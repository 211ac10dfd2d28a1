"""Trust in ratios, which have no counts, and in calendar periods that have just begun."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pytest

from slogate.core.evidence import Evidence, RoleSeries
from slogate.core.trust import Trusted, examine
from slogate.core.verdict import Outcome
from slogate.errors import NoDataError
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    NOW,
    POLICY,
    Traffic,
    evidence,
    plan,
    slo,
)

BEGIN = MONTH.at(NOW).start


def ratio(
    overall: float | None,
    direct: Mapping[int, float | None] | None = None,
    steps: Sequence[float | None] | None = None,
) -> Evidence:
    series = RoleSeries(steps or [overall] * 720, (), overall)
    return Evidence(plan(), {"ratio": series}, direct=direct or {})


def examined(found: Evidence) -> Trusted:
    return examine(slo(), POLICY, found)


@pytest.mark.parametrize("overall", [-0.01, 1.01, 99.9])
def test_an_error_ratio_outside_its_range_is_refused(overall: float) -> None:
    with pytest.raises(NoDataError, match=r"`ratio` is .*(negative|between 0 and 1)"):
        examined(ratio(overall))


def test_an_error_ratio_over_a_burn_window_outside_its_range_is_refused() -> None:
    with pytest.raises(NoDataError, match=r"`ratio` is 1\.5 over 5m"):
        examined(ratio(0.01, {HOUR: 0.5, 5 * MINUTE: 1.5}))


@pytest.mark.parametrize("overall", [None, math.nan])
def test_a_ratio_without_a_value_over_the_window_is_no_data(overall: float | None) -> None:
    with pytest.raises(NoDataError, match="no value over the whole window"):
        examined(ratio(overall, steps=[0.0] * 720))


@pytest.mark.parametrize("overall", [0.0, 0.5, 1.0])
def test_the_window_of_a_ratio_is_what_the_source_answered(overall: float) -> None:
    counts = examined(ratio(overall)).history.in_window
    assert counts.bad / counts.total == overall


def test_the_course_of_a_ratio_agrees_with_its_whole() -> None:
    """The source weighs steps by traffic, the history does not: it is scaled to agree."""
    steps = [0.0] * 700 + [0.4] * 20
    history = examined(ratio(0.002, steps=steps)).history
    counts = history.coarse.counts(NOW - 30 * DAY, NOW)
    assert counts.bad / counts.total == pytest.approx(0.002)
    assert history.coarse.counts(NOW - 30 * DAY, NOW - 20 * HOUR).bad == 0


def test_a_burn_window_whose_ratio_is_nan_has_no_events() -> None:
    assert examined(ratio(0.01, {HOUR: math.nan})).history.direct == {HOUR: None}


@pytest.mark.parametrize("after", [1, 59, 10 * MINUTE, 3 * HOUR, DAY + 1])
def test_a_period_that_has_just_begun_needs_no_more_samples_than_there_was_time(after: int) -> None:
    asked = plan(MONTH, BEGIN + after)
    trusted = examined(evidence(asked, Traffic(rate=5)))
    assert [check.outcome for check in trusted.checks] == [Outcome.PASS, Outcome.PASS]
    assert trusted.history.in_window.total == pytest.approx(5 * after)
    assert trusted.history.first == BEGIN


def test_in_a_calendar_period_events_of_the_one_before_do_not_count() -> None:
    asked = plan(MONTH, BEGIN + HOUR)
    counts = examined(evidence(asked, Traffic(), whole=False)).history.in_window
    assert counts.total == pytest.approx(HOUR)


def test_a_service_born_within_the_period_is_young() -> None:
    trusted = examined(evidence(plan(MONTH), Traffic(since=NOW - 2 * DAY)))
    assert trusted.history.first == NOW - 2 * DAY
    coverage = next(check for check in trusted.checks if check.name == "coverage")
    assert coverage.outcome is Outcome.WARN
    assert "young" in coverage.detail
