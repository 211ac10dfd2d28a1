"""A git that does what no git should: the risk is unknown, within the deadline and in little memory."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from slogate.changes import process
from slogate.deadline import Deadline
from slogate.errors import ChangeError
from tests.changes.builders import opened, stand_in
from tests.cli.running import ROOT, slogate
from tests.support.repository import ENVIRON, Made, Repository

CHECK = ("check", "-c", ROOT / "examples/file/slogate.yaml", "--at", "2026-11-20T12:07:00Z")
SCRIPTS = {
    "ends by a signal": "kill -9 $$",
    "prints garbage": "head -c 3000 /dev/zero | tr '\\0' '\\377'",
    "prints a page": "echo '<html>'",
    "says nothing": "exit 0",
    "fails in silence": "exit 128",
    "is no program": "",
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commits, of which the first one is a release."""
    made = Repository(tmp_path_factory.mktemp("git") / "repository")
    made.commits([Made({"app.py": "1\n"}), Made({"app.py": "2\n"})])
    return made.folder


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_broken_git_leaves_the_risk_unknown(
    repository: Path, tmp_path: Path, script: str
) -> None:
    path = f"{stand_in(tmp_path / 'bin', script)}:{ENVIRON['PATH']}"
    if not script:
        (tmp_path / "bin" / "git").write_bytes(b"\x7fELF")
    run = slogate("risk", cwd=repository, env={"PATH": path})
    assert run.code == 40, run.out + run.err
    assert "Traceback" not in run.err


def test_without_git_the_risk_is_unknown_and_a_ref_is_refused(
    repository: Path, tmp_path: Path
) -> None:
    nowhere = {"PATH": str(tmp_path)}
    assert slogate("risk", cwd=repository, env=nowhere).code == 40
    run = slogate(*CHECK, "--fail-on", "review", cwd=repository, env=nowhere)
    assert run.code == 10
    assert "git is not installed here" in run.out
    assert slogate(*CHECK, "--config-ref", "main", cwd=repository, env=nowhere).code == 2


def test_what_git_has_left_running_holds_nobody_up(repository: Path, tmp_path: Path) -> None:
    """In a group of its own nobody kills it, and it has the pipe still open."""
    script = f"setsid sh -c 'echo $$ > {tmp_path}/pid; exec sleep 20' &\nexit 0"
    path = f"{stand_in(tmp_path / 'bin', script)}:{ENVIRON['PATH']}"
    begin = time.monotonic()
    with pytest.raises(ChangeError, match="git did not answer within the deadline"):
        opened(repository, seconds=0.3, environ={"PATH": path})
    assert time.monotonic() - begin < 8
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


def test_a_git_that_never_stops_printing_takes_little_memory(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_MOST", 1 << 20)
    path = f"{stand_in(tmp_path / 'bin', 'exec cat /dev/zero')}:{ENVIRON['PATH']}"
    with pytest.raises(ChangeError, match="git rev-parse prints more than 1 MiB"):
        opened(repository, environ={"PATH": path})


def test_where_no_thread_starts_git_is_not_run_without_a_deadline(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", refuse)
    arguments = ("rev-parse", "HEAD")
    with (
        pytest.raises(ChangeError, match="nobody could end git in time"),
        process.running(arguments, repository, ENVIRON, "", Deadline(60)) as started,
    ):
        list(started.chunks("rev-parse"))
