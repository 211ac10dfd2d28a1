"""The action in a GitHub runner, against a real Prometheus: every way in which a gate can end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.gates import AS_OF, GATES, Gate, config
from tests.ci.platforms import PULL
from tests.cli.running import ROOT
from tests.support.github_runner import LOCAL, WorkflowRun, run_workflow
from tests.support.hub import INSTALLATION, Hub
from tests.support.hub import hub as serve_hub
from tests.support.servers import Prometheus

pytestmark = [pytest.mark.realstack, pytest.mark.usefixtures("act")]


def step(gate: Gate) -> dict[str, Any]:
    inputs = {"services": gate.service, "risk": gate.risk, "at": AS_OF, "timeout": "4s"}
    return {
        "id": gate.name,
        "uses": f"./{LOCAL}",
        "continue-on-error": True,
        "with": {**inputs, "advise": gate.advise, "comment": "on-fail", "comment-id": gate.name},
    }


def workflow(*steps: dict[str, Any], **job: Any) -> dict[str, str]:
    checkout = {"uses": "actions/checkout@v4"}
    gate = {"runs-on": "ubuntu-latest", "steps": [checkout, *steps], **job}
    document = {"on": ["push", "pull_request"], "jobs": {"gate": gate}}
    return {".github/workflows/gate.yml": yaml.safe_dump(document)}


CLEARING = ("deferred", "blocked", "advised")
"""Those that pass again by themselves."""


@pytest.fixture(scope="module")
def seven(
    prometheus: Prometheus, tool_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[WorkflowRun, Hub]:
    with serve_hub() as hub:
        run = run_workflow(
            {**workflow(*map(step, GATES)), "slogate.yaml": config(prometheus.url)},
            event="pull_request",
            payload=PULL,
            env={"GITHUB_API_URL": hub.url, "GITHUB_GRAPHQL_URL": f"{hub.url}/graphql"},
            token=INSTALLATION,
            tool_cache=tool_cache,
            tmp_path=tmp_path_factory.mktemp("seven"),
        )
    return run, hub


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_ends_as_it_must_on_every_channel(
    seven: tuple[WorkflowRun, Hub], gate: Gate
) -> None:
    run, hub = seven
    assert run.exit_codes.get(f"{gate.name}/gate", 0) == gate.code, run.log
    found = run.outputs[gate.name]
    assert (found["decision"], found["exit-code"], found["risk"]) == (
        gate.decision,
        str(gate.code),
        gate.risk,
    )
    assert found["reason"]
    assert bool(found["clears-at"]) == bool(found["retry-after"]) == (gate.name in CLEARING)
    assert (found["budget-remaining"] == "") == (gate.code in (40, 50))
    summary = run.summaries[f"{gate.name}/gate"]
    assert summary.startswith(f"## {gate.headline} — {gate.service}\n")
    assert "Pay faster" in summary
    comments = [c for c in hub.comments(7) if f"{gate.headline} — {gate.service}\n" in c["body"]]
    assert len(comments) == (gate.decision != "approve")


def test_each_gate_has_one_annotation_of_its_kind(seven: tuple[WorkflowRun, Hub]) -> None:
    run, _ = seven
    found = [(item.kind, item.properties["title"]) for item in run.annotations]
    titles = [
        *("approve healthy", "review healthy", "defer fastburn", "block exhausted"),
        *("no data for nobody", "could not measure unreachable", "would be block exhausted"),
    ]
    assert found == [
        (gate.annotation, f"slogate: {title}") for gate, title in zip(GATES, titles, strict=True)
    ]
    assert run.stray_commands == []


def test_the_program_is_installed_once_and_outside_the_workspace(
    seven: tuple[WorkflowRun, Hub], tool_cache: Path
) -> None:
    run, _ = seven
    # Once in all runs of these tests; here or in one before.
    assert run.log.count("Installing slogate\n") <= 1
    assert "endgroup" not in run.log
    assert len(list((tool_cache / "slogate").iterdir())) == 1


def test_reports_lie_where_the_outputs_say(seven: tuple[WorkflowRun, Hub]) -> None:
    run, _ = seven
    for name in ("report-json", "report-markdown"):
        places = {run.outputs[gate.name][name] for gate in GATES}
        assert len(places) == len(GATES)
        assert not any("hostexecutor" in place for place in places)


def test_a_hostile_workspace_cannot_take_part(tool_cache: Path, tmp_path: Path) -> None:
    evil = "raise SystemExit(0)\n"
    names = ("slogate/__init__.py", "slogate/__main__.py", "httpx.py", "click.py", "json.py")
    gate = {"id": "gate", "uses": f"./{LOCAL}", "with": {"risk": "high", "at": DEMO_AT}}
    run = run_workflow(
        {
            **workflow(gate, env={"PYTHONPATH": ".", "PYTHONSTARTUP": "json.py"}),
            **dict.fromkeys(names, evil),
            "uv.toml": "this is no toml",
            "slogate.yaml": (ROOT / "examples/file/slogate.yaml").read_text(),
            "checkout.csv": (ROOT / "examples/file/checkout.csv").read_text(),
        },
        tool_cache=tool_cache,
        tmp_path=tmp_path,
    )
    assert run.outputs["gate"]["exit-code"] == "20", run.log
    assert run.jobs == {"gate": "failure"}


DEMO_AT = "2026-11-20T12:07:00Z"


@pytest.mark.parametrize("python", ["no-such-python", "false", "true", "--version", "give_up"])
def test_without_a_python_one_sentence_says_so(
    tool_cache: Path, tmp_path: Path, python: str
) -> None:
    gate = {"id": "gate", "uses": f"./{LOCAL}", "with": {"python": python}}
    run = run_workflow(workflow(gate), tool_cache=tool_cache, tmp_path=tmp_path)
    found = run.outputs["gate"]
    assert (found["decision"], found["exit-code"]) == ("block", "2")
    (annotation,) = run.annotations
    assert annotation.message == found["reason"]
    assert "Python 3.10 or newer" in found["reason"]


def test_inputs_and_environment_reach_the_gate_as_they_are(
    prometheus: Prometheus, tool_cache: Path, tmp_path: Path
) -> None:
    odd = '"; touch owned; $(touch owned) `touch owned` %0A::error::x'
    gates: list[dict[str, Any]] = [
        {"id": "environment", "uses": f"./{LOCAL}", "continue-on-error": True, "with": {"at": AS_OF}},
        {"id": "input", "uses": f"./{LOCAL}", "continue-on-error": True,
         "with": {"at": AS_OF, "risk": "high"}},
        *({"id": f"odd-{name}", "uses": f"./{LOCAL}", "continue-on-error": True, "with": {name: odd}}
          for name in ("risk", "services", "config", "at", "timeout", "comment", "fail-on")),
        {"run": "test ! -e owned"},
    ]  # fmt: skip
    env = {"SLOGATE_CHECK_RISK": "low", "SLOGATE_CHECK_SERVICES": "healthy"}
    run = run_workflow(
        {**workflow(*gates, env=env), "slogate.yaml": config(prometheus.url)},
        tool_cache=tool_cache,
        tmp_path=tmp_path,
    )
    assert run.jobs == {"gate": "success"}
    assert run.outputs["environment"]["decision"] == "approve"
    assert run.outputs["input"]["decision"] == "review"
    for name, outputs in run.outputs.items():
        if name.startswith("odd-") and "/" not in name:
            assert (outputs["decision"], outputs["exit-code"]) == ("block", "2"), name
    assert run.stray_commands == []
    assert {item.kind for item in run.annotations} == {"notice", "warning", "error"}
    assert not any(item.message == "x" for item in run.annotations)


EXAMPLE_FILES = {
    "slogate.yaml": (ROOT / "examples/file/slogate.yaml").read_text(),
    "checkout.csv": (ROOT / "examples/file/checkout.csv").read_text(),
}


def example(name: str) -> dict[str, Any]:
    """YAML 1.1 takes the key `on` for a truth value."""
    document = yaml.safe_load((ROOT / "examples/github" / name).read_text())
    return {"on" if key is True else key: value for key, value in document.items()}


@pytest.mark.parametrize(
    ("risk", "environment", "deployed"),
    [("low", "production", True), ("medium", "production-review", True), ("high", "", False)],
)
def test_the_example_lets_a_person_review(
    tool_cache: Path, tmp_path: Path, risk: str, environment: str, *, deployed: bool
) -> None:
    document = example("deploy.yml")
    chosen = document["jobs"]["deploy"]["environment"]
    document["jobs"]["deploy"]["steps"][-1]["env"]["ENVIRONMENT"] = chosen
    document["jobs"]["deploy"]["steps"][-1]["run"] += 'echo "environment <$ENVIRONMENT>"\n'
    document["jobs"]["gate"]["steps"][-1]["with"] |= {"risk": risk, "at": DEMO_AT}
    run = run_workflow(
        {".github/workflows/deploy.yml": yaml.safe_dump(document), **EXAMPLE_FILES},
        tool_cache=tool_cache,
        tmp_path=tmp_path,
    )
    assert run.jobs["gate"] == ("success" if deployed else "failure")
    assert run.jobs["deploy"] == ("success" if deployed else "skipped")
    assert (f"environment <{environment}>" in run.log) == deployed


def test_the_smallest_example_comments(hub: Hub, tool_cache: Path, tmp_path: Path) -> None:
    document = example("gate.yml")
    document["jobs"]["gate"]["steps"][1]["with"]["at"] = DEMO_AT
    run = run_workflow(
        {".github/workflows/gate.yml": json.dumps(document), **EXAMPLE_FILES},
        event="pull_request",
        payload=PULL,
        env={"GITHUB_API_URL": hub.url, "GITHUB_GRAPHQL_URL": f"{hub.url}/graphql"},
        token=INSTALLATION,
        tool_cache=tool_cache,
        tmp_path=tmp_path,
    )
    assert run.jobs == {"gate": "success"}
    (comment,) = hub.comments(7)
    assert "slogate: review — checkout" in comment["body"]
    assert "the gate said review: attention budget and medium risk" in run.log
