"""Which status an SLO has: the worst of what consumption, pace and burn rules say."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.model import Status
from slogate.core.thresholds import consumed_reasons, consumed_status, pace_status
from tests.core.builders import (
    DAY,
    HOUR,
    MONTH,
    NOW,
    POLICY,
    Outage,
    Traffic,
    assessed,
    law,
    policy,
    slo,
)

MONTH_BEGIN = MONTH.at(NOW).start
H, A, W, C, X = Status


@pytest.mark.parametrize(
    ("consumed", "status"),
    [
        (-0.1, H), (0.0, H), (0.5, H), (0.5001, A), (0.75, A), (0.7501, W), (0.9, W), (0.9001, C),
        (0.9999, C), (1.0, X), (1.0001, X), (50.0, X),
    ],
)  # fmt: skip
def test_consumption_above_a_threshold_and_exhausted_at_it(consumed: float, status: Status) -> None:
    assert consumed_status(POLICY, consumed) is status


@pytest.mark.parametrize("objective", [90, 95, 99, 99.5, 99.9, 99.95, 99.99])
def test_a_budget_spent_to_the_last_event_is_exhausted(objective: float) -> None:
    """Whole numbers: 100 requests a second, a tenth of the 30 days at ten times the budget."""
    share = round(10 * (100 - objective) / 100, 9)
    traffic = Traffic((Outage(10 * DAY, 3 * DAY, share),), rate=100)
    found = assessed(traffic, slo(objective), under=policy(burn=()))
    assert found.report.events is not None
    assert found.report.events.bad == round(259_200_000 * (100 - objective) / 100)
    assert found.report.status is X


@pytest.mark.parametrize(
    ("pace", "status"),
    [
        (None, H), (0.0, H), (1.0, H), (1.01, A), (1.5, A), (1.51, W), (2.0, W), (2.01, C),
        (90.0, C),
    ],
)  # fmt: skip
def test_pace_above_a_threshold(pace: float | None, status: Status) -> None:
    assert pace_status(POLICY, 0.5, pace) is status


@pytest.mark.parametrize(
    ("share", "status"), [(0.0, H), (0.0999, H), (0.1, C), (0.1001, C), (1.0, C)]
)
def test_pace_counts_once_a_tenth_of_the_period_has_passed(share: float, status: Status) -> None:
    assert pace_status(POLICY, share, 5.0) is status


@pytest.mark.parametrize(
    ("days", "status", "kinds"),
    [(2.9, H, set()), (3.1, C, {"pace"}), (20.0, H, set()), (10.0, A, {"pace"})],
)
def test_pace_of_a_calendar_window(days: float, status: Status, kinds: set[str]) -> None:
    """40 % are consumed within the first hour of a month of 30 days."""
    now = MONTH_BEGIN + round(days * DAY)
    outage = Outage(NOW - MONTH_BEGIN, HOUR, 0.4 * 2592 / HOUR)
    found = assessed(Traffic((outage,)), slo(window=MONTH), now=now, under=policy(burn=()))
    assert found.report.status is status
    assert {reason.kind for reason in found.report.reasons} == kinds


def test_the_pace_reason_says_how_fast_and_how_far() -> None:
    traffic = Traffic((Outage(5 * DAY, DAY, 0.02),))
    (reason,) = (
        reason
        for reason in assessed(traffic, slo(window=MONTH)).report.reasons
        if reason.kind == "pace"
    )
    for part in ("1.03 times", "65 %", "1 is attention"):
        assert part in reason.text


def test_a_rolling_window_knows_no_pace() -> None:
    found = assessed(Traffic((Outage(29 * DAY, HOUR, 0.3),)))
    assert found.report.status is H
    assert found.report.reasons == ()


@pytest.mark.parametrize(
    ("outages", "status", "kinds"),
    [
        ((), H, []),
        ((Outage(10 * DAY, HOUR, 0.4),), A, ["consumed"]),
        ((Outage(10 * DAY, HOUR, 0.6),), W, ["consumed"]),
        ((Outage(10 * DAY, HOUR, 0.7),), C, ["consumed"]),
        ((Outage(10 * DAY, HOUR, 0.9),), X, ["consumed"]),
        ((Outage(HOUR, HOUR, 0.02),), C, ["burn"]),
        ((Outage(6 * HOUR, 6 * HOUR, 0.0065),), W, ["burn"]),
        ((Outage(DAY, DAY, 0.0035),), A, ["burn", "burn"]),
        ((Outage(10 * DAY, HOUR, 0.4), Outage(HOUR, HOUR, 0.02)), C, ["burn", "consumed"]),
        ((Outage(10 * DAY, HOUR, 0.9), Outage(HOUR, HOUR, 0.02)), X, ["consumed", "burn"]),
    ],
)
def test_the_worst_reason_counts_and_comes_first(
    outages: tuple[Outage, ...], status: Status, kinds: list[str]
) -> None:
    report = assessed(Traffic(outages)).report
    assert report.status is status
    assert [reason.kind for reason in report.reasons] == kinds
    assert all(one.status >= two.status for one, two in pairwise(report.reasons))


@pytest.mark.parametrize(
    ("consumed", "share", "threshold", "status"),
    [
        (0.512, "51.2 %", "50 %", "attention"),
        (0.7504, "75.0 %", "75 %", "warning"),
        (1.713, "171.3 %", "100 %", "exhausted"),
    ],
)
def test_the_consumption_reason_names_share_threshold_and_status(
    consumed: float, share: str, threshold: str, status: str
) -> None:
    (reason,) = consumed_reasons(POLICY, consumed)
    assert reason.text.startswith(f"{share} of the error budget is consumed")
    assert f"{threshold} " in reason.text
    assert status in reason.text


def test_thresholds_are_the_policys() -> None:
    strict = policy(consumed={A: 0.1, W: 0.2, C: 0.3, X: 0.4}, pace={W: 0.5}, pace_after=0.0)
    assert [consumed_status(strict, share) for share in (0.1, 0.11, 0.25, 0.4)] == [H, A, W, X]
    assert [pace_status(strict, 0.0, pace) for pace in (0.5, 0.51)] == [H, W]


@law
@given(st.floats(-1, 5), st.floats(-1, 5), st.floats(0, 1))
def test_consuming_more_or_faster_never_betters_the_status(
    one: float, two: float, share: float
) -> None:
    less, more = sorted((one, two))
    assert consumed_status(POLICY, less) <= consumed_status(POLICY, more)
    assert pace_status(POLICY, share, less) <= pace_status(POLICY, share, more)
