"""`slogate canary` with two files, as a load test in a pipeline uses it: no backend, no file of ours."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from slogate.cli import run
from tests.cli.running import ROOT, Run, slogate

AT = 1_790_000_000


def samples(level: float, seed: int, n: int = 2000) -> str:
    random = Random(seed)
    return "value\n" + "".join(f"{level * random.lognormvariate(0, 0.3)}\n" for _ in range(n))


def series(level: float, seed: int, n: int = 60) -> str:
    random = Random(seed)
    rows = (f"{AT + 60 * at},{level * random.lognormvariate(0, 0.05)}\n" for at in range(n))
    return f"time,value\n{''.join(rows)}"


def counts(bad: int, n: int = 60, total: int = 1000) -> str:
    return "time,bad,total\n" + "".join(f"{AT + 60 * at},{bad},{total}\n" for at in range(n))


FILES = {
    "base": samples(100, 1),
    "same": samples(101, 2),
    "slow": samples(125, 3),
    "fast": samples(80, 4),
    "few": samples(100, 5, 30),
    "none": "value\n",
    "series-base": series(1.0, 1),
    "series-same": series(1.0, 2),
    "series-slow": series(1.5, 3),
    "counts-base": counts(2),
    "counts-same": counts(2),
    "counts-more": counts(9),
    "counts-short": counts(2, 58),
    "counts-short-more": counts(9, 58),
    "good-base": counts(998),
    "good-same": counts(998),
    "good-fewer": counts(991),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("arms")
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


class Program:
    """The program in this process, since each of its own takes half a second; in a folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capture = capture

    def __call__(self, *arguments: str | Path) -> Run:
        code = run(["canary", *map(str, arguments)])
        found = self.capture.readouterr()
        return Run(code, found.out, found.err)

    def compare(self, baseline: str, new: str, *more: str | Path) -> Run:
        return self(*pair(baseline, new), *more)

    def document(self, baseline: str, new: str, *more: str | Path) -> dict[str, Any]:
        text = self.compare(baseline, new, "-f", "json", *more).out
        found: dict[str, Any] = json.loads(text)
        return found


def pair(baseline: str, new: str) -> tuple[str, ...]:
    return ("--baseline-file", f"{baseline}.csv", "--canary-file", f"{new}.csv")


@pytest.fixture
def program(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Program:
    monkeypatch.chdir(files)
    for name in [name for name in os.environ if name.startswith("SLOGATE_")]:
        monkeypatch.delenv(name)
    # what is hidden stays so for all tests of this process
    monkeypatch.setattr("slogate.cli.hide_environment", lambda _: None)
    return Program(files, capsys)


def test_the_program_ends_with_the_code_of_the_verdict(files: Path) -> None:
    done = slogate("canary", *pair("base", "slow"), cwd=files)
    assert (done.code, done.err) == (30, "")
    assert done.out.startswith("FAIL  canary   rollback   exit 30\n")
    done = slogate("canary", cwd=files)
    assert (done.code, done.out) == (2, "")
    assert "name what to compare" in done.err


@pytest.mark.parametrize(
    ("baseline", "new", "options", "code", "verdict"),
    [
        ("base", "same", (), 0, "PASS"),
        ("base", "slow", (), 30, "FAIL"),
        ("base", "fast", (), 0, "PASS"),
        ("base", "fast", ("--direction", "decrease"), 30, "FAIL"),
        ("base", "slow", ("--fail-on", "block"), 30, "FAIL"),
        ("base", "slow", ("--fail-on", "never"), 0, "FAIL"),
        ("base", "slow", ("--tolerance", "30%", "--margin", "40%"), 0, "PASS"),
        ("base", "same", ("--limit", "150"), 30, "FAIL"),
        ("base", "same", ("--limit", "1000"), 0, "PASS"),
        ("base", "few", (), 0, "INCONCLUSIVE"),
        ("base", "few", ("--fail-on", "review"), 10, "INCONCLUSIVE"),
        ("base", "few", ("--fail-on", "never"), 0, "INCONCLUSIVE"),
        ("series-base", "series-same", (), 0, "PASS"),
        ("series-base", "series-slow", (), 30, "FAIL"),
        ("series-base", "series-slow", ("--kind", "samples"), 30, "FAIL"),
        ("counts-base", "counts-same", (), 0, "PASS"),
        ("counts-base", "counts-more", (), 30, "FAIL"),
        ("counts-more", "counts-base", (), 0, "PASS"),
    ],
)
def test_the_verdict_and_its_exit_code(
    program: Program, baseline: str, new: str, options: Sequence[str], code: int, verdict: str
) -> None:
    done = program.compare(baseline, new, *options)
    assert (done.code, done.err) == (code, "")
    assert done.out.startswith(f"{verdict}  canary   ")
    assert f"exit {code}\n" in done.out
    assert f"{new}.csv against {baseline}.csv" in done.out


def test_strict_wants_proof_of_more_than_the_tolerance(program: Program) -> None:
    near = ("--tolerance", "23%", "--margin", "23%")
    assert program.compare("base", "slow", *near).code == 30
    done = program.compare("base", "slow", *near, "--mode", "strict")
    assert (done.code, done.out.split()[0]) == (0, "INCONCLUSIVE")


def test_the_document(program: Program) -> None:
    found = program.document("base", "slow", "--metric", "value", "--limit", "500")
    assert (found["schema"], found["verdict"]) == ("slogate/canary/1", "fail")
    assert (found["recommendation"], found["exit_code"]) == ("rollback", 30)
    assert (found["baseline"], found["canary"]) == ("base.csv", "slow.csv")
    (metric,) = found["metrics"]
    assert (metric["name"], metric["of"], metric["severity"]) == ("value", "median", "medium")
    assert metric["ratio"] == pytest.approx(1.25, abs=0.05)
    assert metric["ratio_low"] < metric["ratio"] < metric["ratio_high"]
    assert (metric["baseline"]["n"], metric["limit"], metric["over_limit"]) == (2000, 500, False)


def test_all_reports_at_once_say_the_same(program: Program, tmp_path: Path) -> None:
    places = {name: tmp_path / name for name in ("summary", "json", "junit")}
    options = [part for name, path in places.items() for part in (f"--{name}", path)]
    done = program.compare("base", "slow", *options, "-o", tmp_path / "text")
    assert (done.code, done.out, done.err) == (30, "", "")
    assert (tmp_path / "text").read_text() == program.compare("base", "slow").out
    assert places["summary"].read_text() == program.compare("base", "slow", "-f", "markdown").out
    assert json.loads(places["json"].read_text()) == program.document("base", "slow")
    root = ET.fromstring(places["junit"].read_text())
    assert (root.get("tests"), root.get("failures")) == ("2", "2")


def test_a_report_that_cannot_be_written_is_no_verdict(program: Program, tmp_path: Path) -> None:
    done = program.compare("base", "same", "--summary", tmp_path / "missing" / "x.md")
    assert (done.code, done.out) == (2, "")
    assert "cannot be written" in done.err


def test_colour_is_only_for_those_who_ask(program: Program) -> None:
    plain = program.compare("base", "same")
    assert "\x1b" not in plain.out
    assert "\x1b[1;32mPASS" in program.compare("base", "same", "--color", "always").out


def test_counts_of_runs_that_were_not_equally_long_all_count(program: Program) -> None:
    for baseline, new in (("counts-base", "counts-short"), ("counts-short", "counts-base")):
        found = program.document(baseline, new)
        (metric,) = found["metrics"]
        assert found["verdict"] == "pass"
        events = {metric["baseline"]["n"], metric["canary"]["n"]}
        assert events == {60_000, 58_000}
        assert any("58" in note and "60" in note for note in found["notes"])
    assert program.compare("counts-base", "counts-short-more").code == 30
    assert program.document("counts-base", "counts-same")["notes"] == []


def test_fewer_successes_are_more_errors(program: Program) -> None:
    done = program.compare("good-base", "good-fewer", "--direction", "decrease")
    assert done.code == 30
    assert "rollback" in done.out
    assert "4.5x as high (at least 3." in done.out
    within = ("--direction", "decrease", "--limit", "0.01")
    assert program.compare("good-base", "good-same", *within).code == 0
    over = ("--direction", "decrease", "--limit", "0.001")
    assert program.compare("good-base", "good-same", *over).code == 30


def test_what_was_left_out_is_told_once(program: Program, tmp_path: Path) -> None:
    (tmp_path / "gaps.csv").write_text(FILES["same"] + "NaN\n\n" * 5)
    found = program.document("base", str(tmp_path / "gaps"))
    assert found["verdict"] == "pass"
    (note,) = found["notes"]
    assert note.count("gaps.csv") == 1
    assert "do not count" in note


BOTH = ("--baseline-file", "base.csv", "--canary-file", "same.csv")
COUNTS = ("--baseline-file", "counts-base.csv", "--canary-file", "counts-same.csv")
WRONG: dict[str, tuple[Sequence[str], str]] = {
    "nothing": ((), "--baseline and --canary with two versions, or --baseline-file and"),
    "one version": (("--canary", "v2"), "name what to compare"),
    "one file": (BOTH[:2], "--baseline-file and --canary-file go together"),
    "the other file": (BOTH[2:], "--baseline-file and --canary-file go together"),
    "a file and a version": ((*BOTH[:2], "--canary", "v2"), "go together"),
    "files and versions": ((*BOTH, "--baseline", "v1", "--canary", "v2"), "without versions"),
    "files and a service": (("checkout", *BOTH), "without versions"),
    "files and a phase": ((*BOTH, "--phase", "x"), "without versions, phases or --watch"),
    "a watch of files": ((*BOTH, "--watch"), "without versions, phases or --watch"),
    "a time of files": ((*BOTH, "--since", "5m"), "compared whole, without --start"),
    "an interval of files": ((*BOTH, "--interval", "5m"), "compared whole, without --start"),
    "a margin too small": (
        (*BOTH, "--margin", "4%"),
        "--margin (4%) must not lie below --tolerance (5%)",
    ),
    "a large tolerance": (
        (*BOTH, "--tolerance", "20%"),
        "--margin (10%) must not lie below --tolerance (20%)",
    ),
    "a bare number": ((*BOTH, "--tolerance", "0.05"), "'0.05' is no percentage such as 5%"),
    "a negative share": ((*BOTH, "--margin", "-5%"), "'-5%' is no percentage"),
    "a limit that is none": ((*BOTH, "--limit", "nan"), "--limit nan is no budget"),
    "an endless limit": ((*BOTH, "--limit", "inf"), "--limit inf is no budget"),
    "a limit in words": ((*BOTH, "--limit", "x"), "--limit"),
    "an unknown kind": ((*BOTH, "--kind", "ratios"), "'ratios' is not one of"),
    "an unknown direction": ((*BOTH, "--direction", "up"), "'up' is not one of"),
    "a wrong kind": ((*BOTH, "--kind", "counts"), "base.csv"),
    "no such column": ((*BOTH, "--metric", "p99"), "p99"),
    "a metric of counts": ((*COUNTS, "--kind", "counts", "--metric", "bad"), "without --metric"),
    "one file twice": ((*BOTH[:3], BOTH[1]), "both arms are the same file"),
    "no such file": ((*BOTH[:3], "gone.csv"), "gone.csv"),
    "different kinds": (
        (*BOTH[:3], "counts-base.csv"),
        "base.csv holds samples and counts-base.csv counts: --kind tells how to read both",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_use_is_told_in_a_sentence(program: Program, case: str) -> None:
    options, said = WRONG[case]
    done = program(*options)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert "bug in slogate" not in done.err


def test_a_file_without_a_value_is_no_evidence(program: Program) -> None:
    done = program.compare("base", "none", "--fail-on", "never")
    assert (done.code, done.out) == (40, "")
    assert "none.csv has a header, but no row" in done.err


def test_a_hostile_file_name_steers_nothing(program: Program) -> None:
    name = "::error::x|<img>\x1b[2J"
    (program.folder / f"{name}.csv").write_text(FILES["same"])
    for format_ in ("text", "markdown", "json"):
        done = program.compare("base", name, "-f", format_)
        assert done.code == 0
        assert "\x1b" not in done.out
        assert not any(line.lstrip().startswith("::") for line in done.out.splitlines())
        assert format_ != "markdown" or "<img" not in done.out


def test_no_secret_of_the_environment_is_shown(files: Path) -> None:
    (files / "s3cr3t-t0ken.csv").write_text(FILES["same"])
    given = ("--baseline-file", "base.csv", "--canary-file", "s3cr3t-t0ken.csv")
    reports = ("-f", "markdown", "--json", "x.json", "--junit", "x.xml")
    done = slogate("canary", *given, *reports, cwd=files, env={"API_TOKEN": "s3cr3t-t0ken"})
    assert done.code == 0
    texts = (done.out, (files / "x.json").read_text(), (files / "x.xml").read_text())
    assert not any("s3cr3t" in text for text in texts)
    assert '"canary": "***.csv"' in texts[1]


def test_files_need_no_configuration(program: Program) -> None:
    broken = program.folder / "broken.yaml"
    broken.write_text("version: [\n")
    assert program.compare("base", "same", "-c", broken).code == 0


def test_versions_of_a_service_without_a_canary_are_a_wrong_configuration(
    program: Program,
) -> None:
    config = ROOT / "examples/file/slogate.yaml"
    done = program("--baseline", "v1", "--canary", "v2", "-c", config)
    assert (done.code, done.out) == (2, "")
    assert "has no `canary` in the configuration" in done.err


def test_two_columns_of_one_file_are_two_arms(program: Program, tmp_path: Path) -> None:
    rows = zip(FILES["base"].split()[1:], FILES["slow"].split()[1:], strict=False)
    path = tmp_path / "both.csv"
    path.write_text("old,new\n" + "".join(f"{old},{new}\n" for old, new in rows))
    files = ("--baseline-file", str(path), "--canary-file", str(path))
    columns = ("--baseline-metric", "old", "--canary-metric", "new")
    done = program(*files, *columns)
    assert done.code == 30
    assert done.out.count("new") >= 1
    assert program(*files, "--metric", "new").code == 2


def test_a_limit_of_an_error_ratio_may_be_a_percentage(program: Program) -> None:
    assert program.compare("counts-base", "counts-same", "--limit", "1%").code == 0
    assert program.compare("counts-base", "counts-same", "--limit", "0.1%").code == 30
