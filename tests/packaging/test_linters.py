"""What CI platforms read is what they understand, is safe, and its shell is sound."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.guide import DOCUMENTS, blocks
from tests.packaging.files import (
    ACTION,
    PIPELINES,
    ROOT,
    SHELL_FILES,
    TEMPLATE,
    WORKFLOWS,
    ZIZMOR_SETTINGS,
    pipeline_scripts,
    run_tool,
    steps,
)

SCHEMAS = {
    "vendor.github-actions": [ACTION],
    "vendor.github-workflows": WORKFLOWS,
    "vendor.gitlab-ci": PIPELINES,
}
WORKFLOW = """\
name: control
on: pull_request
permissions: {}
concurrency: {group: control, cancel-in-progress: true}
jobs:
  control:
    name: control
    runs-on: ubuntu-latest
    timeout-minutes: 1
    steps: [{name: Control, run: %s}]
"""


def validate(schema: str, *paths: Path) -> tuple[int, str]:
    transform = ["--data-transform", "gitlab-ci"] if schema == "vendor.gitlab-ci" else []
    return run_tool("check-jsonschema", "--builtin-schema", schema, *transform, *paths)


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_have_the_shape_that_the_platform_reads(schema: str, tmp_path: Path) -> None:
    assert SCHEMAS[schema]
    code, output = validate(schema, *SCHEMAS[schema])
    assert code == 0, output
    if schema == "vendor.gitlab-ci":
        # The schema looks into no hidden job, so they are shown to it under other names.
        for number, path in enumerate(PIPELINES):
            code, output = validate(schema, unhidden(path, tmp_path / f"{number}.yml"))
            assert code == 0, output


def unhidden(path: Path, target: Path) -> Path:
    text = re.sub(r"^\.(?=\w)", "hidden-", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    target.write_text(text, encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("schema", "path", "good", "bad"),
    [
        ("vendor.github-actions", ACTION, "using: composite", "using: composition"),
        ("vendor.github-workflows", None, "runs-on:", "run-on:"),
        ("vendor.gitlab-ci", TEMPLATE, "when: always", "when: ever"),
    ],
)
def test_a_broken_file_is_refused(
    tmp_path: Path, schema: str, path: Path | None, good: str, bad: str
) -> None:
    control = tmp_path / "control.yml"
    if path is None:
        control.write_text(WORKFLOW % "echo")
    else:
        unhidden(path, control)
    text = control.read_text(encoding="utf-8")
    assert good in text
    assert validate(schema, control)[0] == 0
    control.write_text(text.replace(good, bad), encoding="utf-8")
    assert validate(schema, control)[0] == 1


def audit(*paths: Path) -> tuple[int, str]:
    settings = ("--config", ZIZMOR_SETTINGS) if ZIZMOR_SETTINGS.exists() else ()
    options = ("--offline", "--no-progress", "--persona", "pedantic")
    return run_tool("zizmor", *options, *settings, *paths)


def test_zizmor_finds_nothing() -> None:
    code, output = audit(ACTION, *WORKFLOWS)
    assert code == 0, output
    assert "No findings to report" in output
    # Ignored findings would be counted here.
    assert not re.search(r"\b(ignored|suppressed)\b", output), output
    for path in (ACTION, *WORKFLOWS):
        assert f"completed {path}" in output


def test_zizmor_would_find_an_injection(tmp_path: Path) -> None:
    control = tmp_path / "control.yml"
    control.write_text(WORKFLOW % "echo hello")
    code, output = audit(control)
    assert code == 0, output
    control.write_text(WORKFLOW % '"echo ${{ github.head_ref }}"')
    code, output = audit(control)
    assert code != 0
    assert "template-injection" in output


def shell_texts() -> Iterator[tuple[str, str, str]]:
    """Where it stands, its dialect, and the text."""
    for path in (ACTION, *WORKFLOWS):
        for number, step in enumerate(steps(path)):
            if "run" in step:
                yield f"{path.relative_to(ROOT)} {number}", "bash", step["run"]
    for path in PIPELINES:
        for name, text in pipeline_scripts(path):
            yield f"{path.relative_to(ROOT)} {name}", "sh", text
    for path in SHELL_FILES:
        text = path.read_text(encoding="utf-8")
        yield str(path.relative_to(ROOT)), "bash" if "bash" in text.splitlines()[0] else "sh", text
    yield from document_texts()


def document_texts() -> Iterator[tuple[str, str, str]]:
    """The same of what the documents have for a terminal."""
    for path in DOCUMENTS:
        texts = [b.text for b in blocks(path.read_text(encoding="utf-8")) if b.language == "sh"]
        if texts:
            yield str(path.relative_to(ROOT)), "bash", "\n".join(texts)


def shellcheck(text: str, dialect: str) -> tuple[int, str]:
    # SC2015 warns that `a && b || c` runs c also when b fails; here c reports a failure of either.
    # In documents, SC2016 takes what YAML is to expand for a slip, and the others take it for one script.
    exclude = "--exclude=SC2015,SC2016,SC2164,SC2317"
    return run_tool("shellcheck", "--norc", f"--shell={dialect}", exclude, "-", text=text)


@pytest.mark.parametrize(
    ("place", "dialect", "text"), [pytest.param(*t, id=t[0]) for t in shell_texts()]
)
def test_shellcheck_finds_nothing(place: str, dialect: str, text: str) -> None:
    code, output = shellcheck(text, dialect)
    assert code == 0, f"{place}\n{output}"


def test_shellcheck_would_find_a_bad_line() -> None:
    code, output = shellcheck("echo $(ls *.txt | wc -l) $1\n", "sh")
    assert code == 1
    assert "SC2046" in output
    assert shellcheck('[[ "$1" == b ]]\n', "sh")[0] == 1
    assert shellcheck('[[ "$1" == b ]]\n', "bash")[0] == 0


def test_no_kind_of_shell_is_forgotten() -> None:
    places = {place.split()[0] for place, _, text in shell_texts() if text}
    assert {
        "action.yml",
        ".gitlab-ci-template.yml",
        ".ci/run",
        ".ci/servers",
        "README.md",
    } <= places
