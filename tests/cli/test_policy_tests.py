"""`slogate test`, as it is called in a pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.running import ROOT, slogate, write_config

EXAMPLE = "examples/policy-tests/tests.yml"
RIGHT = "{name: a fix, status: warning, risk: low, expect: review}"
WRONG = "{name: a rewrite, status: warning, risk: medium, expect: review, because: frozen}"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a configuration whose source needs a variable that is not set."""
    write_config(tmp_path, "${PROMETHEUS_URL}")
    return tmp_path


def table(place: Path, *rows: str, more: str = "") -> Path:
    path = place / "tests.yml"
    path.write_text("\n".join([more, "tests:", *(f"  - {row}" for row in rows), ""]))
    return path


def test_the_example_is_right() -> None:
    done = slogate("test", EXAMPLE)
    assert (done.code, done.err) == (0, "")


def test_right_tests_end_with_0_and_need_no_environment(place: Path) -> None:
    table(place, RIGHT)
    done = slogate("test", "tests.yml", cwd=place)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "ok    a fix  (tests.yml:3)\n\n"
        "1 policy test: 1 ok\n"
        "untested in default (14 of 15 cells): "
        "healthy; attention; warning medium, high; critical; exhausted\n"
    )


def test_a_failure_is_a_diff_with_its_reason_and_ends_with_30(place: Path) -> None:
    table(place, RIGHT, WRONG)
    done = slogate("test", "tests.yml", cwd=place)
    assert done.code == 30
    assert (
        done.out.split("\n\n")[0]
        == """\
ok    a fix  (tests.yml:3)
FAIL  a rewrite  (tests.yml:4)
      - expected: review, because: frozen
      + decided:  defer
        warning budget and medium risk (given) mean defer
        availability is warning: 75.1 % of the error budget is consumed (above
          75 % is warning)"""
    )


def test_a_policy_change_is_noticed(place: Path) -> None:
    table(place, RIGHT)
    strict = place / "strict.yaml"
    text = (place / "slogate.yaml").read_text()
    strict.write_text(f"{text}policy: {{matrix: {{warning: {{low: defer}}}}}}\n")
    assert slogate("test", "tests.yml", cwd=place).code == 0
    assert slogate("test", "-c", "strict.yaml", "tests.yml", cwd=place).code == 30
    table(place, RIGHT, more="config: strict.yaml")
    assert slogate("test", place / "tests.yml", cwd=ROOT).code == 30
    assert slogate("test", "-c", "slogate.yaml", "tests.yml", cwd=place).code == 0


def test_many_tests_are_counted_and_listed_with_v(place: Path) -> None:
    rows = [f"{{name: t{n}, risk: low, expect: approve}}" for n in range(20)]
    table(place, *rows, WRONG)
    short = slogate("test", "tests.yml", cwd=place).out
    assert short.startswith("FAIL  a rewrite")
    assert "21 policy tests: 20 ok, 1 failed" in short
    assert slogate("test", "-v", "tests.yml", cwd=place).out.count("ok    t") == 20


def test_json_and_junit_say_the_same(place: Path) -> None:
    table(place, RIGHT, WRONG)
    done = slogate("test", "-f", "json", "--junit", "junit.xml", "tests.yml", cwd=place)
    report = json.loads(done.out)
    assert (report["schema"], report["exit_code"], done.code) == ("slogate/test/1", 30, 30)
    first, second = report["tests"]
    assert (first["passed"], second["passed"]) == (True, False)
    assert {key: second[key] for key in ("name", "file", "line", "service", "policy")} == {
        "name": "a rewrite",
        "file": "tests.yml",
        "line": 4,
        "service": "checkout",
        "policy": "default",
    }
    assert (second["expected"], second["decided"]) == ("review", "defer")
    assert second["rationale"][0] == "warning budget and medium risk (given) mean defer"
    suites = ET.parse(place / "junit.xml").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    (failure,) = suites.iter("failure")
    assert failure.get("message") == "expected review, decided defer, and nothing says: frozen"


def test_markdown_names_what_failed(place: Path) -> None:
    table(place, RIGHT, WRONG)
    done = slogate("test", "-f", "markdown", "-o", "report.md", "tests.yml", cwd=place)
    assert (done.code, done.out) == (30, "")
    report = (place / "report.md").read_text()
    assert report.startswith("## 🔴 2 policy tests: 1 ok, 1 failed\n")
    assert "**a rewrite** (tests.yml:4)" in report


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_names_of_tests_are_shown_harmlessly(place: Path, format_: str) -> None:
    row = '{name: "::error::##[group] <img src=x>", risk: low, expect: block}'
    table(place, row)
    done = slogate("test", "-f", format_, "--junit", "j.xml", "tests.yml", cwd=place)
    assert done.code == 30
    assert "##[" not in done.out
    assert format_ != "markdown" or "<img" not in done.out
    assert not any(line.lstrip().startswith("::") for line in done.out.splitlines())
    assert ET.parse(place / "j.xml").getroot().get("failures") == "1"


def test_every_problem_of_all_files_is_told_at_once(place: Path) -> None:
    table(place, "{name: a, expect: blok}")
    (place / "more.yml").write_text("tests:\n  - {name: a, service: chekout, expect: block}\n")
    done = slogate("test", "tests.yml", "more.yml", "absent.yml", cwd=place)
    assert (done.code, done.out) == (2, "")
    assert "tests.yml:3: tests[0].expect: must be" in done.err
    assert "more.yml:2: tests[0].service: there is no service 'chekout'" in done.err
    assert "absent.yml: there is no such file" in done.err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("policy: {max_staleness: '${AGE}'}", "the environment variable AGE is not set"),
        ("polici: {}", "polici: unknown key"),
    ],
)
def test_a_policy_that_is_not_known_is_not_tested(place: Path, more: str, said: str) -> None:
    write_config(place, "http://prometheus:9090", more=more)
    table(place, RIGHT)
    done = slogate("test", "tests.yml", cwd=place)
    assert done.code == 2
    assert done.err.count(said) == 1


def test_without_a_file_or_a_configuration_there_is_nothing_to_test(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    table(tmp_path, RIGHT)
    assert slogate("test", cwd=tmp_path).code == 2
    done = slogate("test", "tests.yml", cwd=tmp_path)
    assert done.code == 2
    assert "no configuration" in done.err
