"""The runners of the tests tell the truth: what a workflow and a pipeline do is all reported."""

from __future__ import annotations

import os
import select
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.github_runner import Annotation, run_bounded, run_workflow
from tests.support.gitlab_runner import MISSING, PipelineRun, run_pipeline

WORKFLOW = r"""
on: [push, pull_request]
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: judge
        run: |
          test -f .slogate-action/action.yml
          echo "number=${{ github.event.pull_request.number }}" >> "$GITHUB_OUTPUT"
          printf 'reason<<EOF\nfirst\nsecond\nEOF\n' >> "$GITHUB_OUTPUT"
          echo '# Deferred' >> "$GITHUB_STEP_SUMMARY"
          echo '::error file=slogate.yaml,line=3,title=a%2Cb::one%0Atwo' >&2
          echo '  ::warning::indented'
          echo '::group::More'
          echo "$RUNNER_TOOL_CACHE" > "$RUNNER_TOOL_CACHE/place"
          env
          exit 20
      - id: after
        if: always()
        env: {TOKEN: "${{ github.token }}"}
        run: echo "was ${{ steps.judge.outcome }}, token ${#TOKEN}"
  deploy:
    needs: gate
    runs-on: ubuntu-latest
    steps: [{run: echo deployed}]
"""


@pytest.mark.usefixtures("act")
def test_all_that_a_failing_step_did_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAKED", "yes")
    tools = tmp_path / "tools"
    tools.mkdir()
    run = run_workflow(
        {".github/workflows/gate.yml": WORKFLOW},
        event="pull_request",
        payload={"pull_request": {"number": 7}},
        env={"GITHUB_API_URL": "http://127.0.0.1:9", "MANY": "a b=c"},
        token="secret-of-the-run",
        tool_cache=tools,
        tmp_path=tmp_path,
    )
    assert run.jobs == {"gate": "failure", "deploy": "skipped"}
    assert run.steps["judge"] == "failure"
    assert run.exit_codes["judge"] == 20
    assert run.outputs["judge"] == {"number": "7", "reason": "first\nsecond"}
    assert run.summaries == {"judge": "# Deferred\n"}
    raw = "::error file=slogate.yaml,line=3,title=a%2Cb::one%0Atwo"
    place = {"file": "slogate.yaml", "line": "3", "title": "a,b"}
    assert run.annotations == [Annotation("error", place, "one\ntwo", raw)]
    assert run.stray_commands == ["  ::warning::indented"]
    lines = run.log.splitlines()
    assert {"Error: one", "two", "More", "was failure, token 17"} <= set(lines)
    assert {"GITHUB_API_URL=http://127.0.0.1:9", "MANY=a b=c"} <= set(lines)
    assert {"GITHUB_REPOSITORY=acme/shop", "GITHUB_EVENT_NAME=pull_request"} <= set(lines)
    assert "LEAKED" not in run.log
    assert f"HOME={os.environ['HOME']}" not in lines
    assert (tools / "place").exists()


@pytest.mark.usefixtures("act")
def test_a_workflow_that_nobody_can_run_is_no_result(tmp_path: Path) -> None:
    broken = {".github/workflows/gate.yml": "on: push\njobs: {gate: {steps: 3}}\n"}
    with pytest.raises(RuntimeError, match="no job"):
        run_workflow(broken, tool_cache=tmp_path, tmp_path=tmp_path)


def test_what_takes_too_long_is_ended_with_its_children(tmp_path: Path) -> None:
    script = "sleep 600 & echo $! > pid; wait"
    with pytest.raises(subprocess.TimeoutExpired):
        run_bounded(["sh", "-c", script], cwd=tmp_path, env=dict(os.environ), timeout=1.5)
    with suppress(ProcessLookupError):  # which says the same
        child = os.pidfd_open(int((tmp_path / "pid").read_text()))
        ended, _, _ = select.select([child], [], [], 10)
        os.close(child)
        assert ended


PIPELINE = r"""
stages: [test, deploy]
gate:
  stage: test
  image: debian
  script:
    - cd "$CI_PROJECT_DIR"
    - mkdir report
    - printf 'DECISION=%s\n' review > report/outputs.env
    - exit 10
  after_script:
    - exit 1
  allow_failure: {exit_codes: [10]}
  artifacts:
    when: always
    paths: [report/]
    reports: {dotenv: report/outputs.env}
hard gate:
  stage: test
  script: ['test "$GITLAB_CI" = true', 'test -f .gitlab-ci-template.yml', env, exit 20]
reader:
  stage: deploy
  needs: [gate]
  script: ['echo "got $DECISION, $MANY"', cat report/outputs.env]
marked: {stage: test, script: ['printf "\033[0Ksection_start:1:a\r\033[0KA \033[1mtitle\033[0m\n"']}
by hand: {stage: deploy, when: manual, needs: [], script: [echo by hand]}
unwanted: {stage: deploy, when: manual, needs: [], script: [echo unwanted]}
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, gitlab_ci_local: str) -> PipelineRun:
    return run_pipeline(
        {".gitlab-ci.yml": PIPELINE},
        variables={"MANY": "a b=c"},
        manual=["by hand"],
        tmp_path=tmp_path_factory.mktemp("pipeline"),
    )


def test_every_job_has_its_result(pipeline: PipelineRun) -> None:
    expected = {"gate": "WARN", "hard gate": "FAIL", "reader": "PASS", "marked": "PASS"}
    assert pipeline.jobs == {**expected, "by hand": "PASS", "unwanted": MISSING}
    codes = {"gate": 10, "hard gate": 20, "reader": 0, "marked": 0, "by hand": 0}
    assert pipeline.exit_codes == codes


def test_a_dotenv_reaches_the_job_that_needs_it(pipeline: PipelineRun) -> None:
    assert pipeline.dotenv == {"gate": "DECISION=review\n"}
    assert (pipeline.artifacts["gate"] / "report" / "outputs.env").is_file()
    assert "reader    > got review, a b=c" in pipeline.log
    assert f"HOME={os.environ['HOME']}" not in pipeline.log


def test_sections_are_in_the_log_and_colors_are_not(pipeline: PipelineRun) -> None:
    assert "> \x1b[0Ksection_start:1:a\r\x1b[0KA title\n" in pipeline.log


def test_a_pipeline_that_nobody_can_run_is_no_result(tmp_path: Path, gitlab_ci_local: str) -> None:
    with pytest.raises(RuntimeError, match="no job"):
        run_pipeline({".gitlab-ci.yml": "gate: {script: 3}\n"}, tmp_path=tmp_path)
