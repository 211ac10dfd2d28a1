"""Both arms of a canary from a real Prometheus and a real VictoriaMetrics, beside the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite, isnan
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.config.presets import PRESETS
from slogate.core.arms import Counts, MetricPolicy, Series
from slogate.core.canary_plan import CanaryPlan, LiveMetric
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.pool import run_all
from slogate.sources.canary import Data, Measurement, instants_between, measure
from slogate.sources.interface import CanarySource
from slogate.sources.prometheus import PrometheusSource
from slogate.sources.promql import filled, selectors
from tests.sources.builders import settings
from tests.support.arms import HOSTILE, write_arms
from tests.support.fixtures import require
from tests.support.history import AT, JSONL, OPENMETRICS
from tests.support.servers import Prometheus, Server, VictoriaMetrics

HOUR = 3600
START = AT - HOUR
PRESET = PRESETS["http"]
PLAN = CanaryPlan(
    metrics=tuple(
        LiveMetric(MetricPolicy(name), **{key: text for key, text in keys.items() if key != "unit"})
        for name, keys in PRESET.metrics().items()
    ),
    traffic=PRESET.traffic(),
)


@dataclass(frozen=True)
class Arms:
    """A server with several versions, and what is true of each."""

    kind: type[Server]
    source: PrometheusSource
    truth: Mapping[str, list[tuple[int, float, float]]]

    def measure(self, canary: str, plan: CanaryPlan = PLAN, **changes: Any) -> Measurement:
        asked = {"start": START, "end": AT, "deadline": Deadline(30), **changes}
        return measure(self.source, plan, "shop", ("v1", canary), **asked)

    def refused(self, canary: str, plan: CanaryPlan = PLAN, **changes: Any) -> str:
        with pytest.raises(NoDataError) as caught:
            self.measure(canary, plan, **changes)
        return str(caught.value)


@pytest.fixture(scope="module", params=[Prometheus, VictoriaMetrics])
def arms(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arms]:
    require(request.param)
    directory = tmp_path_factory.mktemp("arms")
    truth = write_arms(directory)
    if request.param is Prometheus:
        Prometheus.backfill(directory / OPENMETRICS, directory / "data")
    with request.param(directory / "data") as server:
        if isinstance(server, VictoriaMetrics):
            server.import_jsonl(directory / JSONL)
        source = PrometheusSource(settings(server.url))
        yield Arms(request.param, source, truth)
        source.close()


def data(found: Measurement, name: str) -> tuple[Data, Data]:
    return next(
        (baseline, canary)
        for metric, baseline, canary in found.metrics
        if metric.policy.name == name
    )


def mean(series: Data) -> float:
    assert isinstance(series, Series)
    return fmean(filter(isfinite, series.values))


def ratio(counts: Data) -> float:
    assert isinstance(counts, Counts)
    return sum(counts.bad) / sum(counts.total)


def only(query: str = "", **changes: Any) -> CanaryPlan:
    """The plan with one metric, and nothing asked of the traffic."""
    return CanaryPlan((LiveMetric(MetricPolicy("mine"), query, **changes),))


@pytest.mark.realstack
def test_two_versions_alike_are_measured_at_the_same_instants(arms: Arms) -> None:
    found = arms.measure("v2")
    assert [metric.policy.name for metric, _, _ in found.metrics] == [
        *("latency_p50", "latency_p95", "latency_p99", "errors"),
    ]
    assert found.instants == range(START // 60 * 60 + 120, AT, 60)
    for name in ("latency_p50", "latency_p95", "latency_p99"):
        baseline, canary = data(found, name)
        assert isinstance(baseline, Series)
        assert isinstance(canary, Series)
        assert list(baseline.times) == list(canary.times) == list(found.instants)
        assert all(map(isfinite, (*baseline.values, *canary.values)))
        assert mean(canary) == pytest.approx(mean(baseline), rel=0.02)
    assert mean(data(found, "latency_p50")[0]) == pytest.approx(0.1, rel=0.02)
    assert found.warnings == ()
    first, last = found.instants[0] - 60, found.instants[-1]
    for counted, counts, version in zip(
        found.traffic or (), data(found, "errors"), ("v1", "v2"), strict=True
    ):
        rows = [row for row in arms.truth[version] if first < row[0] <= last]
        assert counted == pytest.approx(sum(n for _, n, _ in rows), rel=0.02)
        assert isinstance(counts, Counts)
        assert sum(counts.total) == pytest.approx(counted)
        assert sum(counts.bad) == pytest.approx(sum(bad for _, _, bad in rows), rel=0.1)


@pytest.mark.realstack
def test_a_slower_version_is_slower_by_as_much(arms: Arms) -> None:
    found = arms.measure("slower")
    for name in ("latency_p50", "latency_p95", "latency_p99"):
        baseline, canary = data(found, name)
        assert mean(canary) / mean(baseline) == pytest.approx(1.25, rel=0.03)


@pytest.mark.realstack
def test_five_times_the_errors_are_counted(arms: Arms) -> None:
    baseline, canary = data(arms.measure("failing"), "errors")
    assert ratio(canary) / ratio(baseline) == pytest.approx(5, rel=0.25)


@pytest.mark.realstack
def test_an_arm_without_traffic_is_no_data(arms: Arms) -> None:
    said = arms.refused("idle")
    assert "the canary (version 'idle') had a traffic of 0, less than `least_traffic` (100)" in said
    assert "a canary without traffic is no data" in said
    assert "the baseline" not in said


@pytest.mark.realstack
def test_a_version_that_has_stopped_is_no_data(arms: Arms) -> None:
    said = arms.refused("crashed")
    assert "the canary (version 'crashed') has no traffic any more" in said
    assert "--end" in said
    assert arms.measure("crashed", end=AT - 660, start=AT - 660 - HOUR).traffic is not None


def test_without_traffic_quantiles_stay_nan(arms: Arms) -> None:
    plan = replace(PLAN, traffic="", least_traffic=0)
    if arms.kind is VictoriaMetrics:
        # It leaves out series that are NaN all the time.
        assert "hold no values; was there no traffic" in arms.refused("idle", plan)
        return
    found = arms.measure("idle", plan)
    _, canary = data(found, "latency_p99")
    assert isinstance(canary, Series)
    assert all(map(isnan, canary.values))


@pytest.mark.realstack
def test_a_version_that_is_not_there_is_named_beside_those_that_are(arms: Arms) -> None:
    said = arms.refused("v3")
    assert said.startswith(
        "`traffic` of the canary (version 'v3') has no series: "
        "http_requests_total has the version 'v"
    )
    assert "'v2'" in said
    assert "'slower'" in said
    assert "but not 'v3'" in said
    assert 'version="v3"' in said
    with pytest.raises(NoDataError, match=r"`traffic` of the baseline \(version 'v0'\)"):
        measure(arms.source, PLAN, "shop", ("v0", "v2"), start=START, end=AT, deadline=Deadline(30))


@pytest.mark.realstack
def test_a_hostile_version_is_a_name_like_others(arms: Arms) -> None:
    found = arms.measure(HOSTILE)
    assert found.traffic is not None
    assert found.traffic[1] / found.traffic[0] == pytest.approx(3, rel=0.02)
    for hostile in (f"v9{HOSTILE[2:]}", "v9' or vector(1) #", 'v9\\"} or vector(1)', "v1\n", "ü\0"):
        assert "has no series" in arms.refused(hostile)


@pytest.mark.realstack
def test_in_a_regular_expression_a_version_is_no_pattern(arms: Arms) -> None:
    query = 'sum(increase(http_requests_total{version=~"{{version}}"}[{{interval}}]))'
    plan = replace(only("vector(1)"), traffic=query, metrics=())
    found = arms.measure("1.1", plan)
    assert found.traffic is not None
    assert found.traffic[1] / found.traffic[0] == pytest.approx(1, rel=0.02)
    assert "has no series" in arms.refused("v.", plan)


@pytest.mark.realstack
def test_errors_that_never_happened_are_none(arms: Arms) -> None:
    found = arms.measure("spotless")
    _, canary = data(found, "errors")
    assert isinstance(canary, Counts)
    assert set(canary.bad) == {0.0}
    assert sum(canary.total) > 60_000
    (note,) = found.notes
    assert "errors of the canary (version 'spotless'): no failure was ever recorded" in note


@pytest.mark.realstack
def test_errors_that_are_misspelt_are_no_data(arms: Arms) -> None:
    total = PRESET.traffic()
    bad = total.replace('"}', '",status="500"}')
    assert "no series of http_requests_total has a label status" in arms.refused(
        "v2", only(bad=bad, total=total)
    )
    bad = total.replace("requests", "failures")
    assert "the backend has no metric http_failures_total" in arms.refused(
        "v2", only(bad=bad, total=total)
    )


@pytest.mark.realstack
def test_bad_events_that_cannot_be_part_of_all_are_no_data(arms: Arms) -> None:
    total = PRESET.traffic()
    said = arms.refused("v2", only(bad=f"2 * {total}", total=total))
    assert "do `bad` and `total` speak of the same events?" in said
    for bad in (f"-0.5 * {total}", f"{total} / 0"):
        assert "is no count: bad events are" in arms.refused("v2", only(bad=bad, total=total))


@pytest.mark.realstack
def test_before_a_version_started_there_is_nothing(arms: Arms) -> None:
    found = arms.measure("young")
    baseline, canary = data(found, "latency_p95")
    assert isinstance(canary, Series)
    assert sum(map(isfinite, canary.values)) == pytest.approx(20, abs=1)
    assert isnan(canary.values[0])
    assert isinstance(baseline, Series)
    assert all(map(isfinite, baseline.values))
    _, counts = data(found, "errors")
    assert isinstance(counts, Counts)
    assert isnan(counts.total[0])
    assert isnan(counts.bad[0])
    assert min(counts.total[-15:]) > 0


@pytest.mark.realstack
def test_several_series_are_refused_and_shown(arms: Arms) -> None:
    said = arms.refused("v2", only('increase(http_requests_total{version="{{version}}"}[1m])'))
    assert said.startswith("`mine of the baseline` yields 2 series where one is expected: {")
    assert "code='500'" in said


@pytest.mark.realstack
def test_a_range_that_holds_one_sample_is_told_apart_from_a_missing_metric(arms: Arms) -> None:
    query = 'sum(rate(http_requests_total{version="{{version}}"}[{{interval}}]))'
    plan = replace(only(query), interval=10)
    if arms.kind is VictoriaMetrics:
        # It looks beyond the range for the sample before it.
        assert mean(arms.measure("v2", plan).metrics[0][1]) > 0
        return
    assert "(10s) less than twice the scrape interval?" in arms.refused("v2", plan)


@pytest.mark.realstack
def test_wrong_queries_are_the_configuration_and_all_are_told(arms: Arms) -> None:
    wrong = 'sum(incraese(x{version="{{version}}"}[{{interval}}]))'
    plan = CanaryPlan(
        tuple(LiveMetric(MetricPolicy(name), wrong + end) for name, end in (("a", ""), ("b", "+1")))
    )
    with pytest.raises(ConfigError) as caught:
        arms.measure("v2", plan, run=pooled)
    assert {problem.path for problem in caught.value.problems} == {"canary: a", "canary: b"}


def pooled(tasks: Any) -> Any:
    return run_all([("", task) for task in tasks], workers={"": 4}, deadline=Deadline(30))


@pytest.mark.realstack
def test_side_by_side_gives_the_same(arms: Arms) -> None:
    assert arms.measure("v2", run=pooled) == arms.measure("v2")
    with pytest.raises(MeasurementError, match="no answer within the deadline of 30 s") as caught:
        arms.measure("v2", run=lambda tasks: [None for _ in tasks])
    assert caught.value.outage


def test_a_server_can_measure_canaries_and_versions_must_be_two() -> None:
    source = PrometheusSource(settings("http://localhost:1"))
    assert isinstance(source, CanarySource)
    for versions, said in [
        (("v1", "v1"), "both arms are the version 'v1'"),
        (("v1", ""), "the version of the canary is empty"),
        (("\udc80", "v1"), "the version of the baseline is no text"),
    ]:
        with pytest.raises(ConfigError, match=said):
            measure(source, PLAN, "shop", versions, start=START, end=AT, deadline=Deadline(1))


def test_instants_lie_within_the_time_and_are_bounded() -> None:
    assert instants_between(600, 1200, 60) == range(660, 1201, 60)
    assert instants_between(601, 1199, 60) == range(720, 1141, 60)
    with pytest.raises(NoDataError, match="no whole interval of 1m"):
        instants_between(601, 700, 60)
    with pytest.raises(ConfigError, match="too many for one answer"):
        instants_between(0, 86_400 * 30, 60)


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ('a{v="{{v}}"}', 'x"y', r'a{v="x\x22y"}'),
        ("a{v='{{v}}'}", "x'y", r"a{v='x\x27y'}"),
        ('a{v="{{v}}"}', "\\\n", r'a{v="\x5c\x0a"}'),
        ('a{v="{{v}}"}', "é\u2028😀", r'a{v="é\u20288😀"}'.replace("20288", "2028")),
        ('a{v=~"{{v}}-.*"}', "1.2+3", r'a{v=~"1\x5c.2\x5c+3-.*"}'),
        ('a{v!~"{{v}}"} == 1', "a|b", r'a{v!~"a\x5c|b"} == 1'),
        ('a{w=~"x",v="{{v}}"}', "1.2", 'a{w=~"x",v="1.2"}'),
        ("a{v=`{{v}}`} # {{v}}", "`", "a{v=`{{v}}`} # {{v}}"),
        ("a{v={{v}}}", "x", "a{v={{v}}}"),
        ('a{v="{{v}}"}', "{{v}}", 'a{v="{{v}}"}'),
    ],
)
def test_placeholders_are_filled_inside_quotes_only(query: str, text: str, expected: str) -> None:
    assert filled(query, {"{{v}}": text}) == expected


@given(st.text() | st.text(alphabet="\"'\\`{}()=~,# \n|v1."))
def test_no_version_breaks_out_of_its_quotes(version: str) -> None:
    query = """sum(increase(x{a="b",v="{{v}}",c=~'{{v}}'}[1m])) / y"""
    one, two = selectors(filled(query, {"{{v}}": version}))
    assert (one.metric, two.metric) == ("x", "y")
    assert [matcher.label for matcher in one.matchers] == ["a", "v", "c"]
