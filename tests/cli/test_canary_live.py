"""`slogate canary` and `slogate check --canary` on a real Prometheus with several versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slogate.core.words import rfc3339
from tests.cli.running import Run, slogate
from tests.support.arms import HOSTILE, write_arms
from tests.support.fixtures import require
from tests.support.history import AT, OPENMETRICS
from tests.support.servers import Prometheus

pytestmark = pytest.mark.realstack
NOW = ("--at", rfc3339(AT))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A gate of the service `shop`, whose canaries are judged by the preset."""
    require(Prometheus)
    folder = tmp_path_factory.mktemp("canaries")
    write_arms(folder)
    Prometheus.backfill(folder / OPENMETRICS, folder / "data")
    path = folder / "slogate.yaml"
    sli = {
        name: f'sum(increase(http_requests_total{{service="shop",version="v1"{more}}}[{{{{window}}}}]))'
        for name, more in (("bad", ',code="500"'), ("total", ""))
    }
    slo = {"name": "availability", "objective": 99, "window": "1h", "sli": sli}
    phases = [
        {"name": "5%", "duration": "20m"},
        {"name": "50%", "duration": "30m", "limits": {"latency_p50": 0.01}},
    ]
    canary = {"preset": "http", "phases": phases}
    with Prometheus(folder / "data") as server:
        path.write_text(json.dumps({
            "version": 1,
            "sources": {"metrics": {"type": "prometheus", "url": server.url}},
            "services": {"shop": {"owner": "team-shop", "slos": [slo], "canary": canary}},
            "policy": {"min_coverage": "0%"},
            "risk": {"combine": "first"},
        }))  # fmt: skip
        yield path


def canary(config: Path, version: str, *arguments: str) -> Run:
    return slogate(
        "canary", "-c", config, *NOW, "--baseline", "v1", "--canary", version, *arguments
    )


def found(config: Path, version: str, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(canary(config, version, "-f", "json", *arguments).out)
    return document


@pytest.mark.parametrize(
    ("version", "outcome", "recommendation", "code"),
    [
        ("v2", "pass", "promote", 0),
        ("slower", "fail", "rollback", 30),
        ("failing", "fail", "rollback", 30),
        ("faster", "pass", "promote", 0),
        ("fresh", "inconclusive", "hold", 0),
    ],
)
def test_a_canary_is_judged_as_it_is(
    config: Path, version: str, outcome: str, recommendation: str, code: int
) -> None:
    run = canary(config, version, "-f", "json")
    document = json.loads(run.out)
    assert (document["verdict"], document["recommendation"], run.code) == (
        outcome,
        recommendation,
        code,
    ), run.out
    assert document["exit_code"] == code


def test_what_is_worse_is_named_with_how_much(config: Path) -> None:
    metrics = {one["name"]: one for one in found(config, "slower")["metrics"]}
    assert metrics["latency_p50"]["verdict"] == "fail"
    assert 1.1 < metrics["latency_p50"]["ratio_low"] < 1.25 < metrics["latency_p50"]["ratio_high"]
    assert metrics["errors"]["verdict"] != "fail"
    errors = {one["name"]: one for one in found(config, "failing")["metrics"]}["errors"]
    assert errors["ratio"] == pytest.approx(5, rel=0.3)


@pytest.mark.parametrize(
    ("version", "said"),
    [("idle", "without traffic is no data"), ("v9", "v9"), (HOSTILE + "x", "v1")],
)
def test_a_canary_without_traffic_or_series_is_no_data(
    config: Path, version: str, said: str
) -> None:
    run = canary(config, version)
    assert (run.code, run.out) == (40, "")
    assert said in run.err


def test_a_hostile_version_is_only_a_name(config: Path) -> None:
    document = found(config, HOSTILE)
    assert document["canary"] == HOSTILE
    assert document["metrics"][3]["canary"]["n"] > document["metrics"][3]["baseline"]["n"] * 2
    assert document["notes"][-1].startswith("traffic: ")
    assert document["notes"][-1].endswith(f" of {HOSTILE}")


def test_a_phase_brings_its_time_and_its_limits(config: Path) -> None:
    short = found(config, "v2", "--phase", "5%")
    assert (short["phase"], short["end"] > short["start"]) == ("5%", True)
    assert max(one["n"] for one in short["metrics"] if one["name"] == "latency_p50") < 20
    limited = found(config, "v2", "--phase", "50%")
    assert limited["verdict"] == "fail"
    run = canary(config, "v2", "--phase", "10%")
    assert run.code == 2
    assert "only 5%, 50%" in run.err


def test_one_metric_alone(config: Path) -> None:
    document = found(config, "slower", "--metric", "errors")
    assert [one["name"] for one in document["metrics"]] == ["errors"]
    assert document["verdict"] != "fail"


@pytest.mark.parametrize(
    ("version", "decision", "code", "outcome"),
    [("v2", "approve", 0, "pass"), ("slower", "block", 30, "fail"), ("fresh", "review", 0, "warn")],
)
def test_the_gate_takes_the_canary_into_its_decision(
    config: Path, version: str, decision: str, code: int, outcome: str
) -> None:
    versions = ("--canary", "--baseline-version", "v1", "--canary-version", version)
    run = slogate("check", "-c", config, *NOW, "--risk", "low", *versions, "-f", "json")
    document = json.loads(run.out)
    (service,) = document["services"]
    assert (document["decision"], run.code) == (decision, code), run.out + run.err
    (check,) = [one for one in service["checks"] if one["name"] == "canary"]
    assert check["outcome"] == outcome
    assert service["canary"]["verdict"] == {"warn": "inconclusive"}.get(outcome, outcome)


def test_the_gate_without_data_of_the_canary_is_no_data(config: Path) -> None:
    versions = ("--canary", "--baseline-version", "v1", "--canary-version", "idle")
    run = slogate("check", "-c", config, *NOW, "--risk", "low", *versions)
    assert run.code == 40
    assert "the canary is not judged" in run.out


def test_the_gate_without_the_option_asks_for_no_canary(config: Path) -> None:
    run = slogate("check", "-c", config, *NOW, "--risk", "low", "-f", "json")
    assert json.loads(run.out)["services"][0]["canary"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--watch",), "--watch begins now"),
        (("--since", "5m", "--duration", "10m"), "--since goes with --end only"),
        (("--start", "2026-09-21T15:00:00Z"), "--start has to lie before --end"),
        (("--metric", "nothing"), "there is no metric 'nothing', only latency_p50"),
        (("--limit", "3"), "name it with --metric"),
    ],
)
def test_what_cannot_be_asked_is_said(config: Path, arguments: tuple[str, ...], said: str) -> None:
    run = canary(config, "v2", *arguments)
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_a_watch_of_few_looks_could_never_pass(config: Path) -> None:
    arguments = ("--baseline", "v1", "--canary", "v2", "--watch", "--duration", "5m")
    run = slogate("canary", "-c", config, *arguments)
    assert run.code == 2
    assert "at least 10 times" in run.err
