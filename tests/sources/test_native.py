"""Latency from native histograms, pushed into a real Prometheus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from slogate.core.budget import assess
from slogate.core.model import Latency
from tests.sources.builders import POLICY, ask, slo
from tests.support.fixtures import require
from tests.support.history import AT
from tests.support.remote_write import NativeHistogram, Series, push
from tests.support.servers import Prometheus

pytestmark = pytest.mark.realstack
FLAGS = ["--enable-feature=native-histograms", "--web.enable-remote-write-receiver"]
STEP = 300


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    require(Prometheus)
    with Prometheus(extra=FLAGS) as server:
        start = AT - 26 * 3600
        samples = [
            (at, NativeHistogram.of({0.1: 95 * index, 1.0: 5 * index}))
            for index, at in enumerate(range(start, AT, STEP))
        ]
        labels = {"__name__": "rpc_duration_seconds", "service": "checkout"}
        push(server.url, [Series(labels, histograms=samples)])
        yield server.url


def test_the_share_below_the_bound_is_counted(url: str) -> None:
    sli = Latency('rpc_duration_seconds{service="checkout"}', 0.3)
    report = assess(slo(sli, days=1, objective=90.0), POLICY, ask(url, sli, days=1)).report
    assert report.sli == pytest.approx(0.95, abs=0.002)
    assert report.events is not None
    assert report.events.total == pytest.approx(100 * 86_400 / STEP, rel=0.01)
    assert any("native" in check.detail for check in report.checks)
