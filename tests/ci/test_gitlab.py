"""A job of GitLab CI: report files, folded sections and the deploy freeze, without a runner."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.ci.platforms import gitlab
from tests.cli.running import slogate, write_config
from tests.cli.test_check import DEMO


def dotenv(place: Path) -> dict[str, str]:
    """The variables as GitLab reads them: everything behind the first equals sign, as it is."""
    lines = (place / "slogate-report/outputs.env").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Z_]+=[^\n]*", line) for line in lines)
    return dict(line.split("=", 1) for line in lines)


def test_the_reports_lie_where_the_template_looks_for_them(tmp_path: Path) -> None:
    run = slogate(*DEMO, "--risk", "high", env=gitlab(tmp_path))
    assert run.code == 20
    folder = tmp_path / "slogate-report"
    assert {path.name for path in folder.iterdir()} == {
        *("outputs.env", "junit.xml", "summary.md", "verdict.json")
    }
    verdict = json.loads((folder / "verdict.json").read_text())
    assert verdict["decision"] == "defer"
    assert verdict["change"]["labels"] == ["payment"]
    assert (folder / "summary.md").read_text().startswith("## ⏳ slogate: defer — checkout")
    found = dotenv(tmp_path)
    assert found["SLOGATE_DECISION"] == "defer"
    assert found["SLOGATE_EXIT_CODE"] == "20"
    assert found["SLOGATE_RETRY_AFTER"] == "241200"
    suites = ET.parse(folder / "junit.xml").getroot()
    assert suites.get("failures") == "2"


def test_the_evidence_is_a_collapsed_section(tmp_path: Path) -> None:
    run = slogate(*DEMO, "--risk", "high", env=gitlab(tmp_path))
    # The carriage returns have become newlines where the stream is read as text.
    start = r"\x1b\[0Ksection_start:\d+:slogate_evidence\[collapsed=true\]\n\x1b\[0K"
    end = r"\x1b\[0Ksection_end:\d+:slogate_evidence\n\x1b\[0K\n"
    assert re.search(rf"{start}Every check and burn rate\n.*{end}", run.err, re.DOTALL)
    assert "::error" not in run.err


def test_without_a_verdict_the_outputs_say_block(tmp_path: Path) -> None:
    path = write_config(tmp_path, "http://127.0.0.1:9")
    path.write_text(path.read_text().replace("objective", "objectiv"))
    run = slogate("check", "-c", path, env=gitlab(tmp_path))
    assert run.code == 2
    found = dotenv(tmp_path)
    assert (found["SLOGATE_DECISION"], found["SLOGATE_EXIT_CODE"]) == ("block", "2")
    assert "wrong configuration" in (tmp_path / "slogate-report/summary.md").read_text()


@pytest.mark.parametrize(
    ("value", "code"), [("true", 30), ("1", 30), ("anything", 30), ("", 0), ("false", 0)]
)
def test_a_deploy_freeze_blocks(tmp_path: Path, value: str, code: int) -> None:
    run = slogate(*DEMO, "--risk", "low", env=gitlab(tmp_path) | {"CI_DEPLOY_FREEZE": value})
    assert run.code == code
    assert ("the freeze of GitLab (CI_DEPLOY_FREEZE) is on" in run.out) == (code == 30)


def test_a_link_among_the_reports_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "slogate-report").mkdir()
    (tmp_path / "precious").write_text("as it was")
    for name in ("outputs.env", "summary.md"):
        (tmp_path / "slogate-report" / name).symlink_to(tmp_path / "precious")
    slogate("check", "--risk", "nonsense", env=gitlab(tmp_path))
    assert dotenv(tmp_path)["SLOGATE_DECISION"] == "block"
    assert (tmp_path / "precious").read_text() == "as it was"


def test_no_report_of_a_verdict_is_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "precious").write_text("as it was")
    (tmp_path / "slogate-report").symlink_to(tmp_path / "elsewhere")
    assert slogate(*DEMO, "--risk", "high", env=gitlab(tmp_path)).code == 20
    assert list((tmp_path / "elsewhere").iterdir()) == []
    for name in ("verdict.json", "junit.xml", "summary.md"):
        (tmp_path / "slogate-report" / name).unlink()
        (tmp_path / "slogate-report" / name).symlink_to(tmp_path / "precious")
    assert slogate(*DEMO, "--risk", "high", env=gitlab(tmp_path)).code == 20
    assert (tmp_path / "precious").read_text() == "as it was"


def test_a_folder_that_cannot_be_made_is_no_approval(tmp_path: Path) -> None:
    (tmp_path / "slogate-report").write_text("")
    run = slogate(*DEMO, "--risk", "low", env=gitlab(tmp_path))
    assert run.code == 2
    assert "slogate-report cannot be made" in run.err
