"""The promises of the documents, kept by the program. UPDATE_DOCS=1 writes the outputs anew."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
import yaml

from slogate import errors
from slogate.core.exit_codes import DECISION_CODES
from slogate.core.model import Risk, Status
from slogate.core.policy import default_policy
from slogate.core.window import format_duration
from tests.cli.running import ROOT, slogate

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCK = re.compile(r"(<!-- (output|file): (.+?) -->\n```\w+\n).*?(```\n)", re.DOTALL)
DOCUMENTS = [README, *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md"))]


def rendered(kind: str, argument: str) -> str:
    if kind == "file":
        return (ROOT / argument).read_text(encoding="utf-8")
    return slogate(*shlex.split(argument)[1:]).out


def test_outputs_and_files_in_the_readme_are_the_real_ones() -> None:
    current = BLOCK.sub(lambda m: m[1] + rendered(m[2], m[3]) + m[4], TEXT)
    if os.environ.get("UPDATE_DOCS"):
        README.write_text(current, encoding="utf-8")
        return
    assert current == TEXT
    assert len(BLOCK.findall(TEXT)) == 5


def test_the_first_command_is_the_one_that_is_shown() -> None:
    command = "slogate check --config examples/file/slogate.yaml --at 2026-11-20T12:07:00Z"
    assert f".venv/bin/{command} --risk low" in TEXT
    assert slogate(*shlex.split(command)[1:], "--risk", "low").code == 0
    assert slogate(*shlex.split(command)[1:], "--risk", "high").code == 20


def rows(marker: str) -> list[list[str]]:
    table = TEXT.split(marker, 1)[1].strip().split("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [cells[0], *cells[2:]]


def test_the_matrix_is_the_default_policy() -> None:
    expected = [
        [status.word, *(default_policy().matrix[status][risk].word for risk in Risk)]
        for status in Status
    ]
    assert rows("<!-- table: matrix -->")[1:] == expected


def test_the_status_table_is_the_default_policy() -> None:
    policy = default_policy()
    consumed, pace, burn = (row[1:] for row in rows("<!-- table: status -->")[1:])
    graded = list(Status)[1:]
    assert consumed == [
        f"{'>=' if s is Status.EXHAUSTED else '>'} {policy.consumed[s]:.0%}".replace("%", " %")
        for s in graded
    ]
    assert pace == [f"> {policy.pace[s]:g}" if s in policy.pace else "" for s in graded]
    assert burn == [
        "; ".join(
            f">= {r.rate:g} over {format_duration(r.long)} & {format_duration(r.short)}"
            for r in policy.burn
            if r.status is s
        )
        for s in graded
    ]


def test_the_exit_codes_are_those_of_the_program() -> None:
    documented = {int(row[0]) for row in rows("## Exit codes\n")[1:]}
    kinds = (errors.ConfigError, errors.NoDataError, errors.MeasurementError)
    known = {0, errors.EXIT_BUG, errors.EXIT_INTERRUPTED, *DECISION_CODES.values()}
    assert documented == known | {kind.exit_code for kind in kinds}


def test_the_policy_block_says_the_defaults(tmp_path: Path) -> None:
    (block,) = (b for b in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL) if "burn:" in b)
    example = yaml.safe_load((ROOT / "examples/prometheus/slogate.yaml").read_text())
    policies: list[dict[str, object]] = [{}, yaml.safe_load(block)["policy"]]
    verdicts = []
    for policy in policies:
        example["policy"] = policy
        path = tmp_path / "slogate.yaml"
        path.write_text(yaml.safe_dump(example))
        assert slogate("lint", "-c", path).code == 0
        verdicts.append(_default_of(path))
    assert verdicts[0] == verdicts[1]


def _default_of(path: Path) -> object:
    from slogate.config.load import load

    services = {
        service.name: service
        for service in load(path, {"PROMETHEUS_URL": "http://localhost:9090"}).services
    }
    return services["search"].policy


def test_commands_are_all_documented() -> None:
    listed = re.findall(r"^  (\w+) {2,}", slogate("--help").out.split("Commands:")[1], re.MULTILINE)
    assert {row[0].split()[1].strip("`") for row in rows("## Commands\n")[1:]} == set(listed)


def anchor(heading: str) -> str:
    words = re.sub(r"[^\w\s-]", "", heading.lstrip("# ").lower())
    return "#" + words.replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_paths_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    local = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    headings = {anchor(line) for line in text.splitlines() if line.startswith("#")}
    local = [link for link in local if link not in headings]
    named = re.findall(r"`((?:slogate|tests|config|core|reports|examples)/[\w/.]+\.\w+)`", text)
    missing = [
        place
        for place in (*local, *named)
        if not ((ROOT / place).exists() or (ROOT / "slogate" / place).exists() or "NAME" in place)
    ]
    assert missing == []


def test_make_targets_in_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in DOCUMENTS:
        for target in re.findall(r"\bmake (\w+)\b", path.read_text(encoding="utf-8")):
            if target not in ("sets", "sure"):
                assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("path", sorted((ROOT / "examples/canary").iterdir()), ids=str)
def test_every_example_of_a_rollout_calls_the_command_as_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert list(yaml.safe_load_all(text))
    options = set(re.findall(r"(?<=[ \"])--([a-z-]+)(?=[ =\"\n])", text)) - {""}
    assert {"baseline", "canary"} <= options
    assert options <= set(re.findall(r"--([a-z-]+)", slogate("canary", "--help").out))


@pytest.mark.parametrize("path", sorted((ROOT / "examples").rglob("*.yaml")), ids=str)
def test_every_example_is_right(path: Path) -> None:
    run = slogate("lint", "-c", path, env={"PROMETHEUS_URL": "http://localhost:9090"})
    assert (run.code, run.err) == (0, "")
    assert "warning" not in run.out


ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
NO_INPUTS = {"format", "output", "color", "quiet", "help"}
"""Options that say how the log looks; in the action it is ours."""


@pytest.mark.parametrize("kind", ["inputs", "outputs"])
def test_the_action_is_documented(kind: str) -> None:
    named = [cell for row in rows(f"<!-- table: {kind} -->")[1:] for cell in row[:1]]
    assert sorted(re.findall(r"`([\w-]+)`", " ".join(named))) == sorted(ACTION[kind])


def test_each_option_of_check_is_an_input_of_the_action() -> None:
    options = set(re.findall(r"--([a-z-]+)", slogate("check", "--help").out.split("Options:")[1]))
    options -= {"no-advise", "no-fetch", "no-canary"}
    assert set(ACTION["inputs"]) == {"services", "python", "github-token"} | options - NO_INPUTS
