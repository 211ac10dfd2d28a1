"""Edges at which a gate might open by accident, or stay shut for no reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

import pytest

from slogate.core.budget import assess
from slogate.core.evidence import Evidence, RoleSeries
from slogate.core.model import Decision, Missing, Ratio, Risk, Status
from slogate.core.verdict import Outcome
from slogate.core.window import parse_duration, parse_time
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    NOW,
    POLICY,
    Outage,
    Traffic,
    assessed,
    at_status,
    evidence,
    plan,
    policy,
    slo,
    verdict,
)


def test_few_events_in_a_month_that_has_just_begun_do_not_silence_an_outage() -> None:
    now = MONTH.at(NOW).start + 10 * MINUTE
    outage = Outage(NOW - now + 3 * HOUR, 3 * HOUR)
    traffic = Traffic((outage,), rate=0.1)
    found = assessed(traffic, slo(window=MONTH), now=now, under=policy(min_events=100))
    assert found.report.status is Status.CRITICAL


def test_a_month_with_too_little_traffic_is_no_traffic() -> None:
    found = assessed(Traffic(rate=1 / DAY), slo(window=MONTH), under=policy(min_events=100))
    assert found.report.status is Missing.NO_TRAFFIC


@pytest.mark.parametrize(("since", "status"), [(2, Status.HEALTHY), (15, Missing.NO_DATA)])
def test_a_service_younger_than_the_retention_is_young(
    since: int, status: Status | Missing
) -> None:
    """Samples that reach back as far as the backend remembers may once have gone on."""
    traffic = Traffic(since=NOW - since * DAY)
    found = evidence(plan(), traffic, retention=15 * DAY)
    assert assess(slo(), POLICY, found).report.status is status


def ratio_evidence(steps: Sequence[float | None]) -> Evidence:
    asked = plan()
    values = list(islice(cycle(steps), asked.coarse.count))
    return Evidence(asked, {"ratio": RoleSeries(values, (), 0.0002)}, direct={})


def test_quiet_hours_of_a_ratio_are_neither_gaps_nor_stale() -> None:
    """0/0 is NaN: the series are there, and nothing happened."""
    night = ratio_evidence([0.0002] * 16 + [math.nan] * 8)
    report = assess(replace(slo(), sli=Ratio("errors")), POLICY, night).report
    assert report.status is Status.HEALTHY
    assert {check.outcome for check in report.checks} == {Outcome.PASS}


def test_hours_without_samples_of_a_ratio_are_gaps() -> None:
    night = ratio_evidence([None] * 8 + [0.0002] * 16)
    report = assess(replace(slo(), sli=Ratio("errors")), POLICY, night).report
    assert report.status is Missing.NO_DATA


def test_conditions_ask_for_the_evidence_whose_lack_decided() -> None:
    found = verdict(
        at_status(Status.HEALTHY),
        at_status(Missing.NO_DATA, "latency"),
        risk=Risk.LOW,
        under=policy(on_no_data=Decision.BLOCK),
    )
    assert found.conditions[0] == "latency needs evidence: it has no data to be trusted"


@pytest.mark.parametrize("text", ["5m1h", "1d1d", "1s1m", ""])
def test_units_of_a_duration_go_from_large_to_small_once(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-05:00",
        "1969-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "2026-02-30T12:00:00Z",
    ],
)
def test_times_that_cannot_be_meant_are_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=text.replace("+", r"\+")):
        parse_time(text)
