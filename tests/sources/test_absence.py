"""Absent series on real servers: a misspelt query is told from a service that never failed."""

from __future__ import annotations

import pytest

from slogate.core.budget import assess
from slogate.core.model import Events, Latency, Missing, Sli, Status
from slogate.errors import ConfigError, NoDataError
from tests.sources.builders import POLICY, ask, events, slo
from tests.support.servers import Prometheus, VictoriaMetrics

pytestmark = pytest.mark.realstack


@pytest.fixture(params=["prometheus", "victoria"])
def url(request: pytest.FixtureRequest) -> str:
    server: Prometheus | VictoriaMetrics = request.getfixturevalue(request.param)
    return server.url


def total(query: str) -> Events:
    return Events(bad=query, total=query.replace(',code=~"5.."', ""))


def test_a_service_that_never_failed_has_spent_nothing(url: str) -> None:
    evidence = ask(url, events("noerrors"))
    report = assess(slo(events("noerrors")), POLICY, evidence).report
    assert report.status is Status.HEALTHY
    assert report.budget is not None
    assert report.budget.consumed == 0
    assert any(check.name == "no failures" for check in report.checks)


@pytest.mark.parametrize(
    ("sli", "words"),
    [
        (
            Events(
                bad='sum(increase(http_request_total{service="healthy",code=~"5.."}[{{window}}]))',
                total='sum(increase(http_request_total{service="healthy"}[{{window}}]))',
            ),
            ["`total`", "no metric http_request_total", "did you mean http_requests_total?"],
        ),
        (events("helthy"), ["`total`", 'matches service="helthy"', "did you mean healthy?"]),
        (
            events("healthy", bad='status=~"5.."'),
            ["`bad`", "no series of http_requests_total has a label status", "or vector(0)"],
        ),
        (
            events("healthy", metric="http_errors_total", bad='code=~"5.."'),
            ["`bad`", "no metric http_errors_total"],
        ),
        (
            Events(
                bad='sum(increase(http_requests_total{service="helthy",code=~"5.."}[{{window}}]))',
                total='sum(increase(http_requests_total{service="healthy"}[{{window}}]))',
            ),
            ['`bad` has no samples: it selects service="helthy", but `total` selects'],
        ),
        (
            Events(
                good='sum(increase(http_requests_total{service="healthy",code="20O"}[{{window}}]))',
                total='sum(increase(http_requests_total{service="healthy"}[{{window}}]))',
            ),
            ["`good`", 'matches code="20O"', "did you mean 200?"],
        ),
        (
            Latency('http_request_duration_secs{service="healthy"}', 0.3),
            ["no metric http_request_duration_secs_count"],
        ),
    ],
    ids=["metric", "service", "label", "other metric", "contradiction", "good", "histogram"],
)
def test_a_misspelt_query_is_no_data_and_says_what_is_missing(
    url: str, sli: Sli, words: list[str]
) -> None:
    with pytest.raises(NoDataError) as caught:
        ask(url, sli)
    for text in words:
        assert text in str(caught.value)


def test_a_bound_that_is_no_bucket_lists_the_buckets(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ask(url, Latency('http_request_duration_seconds{service="healthy"}', 0.25))
    assert "`below: 250ms` is no bucket" in str(caught.value)
    assert "50ms, 100ms, 200ms, 300ms, 500ms, 1s, 2.5s" in str(caught.value)


def test_several_series_are_refused_and_listed(url: str) -> None:
    text = 'increase(http_requests_total{service="twoversions",code="200"}[{{window}}])'
    with pytest.raises(NoDataError) as caught:
        ask(url, Events(bad=f"0 * {text}", total=text))
    assert "2 series where one is expected" in str(caught.value)
    assert "version='v1'" in str(caught.value)


def test_a_query_that_is_no_promql_is_a_wrong_configuration(url: str) -> None:
    wrong = Events(bad="sum(increase(x[{{window}}])", total="sum(increase(x[{{window}}])")
    with pytest.raises(ConfigError) as caught:
        ask(url, wrong)
    assert "does not understand the query" in str(caught.value)


def invented(service: str) -> Events:
    text = (
        f'sum(increase(http_requests_total{{service="{service}"%s}}[{{{{window}}}}])) or vector(0)'
    )
    return Events(bad=text % ',code=~"5.."', total=text % "")


def test_a_zero_out_of_nothing_is_not_taken_for_no_traffic(url: str) -> None:
    with pytest.raises(NoDataError, match="did you mean notraffic"):
        ask(url, invented("notrafic"))


def test_a_service_without_traffic_may_still_say_or_vector_0(url: str) -> None:
    report = assess(slo(invented("notraffic")), POLICY, ask(url, invented("notraffic"))).report
    assert report.status is Missing.NO_TRAFFIC


GOOD = 'sum(increase(http_requests_total{service="%s"%s}[{{window}}]))'


def good(service: str, matcher: str, *, both: bool = False) -> Events:
    return Events(good=GOOD % (service, matcher), total=GOOD % (service, matcher if both else ""))


@pytest.mark.parametrize("service", ["exhausted", "noerrors"])
@pytest.mark.parametrize("matcher", [',status!~"5.."', ',status!="500"'])
def test_good_events_are_not_told_by_a_label_that_nobody_has(
    url: str, service: str, matcher: str
) -> None:
    with pytest.raises(NoDataError) as caught:
        ask(url, good(service, matcher))
    assert "`good` counts every event" in str(caught.value)
    assert "no series of http_requests_total has a label status" in str(caught.value)


def test_good_events_by_a_label_that_is_there_may_be_all_of_them(url: str) -> None:
    for sli in (
        good("noerrors", ',code!~"5.."'),
        good("noerrors", ',env!="test"', both=True),
        good("noerrors", ',env!=""'.replace("!=", "=")),
    ):
        report = assess(slo(sli), POLICY, ask(url, sli)).report
        assert report.budget is not None
        assert report.budget.consumed == 0


def test_a_misspelt_metric_of_failures_is_named_with_the_nearest(url: str) -> None:
    bad = 'sum(increase(http_request_total{service="healthy",code=~"5.."}[{{window}}]))'
    with pytest.raises(NoDataError) as caught:
        ask(url, Events(bad=bad, total=total(events("healthy").total).total))
    assert "no metric http_request_total; did you mean http_requests_total?" in str(caught.value)


def test_failures_that_were_never_seen_are_told_with_the_values_there_are(url: str) -> None:
    evidence = ask(url, events("healthy", bad='code="502"'))
    assert "no series matches `bad` (code is 200, 404, 500, 503)" in evidence.no_failures


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ('http_request_total{service="healthy"}', "did you mean http_requests_total?"),
        ('http_requests_total{service="healthy",status="5xx"}', "has a label status"),
    ],
)
def test_a_zero_that_the_query_makes_of_nothing_is_told(url: str, bad: str, words: str) -> None:
    sli = Events(
        bad=f"sum(increase({bad}[{{{{window}}}}])) or vector(0)", total=events("healthy").total
    )
    report = assess(slo(sli), POLICY, ask(url, sli)).report
    (check,) = [check for check in report.checks if check.name == "no failures"]
    assert check.outcome.value == "warn"
    assert words in check.detail


def test_good_events_by_a_label_that_nobody_has_are_refused_beside_a_late_scrape(url: str) -> None:
    blind = GOOD % ("exhausted", ',status!="500"')
    plus = Events(good=f"{blind} + 0.5", total=GOOD % ("exhausted", ""))
    with pytest.raises(NoDataError, match="`good` counts every event"):
        ask(url, plus)


def test_good_events_less_what_finds_nothing_are_told(url: str) -> None:
    everything = GOOD % ("exhausted", "")
    missing = everything.replace("http_requests_total", "http_error_total")
    sli = Events(good=f"{everything} - ({missing} or vector(0))", total=everything)
    assert "no metric http_error_total" in ask(url, sli).no_failures
