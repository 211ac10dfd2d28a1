"""The template in a GitLab runner, against a real Prometheus: every way in which a gate can end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.ci.gates import AS_OF, GATES, Gate, config
from tests.cli.running import ROOT
from tests.support.gitlab_runner import MISSING, PipelineRun, run_pipeline
from tests.support.servers import Prometheus

pytestmark = [pytest.mark.realstack, pytest.mark.usefixtures("gitlab_ci_local")]

INCLUDE = {"include": [{"local": ".gitlab-ci-template.yml"}]}
DEMO_AT = "2026-11-20T12:07:00Z"
EXAMPLE_FILES = {
    "slogate.yaml": (ROOT / "examples/file/slogate.yaml").read_text(),
    "checkout.csv": (ROOT / "examples/file/checkout.csv").read_text(),
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The package in a mirror: a folder that holds all it needs, from which jobs install quickly."""
    folder = tmp_path_factory.mktemp("mirror")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", folder, ROOT],
        check=True,
    )  # fmt: skip
    (path,) = folder.glob("slogate-*.whl")
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest",
         folder, path],
        check=True,
    )  # fmt: skip
    return str(path)


def mirror(wheel: str) -> dict[str, str]:
    """The variables of a job that may ask nobody else."""
    return {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(Path(wheel).parent),
        "PIP_CONFIG_FILE": os.devnull,
    }


def job(gate: Gate) -> dict[str, Any]:
    asked = {"SERVICES": gate.service, "RISK": gate.risk, "AT": AS_OF, "TIMEOUT": "4s"}
    options = {**asked, "FAIL_ON": "review", **({"ADVISE": "true"} if gate.advise else {})}
    variables = {f"SLOGATE_CHECK_{name}": value for name, value in options.items()}
    return {"extends": ".slogate", "variables": variables}


@pytest.fixture(scope="module")
def seven(
    prometheus: Prometheus, wheel: str, tmp_path_factory: pytest.TempPathFactory
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
    }
    return run_pipeline(
        {".gitlab-ci.yml": yaml.safe_dump(document), "slogate.yaml": config(prometheus.url)},
        variables={**mirror(wheel), "CI_MERGE_REQUEST_LABELS": "payment,$HOME `id`"},
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


def test_a_deploy_freeze_blocks_the_ready_job(tmp_path: Path, wheel: str) -> None:
    run = run_pipeline(
        {".gitlab-ci.yml": yaml.safe_dump(INCLUDE), **EXAMPLE_FILES},
        variables={
            **mirror(wheel),
            "SLOGATE_PACKAGE": wheel,
            "SLOGATE_CHECK_AT": DEMO_AT,
            "SLOGATE_CHECK_RISK": "low",
            "CI_DEPLOY_FREEZE": "true",
        },
        tmp_path=tmp_path,
    )
    assert run.exit_codes == {"slogate": 30}
    assert "SLOGATE_DECISION=block" in run.dotenv["slogate"]


def test_nothing_in_the_repository_passes_for_a_report_or_for_the_program(
    tmp_path: Path, wheel: str
) -> None:
    forged = {
        "slogate-report/outputs.env": "SLOGATE_DECISION=approve\n",
        **dict.fromkeys(
            ("slogate/__main__.py", "venv.py", "pip.py", "httpx.py"), "raise SystemExit\n"
        ),
    }
    files = {".gitlab-ci.yml": yaml.safe_dump(INCLUDE), **EXAMPLE_FILES, **forged}
    good = {
        **mirror(wheel),
        "SLOGATE_PACKAGE": wheel,
        "SLOGATE_CHECK_AT": DEMO_AT,
        "SLOGATE_CHECK_RISK": "high",
    }
    run = run_pipeline(files, variables=good, tmp_path=tmp_path)
    assert run.exit_codes == {"slogate": 20}
    assert "SLOGATE_DECISION=defer" in run.dotenv["slogate"]
    gone = run_pipeline(
        files, variables={**mirror(wheel), "SLOGATE_PACKAGE": "/no/such.whl"}, tmp_path=tmp_path
    )
    assert gone.exit_codes == {"slogate": 50}
    assert gone.dotenv["slogate"].startswith("SLOGATE_DECISION=block\nSLOGATE_EXIT_CODE=50\n")
    old = run_pipeline(files, variables={"SLOGATE_PYTHON": "false"}, tmp_path=tmp_path)
    assert old.exit_codes == {"slogate": 2}
    assert "Python 3.10 or newer" in old.dotenv["slogate"]
