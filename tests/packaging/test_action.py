"""The action and the template as they are written: no input is ever run, nothing is forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from slogate import __version__
from tests.packaging.files import ACTION, INSTALLER, PIPELINES, ROOT, TEMPLATE, WORKFLOWS, load

DOCUMENT = load(ACTION)
STEPS: list[dict[str, Any]] = DOCUMENT["runs"]["steps"]
RUNTIME = ROOT / "requirements" / "runtime.txt"
INSTALLED_FROM = [
    *(ACTION, INSTALLER, *PIPELINES, *WORKFLOWS, RUNTIME, ROOT / "requirements" / "dev.txt"),
    *(ROOT / name for name in ("pyproject.toml", "Makefile", ".ci/run", ".ci/servers")),
    *sorted(ROOT.glob("tests/rendering/package*.json")),
    *sorted(ROOT.glob("tests/rendering/.npmrc")),
]
HOST = re.compile(r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|docker)\.(?:org|com|io|python\.org)\b")


def test_no_input_can_become_part_of_a_script() -> None:
    for step in STEPS:
        assert "uses" not in step
        assert "${{" not in step["run"]
        words = set(re.findall(r"[\w-]+", step["run"]))
        assert not words & {"eval", "GITHUB_ENV", "GITHUB_PATH"}


def test_every_input_goes_by_the_environment_and_only_once() -> None:
    values = [value for step in STEPS for value in step.get("env", {}).values()]
    found = [re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value) for value in values]
    assert all(found), values
    names = [match[1] for match in found if match]
    assert sorted(names) == sorted(DOCUMENT["inputs"])


def test_an_input_is_named_after_its_option() -> None:
    variables = {name: value for step in STEPS for name, value in step.get("env", {}).items()}
    own = {"SLOGATE_PYTHON": "python", "SLOGATE_GITHUB_TOKEN": "github-token"}
    for variable, value in variables.items():
        name = own.get(variable) or variable.removeprefix("SLOGATE_INPUT_").lower()
        assert value == f"${{{{ inputs.{name.replace('_', '-')} }}}}"


def test_every_output_is_the_one_of_the_gate() -> None:
    assert DOCUMENT["outputs"]
    for name, output in DOCUMENT["outputs"].items():
        assert output["value"] == f"${{{{ steps.gate.outputs.{name} }}}}"
        assert output["description"]


def test_no_input_is_required() -> None:
    assert not any(item.get("required") for item in DOCUMENT["inputs"].values())
    assert all(item["description"] for item in DOCUMENT["inputs"].values())


def test_the_template_installs_this_version() -> None:
    template = TEMPLATE.read_text(encoding="utf-8")
    assert f'SLOGATE_PACKAGE="${{SLOGATE_PACKAGE:-slogate=={__version__}}}"\n' in template
    assert f"[slogate=={__version__}]\n" in template


@pytest.mark.parametrize(
    "name", ["docs/gitlab.md", ".gitlab-ci-template.yml", "examples/gitlab/gitlab-ci.yml"]
)
def test_documents_name_this_version(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set(re.findall(r"ref: v([\d.]+\d)", text)) == {__version__}


@pytest.mark.parametrize("path", sorted((ROOT / "examples/github").glob("*.yml")), ids=str)
def test_examples_name_this_major_version(path: Path) -> None:
    found = set(re.findall(r"slogate/slogate@v(\S+)", path.read_text(encoding="utf-8")))
    assert found == {__version__.partition(".")[0]}


@pytest.mark.parametrize("path", sorted((ROOT / "examples/github").glob("*.yml")), ids=str)
def test_examples_give_the_gate_the_history_from_which_it_reads_the_risk(path: Path) -> None:
    checkout, gate, *_ = load(path)["jobs"]["gate"]["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    assert checkout["with"]["fetch-depth"] == 0
    assert gate["uses"].startswith("slogate/slogate@")
    assert "risk" not in gate.get("with", {})


def test_the_template_gives_the_gate_the_history_and_a_git_to_read_it() -> None:
    job = load(TEMPLATE)[".slogate"]
    assert job["variables"] == {"GIT_DEPTH": "0"}
    assert not re.search("slim|alpine", job["image"])
    for path in PIPELINES:
        assert "SLOGATE_CHECK_RISK" not in path.read_text(encoding="utf-8")


def blocks() -> list[str]:
    """One for each requirement, with its hashes."""
    lines = RUNTIME.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def test_the_action_installs_pinned_packages_only() -> None:
    pin = re.compile(r"[a-z0-9-]+==[0-9][\w.]*(?: ; [^\\-]+)?(?:\s+--hash=sha256:[0-9a-f]{64})+")
    for block in blocks():
        assert pin.fullmatch(block.strip()), block


def dependencies(text: str) -> set[str]:
    listed = text.split("\ndependencies = [", 1)[1].split("\n]", 1)[0]
    return set(re.findall(r'^ *"([a-z0-9-]+)', listed, re.MULTILINE))


def test_the_action_installs_all_dependencies() -> None:
    needed = dependencies((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {"click", "httpx", "pyyaml", "tzdata"} <= needed
    assert needed <= {block.partition("==")[0] for block in blocks()}


@pytest.mark.parametrize("path", INSTALLED_FROM, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_names_the_host_of_a_registry(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not HOST.search(text)
    assert not re.search(r"--(?:extra-)?index-url|--find-links|\"resolved\"|_authToken", text)


def test_the_search_for_hosts_finds_them() -> None:
    for name in ("pypi", "pythonhosted", "npmjs", "docker"):
        assert HOST.search(f"https://registry.{name}.org/simple")
