"""In real runners: a change that loosens slogate.yaml is judged by that of its target all the same."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.platforms import PULL
from tests.ci.wheels import mirror, wheel
from tests.cli.running import ROOT
from tests.support.github_runner import LOCAL, WorkflowRun, run_workflow
from tests.support.gitlab_runner import PipelineRun, run_pipeline
from tests.support.repository import Repository

__all__ = ["wheel"]

AT = "2026-11-20T12:07:00Z"
STRICT = (ROOT / "examples/file/slogate.yaml").read_text()
LOOSE = STRICT.replace("99.9", "50").replace("objective: 99\n", "objective: 50\n")
COUNTS = (ROOT / "examples/file/checkout.csv").read_text()
CHANGE = {
    "slogate.yaml": LOOSE,
    ".gitattributes": "* text eol=crlf ident filter=x\n",
}
HOSTILE = """it's"$(touch${IFS}owned)`touch${IFS}owned`;--output=owned,é"""
MOVE = 'git update-ref "refs/remotes/origin/$TARGET" HEAD~1'
FIRST = """
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
git update-ref refs/remotes/origin/main "$(git commit-tree "$(git mktree < /dev/null)" -m Nothing)"
"""
SHALLOW = """
head="$(git rev-parse HEAD)"
git update-ref refs/heads/change "$head"
git update-ref refs/heads/main "$head~1"
git clone --quiet --bare . "$PLACE/origin"
git -C "$PLACE/origin" config uploadpack.allowAnySHA1InWant true
rm -rf .git
git init --quiet
git remote add origin "file://$PLACE/origin"
git fetch --quiet --no-tags --depth=1 origin "+$head:refs/remotes/pull/7/merge"
git checkout --quiet --force --detach refs/remotes/pull/7/merge
"""
"""What both platforms do unless they are told to fetch all of the history."""
UNTOUCHED = 'test -z "$(find . -name owned)"'


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The branch that the request is for, before it."""
    repository = Repository(tmp_path_factory.mktemp("target") / "repo")
    repository.commit({"slogate.yaml": STRICT, "checkout.csv": COUNTS})
    return repository


def tip(target: Repository) -> str:
    return target.git("rev-parse", "main")


def renamed(name: str) -> dict[str, Any]:
    """A step: from here on the request is for a branch of this name."""
    script = (
        "import json, os; path = os.environ['GITHUB_EVENT_PATH']; event = json.load(open(path)); "
        "event['pull_request']['base']['ref'] = os.environ['TARGET']; "
        "json.dump(event, open(path, 'w'))"
    )
    return {"run": f'python3 -c "{script}"\n{MOVE}', "env": {"TARGET": name}}


def gate_in(reports: Path, name: str, **inputs: str) -> dict[str, Any]:
    inputs = {"at": AT, "risk": "high", "json": str(reports / f"{name}.json"), **inputs}
    return {"id": name, "uses": f"./{LOCAL}", "continue-on-error": True, "with": inputs}


@pytest.fixture(scope="module")
def github(
    act: str, target: Repository, tool_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> WorkflowRun:
    reports = tmp_path_factory.mktemp("reports")
    gate = partial(gate_in, reports)
    steps = [
        {"uses": "actions/checkout@v4"},
        {"run": MOVE, "env": {"TARGET": "main"}},
        gate("protected"),
        gate("by-ref", **{"config-ref": "origin/main"}),
        gate("own", **{"config-ref": "none"}),
        gate("odd", **{"config-ref": HOSTILE}),
        renamed(HOSTILE),
        gate("hostile"),
        renamed("main"),
        {"run": FIRST},
        gate("first"),
        {"run": MOVE, "env": {"TARGET": "main"}},
        {"run": SHALLOW, "env": {"PLACE": "${{ runner.temp }}"}},
        gate("shallow-unfetched", fetch="false"),
        gate("shallow"),
        {"run": UNTOUCHED},
    ]
    job = {"runs-on": "ubuntu-latest", "steps": steps}
    document = {"on": "pull_request", "jobs": {"gate": job}}
    sides = {"base": {"sha": tip(target), "ref": "main"}, "head": {"ref": HOSTILE}}
    return run_workflow(
        {".github/workflows/gate.yml": yaml.safe_dump(document), **CHANGE},
        event="pull_request",
        payload={**PULL, "pull_request": {**PULL["pull_request"], **sides}},
        past=target.folder,
        tool_cache=tool_cache,
        tmp_path=tmp_path_factory.mktemp("protected"),
    )


BY_TARGET = {
    "protected": "origin/main",
    "by-ref": "origin/main",
    "hostile": f"origin/{HOSTILE}",
    "shallow": "origin/main",
}


@pytest.mark.parametrize("name", BY_TARGET)
def test_a_pull_request_is_judged_by_its_target(
    github: WorkflowRun, target: Repository, name: str
) -> None:
    found = github.outputs[name]
    assert (found["decision"], found["exit-code"]) == ("defer", "20"), github.log
    verdict = json.loads(Path(found["report-json"]).read_text())
    assert verdict["configuration"] == {"ref": BY_TARGET[name], "commit": tip(target)}
    assert tip(target)[:7] in github.summaries[f"{name}/gate"]


@pytest.mark.parametrize("name", ["own", "first"])
def test_it_is_judged_by_its_own_where_that_is_asked_for_or_is_the_first(
    github: WorkflowRun, name: str
) -> None:
    found = github.outputs[name]
    assert (found["decision"], found["exit-code"]) == ("review", "0"), github.log
    assert json.loads(Path(found["report-json"]).read_text())["configuration"] is None
    assert github.log.count("once it is merged, that of origin/main counts") == 1


@pytest.mark.parametrize("name", ["odd", "shallow-unfetched"])
def test_what_is_not_in_the_clone_judges_nobody(github: WorkflowRun, name: str) -> None:
    found = github.outputs[name]
    assert (found["decision"], found["exit-code"]) == ("block", "2"), github.log
    assert "in this clone: fetch it" in found["reason"]


def test_nothing_of_a_name_is_ever_run(github: WorkflowRun) -> None:
    assert github.jobs == {"gate": "success"}, github.log
    assert github.stray_commands == []


def job(*before: str, branch: str = "main", **variables: str) -> dict[str, Any]:
    """The gate of a merge request for this branch."""
    request = {
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": branch,
    }
    options = {"SLOGATE_CHECK_AT": AT, "SLOGATE_CHECK_RISK": "high"}
    place = {"TARGET": branch, "PLACE": "$CI_PROJECT_DIR"}
    return {
        "extends": ".slogate",
        "variables": {**request, **options, **place, **variables},
        "before_script": list(before),
        "after_script": [UNTOUCHED],
    }


@pytest.fixture(scope="module")
def gitlab(
    gitlab_ci_local: str, target: Repository, wheel: str, tmp_path_factory: pytest.TempPathFactory
) -> PipelineRun:
    document = {
        "include": [{"local": ".gitlab-ci-template.yml"}],
        "slogate": {"rules": [{"when": "never"}]},
        "protected": job(MOVE, branch="it's;--output=owned,é"),
        "own": job(MOVE, SLOGATE_CONFIG_REF="none"),
        "shallow": job(SHALLOW),
        "fork": job(MOVE, CI_MERGE_REQUEST_PROJECT_ID="1", CI_PROJECT_ID="2"),
    }
    return run_pipeline(
        {".gitlab-ci.yml": yaml.safe_dump(document), **CHANGE},
        variables={**mirror(wheel), "SLOGATE_PACKAGE": wheel},
        past=target.folder,
        tmp_path=tmp_path_factory.mktemp("protected"),
    )


def test_a_merge_request_is_judged_by_its_target(gitlab: PipelineRun, target: Repository) -> None:
    assert gitlab.exit_codes["protected"] == 20, gitlab.log
    report = gitlab.artifacts["protected"] / "slogate-report" / "verdict.json"
    verdict = json.loads(report.read_text())
    assert verdict["configuration"] == {
        "ref": "origin/it's;--output=owned,é",
        "commit": tip(target),
    }


def test_a_merge_request_is_judged_by_its_own_where_that_is_asked_for(gitlab: PipelineRun) -> None:
    assert gitlab.exit_codes["own"] == 0, gitlab.log
    assert "SLOGATE_DECISION=review\n" in gitlab.dotenv["own"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shallow", "the branch that the request is for, 'main', is not in this clone"),
        ("fork", "the platform does not say which branch this request is for"),
    ],
)
def test_a_merge_request_whose_target_is_not_here_is_not_judged(
    gitlab: PipelineRun, name: str, said: str
) -> None:
    assert gitlab.exit_codes[name] == 2, gitlab.log
    assert "SLOGATE_DECISION=block\n" in gitlab.dotenv[name]
    assert said in gitlab.log
