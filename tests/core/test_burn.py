"""Burn rules and the forecast of exhaustion: rates over two windows, and what is said of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.budget import Assessment
from slogate.core.model import BurnRule, Status
from slogate.core.thresholds import reached
from slogate.core.verdict import Outcome, Reason
from slogate.core.window import Calendar, Rolling, Window, parse_duration
from tests.core.builders import (
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
    assessed_ratio,
    budget_of,
    law,
    policy,
    slo,
)

FAST = POLICY.burn[0]
MONTH_END = MONTH.at(NOW).end


def burning(lasts: float, share: float, *, ended: float = 0, **more: object) -> Traffic:
    """Errors for so long, until `ended` seconds before now."""
    return Traffic((Outage(lasts + ended, lasts, share),), **more)  # type: ignore[arg-type]


def firing(found: Assessment) -> list[int]:
    return [rate.rule.long // HOUR for rate in found.report.burn if rate.firing]


def burn_reason(found: Assessment) -> Reason:
    return next(reason for reason in found.report.reasons if reason.kind == "burn")


def test_burn_rates_are_measured_over_every_window_of_the_policy() -> None:
    rates = assessed(burning(HOUR, 0.02)).report.burn
    found = [rate for burn in rates for rate in (burn.rate_long, burn.rate_short)]
    assert found == pytest.approx([20, 20, 20 / 6, 20, 20 / 24, 10, 20 / 72, 20 / 6])


@pytest.mark.parametrize(
    ("traffic", "hours"),
    [
        (Traffic(), []),
        (burning(HOUR, 0.02), [1]),
        (burning(HOUR, 0.0145), [1]),
        (burning(HOUR, 0.0143), []),
        # over by now: the short window is quiet
        (burning(HOUR, 0.02, ended=5 * MINUTE), []),
        # just begun: the long window is not reached yet
        (burning(5 * MINUTE, 0.02), []),
        (burning(5 * MINUTE, 0.2), [1]),
        (burning(6 * HOUR, 0.0061), [6]),
        (burning(6 * HOUR, 0.0061, ended=30 * MINUTE), []),
        (burning(DAY, 0.0031), [24, 72]),
        (burning(DAY, 0.0031, ended=2 * HOUR), [72]),
        (burning(3 * DAY, 0.00101), [72]),
        (burning(3 * DAY, 0.00099), []),
        (burning(3 * DAY, 0.015), [1, 6, 24, 72]),
    ],
)
def test_a_rule_fires_only_when_both_its_windows_reach_the_rate(
    traffic: Traffic, hours: list[int]
) -> None:
    assert firing(assessed(traffic)) == hours


@pytest.mark.parametrize(
    ("rate", "expected"), [(None, False), (0.0, False), (14.39, False), (14.4, True), (99.0, True)]
)
def test_a_rate_is_reached_at_its_threshold(rate: float | None, *, expected: bool) -> None:
    assert reached(rate, 14.4) is expected


@pytest.mark.parametrize("rate", [1.0, 3.0, 6.0, 14.4])
@pytest.mark.parametrize("objective", [95, 99, 99.5, 99.9, 99.95])
def test_errors_at_exactly_the_rate_of_a_rule_fire_it(objective: float, rate: float) -> None:
    """Counts as a file has them: whole numbers, 100 requests a second."""
    share = round(rate * (100 - objective) / 100, 9)
    traffic = burning(HOUR, share, rate=100)
    rule = BurnRule(rate, HOUR, 5 * MINUTE, Status.CRITICAL)
    assert firing(assessed(traffic, slo(objective), under=policy(burn=(rule,)))) == [1]


def test_a_short_window_without_samples_leaves_it_to_the_long_one() -> None:
    found = assessed(burning(HOUR, 0.02, gaps=(ago(5 * MINUTE, 5 * MINUTE),)))
    assert found.report.burn[0].rate_short is None
    assert firing(found) == [1]
    assert "no samples over 5m" in burn_reason(found).text


def test_a_short_window_without_requests_does_not_fire() -> None:
    found = assessed(burning(HOUR, 0.02, silences=(ago(5 * MINUTE, 5 * MINUTE),)))
    assert found.report.burn[0].rate_short is None
    assert found.report.burn[0].rate_long == pytest.approx(20)
    assert firing(found) == []


@pytest.mark.parametrize(
    ("direct", "fires"),
    [
        ({HOUR: 0.02, 300: 0.02}, True),
        ({HOUR: 0.02, 300: 0.001}, False),
        ({HOUR: 0.001, 300: 0.02}, False),
        ({HOUR: 0.02, 300: None}, True),
        ({HOUR: 0.02}, True),
        ({300: 0.02}, False),
    ],
)
def test_ratios_fire_rules_by_the_windows_that_were_asked(
    direct: dict[int, float | None], *, fires: bool
) -> None:
    assert assessed_ratio(0.0001, direct).report.burn[0].firing is fires


def test_rows_an_hour_apart_are_measured_over_an_hour() -> None:
    rate = assessed(burning(20 * MINUTE, 0.06), finest=HOUR).report.burn[0]
    assert (rate.rate_long, rate.rate_short) == pytest.approx((20, 20))
    assert rate.firing


def test_windows_that_are_measured_over_longer_ones_are_told() -> None:
    def told(finest: int) -> list[str]:
        checks = assessed(Traffic(), finest=finest).report.checks
        return [check.detail for check in checks if check.name == "resolution"]

    longer = "burn windows are measured over whole steps: 5m over 1h and 30m over 1h"
    assert told(MINUTE) == []
    assert told(HOUR) == [longer]


@pytest.mark.parametrize("window", [Rolling(7 * DAY), Rolling(30 * DAY), Rolling(90 * DAY), MONTH])
@pytest.mark.parametrize(
    ("lasts", "share"), [(HOUR, 0.02), (6 * HOUR, 0.0061), (DAY, 0.0031), (3 * DAY, 0.00101)]
)
def test_the_numbers_of_a_burn_reason_are_computed(
    window: Window, lasts: int, share: float
) -> None:
    """Share spent = rate x window / SLO window; the rest lasts remaining x SLO window / rate."""
    found = assessed(burning(lasts, share), slo(window=window))
    text = burn_reason(found).text
    rate, length = share / 0.001, window.at(NOW).length
    rule = next(burn.rule for burn in found.report.burn if burn.firing)
    spent = re.search(r"at this rate (\w+) cost ([\d.]+) % of a whole budget", text)
    assert spent is not None
    assert parse_duration(spent[1]) == rule.long
    assert float(spent[2]) == pytest.approx(100 * rate * rule.long / length, abs=0.051)
    assert f"at {rate:.3g}x over" in text
    assert f"({rule.rate:g}x or more is {rule.status.word})" in text
    seconds = budget_of(found).remaining * length / rate
    rest = re.search(r"what is left lasts (\w+)", text)
    if window is MONTH and NOW + seconds >= window.at(NOW).end:
        assert rest is None
        return
    assert rest is not None
    assert parse_duration(rest[1]) == pytest.approx(seconds, abs=HOUR / 2)


@pytest.mark.parametrize(("share", "cost"), [(1.0, "138.9 %"), (0.72, "100.0 %")])
def test_nothing_is_said_of_the_rest_when_nothing_is_left(share: float, cost: str) -> None:
    text = burn_reason(assessed(burning(HOUR, share))).text
    assert f"cost {cost} of a whole budget" in text
    assert "what is left" not in text


@pytest.mark.parametrize(
    ("traffic", "window", "seconds"),
    [
        # an hour at 20x spends 2.78 %; 0.9722 x 30 days / 20 = 35 hours
        (burning(HOUR, 0.02), Rolling(30 * DAY), 35 * HOUR),
        (burning(HOUR, 0.02), Rolling(7 * DAY), (7 * DAY - 20 * HOUR) / 20),
        (burning(HOUR, 0.36), Rolling(30 * DAY), 3_600),
        # only the present hour counts, what is consumed already counts too
        (Traffic((Outage(10 * DAY, HOUR, 0.36), Outage(HOUR, HOUR, 0.002))), Rolling(30 * DAY), 644_400),
        # at a rate that a rolling window bears for ever, and without errors, there is no such time
        (burning(HOUR, 0.0009), Rolling(30 * DAY), None),
        (Traffic(), Rolling(30 * DAY), None),
        (burning(HOUR, 0.5, ended=HOUR), Rolling(30 * DAY), None),
        # it is gone already
        (burning(HOUR, 1.0), Rolling(30 * DAY), None),
        # a period ends before a slow burn exhausts it, a fast one is faster
        (burning(HOUR, 0.02), MONTH, 35 * HOUR),
        (burning(HOUR, 0.002), MONTH, None),
        (Traffic((Outage(10 * DAY, HOUR, 0.6), Outage(HOUR, HOUR, 0.0009))), MONTH, 476_400),
    ],
)  # fmt: skip
def test_when_the_budget_is_exhausted_at_the_present_rate(
    traffic: Traffic, window: Rolling | Calendar, seconds: float | None
) -> None:
    at = budget_of(assessed(traffic, slo(window=window))).exhausted_at
    if seconds is None:
        assert at is None
    else:
        assert at == pytest.approx(NOW + seconds, abs=2)


SHARES = st.floats(0, 1)
HOURS_AGO = st.integers(1, 700).map(lambda hours: hours * HOUR)


@law
@given(SHARES, SHARES, HOURS_AGO, st.sampled_from([Rolling(30 * DAY), MONTH]))
def test_the_time_of_exhaustion_is_the_formula_and_within_the_period(
    now: float, before: float, when: int, window: Rolling | Calendar
) -> None:
    found = assessed(Traffic((Outage(when + HOUR, HOUR, before), Outage(HOUR, HOUR, now))), slo(window=window))  # fmt: skip
    budget = budget_of(found)
    if budget.exhausted_at is None:
        return
    assert budget.remaining > 0
    assert budget.exhausted_at >= NOW
    rate = found.report.burn[0].rate_long
    assert rate is not None
    seconds = budget.remaining * window.at(NOW).length / rate
    assert budget.exhausted_at == pytest.approx(NOW + seconds, abs=1)
    if window is MONTH:
        assert budget.exhausted_at < MONTH_END


@pytest.mark.parametrize(("rate", "share", "warns"), [(0.01, 0.1, True), (1.0, 0.1, False)])
def test_a_rule_that_fires_on_a_handful_of_errors_is_warned_of(
    rate: float, share: float, *, warns: bool
) -> None:
    found = assessed(burning(HOUR, share, rate=rate))
    assert FAST in [burn.rule for burn in found.report.burn if burn.firing]
    details = [c.detail for c in found.report.checks if c.name == "low traffic"]
    assert bool(details) is warns
    if warns:
        assert "3.6 bad of 36 events in 1h" in details[0]


@pytest.mark.parametrize(("bad", "warns"), [(9, True), (10, False)])
def test_ten_errors_are_no_handful_any_more(bad: int, *, warns: bool) -> None:
    checks = assessed(burning(HOUR, bad / 36, rate=0.01)).report.checks
    assert ("low traffic" in {check.name for check in checks}) is warns


def test_few_errors_that_fire_nothing_are_no_matter() -> None:
    checks = assessed(burning(HOUR, 0.001, rate=0.01)).report.checks
    assert {check.outcome for check in checks} == {Outcome.PASS}
