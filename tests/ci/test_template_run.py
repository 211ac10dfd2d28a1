"""The template in a GitLab runner, against a real Prometheus: every way in which a gate can end."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.ci.gates import AS_OF, GATES, Gate, config
from tests.ci.past import Past, past
from tests.ci.wheels import mirror, wheel
from tests.cli.running import ROOT
from tests.support.gitlab_runner import MISSING, PipelineRun, run_pipeline
from tests.support.servers import Prometheus

__all__ = ["wheel"]

pytestmark = [pytest.mark.realstack, pytest.mark.usefixtures("gitlab_ci_local")]

INCLUDE = {"include": [{"local": ".gitlab-ci-template.yml"}]}
DEMO_AT = "2026-11-20T12:07:00Z"
EXAMPLE_FILES = {
    "slogate.yaml": (ROOT / "examples/file/slogate.yaml").read_text(),
    "checkout.csv": (ROOT / "examples/file/checkout.csv").read_text(),
}


def job(gate: Gate) -> dict[str, Any]:
    asked = {"SERVICES": gate.service, "RISK": gate.risk, "AT": AS_OF, "TIMEOUT": "4s"}
    options = {**asked, "FAIL_ON": "review", **({"ADVISE": "true"} if gate.advise else {})}
    variables = {f"SLOGATE_CHECK_{name}": value for name, value in options.items()}
    return {"extends": ".slogate", "variables": variables}


SHALLOW = """
git clone --quiet --bare . "$CI_PROJECT_DIR/origin"
rm -rf .git
git init --quiet
git remote add origin "file://$CI_PROJECT_DIR/origin"
git fetch --quiet --no-tags --depth=1 origin "+$CI_COMMIT_SHA:refs/pipelines/1"
git checkout --quiet --force --detach refs/pipelines/1
test "$(git rev-list --all | wc -l)" -eq 1
"""
"""What a runner does with GIT_DEPTH: 1; the local one copies the repository as it is."""


def automatic(base: str, *before: str, **variables: str) -> dict[str, Any]:
    """The job of a merge request, which asks git for the risk."""
    options = {"SLOGATE_CHECK_SERVICES": "healthy", "SLOGATE_CHECK_AT": AS_OF}
    return {
        "extends": ".slogate",
        "variables": {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, **options, **variables},
        "before_script": list(before),
        "after_script": ['echo "depth <$GIT_DEPTH>"'],
    }


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return past(tmp_path_factory.mktemp("earlier") / "repo")


@pytest.fixture(scope="module")
def seven(
    prometheus: Prometheus, wheel: str, earlier: Past, tmp_path_factory: pytest.TempPathFactory
) -> PipelineRun:
    after = {
        "stage": "deploy",
        "needs": ["approved"],
        "script": ['echo "handed on: $SLOGATE_DECISION $SLOGATE_EXIT_CODE"'],
    }
    ready = {"rules": [{"when": "never"}]}
    document = {
        **INCLUDE,
        # NOTE: for all jobs at once, as one who has a mirror would; a job's own would go first.
        "variables": {"SLOGATE_PACKAGE": wheel},
        "slogate": ready,
        "after": after,
        **{gate.name: job(gate) for gate in GATES},
        "automatic": automatic(earlier.tip),
        "shallow": automatic(earlier.tip, SHALLOW, GIT_DEPTH="1"),
    }
    return run_pipeline(
        {".gitlab-ci.yml": yaml.safe_dump(document), "slogate.yaml": config(prometheus.url)},
        variables={**mirror(wheel), "CI_MERGE_REQUEST_LABELS": "payment,$HOME `id`"},
        past=earlier.folder,
        tmp_path=tmp_path_factory.mktemp("seven"),
    )


CODES = {"reviewed": 10}
RESULTS = {0: "PASS", 10: "WARN"}


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_ends_as_it_must_on_every_channel(seven: PipelineRun, gate: Gate) -> None:
    code = CODES.get(gate.name, gate.code)
    assert seven.jobs[gate.name] == RESULTS.get(code, "FAIL"), seven.log
    assert seven.exit_codes[gate.name] == code
    found = dict(line.split("=", 1) for line in seven.dotenv[gate.name].splitlines())
    assert (found["SLOGATE_DECISION"], found["SLOGATE_EXIT_CODE"]) == (gate.decision, str(code))
    assert found["SLOGATE_REASON"]
    folder = seven.artifacts[gate.name] / "slogate-report"
    page = (folder / "summary.md").read_text()
    assert page.startswith(f"## {gate.headline} — {gate.service}\n")
    assert "payment" in page
    verdict = json.loads((folder / "verdict.json").read_text())
    assert verdict["exit_code"] == code
    suites = ET.parse(folder / "junit.xml").getroot()
    failing = int(suites.get("failures", "")) + int(suites.get("errors", ""))
    assert (failing > 0) == (code != 0)


def judged(run: PipelineRun, name: str) -> dict[str, Any]:
    """The risk in the JSON verdict of a job."""
    verdict = json.loads((run.artifacts[name] / "slogate-report" / "verdict.json").read_text())
    risk: dict[str, Any] = verdict["services"][0]["risk"]
    assert f"SLOGATE_RISK={risk['level']}\n" in run.dotenv[name]
    return risk


def test_git_knows_the_risk_of_a_merge_request(seven: PipelineRun, earlier: Past) -> None:
    risk = judged(seven, "automatic")
    assert (risk["level"], risk["source"], risk["commits"]) == ("low", "git", 1)
    assert (risk["known"], risk["base"]) == (True, earlier.tip)
    assert "base is that of the event" in risk["range"]
    page = (seven.artifacts["automatic"] / "slogate-report" / "summary.md").read_text()
    assert "base is that of the event" in page


def test_without_the_history_the_risk_is_unknown_and_it_is_said_what_helps(
    seven: PipelineRun,
) -> None:
    risk = judged(seven, "shallow")
    assert (risk["level"], risk["known"], risk["source"]) == ("medium", False, "risk.default")
    assert "the clone is shallow" in risk["sources"][0]["detail"]
    assert "GIT_DEPTH: 0" in risk["sources"][0]["detail"]
    page = (seven.artifacts["shallow"] / "slogate-report" / "summary.md").read_text()
    assert "the risk is unknown and taken as medium" in page
    assert "GIT_DEPTH: 0" in html.unescape(page).replace("\\", "")


def test_the_whole_history_is_asked_for_unless_a_job_says_otherwise(seven: PipelineRun) -> None:
    found = dict(re.findall(r"^(\w+) +> depth <(\d*)>$", seven.log, re.MULTILINE))
    assert found == {"automatic": "0", "shallow": "1"}


def test_outputs_are_handed_on(seven: PipelineRun) -> None:
    assert "handed on: approve 0" in seven.log


def test_the_log_is_folded(seven: PipelineRun) -> None:
    assert len(re.findall(r"section_start:\d+:slogate_install\[", seven.log)) >= len(GATES)
    assert len(re.findall(r"section_end:\d+:slogate_install\r", seven.log)) >= len(GATES)
    assert re.search(r"section_start:\d+:slogate_evidence\[collapsed=true\]", seven.log)


def pipeline(
    tmp_path: Path, wheel: str, *, manual: tuple[str, ...] = (), **variables: str
) -> PipelineRun:
    files = {
        ".gitlab-ci.yml": (ROOT / "examples/gitlab/gitlab-ci.yml").read_text(),
        **EXAMPLE_FILES,
    }
    # The local runner runs later stages after a failed job, GitLab does not.
    return run_pipeline(
        files,
        variables={
            **mirror(wheel),
            "SLOGATE_PACKAGE": wheel,
            "SLOGATE_CHECK_AT": DEMO_AT,
            **variables,
        },
        manual=manual,
        tmp_path=tmp_path,
    )


DEPLOYED = "> your deployment of "


def test_the_example_deploys_what_is_approved(tmp_path: Path, wheel: str) -> None:
    run = pipeline(tmp_path, wheel, SLOGATE_CHECK_RISK="low")
    assert run.jobs == {"slogate": "PASS", "deploy": "PASS", "deploy after review": MISSING}
    assert run.log.count(DEPLOYED) == 1


def test_the_example_holds_nobody_up_where_the_mode_is_advise(tmp_path: Path, wheel: str) -> None:
    run = pipeline(tmp_path, wheel, SLOGATE_CHECK_RISK="high", SLOGATE_CHECK_ADVISE="true")
    assert run.jobs == {"slogate": "PASS", "deploy": "PASS", "deploy after review": MISSING}
    assert "SLOGATE_DECISION=defer\n" in run.dotenv["slogate"]
    assert run.log.count(DEPLOYED) == 1


def test_the_example_waits_for_a_person_who_reviews(tmp_path: Path, wheel: str) -> None:
    run = pipeline(tmp_path, wheel, SLOGATE_CHECK_RISK="medium", manual=("deploy after review",))
    assert run.jobs == {"slogate": "WARN", "deploy": "WARN", "deploy after review": "PASS"}
    assert run.exit_codes["slogate"] == 10
    assert run.log.count(DEPLOYED) == 1


def test_the_example_deploys_nothing_that_is_deferred(tmp_path: Path, wheel: str) -> None:
    run = pipeline(tmp_path, wheel, SLOGATE_CHECK_RISK="high", manual=("deploy after review",))
    assert run.jobs["slogate"] == "FAIL"
    assert run.exit_codes["slogate"] == 20
    assert DEPLOYED not in run.log


@pytest.fixture(scope="module")
def forged(wheel: str, tmp_path_factory: pytest.TempPathFactory) -> PipelineRun:
    """Four jobs in a repository that wants to be taken for a report and for the program."""

    def job(extends: str = "", **variables: str) -> dict[str, Any]:
        more = {"extends": extends} if extends else {}
        return {**more, "variables": {"SLOGATE_CHECK_AT": DEMO_AT, **variables}}

    document: dict[str, Any] = {
        **INCLUDE,
        "variables": {"SLOGATE_PACKAGE": wheel},
        "slogate": job(SLOGATE_CHECK_RISK="low", CI_DEPLOY_FREEZE="true"),
        "judged": job(".slogate", SLOGATE_CHECK_RISK="high"),
        "gone": job(".slogate", SLOGATE_PACKAGE="/no/such.whl"),
        "old": job(".slogate", SLOGATE_PYTHON="false"),
    }
    evil = ("slogate/__main__.py", "venv.py", "pip.py", "httpx.py")
    return run_pipeline(
        {
            ".gitlab-ci.yml": yaml.safe_dump(document),
            **EXAMPLE_FILES,
            "slogate-report/outputs.env": "SLOGATE_DECISION=approve\n",
            **dict.fromkeys(evil, "raise SystemExit\n"),
        },
        variables=mirror(wheel),
        tmp_path=tmp_path_factory.mktemp("forged"),
    )


def test_nothing_in_the_repository_passes_for_a_report_or_for_the_program(
    forged: PipelineRun,
) -> None:
    assert forged.exit_codes["judged"] == 20
    assert "SLOGATE_DECISION=defer" in forged.dotenv["judged"]
    assert forged.exit_codes["gone"] == 50
    assert forged.dotenv["gone"].startswith("SLOGATE_DECISION=block\nSLOGATE_EXIT_CODE=50\n")
    assert forged.exit_codes["old"] == 2
    assert "Python 3.10 or newer" in forged.dotenv["old"]


def test_a_deploy_freeze_blocks_the_ready_job(forged: PipelineRun) -> None:
    assert forged.exit_codes["slogate"] == 30
    assert "SLOGATE_DECISION=block" in forged.dotenv["slogate"]
