"""`check` and its sisters as a user meets them: the file example, outputs, options, environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from slogate.core.window import parse_time
from slogate.core.words import rfc3339
from tests.cli.running import ROOT, slogate

EXAMPLE = ROOT / "examples/file/slogate.yaml"
DEMO = ("check", "-c", EXAMPLE, "--at", "2026-11-20T12:07:00Z")


def test_stdout_carries_the_report_and_stderr_nothing() -> None:
    run = slogate(*DEMO, "--risk", "low")
    assert run.code == 0
    assert run.out.startswith("APPROVE  checkout")
    assert run.err == ""
    assert max(map(len, run.out.splitlines())) <= 80


@pytest.mark.parametrize(
    ("fail_on", "risk", "code"),
    [
        ("review", "low", 0),
        ("review", "medium", 10),
        ("defer", "medium", 0),
        ("defer", "high", 20),
        ("block", "high", 0),
        ("never", "high", 0),
    ],
)
def test_fail_on_sets_the_mildest_failing_decision(fail_on: str, risk: str, code: int) -> None:
    assert slogate(*DEMO, "--risk", risk, "--fail-on", fail_on).code == code


def test_advice_says_what_would_happen_and_exits_0() -> None:
    run = slogate(*DEMO, "--risk", "high", "--advise", "-f", "json")
    verdict = json.loads(run.out)
    assert (run.code, verdict["mode"], verdict["decision"]) == (0, "advise", "defer")
    assert verdict["services"][0]["clears_at"] == "2026-11-23T07:07:00Z"


def test_a_risk_that_nobody_knows_is_medium_and_the_verdict_says_why() -> None:
    run = slogate(*DEMO)
    assert run.code == 0
    assert run.out.startswith("REVIEW")
    said = "the risk is unknown and taken as medium (git: this is not a git repository)"
    assert said in " ".join(run.out.split())


def test_the_configuration_may_state_the_risk(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("path: ", f"path: {EXAMPLE.parent}/")
    path = tmp_path / "slogate.yaml"
    path.write_text(text.replace("risk: {combine: first}", "risk: {default: low}"))
    assert slogate("check", "-c", path, "--at", "2026-11-20T12:07:00Z").code == 0


def test_options_come_from_the_environment_and_the_command_line_wins() -> None:
    environment = {"SLOGATE_CONFIG": str(EXAMPLE), "SLOGATE_CHECK_RISK": "high"}
    at = ("--at", "2026-11-20T12:07:00Z")
    assert slogate("check", *at, env=environment).code == 20
    assert slogate("check", *at, "--risk", "low", env=environment).code == 0
    advise = {**environment, "SLOGATE_CHECK_ADVISE": "true"}
    assert slogate("check", *at, env=advise).code == 0
    nowhere = {"SLOGATE_CONFIG": "/nowhere.yaml", "SLOGATE_CHECK_CONFIG": str(EXAMPLE)}
    assert slogate("check", *at, "--risk", "low", env=nowhere).code == 0


def test_an_empty_variable_counts_as_unset() -> None:
    environment = {"SLOGATE_CHECK_RISK": "", "SLOGATE_AT": "", "SLOGATE_CHECK_FAIL_ON": ""}
    assert slogate(*DEMO, "--risk", "low", env=environment).code == 0


def test_the_configuration_is_found_upward(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    text = EXAMPLE.read_text().replace("path: ", f"path: {EXAMPLE.parent}/")
    (tmp_path / ".slogate.yaml").write_text(text)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    run = slogate("check", "--at", "2026-11-20T12:07:00Z", "--risk", "low", cwd=below)
    assert run.code == 0, run.err


def test_no_configuration_says_where_it_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    run = slogate("check", cwd=tmp_path)
    assert run.code == 2
    assert "slogate.yaml" in run.err
    assert str(tmp_path) in run.err


def test_reports_are_written_whatever_the_code(tmp_path: Path) -> None:
    summary, verdict, out = (tmp_path / name for name in ("s.md", "v.json", "o.txt"))
    run = slogate(*DEMO, "--risk", "high", "--summary", summary, "--json", verdict, "--output", out)
    assert (run.code, run.out) == (20, "")
    assert summary.read_text().startswith("## ")
    assert "mermaid" in summary.read_text()
    assert json.loads(verdict.read_text())["exit_code"] == 20
    assert out.read_text().startswith("DEFER  checkout")


@pytest.mark.parametrize("option", ["--summary", "--json", "--output"])
def test_a_report_that_cannot_be_written_is_no_approval(tmp_path: Path, option: str) -> None:
    run = slogate(*DEMO, "--risk", "low", option, tmp_path / "nowhere" / "file")
    assert run.code == 2
    assert "cannot be written: No such file or directory" in run.err


def test_colour_is_for_terminals_and_on_request() -> None:
    assert "\x1b" not in slogate(*DEMO, "--risk", "low").out
    assert "\x1b" in slogate(*DEMO, "--risk", "low", "--color", "always").out
    assert "\x1b" not in slogate(*DEMO, "--risk", "low", "--color", "never").out


def test_a_misspelt_service_is_wrong_usage() -> None:
    run = slogate(*DEMO, "chekout")
    assert run.code == 2
    assert "did you mean 'checkout'?" in run.err


def test_budgets_end_with_0_however_little_is_left() -> None:
    run = slogate("budget", "-c", EXAMPLE, "--at", "2026-11-20T12:07:00Z", "-f", "json")
    assert run.code == 0
    report = json.loads(run.out)
    assert report["schema"] == "slogate/budget/1"
    assert report["services"][0]["status"] == "attention"
    assert "decision" not in report["services"][0]


def test_budgets_that_cannot_be_evaluated_end_with_40() -> None:
    assert slogate("budget", "-c", EXAMPLE, "--at", "2020-01-01T00:00:00Z").code == 40


def test_lint_tells_all_problems_at_once(tmp_path: Path) -> None:
    path = tmp_path / "slogate.yaml"
    path.write_text(EXAMPLE.read_text().replace("objective", "objectve"))
    run = slogate("lint", "-c", path, "-f", "json")
    report = json.loads(run.out)
    assert (run.code, report["ok"], report["schema"]) == (2, False, "slogate/lint/1")
    assert len([e for e in report["errors"] if "objectve" in e["path"]]) == 2


def test_lint_needs_no_secrets(tmp_path: Path) -> None:
    path = tmp_path / "slogate.yaml"
    example = (ROOT / "examples/prometheus/slogate.yaml").read_text()
    path.write_text(
        example.replace("${PROMETHEUS_URL:-http://localhost:9090}", "${PROMETHEUS_URL}")
    )
    run = slogate("lint", "-c", path)
    assert run.code == 0
    assert "PROMETHEUS_URL is not set" in run.out
    assert slogate("check", "-c", path).code == 2


def test_the_schema_is_json() -> None:
    schema = json.loads(slogate("schema").out)
    assert {"version", "sources", "services", "policy"} <= set(schema["properties"])


def test_a_release_clears_when_it_was_foretold(tmp_path: Path) -> None:
    """The forecast made in the past beside what the gate then says at that time."""
    end, step = 1_790_000_000, 1800
    outage = range(end - 40 * 86_400, end - 40 * 86_400 + 4 * 3600)
    rows = [(at, 1000, 100 if at in outage else 0) for at in range(end - 75 * 86_400, end, step)]
    (tmp_path / "checkout.csv").write_text(
        "time,requests,errors,fast\n" + "".join(f"{a},{t},{b},{t}\n" for a, t, b in rows)
    )
    config = tmp_path / "slogate.yaml"
    config.write_text(EXAMPLE.read_text())

    def check(at: int) -> tuple[int, str | None]:
        run = slogate("check", "-c", config, "--at", rfc3339(at), "--risk", "high", "-f", "json")
        return run.code, json.loads(run.out)["services"][0]["clears_at"]

    code, clears = check(end - 30 * 86_400 + 420)
    assert code == 20
    assert clears is not None
    hour = 3600
    assert check(parse_time(clears) - hour)[0] == 20
    assert check(parse_time(clears) + hour) == (0, None)


def test_a_full_stdout_is_no_approval() -> None:
    arguments = [*map(str, DEMO), "--risk", "low"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "slogate", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            check=False,
        )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "cannot be written to stdout" in done.stderr


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SLOGATE_RISK", "did you mean SLOGATE_CHECK_RISK?"),
        ("SLOGATE_CHECK_RISKK", "did you mean SLOGATE_CHECK_RISK?"),
        ("SLOGATE_CONFG", "did you mean SLOGATE_CONFIG?"),
    ],
)
def test_a_misspelt_variable_is_not_passed_over_in_silence(name: str, hint: str) -> None:
    run = slogate(*DEMO, "--risk", "low", env={name: "high"})
    assert f"{name} is no option of `slogate check`; {hint}" in run.err
    assert slogate(*DEMO, "--risk", "low", env={"SLOGATE_BUDGET_FORMAT": "json"}).err == ""


def test_another_command_does_not_speak_for_the_gate(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    outputs.write_text("decision=approve\n")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(outputs)}
    assert slogate("budget", "check", cwd=tmp_path, env=environ).code == 2
    assert outputs.read_text() == "decision=approve\n"
    assert slogate("check", "budget", cwd=tmp_path, env=environ).code == 2
    assert "\nblock\n" in outputs.read_text()
