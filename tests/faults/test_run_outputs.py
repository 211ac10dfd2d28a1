"""Disks that are full and pipes without a reader: never an approval, never a report of an earlier run."""

from __future__ import annotations

import errno
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slogate.ci.github import GitHub
from slogate.ci.gitlab import GitLab
from slogate.cli import output
from slogate.cli.output import empty_files
from slogate.errors import OutputError
from slogate.files import NoRegularFileError, write
from tests.ci.platforms import github, outputs
from tests.cli.running import ROOT, Run, slogate

FILE = ROOT / "examples" / "file" / "slogate.yaml"
CHECK = ("check", "-c", FILE, "--at", "2026-11-20T12:07:00Z", "--risk", "low")
CANARY = ("canary", "--baseline-file", "v1.csv", "--canary-file", "v2.csv")
COMMANDS: dict[str, tuple[str | Path, ...]] = {
    "check": CHECK,
    "budget": ("budget", "-c", FILE, "--at", "2026-11-20T12:07:00Z"),
    "risk": ("risk",),
    "canary": CANARY,
    "lint": ("lint", "-c", FILE),
    "test": ("test", ROOT / "examples" / "policy-tests" / "tests.yml"),
    "schema": ("schema",),
}
REPORTS = [
    *((name, "--output") for name in COMMANDS),
    ("check", "--json"),
    ("canary", "--junit"),
    ("test", "--junit"),
]
SAID_BEFORE = '{"decision": "approve"}'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the two files of a canary."""
    for name in ("v1.csv", "v2.csv"):
        rows = "\n".join(str(100 + count % 7) for count in range(60))
        (tmp_path / name).write_text(f"value\n{rows}\n")
    return tmp_path


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk that is full as soon as a file has so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def assert_refused(run: Run, path: Path) -> None:
    assert run.code == 2, run.out + run.err
    assert "Traceback" not in run.err
    assert f"error: {path} cannot be written: " in run.err


@pytest.mark.parametrize(("command", "option"), REPORTS)
def test_a_report_that_cannot_be_written_is_2(place: Path, command: str, option: str) -> None:
    full = Path("/dev/full")
    assert_refused(slogate(*COMMANDS[command], option, full, cwd=place), full)


@pytest.mark.parametrize("option", ["--output", "--json"])
def test_nobody_waits_for_the_reader_of_a_pipe(place: Path, option: str) -> None:
    os.mkfifo(place / "pipe")
    run = slogate(*CHECK, option, place / "pipe", env=github(place))
    assert_refused(run, place / "pipe")
    assert "nobody reads from this pipe" in run.err
    assert outputs(place)["decision"] == "block"


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
@pytest.mark.parametrize("kind", ["pipe", "full disk"])
def test_a_file_of_the_runner_that_cannot_be_written_is_2(
    place: Path, variable: str, kind: str
) -> None:
    os.mkfifo(place / "pipe")
    path = str(place / "pipe") if kind == "pipe" else "/dev/full"
    run = slogate(*CHECK, env={**github(place), variable: path})
    assert run.code == 2
    assert f"error: {variable} ({path}) cannot be written: " in run.err
    if variable != "GITHUB_OUTPUT":
        assert outputs(place)["decision"] == "block"


FAILING: dict[str, tuple[tuple[str | Path, ...], int]] = {
    "no configuration": (("check", "-c", "absent.yaml"), 2),
    "no data": ((*CHECK, "--at", "2020-01-01T00:00:00Z"), 40),
    "no canary": ((*CANARY, "--metric", "absent"), 2),
    "another report is on a full disk": ((*CHECK, "--summary", "/dev/full"), 2),
    "the report is on a full disk": ((*CHECK, "--output", "/dev/full"), 2),
}


@pytest.mark.parametrize(("arguments", "code"), FAILING.values(), ids=FAILING)
def test_no_report_of_an_earlier_run_says_approve(
    place: Path, arguments: tuple[str | Path, ...], code: int
) -> None:
    kinds = {option: place / option.strip("-") for option in ("--json", "--junit")}
    for path in kinds.values():
        path.write_text(SAID_BEFORE)
    asked = [word for pair in kinds.items() for word in pair]
    assert slogate(*arguments, *asked, cwd=place).code == code
    for path in kinds.values():
        assert not re.search(r'^ {0,2}\{?"decision": "approve"', path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("arguments", [("check", "--no-such-option"), (*CHECK, "--at", "1999")])
def test_no_artifact_of_an_earlier_job_says_approve(
    place: Path, arguments: tuple[str | Path, ...]
) -> None:
    environ = {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(place)}
    assert slogate(*CHECK, env=environ).code == 0
    slogate(*arguments, env=environ)
    artifacts = [path.read_text() for path in (place / "slogate-report").iterdir()]
    assert "SLOGATE_DECISION=block\n" in "".join(artifacts)
    assert not re.search("approve", "".join(artifacts), re.IGNORECASE)


def test_an_earlier_report_that_cannot_be_taken_away_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "verdict.json"
    path.write_text(SAID_BEFORE)
    (tmp_path / "link").symlink_to(path)
    empty_files(None, Path("-"), tmp_path / "absent", Path("/dev/null"), tmp_path / "link")
    assert ((tmp_path / "link").read_text(), path.read_text()) == ("", SAID_BEFORE)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["link", "verdict.json"]

    def refuse(path: Path, _: bytes) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    path.write_text(SAID_BEFORE)
    monkeypatch.setattr(output, "write", refuse)
    with pytest.raises(OutputError, match=r"verdict\.json cannot be written: Permission denied"):
        empty_files(path)


@pytest.mark.parametrize("size", [0, 1, 50, 99])
def test_what_a_full_disk_cuts_off_is_taken_back(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with largest_file(max(size, 6)), pytest.raises(OSError, match="too large"):
        write(path, b"x" * 100, append=True)
    assert path.read_bytes() == b"before"
    with largest_file(size), pytest.raises(OSError, match="too large"):
        write(path, b"x" * 100)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("size", range(0, 400, 23))
def test_a_full_disk_leaves_the_outputs_of_a_step_as_they_were(tmp_path: Path, size: int) -> None:
    """A part of them would say approve, or make the runner refuse them all."""
    step, job = GitHub(github(tmp_path)), GitLab({"CI_PROJECT_DIR": str(tmp_path)})
    step.give_outputs({"decision": "block"})
    job.give_outputs({"decision": "block"})
    written = (tmp_path / "output").read_text()
    with largest_file(len(written) + size):
        for platform in (step, job):
            with pytest.raises(OutputError, match="File too large"):
                platform.give_outputs({"decision": "approve", "reason": "x" * 1000})
    assert outputs(tmp_path) == {"decision": "block"}
    assert (tmp_path / "output").read_text() == written
    assert "approve" not in (tmp_path / "slogate-report" / "outputs.env").read_text()


def test_a_pipe_with_a_reader_and_a_device_are_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        write(tmp_path / "pipe", b"verdict")
        assert os.read(reader, 100) == b"verdict"
    finally:
        os.close(reader)
    write(Path("/dev/null"), b"verdict")
    with pytest.raises(NoRegularFileError, match="nobody reads"):
        write(tmp_path / "pipe", b"verdict")
    with pytest.raises(IsADirectoryError):
        write(tmp_path, b"verdict")


@pytest.mark.parametrize(
    ("redirected", "code"),
    [(">/dev/full", 2), (">&-", 2), ("2>/dev/full", 20), ("2>&-", 20)],
    ids=["stdout full", "no stdout", "stderr full", "no stderr"],
)
def test_a_stream_that_nobody_reads(redirected: str, code: int) -> None:
    """Without the report there is no approval; without the log all else is as ever."""
    script = f'exec "$@" {redirected}'
    program = (sys.executable, "-m", "slogate", *CHECK, "--risk", "high")
    done = subprocess.run(
        ["sh", "-c", script, "sh", *map(str, program)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "GIT_DIR": os.devnull, "SLOGATE_CHECK_NO_OPTION": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == code


def test_a_link_in_the_place_of_a_report_is_replaced_and_not_followed(tmp_path: Path) -> None:
    secret, report = tmp_path / "secret", tmp_path / "report.json"
    secret.write_text("mine")
    report.symlink_to(secret)
    write(report, b"{}")
    assert (secret.read_text(), report.read_text(), report.is_symlink()) == ("mine", "{}", False)


@pytest.mark.parametrize("name", ["outside/verdict.json", "hooks/verdict.json"])
def test_no_folder_of_a_workspace_leads_a_report_elsewhere(name: str, tmp_path: Path) -> None:
    workspace, home = tmp_path / "workspace", tmp_path / "home"
    (workspace / ".git/hooks").mkdir(parents=True)
    home.mkdir()
    (workspace / "outside").symlink_to(home)
    (workspace / "hooks").symlink_to(".git/hooks")
    example = ROOT / "examples/file/slogate.yaml"
    run = slogate(
        "check", "-c", example, "--at", "2026-11-20T12:07:00Z", "--risk", "low", "--json", name,
        cwd=workspace, env={"GITHUB_WORKSPACE": str(workspace)},
    )  # fmt: skip
    assert run.code == 2
    assert "leads out of the workspace" in run.err
    assert [*home.iterdir(), *(workspace / ".git/hooks").iterdir()] == []
