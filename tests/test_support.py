"""The synthetic histories, the real servers and the remote writer do what tests rely on."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from tests.support import servers
from tests.support.fixtures import History, require
from tests.support.history import AT, END, generate
from tests.support.remote_write import NativeHistogram, Series, push
from tests.support.scenarios import DAY, HOUR
from tests.support.servers import Prometheus, ServerError, VictoriaMetrics
from tests.support.truth import Truth

pytestmark = pytest.mark.realstack

WINDOWS = {"30m": HOUR // 2, "1h": HOUR, "6h": 6 * HOUR, "1d": DAY, "3d": 3 * DAY, "28d": 28 * DAY}
# No window begins inside the missing hours of `gap`: there VictoriaMetrics leaves out the first
# increment after the gap, having no sample just before the window to compare with.
TIMES = [AT, AT - 7 * HOUR]
SELECTORS = {
    "total": "http_requests_total{%s}",
    "bad": 'http_requests_total{%s,code=~"5.."}',
    "fast": 'http_request_duration_seconds_bucket{%s,le="0.3"}',
}


def vector(url: str, query: str, at: float) -> list[dict[str, Any]]:
    """The series of an instant query."""
    form = urllib.parse.urlencode({"query": query, "time": at}).encode()
    with urllib.request.urlopen(f"{url}/api/v1/query", data=form, timeout=30) as response:
        result: list[dict[str, Any]] = json.load(response)["data"]["result"]
    return result


def number(url: str, query: str, at: float) -> float | None:
    """The value of a query that gives one series, or none."""
    result = vector(url, query, at)
    assert len(result) < 2, result
    return float(result[0]["value"][1]) if result else None


Judge = Callable[[int, "float | None"], bool]


def differences(url: str, truth: Truth, agrees: Judge, at: float = AT) -> list[str]:
    """Every window of every service in which the server and the truth disagree."""
    found = []
    for service in truth.services:
        for name, seconds in WINDOWS.items():
            counts = truth.counts(service, seconds, at)
            for kind, selector in SELECTORS.items():
                series = selector % f'service="{service}"'
                got = number(url, f"sum(increase({series}[{name}]))", at)
                want = getattr(counts, kind)
                if not agrees(want, got):
                    found.append(f"{service} {name} {kind}: {got} for {want}")
    return found


@pytest.mark.parametrize("at", TIMES)
def test_prometheus_agrees_with_the_truth(
    prometheus: Prometheus, history: History, at: int
) -> None:
    def agrees(want: int, got: float | None) -> bool:
        return want < 100 or (got is not None and abs(got - want) <= 0.02 * want)

    assert differences(prometheus.url, history.truth, agrees, at) == []


@pytest.mark.parametrize("at", TIMES)
def test_victoriametrics_agrees_exactly(
    victoria: VictoriaMetrics, history: History, at: int
) -> None:
    def agrees(want: int, got: float | None) -> bool:
        return got == want or (got is None and want == 0)

    assert differences(victoria.url, history.truth, agrees, at) == []


def test_special_services(prometheus: Prometheus, history: History) -> None:
    url, truth = prometheus.url, history.truth
    failed = 'http_requests_total{service="%s",code=~"5.."}'
    assert vector(url, failed % "noerrors", AT) == []
    assert number(url, f"sum({failed % 'notraffic'})", AT) == 0
    assert len(vector(url, 'http_requests_total{service="twoversions",code="200"}', AT)) == 2
    assert number(url, f"sum(resets({failed % 'resets'}[35d]))", AT) == 26  # 13 of each code
    assert vector(url, 'up{service="gap"}', END - 27 * HOUR) == []
    assert vector(url, 'up{service="newsvc"}', truth.first("newsvc") - 1) == []
    assert number(url, 'up{service="newsvc"}', truth.first("newsvc")) == 1
    assert truth.counts("lowtraffic", HOUR).bad == truth.counts("lowtraffic", 35 * DAY).bad == 1


@pytest.mark.parametrize("back", [0, HOUR, 3 * HOUR + 60, 4 * HOUR, 6 * HOUR, 5 * DAY])
@pytest.mark.parametrize("service", ["healthy", "stale-job"])
def test_last_success(prometheus: Prometheus, history: History, service: str, back: int) -> None:
    query = f'last_success_timestamp_seconds{{service="{service}"}}'
    want = history.truth.last_success(service, AT - back)
    assert number(prometheus.url, query, AT - back) == want
    begin, stop = history.truth.stale
    asleep = service == "stale-job" and begin + 900 < AT - back < stop
    assert (AT - back - want > 900) is asleep


def test_generation_is_repeatable_and_saved(tmp_path: Path) -> None:
    two_days = [(2 * DAY, 300)]
    first = generate(tmp_path / "a", tiers=two_days, copies=2)
    generate(tmp_path / "b", tiers=two_days, copies=2)
    for name in ("history.om", "history.jsonl", "truth.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    loaded = Truth.load(tmp_path / "a" / "truth.json")
    assert loaded == first
    assert "healthy-001" in loaded.services


@pytest.mark.parametrize("server", [Prometheus, VictoriaMetrics])
def test_start_takes_another_port_when_the_first_is_taken(
    server: type[Prometheus | VictoriaMetrics], monkeypatch: pytest.MonkeyPatch
) -> None:
    require(server)
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = iter([taken.getsockname()[1], servers._free_port()])
        monkeypatch.setattr(servers, "_free_port", lambda: next(ports))
        with server() as running:
            assert running.port != taken.getsockname()[1]


def test_a_failed_start_shows_the_log() -> None:
    require(Prometheus)
    server = Prometheus(config="no: such setting\n")
    with pytest.raises(ServerError, match="field no not found"), server:
        pass
    assert not server.home.exists()


def test_native_histogram() -> None:
    require(Prometheus)
    labels = {"__name__": "latency_seconds", "service": "api"}
    hours = [END - hour * HOUR for hour in range(6, -1, -1)]
    # Each hour 950 fast requests and 50 slow ones; no bucket with observations contains 0.3.
    pushed = [
        (t, NativeHistogram.of({0.1: 800 * n, 0.2: 150 * n, 0.6: 50 * n}))
        for n, t in enumerate(hours, start=1)
    ]
    plain = Series({"__name__": "pushed_total"}, samples=[(t, n) for n, t in enumerate(hours)])
    flags = ["--enable-feature=native-histograms", "--web.enable-remote-write-receiver"]
    with Prometheus(extra=flags) as server:
        push(server.url, [Series(labels, histograms=pushed), plain])
        assert number(server.url, "pushed_total", END) == 6
        assert number(server.url, "histogram_count(latency_seconds)", END) == 7000
        increase = "sum(increase(latency_seconds[1h]))"
        assert number(server.url, f"histogram_count({increase})", END) == pytest.approx(1000)
        assert number(server.url, f"histogram_sum({increase})", END) == pytest.approx(140)
        share = number(server.url, f"histogram_fraction(0, 0.3, {increase})", END)
        assert share == pytest.approx(0.95)
        six_hours = "histogram_count(sum(increase(latency_seconds[6h])))"
        assert number(server.url, six_hours, END) == pytest.approx(6000)
