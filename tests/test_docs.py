"""The tables, links and lists of the documents; `tests/docs` runs what they show."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from slogate import errors
from slogate.config.schema import json_schema
from slogate.core.exit_codes import DECISION_CODES
from slogate.core.model import Risk, Status
from slogate.core.policy import default_policy
from slogate.core.window import format_duration
from tests.cli.running import ROOT, slogate
from tests.docs.guide import DOCUMENTS

README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
ALL = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)


def test_the_first_command_is_the_one_that_is_shown() -> None:
    command = "slogate check --config examples/file/slogate.yaml --at 2026-11-20T12:07:00Z"
    assert f".venv/bin/{command} --risk low" in TEXT
    assert slogate(*shlex.split(command)[1:], "--risk", "low").code == 0
    assert slogate(*shlex.split(command)[1:], "--risk", "high").code == 20


def rows(marker: str) -> list[list[str]]:
    table = ALL.split(marker, 1)[1].strip().split("\n\n")[0].splitlines()
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
    documented = {int(row[0]) for row in rows("<!-- table: exit codes -->")[1:]}
    kinds = (errors.ConfigError, errors.NoDataError, errors.MeasurementError)
    known = {0, errors.EXIT_BUG, errors.EXIT_INTERRUPTED, *DECISION_CODES.values()}
    assert documented == known | {kind.exit_code for kind in kinds}


def test_the_policy_block_says_the_defaults(tmp_path: Path) -> None:
    (block,) = re.findall(r"<!-- defaults -->\n```yaml\n(.*?)```", ALL, re.DOTALL)
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
    assert {row[0].split()[1].strip("`") for row in rows("<!-- table: commands -->")[1:]} == set(
        listed
    )


def anchor(heading: str) -> str:
    words = re.sub(r"[^\w\s-]", "", heading.lstrip("# ").lower())
    return "#" + words.replace(" ", "-")


def leads_somewhere(path: Path, link: str) -> bool:
    place, _, heading = link.partition("#")
    target = path.parent / place if place else path
    if not heading:
        return target.exists()
    headings = target.read_text(encoding="utf-8").splitlines()
    return f"#{heading}" in {anchor(line) for line in headings if line.startswith("#")}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_paths_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    lost = [link for link in links if not leads_somewhere(path, link)]
    named = re.findall(r"`((?:slogate|tests|config|core|reports|examples)/[\w/.]+\.\w+)`", text)
    missing = [
        place
        for place in named
        if not ((ROOT / place).exists() or (ROOT / "slogate" / place).exists() or "NAME" in place)
    ]
    assert (lost, missing) == ([], [])


def test_make_targets_in_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r"(?:`|^ *)make (\w+)", text, re.MULTILINE):
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


SECTIONS = {
    "File": "Top level",
    "Policy": "Policy",
    **dict.fromkeys(("PrometheusSource", "AlertmanagerSource", "FileSource"), "Sources"),
    **dict.fromkeys(("Auth", "Basic", "Tls"), "Sources"),
    **dict.fromkeys(("Sli", "Latency", "Slices"), "SLIs"),
    **dict.fromkeys(("StatusRules", "Consumed", "Pace", "Burn"), "Status"),
    **dict.fromkeys(("Freeze", "Opening"), "Freezes"),
    **dict.fromkeys(("Maintenance", "MaintenanceWindow"), "Maintenance"),
    **dict.fromkeys(("Readiness", "AlertRules", "Alerts", "Fresh", "Rollback"), "Readiness"),
    **dict.fromkeys(("RiskSettings", "Bands", "Fixed", "Safeguard", "Score"), "Risk"),
    **dict.fromkeys(("Canary", "Phase"), "Canary"),
    **dict.fromkeys(("Metric", "Severity"), "Metrics of a canary"),
    "Service": "Services",
    "Slo": "SLOs",
    "CalendarWindow": "Windows",
    "NamedPolicy": "Policy",
    "BreachFreeze": "Freeze on breach",
    "Exemption": "Exceptions",
    "ChangeType": "Change type",
    "Override": "Override",
}
"""Parts of the schema, and the section of the reference that has their keys."""


def test_the_reference_has_every_key() -> None:
    schema = json_schema()
    text = re.sub(r"^```.*?^```$", "", REFERENCE, flags=re.MULTILINE | re.DOTALL)
    sections = dict(re.findall(r"^##+ ([^\n]*)\n(.*?)(?=^##+ |\Z)", text, re.MULTILINE | re.DOTALL))
    missing = [
        f"{part}.{key} in {SECTIONS[part]}"
        for part, definition in [("File", schema), *schema["$defs"].items()]
        for key in definition.get("properties", {})
        if not any(
            re.search(rf"(?<![\w-]){key}(?!\w)", code)
            for code in re.findall(r"`([^`]+)`", sections[SECTIONS[part]])
        )
    ]
    assert missing == []


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


def test_the_picture_shows_what_the_program_says(tmp_path: Path) -> None:
    """`make picture` draws it anew."""
    drawn = ROOT / "docs/images/summary.md"
    example = ROOT / "examples/file/slogate.yaml"
    options = ("--at", "2026-11-20T12:07:00Z", "--risk", "high", "--summary", tmp_path / "s.md")
    assert slogate("check", "-c", example, *options).code == 20
    assert (tmp_path / "s.md").read_text() == drawn.read_text()
    assert (ROOT / "docs/images/summary.png").read_bytes().startswith(b"\x89PNG")
