"""Budgets from a real Prometheus and a real VictoriaMetrics beside the truth they were loaded with.

The evaluation time never falls on a scrape. Truth is counted from the generator's increments with
arithmetic of its own, written here once more, so that it shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slogate.core.budget import Assessment, assess
from slogate.core.model import Events, Latency, Missing, Ratio, Sli, Slices, Slo, Status
from slogate.core.plan import make_plan
from slogate.core.window import Rolling
from slogate.deadline import Deadline
from slogate.sources.prometheus import PrometheusSource
from tests.sources.builders import DAY, POLICY, events, settings
from tests.support.fixtures import History
from tests.support.history import AT
from tests.support.servers import Prometheus, VictoriaMetrics
from tests.support.truth import Truth

pytestmark = pytest.mark.realstack

HOUR = 3600
TOLERANCE = 0.002
RULES = [
    (14.4, HOUR, 300, Status.CRITICAL),
    (6.0, 6 * HOUR, 1800, Status.WARNING),
    (3.0, DAY, 2 * HOUR, Status.ATTENTION),
    (1.0, 3 * DAY, 6 * HOUR, Status.ATTENTION),
]
COUNTED = (
    "healthy", "slowburn", "fastburn", "exhausted", "recovering", "lowtraffic", "resets",
    "newsvc", "gap", "slowlat", "noerrors",
)  # fmt: skip


@pytest.fixture(params=["prometheus", "victoria"])
def source(request: pytest.FixtureRequest) -> Iterator[PrometheusSource]:
    server: Prometheus | VictoriaMetrics = request.getfixturevalue(request.param)
    opened = PrometheusSource(settings(server.url))
    yield opened
    opened.close()


def measure(
    source: PrometheusSource, sli: Sli, *, days: int = 30, objective: float = 99.9, at: int = AT
) -> Assessment:
    slo = Slo("slo", objective, Rolling(days * DAY), sli)
    plan = make_plan(slo.window, POLICY.burn, at)
    return assess(slo, POLICY, source.fetch(sli, plan, Deadline(30)))


def true_burn(truth: Truth, service: str, seconds: int, allowed: float) -> float:
    counts = truth.counts(service, seconds)
    return counts.bad / counts.total / allowed if counts.total else 0.0


def true_status(truth: Truth, service: str, days: int, objective: float) -> Status:
    allowed = 1 - objective / 100
    consumed = true_burn(truth, service, days * DAY, allowed)
    worst = Status.HEALTHY
    for limit, status in ((0.5, Status.ATTENTION), (0.75, Status.WARNING), (0.9, Status.CRITICAL)):
        worst = max(worst, status) if consumed > limit else worst
    worst = Status.EXHAUSTED if consumed >= 1 else worst
    for rate, long, short, status in RULES:
        if all(true_burn(truth, service, span, allowed) >= rate for span in (long, short)):
            worst = max(worst, status)
    return worst


@pytest.mark.parametrize("days", [7, 30])
@pytest.mark.parametrize("service", COUNTED)
def test_consumed_budget_and_status_are_the_truth(
    source: PrometheusSource, history: History, service: str, days: int
) -> None:
    report = measure(source, events(service), days=days).report
    truth = history.truth.counts(service, days * DAY)
    assert report.budget is not None, report.detail
    if truth.bad >= 100:
        consumed = truth.bad / truth.total / 0.001
        assert report.budget.consumed == pytest.approx(consumed, rel=TOLERANCE)
    assert report.status is true_status(history.truth, service, days, 99.9)


@pytest.mark.parametrize("service", ["healthy", "recovering", "exhausted"])
def test_good_and_ratio_agree_with_bad(
    source: PrometheusSource, history: History, service: str
) -> None:
    bad = events(service)
    good = Events(good=bad.bad.replace("=~", "!~") if bad.bad else None, total=bad.total)
    ratio = Ratio(f"{bad.bad} / {bad.total}")
    expected = true_burn(history.truth, service, 30 * DAY, 0.001)
    for sli in (good, ratio):
        budget = measure(source, sli).report.budget
        assert budget is not None
        assert budget.consumed == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("service", ["healthy", "slowlat"])
def test_latency_is_read_from_the_bucket(
    source: PrometheusSource, history: History, service: str
) -> None:
    sli = Latency(f'http_request_duration_seconds{{service="{service}"}}', 0.3)
    report = measure(source, sli, days=7, objective=99.0).report
    truth = history.truth.counts(service, 7 * DAY)
    assert report.sli == pytest.approx(truth.fast / truth.total, rel=1e-4)
    slow = truth.total - truth.fast
    assert report.budget is not None
    assert report.budget.consumed == pytest.approx(slow / truth.total / 0.01, rel=TOLERANCE)


def test_time_slices_are_counted(source: PrometheusSource, history: History) -> None:
    query = 'max(time() - last_success_timestamp_seconds{service="stale-job"})'
    report = measure(source, Slices(query, "<", 1800, 60), days=7, objective=99.0).report
    start, end = history.truth.stale
    assert report.events is not None
    assert report.events.total == pytest.approx(7 * DAY / 60, rel=0.002)
    # A slice goes bad half an hour after the last success before the stale span.
    bad = sum(
        1
        for at in range(AT // 60 * 60 - 7 * DAY + 60, AT + 1, 60)
        if at - (history.truth.last_success("stale-job", at) or 0) >= 1800
    )
    assert bad > (end - start) / 60 / 2
    assert report.events.bad == pytest.approx(bad, abs=1)


def test_no_traffic_is_a_value_of_its_own(source: PrometheusSource) -> None:
    report = measure(source, events("notraffic")).report
    assert report.status is Missing.NO_TRAFFIC


def test_a_young_service_is_named_and_measured(source: PrometheusSource) -> None:
    report = measure(source, events("newsvc")).report
    coverage = next(check for check in report.checks if check.name == "coverage")
    assert coverage.outcome.value == "warn"
    assert "2026-09-19" in coverage.detail
    assert "young" in coverage.detail


def test_a_gap_is_named(source: PrometheusSource) -> None:
    report = measure(source, events("gap")).report
    coverage = next(check for check in report.checks if check.name == "coverage")
    assert coverage.outcome.value == "warn"
    assert "gaps of" in coverage.detail
