"""Announced maintenance: its events count nowhere, and that exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slogate.core.budget import assess
from slogate.core.evidence import Evidence, RoleSeries
from slogate.core.forecast import clearance
from slogate.core.governance import Governance, Maintenance
from slogate.core.maintenance import checks, clipped, excluded, seconds_in
from slogate.core.model import Missing, Ratio, Status
from slogate.core.verdict import Outcome
from slogate.core.window import Rolling, Window
from tests.core.builders import (
    ALLOWED,
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    NOW,
    POLICY,
    Outage,
    Traffic,
    ago,
    assessed,
    budget_of,
    plan,
    slo,
    span,
    with_and_without,
)

Span = tuple[int, int]


def window(name: str, seconds: int, lasts: int, ahead: int = 3 * DAY, *for_: str) -> Maintenance:
    start, end = span(seconds, lasts)
    return Maintenance(name, start, end, start - ahead, for_)


@pytest.mark.parametrize(
    ("seconds", "lasts", "bad", "total"),
    [
        # an hour of errors ten days ago, and 30 days of one request a second
        (10 * DAY, HOUR, 0, 30 * DAY - HOUR),
        (10 * DAY - HOUR, HOUR, HOUR, 30 * DAY - HOUR),  # touches its end
        (10 * DAY + HOUR, HOUR, HOUR, 30 * DAY - HOUR),  # touches its start
        (10 * DAY + HOUR // 2, HOUR, HOUR // 2, 30 * DAY - HOUR),
        (10 * DAY - 20 * MINUTE, 10 * MINUTE, 50 * MINUTE, 30 * DAY - 10 * MINUTE),
        (12 * DAY, 5 * DAY, 0, 25 * DAY),
        (30 * DAY + HOUR, 2 * HOUR, HOUR, 30 * DAY - HOUR),  # straddles the window's start
        (40 * DAY, DAY, HOUR, 30 * DAY),  # has left the window
        (30 * DAY + HOUR, HOUR, HOUR, 30 * DAY),  # ends where the window begins
        (HOUR, 3 * HOUR, HOUR, 30 * DAY - HOUR),  # runs now
        (-HOUR, HOUR, HOUR, 30 * DAY),  # lies ahead
        (0, HOUR, HOUR, 30 * DAY),  # begins now
    ],
)
@pytest.mark.parametrize("role", ["good", "bad"])
def test_what_is_left_is_what_was_outside_of_it(
    seconds: int, lasts: int, bad: float, total: float, role: str
) -> None:
    traffic = Traffic((Outage(10 * DAY, HOUR),))
    found = assessed(traffic, maintenance=[span(seconds, lasts)], role=role)
    budget, events = budget_of(found), found.report.events
    assert events is not None
    assert (events.bad, events.total) == pytest.approx((bad, total))
    assert budget.consumed == pytest.approx(bad / (total * 0.001))
    plain = budget_of(assessed(traffic)).consumed
    if total == 30 * DAY:
        assert budget.unadjusted is None
    else:
        assert budget.unadjusted == pytest.approx(plain)
        (check,) = (one for one in found.report.checks if one.name == "maintenance")
        assert f"it would be {plain * 100:.1f} %" in check.detail


def test_in_a_calendar_window_the_traffic_outside_of_it_is_expected_to_go_on() -> None:
    """Since the month began 19.5 days have passed, of which one is left out."""
    outage, spans = Outage(10 * DAY, DAY, 0.01), [span(10 * DAY, DAY)]
    found = assessed(Traffic((outage, Outage(5 * DAY, HOUR))), slo(window=MONTH), maintenance=spans)
    assert budget_of(found).consumed == pytest.approx(HOUR / (0.001 * 29 * DAY), rel=1e-3)
    plain = budget_of(assessed(Traffic((outage, Outage(5 * DAY, HOUR))), slo(window=MONTH)))
    assert budget_of(found).unadjusted == pytest.approx(plain.consumed)
    assert plain.consumed == pytest.approx((HOUR + 0.01 * DAY) / ALLOWED)


@pytest.mark.parametrize("over", [Rolling(7 * DAY), Rolling(30 * DAY), MONTH])
def test_where_nothing_is_left_there_is_nothing_to_judge(over: Window) -> None:
    found = assessed(Traffic((Outage(DAY, HOUR),)), slo(window=over), maintenance=[span(60 * DAY, 61 * DAY)])  # fmt: skip
    assert found.report.status is Missing.NO_DATA
    assert "nothing is left to judge" in found.report.detail


def test_burn_rates_and_forecast_do_not_see_it() -> None:
    """All fails in the hour of maintenance that ends now, and a little did long ago."""
    traffic = Traffic((Outage(HOUR, HOUR), Outage(20 * DAY, HOUR)))
    assert assessed(traffic).report.burn[0].firing
    found, apart = with_and_without(traffic, span(HOUR, HOUR))
    assert not any(burn.firing for burn in found.report.burn)
    assert [burn.rate_long for burn in found.report.burn] == pytest.approx(
        [burn.rate_long for burn in apart.report.burn]
    )
    assert budget_of(found).exhausted_at is None
    for worst in (Status.WARNING, Status.HEALTHY):
        assert clearance([found], POLICY, worst) == clearance([apart], POLICY, worst)


def test_what_burns_after_it_still_burns() -> None:
    """Maintenance for ten hours until six minutes ago, and errors ever since."""
    traffic = Traffic((Outage(6 * MINUTE, 6 * MINUTE),))
    found, apart = with_and_without(traffic, span(10 * HOUR, 10 * HOUR - 6 * MINUTE))
    rules = [(burn.rule.long, burn.firing) for burn in found.report.burn]
    assert (HOUR, True) in rules
    assert rules == [(burn.rule.long, burn.firing) for burn in apart.report.burn]


def test_a_ratio_is_not_adjusted_and_says_so() -> None:
    asked = plan(maintenance=[span(10 * DAY, HOUR)])
    series = RoleSeries([0.0005] * asked.coarse.count, (), 0.0005)
    of = replace(slo(), sli=Ratio("errors"))
    found = assess(of, POLICY, Evidence(asked, {"ratio": series}, direct={}))
    assert budget_of(found).consumed == pytest.approx(0.5)
    assert budget_of(found).unadjusted is None
    (check,) = (one for one in found.report.checks if one.name == "maintenance")
    assert (check.outcome, "counts in full" in check.detail) == (Outcome.WARN, True)


@pytest.mark.parametrize(
    ("ahead", "counts", "said"),
    [
        (2 * DAY, True, ""),
        (3 * DAY, True, ""),
        (2 * DAY - 10 * MINUTE, False, "announced 1d23h50m ahead, and 2d are needed"),
        (8 * HOUR, False, "announced 8h ahead"),
        (0, False, "announced only when it had begun"),
        (-DAY, False, "announced only when it had begun"),
    ],
)
def test_only_what_was_announced_in_time_counts(ahead: int, counts: bool, said: str) -> None:  # noqa: FBT001
    governance = Governance(maintenance=(window("db upgrade", DAY, HOUR, ahead),))
    assert bool(excluded(governance, "checkout")) is counts
    found = list(checks(governance, "checkout", NOW, 30 * DAY))
    assert bool(found) is not counts
    for check in found:
        assert (check.name, check.outcome) == ("maintenance", Outcome.WARN)
        assert check.detail.startswith("db upgrade of 2026-11-19 12:07 UTC counts in full")
        assert said in check.detail


def test_what_was_announced_too_late_is_named_while_it_counts() -> None:
    late = [window(str(seconds), seconds, HOUR, 0) for seconds in (31 * DAY, 29 * DAY, 0, -HOUR)]
    found = list(checks(Governance(maintenance=tuple(late)), "checkout", NOW, 30 * DAY))
    assert [check.detail.split()[0] for check in found] == [str(29 * DAY), "0"]


def test_a_policy_may_ask_for_less_notice() -> None:
    governance = Governance(maintenance=(window("quick", DAY, HOUR, 0),), notice=0)
    assert excluded(governance, "checkout") == (span(DAY, HOUR),)


def test_each_service_has_its_own_and_what_overlaps_is_one() -> None:
    governance = Governance(
        maintenance=(
            window("b", 9 * HOUR, 2 * HOUR),
            window("of others", 20 * HOUR, HOUR, 3 * DAY, "search"),
            window("a", 10 * HOUR, HOUR, 3 * DAY, "checkout", "search"),
            window("c", 8 * HOUR, 3 * HOUR),
            window("d", 2 * HOUR, HOUR),
        )
    )
    assert excluded(governance, "checkout") == (span(10 * HOUR, 5 * HOUR), span(2 * HOUR, HOUR))
    assert excluded(governance, "payments") == (span(9 * HOUR, 4 * HOUR), span(2 * HOUR, HOUR))


def test_spans_are_cut_where_the_window_begins_and_end_now() -> None:
    spans = [(0, 10), (15, 40), (50, 70), (90, 120), (130, 140)]
    assert clipped(spans, 5, 100, 60) == ((5, 10), (15, 40), (50, 60), (60, 70), (90, 100))
    assert clipped(spans, 200, 300, 250) == ()
    assert seconds_in([(0, 10), (20, 40)], 5, 30) == 15


def test_silence_in_maintenance_takes_nothing() -> None:
    traffic = Traffic((Outage(20 * DAY, HOUR),), silences=(ago(10 * DAY, HOUR),))
    found = budget_of(assessed(traffic, maintenance=[span(10 * DAY, HOUR)]))
    assert found.consumed == found.unadjusted


@pytest.mark.parametrize(("lasts", "enough"), [(15 * DAY, True), (15 * DAY + HOUR, False)])
def test_of_a_window_that_is_maintenance_for_the_most_part_too_little_is_left(
    lasts: int, *, enough: bool
) -> None:
    report = assessed(Traffic(), maintenance=[span(20 * DAY, lasts)]).report
    assert (report.status is Status.HEALTHY) is enough
    if not enough:
        assert report.detail == "15d1h of the last 30d are maintenance: too little is left to judge"
