"""How old the newest sample is, asked of real servers and beside what was written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slogate.core.model import Events, Latency, Ratio, Sli, Slices
from slogate.deadline import Deadline
from slogate.errors import ConfigError
from slogate.sources.interface import Freshness, Unclear
from slogate.sources.prometheus import PrometheusSource
from tests.sources.builders import events, settings
from tests.support.fixtures import require
from tests.support.history import END
from tests.support.servers import Prometheus, VictoriaMetrics
from tests.support.steady import Steady, write_jsonl, write_openmetrics

pytestmark = pytest.mark.realstack

HOUR = 3600
STEPS = (15, 60, 1800)


def told(
    url: str, sli: Sli, now: int, *, scrapes: int = 4, interval: int | None = None
) -> Freshness | Unclear:
    source = PrometheusSource(settings(url))
    try:
        return source.freshness(sli, scrapes, interval, now, Deadline(30))
    finally:
        source.close()


def is_fresh(url: str, sli: Sli, age: int, **options: int) -> bool:
    found = told(url, sli, END + age, **options)
    assert isinstance(found, Freshness)
    return found.fresh


@pytest.fixture(scope="module", params=[Prometheus, VictoriaMetrics])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Services that are named after the distance of their samples; the last one is at END."""
    require(request.param)
    place = tmp_path_factory.mktemp("fresh")
    histories = [Steady(f"every-{n}", END - 6 * HOUR, END, END, END, step=n) for n in STEPS]
    if request.param is VictoriaMetrics:
        write_jsonl(place / "history.jsonl", histories)
        with VictoriaMetrics() as server:
            server.import_jsonl(place / "history.jsonl")
            yield server.url
        return
    write_openmetrics(place / "history.om", histories)
    Prometheus.backfill(place / "history.om", place / "data")
    with Prometheus(place / "data") as server:
        yield server.url


@pytest.mark.parametrize("step", STEPS)
def test_the_distance_of_scrapes_is_measured(url: str, step: int) -> None:
    found = told(url, events(f"every-{step}"), END + 7)
    assert isinstance(found, Freshness)
    assert found.fresh
    assert found.interval is not None
    assert found.interval == pytest.approx(step, rel=0.02) or step == max(STEPS)
    assert found.bound == 4 * found.interval


@pytest.mark.parametrize("age", [90, 600, 1800, 3000, 3400, 3550, 3590, 3599, 3601, 7000, 40_000])
def test_a_service_that_went_silent_is_never_fresh(url: str, age: int) -> None:
    assert not is_fresh(url, events("every-15"), age)


@pytest.mark.parametrize(("age", "fresh"), [(1, True), (20, True), (49, True), (61, False)])
def test_a_given_distance_is_taken_at_its_word(url: str, *, age: int, fresh: bool) -> None:
    assert is_fresh(url, events("every-15"), age, scrapes=3, interval=20) is fresh


def test_rare_scrapes_are_as_good_as_others(url: str) -> None:
    assert is_fresh(url, events("every-1800"), 1790)
    assert is_fresh(url, events("every-1800"), 3500)
    assert not is_fresh(url, events("every-1800"), 4 * HOUR)


def test_series_of_failures_need_not_exist(url: str) -> None:
    sli = events("every-15", bad='code="418"')
    assert is_fresh(url, sli, 7)


def test_one_series_that_is_written_is_enough(url: str) -> None:
    total = (
        "sum(increase(requests_of_old_total[{{window}}])) or "
        "sum(increase(http_requests_total{service=`every-15`}[{{window}}]))"
    )
    assert is_fresh(url, Events(bad=total, total=total), 7)


def test_each_kind_of_sli_has_its_series(url: str) -> None:
    selector = 'http_requests_total{service="every-60",code=~"2.."}'
    ratio = Ratio(f"1 - sum(increase({selector}[{{{{window}}}}])) / 5")
    assert is_fresh(url, ratio, 7)
    assert is_fresh(url, Slices(f"max({selector})", ">", 0, 60), 7)
    # The native histogram of that name does not exist either.
    assert not is_fresh(url, Latency('rpc_seconds{service="every-60"}', 0.3), 7)


@pytest.mark.parametrize("query", ["vector(0)", "scalar(vector(1)) + {{window}}"])
def test_a_constant_is_neither_fresh_nor_stale(url: str, query: str) -> None:
    found = told(url, Ratio(query), END + 7)
    assert isinstance(found, Unclear)
    assert "names no metric" in found.reason


@pytest.mark.parametrize(
    "query",
    [
        'WITH (f = {service="every-15"}) sum(increase(http_requests_total{f}[{{window}}]))',
        'sum(increase(http_requests_total{service="a" or service="every-15"}[{{window}}]))',
    ],
)
def test_a_dialect_that_is_not_read_is_said_so(url: str, query: str) -> None:
    found = told(url, Events(bad=query, total=query), END + 7)
    assert isinstance(found, Unclear)
    assert "dialect" in found.reason


def test_a_query_that_the_server_refuses_is_a_wrong_configuration(url: str) -> None:
    query = 'sum(increase(x{a=~"("}[{{window}}]))'
    with pytest.raises(ConfigError, match="does not understand"):
        told(url, Events(bad=query, total=query), END + 7)
