"""A step of GitHub Actions: outputs, summary, annotations and inputs, without a runner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.ci.platforms import github, outputs
from tests.cli.running import ROOT, slogate, write_config
from tests.cli.test_check import DEMO
from tests.support.faulty import faulty

NAMES = {
    *("decision", "exit-code", "status", "risk", "budget-remaining", "clears-at", "retry-after"),
    *("mode", "override", "reason", "report-json", "report-markdown"),
}


def test_the_outputs_are_those_of_the_verdict(tmp_path: Path) -> None:
    run = slogate(*DEMO, "--risk", "high", env=github(tmp_path))
    assert run.code == 20
    found = outputs(tmp_path)
    assert set(found) == NAMES
    verdict = json.loads(Path(found["report-json"]).read_text())
    (service,) = verdict["services"]
    assert found["decision"] == verdict["decision"] == "defer"
    assert found["exit-code"] == str(verdict["exit_code"]) == "20"
    assert (found["status"], found["risk"]) == (service["status"], service["risk"]["level"])
    left = min(slo["budget"]["remaining"] for slo in service["slos"])
    assert float(found["budget-remaining"]) == pytest.approx(left, abs=1e-4)
    assert found["clears-at"] == service["clears_at"] == "2026-11-23T07:07:00Z"
    assert found["retry-after"] == "241200"
    assert found["reason"] == " - ".join(service["rationale"][:2])
    assert Path(found["report-markdown"]).read_text().startswith("## ")


def test_an_approval_has_nothing_to_wait_for(tmp_path: Path) -> None:
    assert slogate(*DEMO, "--risk", "low", env=github(tmp_path)).code == 0
    found = outputs(tmp_path)
    assert (found["decision"], found["clears-at"], found["retry-after"]) == ("approve", "", "")


def test_the_summary_is_added_to_what_the_step_has_written(tmp_path: Path) -> None:
    (tmp_path / "step-summary").write_text("# mine\n")
    slogate(*DEMO, "--risk", "high", env=github(tmp_path))
    page = (tmp_path / "step-summary").read_text()
    assert page.startswith("# mine\n## ⏳ slogate: defer — checkout")
    assert "[run](https://github.com/acme/shop/actions/runs/5)" in page
    assert "Pay faster" in page


def test_an_unfinished_line_of_an_earlier_command_ends_first(tmp_path: Path) -> None:
    (tmp_path / "step-summary").write_text("| 1 | 2 |")
    (tmp_path / "output").write_text("mine<<E\n1\nE")
    slogate(*DEMO, "--risk", "high", env=github(tmp_path))
    assert (tmp_path / "step-summary").read_text().startswith("| 1 | 2 |\n## ")
    assert outputs(tmp_path)["mine"] == "1"


@pytest.mark.parametrize(
    ("sent", "code", "told"),
    [(signal.SIGINT, 130, "130"), (signal.SIGTERM, 130, "130"), (signal.SIGKILL, -9, "1")],
)
def test_a_run_that_is_ended_is_no_approval(
    tmp_path: Path, sent: signal.Signals, code: int, told: str
) -> None:
    environ = github(tmp_path)
    assert slogate(*DEMO, "--risk", "low", env=environ).code == 0
    assert outputs(tmp_path)["decision"] == "approve"
    assert run_and_end(environ, tmp_path, sent) == code
    found = outputs(tmp_path)
    assert (found["decision"], found["exit-code"]) == ("block", told)


def run_and_end(environ: dict[str, str], place: Path, sent: signal.Signals) -> int:
    """The exit code of a run that gets a signal while a server keeps it waiting."""
    asked = threading.Event()

    def wait(_: object) -> bytes:
        asked.set()
        os.kill(process.pid, sent)
        return b""

    with faulty(wait) as server:
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "slogate",
            "check",
            "-c",
            write_config(place, server.url),
        ]
        with subprocess.Popen(
            command, env={**os.environ, **environ}, cwd=ROOT, stderr=subprocess.DEVNULL
        ) as process:
            asked.wait(30)
            return process.wait(30)


def test_the_summary_is_there_once_when_it_is_asked_for_by_hand(tmp_path: Path) -> None:
    environ = github(tmp_path)
    slogate(*DEMO, "--risk", "high", "--summary", environ["GITHUB_STEP_SUMMARY"], env=environ)
    assert (tmp_path / "step-summary").read_text().count("slogate: defer") == 1


def test_a_step_summary_that_is_nearly_full_is_kept_within_the_limit(tmp_path: Path) -> None:
    limit = 1024 * 1024
    (tmp_path / "step-summary").write_text("x" * (limit - 2000) + "\n")
    slogate(*DEMO, "--risk", "high", env=github(tmp_path))
    page = (tmp_path / "step-summary").read_bytes()
    assert len(page) <= limit
    assert b"Shortened to fit this page" in page


ANNOTATIONS = [
    (["--risk", "high"], 20, "::error title=slogate%3A defer checkout::attention budget and high"),
    (["--risk", "medium"], 0, "::warning title=slogate%3A review checkout::attention budget and m"),
    (["--risk", "low"], 0, "::notice title=slogate%3A approve checkout::checkout approved: attent"),
    (["--risk", "high", "--advise"], 0, "::warning title=slogate%3A would be defer checkout::att"),
]


@pytest.mark.parametrize(("arguments", "code", "start"), ANNOTATIONS)
def test_the_annotation_of_each_decision(
    tmp_path: Path, arguments: list[str], code: int, start: str
) -> None:
    run = slogate(*DEMO, *arguments, env=github(tmp_path))
    assert run.code == code
    (command,) = [
        line for line in run.err.splitlines() if line.startswith("::") and "title" in line
    ]
    assert command.startswith(start)
    assert "::" not in run.out


def test_machine_output_on_stdout_stays_whole(tmp_path: Path) -> None:
    run = slogate(*DEMO, "--risk", "high", "-f", "json", env=github(tmp_path))
    assert json.loads(run.out)["decision"] == "defer"
    assert json.loads(run.out)["change"]["number"] == 7
    assert "::group::" not in run.err


def test_a_wrong_configuration_is_shown_at_its_line_and_in_every_channel(tmp_path: Path) -> None:
    path = write_config(tmp_path, "http://127.0.0.1:9")
    path.write_text(path.read_text().replace("objective", "objectiv"))
    run = slogate("check", "-c", "slogate.yaml", cwd=tmp_path, env=github(tmp_path))
    assert run.code == 2
    found = outputs(tmp_path)
    assert set(found) == NAMES
    assert found["report-json"] == ""
    assert "wrong configuration" in Path(found["report-markdown"]).read_text()
    assert (found["decision"], found["exit-code"]) == ("block", "2")
    assert "objectiv" in found["reason"]
    assert "file=slogate.yaml,line=8::" in run.err
    assert "wrong configuration" in (tmp_path / "step-summary").read_text()


def test_a_wrong_option_before_the_command_takes_an_approval_back(tmp_path: Path) -> None:
    environ = github(tmp_path)
    assert slogate(*DEMO, "--risk", "low", env=environ).code == 0
    assert slogate("--bogus", *DEMO, env=environ).code == 2
    assert outputs(tmp_path)["decision"] == "block"


def test_a_failure_is_told_though_its_reports_have_no_place(tmp_path: Path) -> None:
    environ = github(tmp_path) | {"RUNNER_TEMP": str(tmp_path / "none")}
    assert slogate("check", "--bogus", env=environ).code == 2
    assert (outputs(tmp_path)["decision"], outputs(tmp_path)["exit-code"]) == ("block", "2")


def test_wrong_usage_is_no_approval_either(tmp_path: Path) -> None:
    run = slogate(*DEMO, env=github(tmp_path) | {"SLOGATE_INPUT_RISK": "hihg"})
    assert run.code == 2
    assert outputs(tmp_path)["decision"] == "block"
    assert "hihg" in run.err


def test_no_data_and_an_outage_are_blocks_in_the_outputs(tmp_path: Path) -> None:
    path = write_config(tmp_path, "http://127.0.0.1:9")
    run = slogate("check", "-c", path, "--timeout", "1s", env=github(tmp_path))
    assert run.code == 50
    found = outputs(tmp_path)
    assert (found["decision"], found["exit-code"], found["status"]) == ("block", "50", "unmeasured")
    assert "::error title=slogate%3A could not measure checkout::" in run.err


INPUTS = [
    ({}, "medium", "risk.default"),
    ({"SLOGATE_CHECK_RISK": "low"}, "low", ""),
    ({"SLOGATE_CHECK_RISK": "low", "SLOGATE_INPUT_RISK": "medium"}, "medium", ""),
    ({"SLOGATE_CHECK_RISK": "low", "SLOGATE_INPUT_RISK": ""}, "low", ""),
]


@pytest.mark.parametrize(("variables", "risk", "source"), INPUTS)
def test_an_input_goes_before_the_environment_and_an_empty_one_is_none(
    tmp_path: Path, variables: dict[str, str], risk: str, source: str
) -> None:
    slogate(*DEMO, env=github(tmp_path) | variables)
    assert outputs(tmp_path)["risk"] == risk


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"SLOGATE_INPUT_ADVISE": "true"}, 0),
        ({"SLOGATE_INPUT_ADVISE": "false", "SLOGATE_CHECK_ADVISE": "true"}, 20),
        ({"SLOGATE_INPUT_ADVISE": "", "SLOGATE_CHECK_ADVISE": "true"}, 0),
        ({"SLOGATE_INPUT_ADVISE": "maybe"}, 2),
        ({"SLOGATE_INPUT_FAIL_ON": "block"}, 0),
        ({"SLOGATE_INPUT_SERVICES": " checkout\n"}, 20),
        ({"SLOGATE_INPUT_SERVICES": "checkout nobody"}, 2),
        ({"SLOGATE_CHECK_SERVICES": "nobody", "SLOGATE_INPUT_SERVICES": "checkout"}, 20),
        ({"SLOGATE_INPUT_TIMEOUT": "1 fortnight"}, 2),
        ({"SLOGATE_INPUT_AT": "yesterday", "SLOGATE_AT": "2026-11-20T12:07:00Z"}, 2),
    ],
)
def test_every_kind_of_input(tmp_path: Path, variables: dict[str, str], code: int) -> None:
    arguments = [*DEMO[: DEMO.index("--at")], *DEMO[DEMO.index("--at") + 2 :]]
    environ = {"SLOGATE_CHECK_AT": "2026-11-20T12:07:00Z", "SLOGATE_INPUT_RISK": "high"}
    run = slogate(*arguments, env=github(tmp_path) | environ | variables)
    assert run.code == code, run.err


def test_what_an_earlier_gate_handed_on_is_no_misspelt_option(tmp_path: Path) -> None:
    handed = {f"SLOGATE_{name.upper().replace('-', '_')}": "x" for name in NAMES}
    environ = {**handed, "SLOGATE_PACKAGE": "x", "SLOGATE_PYTHON": "x"}
    run = slogate(*DEMO, "--risk", "low", env=github(tmp_path) | environ)
    assert (run.code, "slogate: warning" in run.err) == (0, False)


def test_an_event_payload_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    environ = github(tmp_path)
    Path(environ["GITHUB_EVENT_PATH"]).write_text("{")
    run = slogate(*DEMO, "--risk", "low", env=environ)
    assert run.code == 0
    assert "the event payload" in run.err


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "RUNNER_TEMP"])
def test_a_channel_that_cannot_be_written_is_no_approval(tmp_path: Path, variable: str) -> None:
    (tmp_path / "file").write_text("")
    environ = github(tmp_path) | {variable: str(tmp_path / "file" / "below")}
    run = slogate(*DEMO, "--risk", "low", env=environ)
    assert run.code == 2
    assert "Not a directory" in run.err
    assert "Traceback" not in run.err
