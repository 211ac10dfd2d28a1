"""`slogate lint --online`: what the queries of a configuration find, before a gate hangs on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slogate.core.words import rfc3339
from tests.cli.running import Run, slogate, write_config
from tests.support.history import AT
from tests.support.servers import Prometheus

CONFIG = """\
version: 1
sources: {metrics: {type: prometheus, url: "%s"}}
services:
  shop:
    slos:
      - name: availability
        objective: 99.9
        window: 30d
        sli: {bad: %s, total: %s}
"""
BAD = """'sum(increase(http_requests_total{service="healthy",code=~"5.."}[{{window}}]))'"""
TOTAL = """'sum(increase(http_requests_total{service="healthy"}[{{window}}]))'"""


def online(place: Path, url: str, *, bad: str = BAD, total: str = TOTAL, form: str = "text") -> Run:
    path = place / "slogate.yaml"
    path.write_text(CONFIG % (url, bad, total))
    return slogate("lint", "--online", "-c", path, "--at", rfc3339(AT), "-f", form)


@pytest.mark.realstack
def test_queries_that_find_something_are_shown_with_what_they_find(
    prometheus: Prometheus, tmp_path: Path
) -> None:
    run = online(tmp_path, prometheus.url)
    assert (run.code, run.err) == (0, "")
    assert "shop availability: 99." in run.out
    assert " events\n" in run.out
    assert run.out.endswith("1 service, 1 SLO; all of them can be measured\n")


@pytest.mark.realstack
@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ({"total": TOTAL.replace("healthy", "helathy")}, 40, "helathy"),
        (
            {"bad": BAD.replace("http_requests_total", "http_request_total")},
            40,
            "http_request_total",
        ),
        ({"bad": BAD.replace("sum(", "smu(")}, 2, "smu"),
        ({"total": TOTAL.replace("sum(", "sum by (code) (")}, 40, "4 series where one"),
    ],
)
def test_a_query_that_finds_nothing_is_told_with_its_place(
    wrong: dict[str, str], code: int, words: str, prometheus: Prometheus, tmp_path: Path
) -> None:
    run = online(tmp_path, prometheus.url, form="json", **wrong)
    report = json.loads(run.out)
    assert (run.code, report["exit_code"], report["ok"]) == (code, code, False)
    (error,) = report["errors"]
    assert error["path"] == "services.shop: SLO availability"
    assert words in error["message"]


def test_a_source_that_is_down_is_told_and_a_retry_may_help(tmp_path: Path) -> None:
    path = write_config(tmp_path, "http://127.0.0.1:9")
    run = slogate("lint", "--online", "--timeout", "1s", "-c", path)
    assert run.code == 50
    assert "cannot be reached" in run.out
    assert slogate("lint", "-c", path).code == 0


def test_a_variable_that_is_not_set_is_an_error_where_it_is_needed(tmp_path: Path) -> None:
    path = write_config(tmp_path, "${PROMETHEUS_URL}")
    assert slogate("lint", "-c", path).code == 0
    run = slogate("lint", "--online", "-c", path)
    assert run.code == 2
    assert "PROMETHEUS_URL" in run.out


def test_what_is_doubtful_is_a_warning(tmp_path: Path) -> None:
    run = slogate(
        "lint", "--online", "-c", "examples/file/slogate.yaml", "--at", "2026-11-01T12:07:00Z"
    )
    assert run.code == 0
    assert "warning: services.checkout: SLO availability: coverage: " in run.out
