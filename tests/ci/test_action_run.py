"""The action in a GitHub runner, against a real Prometheus: every way in which a gate can end."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.gates import AS_OF, GATES, Gate, config
from tests.ci.past import Past, past
from tests.ci.platforms import PULL
from tests.cli.running import ROOT
from tests.support.github_runner import LOCAL, WorkflowRun, run_workflow
from tests.support.hub import INSTALLATION, Hub
from tests.support.hub import hub as serve_hub
from tests.support.repository import lines
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


PYTHONS = ("no-such-python", "false", "true", "--version", "give_up")


def test_without_a_python_one_sentence_says_so(tool_cache: Path, tmp_path: Path) -> None:
    gates: list[dict[str, Any]] = [
        {"id": f"gate{number}", "uses": f"./{LOCAL}", "continue-on-error": True,
         "with": {"python": python}}
        for number, python in enumerate(PYTHONS)
    ]  # fmt: skip
    run = run_workflow(workflow(*gates), tool_cache=tool_cache, tmp_path=tmp_path)
    assert len(run.annotations) == len(PYTHONS)
    for number, annotation in enumerate(run.annotations):
        found = run.outputs[f"gate{number}"]
        assert run.steps[f"gate{number}/gate"] == "failure"
        assert (found["decision"], found["exit-code"]) == ("block", "2")
        assert annotation.message == found["reason"]
        assert "Python 3.10 or newer" in found["reason"]


ODD = '"; touch owned; $(touch owned) `touch owned` %0A::error::x'
ODD_OF = (
    *("risk", "services", "config", "at", "timeout"),
    *("comment", "fail-on", "base", "head", "fetch"),
)
ODD_REFS = {"option": "--output=owned", "command": "$(touch owned)"}
SHALLOW = """
git clone --quiet --bare . "$RUNNER_TEMP/origin"
rm -rf .git
git init --quiet
git remote add origin "file://$RUNNER_TEMP/origin"
git fetch --quiet --no-tags --depth=1 origin "+$GITHUB_SHA:refs/remotes/origin/main"
git checkout --quiet --force -B main refs/remotes/origin/main
test "$(git rev-list --all | wc -l)" -eq 1
"""
"""What actions/checkout does without `fetch-depth`, which the one of the local runner does not."""


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(tmp_path_factory.mktemp("earlier") / "repo")


@pytest.fixture(scope="module")
def given(
    prometheus: Prometheus,
    tool_cache: Path,
    earlier: Past,
    tmp_path_factory: pytest.TempPathFactory,
) -> WorkflowRun:
    """One job whose steps are gates with all kinds of inputs, at last in a shallow clone."""

    def asked(name: str, **inputs: str) -> dict[str, Any]:
        inputs = {"at": AS_OF, "json": str(reports / f"{name}.json"), **inputs}
        return {"id": name, "uses": f"./{LOCAL}", "continue-on-error": True, "with": inputs}

    reports = tmp_path_factory.mktemp("reports")
    untouched = {"run": 'test -z "$(find . -name owned)"'}
    steps = [
        asked("environment"),
        asked("input", risk="high"),
        *(asked(f"odd-{name}", **{"risk": "auto", name: ODD}) for name in ODD_OF),
        *(asked(f"odd-base-{name}", risk="auto", base=ref) for name, ref in ODD_REFS.items()),
        asked("automatic", risk="auto"),
        asked("from-base", risk="auto", base=earlier.tip),
        untouched,
        {"run": SHALLOW},
        asked("shallow-unfetched", risk="auto", fetch="false"),
        {"run": "test -e .git/shallow"},
        asked("shallow", risk="auto"),
        {"run": "test ! -e .git/shallow"},
        untouched,
    ]
    env = {"SLOGATE_CHECK_RISK": "low", "SLOGATE_CHECK_SERVICES": "healthy"}
    return run_workflow(
        {**workflow(*steps, env=env), "slogate.yaml": config(prometheus.url)},
        past=earlier.folder,
        tool_cache=tool_cache,
        tmp_path=tmp_path_factory.mktemp("given"),
    )


def test_inputs_and_environment_reach_the_gate_as_they_are(given: WorkflowRun) -> None:
    assert given.jobs == {"gate": "success"}, given.log
    assert given.outputs["environment"]["decision"] == "approve"
    assert given.outputs["input"]["decision"] == "review"
    odd = {name: found for name, found in given.outputs.items() if re.fullmatch("odd-[^/]+", name)}
    assert len(odd) == len(ODD_OF) + len(ODD_REFS)
    for name, outputs in odd.items():
        assert (outputs["decision"], outputs["exit-code"]) == ("block", "2"), name
    assert given.stray_commands == []
    assert {item.kind for item in given.annotations} == {"notice", "warning", "error"}
    assert not any(item.message == "x" for item in given.annotations)


@pytest.mark.parametrize("name", ODD_REFS)
def test_a_ref_that_is_no_commit_is_named_and_no_more(given: WorkflowRun, name: str) -> None:
    told = [item for item in given.annotations if repr(ODD_REFS[name]) in item.message]
    assert [item.kind for item in told] == ["error"]
    assert told[0].message.startswith("--base: there is no commit '")


def judged(run: WorkflowRun, name: str) -> dict[str, Any]:
    """The risk in the JSON verdict of a step."""
    output = run.outputs[name]
    verdict = json.loads(Path(output["report-json"]).read_text())
    risk: dict[str, Any] = verdict["services"][0]["risk"]
    assert output["risk"] == risk["level"]
    return risk


@pytest.mark.parametrize("name", ["automatic", "shallow"])
def test_git_knows_the_risk_since_the_last_release(
    given: WorkflowRun, earlier: Past, name: str
) -> None:
    risk = judged(given, name)
    assert (risk["level"], risk["source"], risk["commits"]) == ("low", "git", 2)
    assert risk["known"]
    words = f"base is the last release tag, {earlier.tag}, head is the commit of the event"
    assert words in risk["range"]
    assert words in " ".join(given.summaries[f"{name}/gate"].split())


def test_the_base_may_be_given(given: WorkflowRun, earlier: Past) -> None:
    risk = judged(given, "from-base")
    assert (risk["base"], risk["commits"], risk["known"]) == (earlier.tip, 1, True)


def test_without_the_history_the_risk_is_unknown_and_it_is_said_what_helps(
    given: WorkflowRun,
) -> None:
    risk = judged(given, "shallow-unfetched")
    assert (risk["level"], risk["known"], risk["source"]) == ("medium", False, "risk.default")
    assert "the clone is shallow" in risk["sources"][0]["detail"]
    assert "fetch-depth: 0" in risk["sources"][0]["detail"]
    assert "fetch-depth: 0" in given.summaries["shallow-unfetched/gate"]


EXAMPLE_FILES = {
    "slogate.yaml": (ROOT / "examples/file/slogate.yaml").read_text(),
    "checkout.csv": (ROOT / "examples/file/checkout.csv").read_text(),
}


def example(name: str) -> dict[str, Any]:
    """YAML 1.1 takes the key `on` for a truth value."""
    document = yaml.safe_load((ROOT / "examples/github" / name).read_text())
    return {"on" if key is True else key: value for key, value in document.items()}


OVERRIDE = 'OPS-12: "; touch owned; $(touch owned)'
POLICY = """\
policy:
  override: {actors: [octocat], reason: '^OPS-[0-9]+'}
"""


@pytest.mark.parametrize(
    ("inputs", "environment", "said"),
    [
        ({"risk": "low"}, "production", "approve (mode enforce, override false)"),
        ({"risk": "medium"}, "production-review", "review (mode enforce, override false)"),
        ({"risk": "high"}, "", ""),
        ({"risk": "high", "advise": "true"}, "production", "defer (mode advise, override false)"),
        (
            {"risk": "high", "override": OVERRIDE},
            "production",
            "approve (mode enforce, override true)",
        ),
        ({"risk": "high", "override": "because"}, "", ""),
    ],
)
def test_the_example_lets_a_person_review(
    tool_cache: Path, tmp_path: Path, inputs: dict[str, str], environment: str, said: str
) -> None:
    document = example("deploy.yml")
    chosen = document["jobs"]["deploy"]["environment"]
    document["jobs"]["deploy"]["steps"][-1]["env"]["ENVIRONMENT"] = chosen
    document["jobs"]["deploy"]["steps"][-1]["run"] += 'echo "environment <$ENVIRONMENT>"\n'
    given = {name: value for name, value in inputs.items() if name != "override"}
    document["jobs"]["gate"]["steps"][-1]["with"] |= {"at": DEMO_AT, **given}
    config = EXAMPLE_FILES["slogate.yaml"] + POLICY
    run = run_workflow(
        {
            ".github/workflows/deploy.yml": yaml.safe_dump(document),
            **EXAMPLE_FILES,
            "slogate.yaml": config,
        },
        event="workflow_dispatch",
        payload={"inputs": {"override": inputs.get("override", "")}},
        tool_cache=tool_cache,
        tmp_path=tmp_path,
    )
    deployed = bool(said)
    assert run.jobs["gate"] == ("success" if deployed else "failure")
    assert run.jobs["deploy"] == ("success" if deployed else "skipped")
    assert (f"environment <{environment}>" in run.log) == deployed
    assert f"the gate said {said}: " in run.log or not deployed
    assert not list(tmp_path.rglob("owned"))


def test_the_smallest_example_comments(
    earlier: Past, hub: Hub, tool_cache: Path, tmp_path: Path
) -> None:
    document = example("gate.yml")
    document["jobs"]["gate"]["steps"][1]["with"]["at"] = DEMO_AT
    change = {"src/change.py": lines(400)}
    sides = {"base": {"sha": earlier.tip, "ref": "main"}, "head": {"ref": "faster"}}
    run = run_workflow(
        {".github/workflows/gate.yml": json.dumps(document), **EXAMPLE_FILES, **change},
        event="pull_request",
        payload={**PULL, "pull_request": {**PULL["pull_request"], **sides}},
        past=earlier.folder,
        env={"GITHUB_API_URL": hub.url, "GITHUB_GRAPHQL_URL": f"{hub.url}/graphql"},
        token=INSTALLATION,
        tool_cache=tool_cache,
        tmp_path=tmp_path,
    )
    assert run.jobs == {"gate": "success"}
    (comment,) = hub.comments(7)
    assert "base is that of the event" in comment["body"]
    assert "slogate: review — checkout" in comment["body"]
    assert "the gate said review: attention budget and medium risk (git)" in run.log
