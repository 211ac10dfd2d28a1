"""git as a process: missing, hanging, too late, too loud."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from slogate.changes.git import Git
from slogate.deadline import Deadline
from slogate.errors import ChangeError
from tests.changes.builders import opened, stand_in
from tests.support.repository import ENVIRON, Made, Repository, lines

LATE = "git did not answer within the deadline"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two commits."""
    made = Repository(tmp_path / "repository")
    made.commits([Made({"app.py": lines(count)}) for count in (3, 4)])
    return made


def gone(number: str) -> bool:
    """Has this process ended? One that nobody has waited for yet counts as ended."""
    status = Path("/proc", number, "stat")
    try:
        return status.read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_no_git_is_said_so(repository: Repository) -> None:
    with pytest.raises(ChangeError, match="git is not installed here"):
        opened(repository, environ={"PATH": ""})


def test_a_git_that_must_not_be_executed_is_said_so(repository: Repository, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    stand_in(folder, "true")
    (folder / "git").chmod(0)
    with pytest.raises(ChangeError, match=r"git does not start|git is not installed"):
        opened(repository, environ={"PATH": str(folder)})


def test_a_deadline_that_has_passed_starts_no_git(repository: Repository, tmp_path: Path) -> None:
    trace = tmp_path / "started"
    path = stand_in(tmp_path / "bin", f"touch {trace}")
    with pytest.raises(ChangeError, match=LATE):
        opened(repository, seconds=0, environ={"PATH": path})
    assert not trace.exists()


def test_a_log_that_is_asked_for_too_late_ends_with_the_deadline(repository: Repository) -> None:
    now = [0.0]
    git_ = Git(repository.folder, ENVIRON, Deadline(10, lambda: now[0]))
    now[0] = 11
    with pytest.raises(ChangeError, match=LATE):
        git_.ask("rev-parse", "HEAD")


HANGING = ("exec sleep 12", "sleep 12")


@pytest.mark.parametrize("script", HANGING, ids=["itself", "its child"])
def test_a_git_that_hangs_is_killed_at_the_deadline(
    repository: Repository, tmp_path: Path, script: str
) -> None:
    path = stand_in(tmp_path / "bin", f"echo $$ > {tmp_path}/pid\n{script}")
    begin = time.monotonic()
    with pytest.raises(ChangeError, match=LATE):
        opened(repository, seconds=0.3, environ={"PATH": path})
    assert time.monotonic() - begin < 8
    assert gone((tmp_path / "pid").read_text(encoding="ascii").strip())


@pytest.mark.parametrize("script", HANGING)
def test_a_log_that_hangs_is_killed_at_the_deadline(
    repository: Repository, tmp_path: Path, script: str
) -> None:
    path = stand_in(
        tmp_path / "bin",
        f'case "$*" in *\' log \'*) {script};; *) PATH={ENVIRON["PATH"]} exec git "$@";; esac',
    )
    begin = time.monotonic()
    git_ = opened(repository, seconds=0.5, environ={"PATH": path})
    with pytest.raises(ChangeError, match=LATE), git_.stream("log", "HEAD") as pieces:
        list(pieces)
    assert time.monotonic() - begin < 8


def test_no_process_is_left_over_after_the_deadline(repository: Repository, tmp_path: Path) -> None:
    path = stand_in(tmp_path / "bin", f"sleep 12 &\necho $! > {tmp_path}/pid\nwait")
    with pytest.raises(ChangeError, match=LATE):
        opened(repository, seconds=0.5, environ={"PATH": path})
    assert gone((tmp_path / "pid").read_text(encoding="ascii").strip())


def test_nothing_is_killed_that_has_ended_by_itself(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number may belong to somebody else by then."""
    killed: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda group, _: killed.append(group))
    git_ = opened(repository)
    with git_.stream("log", "HEAD") as pieces:
        list(pieces)
    with pytest.raises(ChangeError, match="git no-such-command failed"):
        git_.ask("no-such-command")
    assert killed == []


def test_git_runs_ahead_of_its_reader(repository: Repository, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        pytest.skip("the system knows no larger pipes")
    script = f'case "$*" in *\' log \'*) head -c 500000 /dev/zero; touch {tmp_path}/done;; *) PATH={ENVIRON["PATH"]} exec git "$@";; esac'
    path = stand_in(tmp_path / "bin", script)
    end = time.monotonic() + 8
    with opened(repository, environ={"PATH": path}).stream("log", "HEAD") as pieces:
        while not (tmp_path / "done").exists() and time.monotonic() < end:
            time.sleep(0.01)
        assert (tmp_path / "done").exists()
        assert sum(map(len, pieces)) == 500_000


def test_without_a_place_for_temporary_files_it_is_said_so(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(ChangeError, match="no temporary file can be written"):
        opened(repository)


def test_a_log_that_nobody_reads_on_is_ended(repository: Repository) -> None:
    repository.commits([Made({"big": lines(20_000, str(count))}) for count in range(3)])
    with opened(repository).stream("log", "--patch", "HEAD") as pieces:
        assert next(pieces)


def test_an_error_of_git_keeps_no_password(repository: Repository) -> None:
    with pytest.raises(ChangeError) as caught:
        opened(repository).ask("fetch", "https://ada:secret@127.0.0.1:9/x.git")
    assert "secret" not in str(caught.value)


def test_an_error_of_git_is_short(repository: Repository, tmp_path: Path) -> None:
    path = stand_in(tmp_path / "bin", "yes problem | head -100000 >&2; exit 3")
    with pytest.raises(ChangeError) as caught:
        opened(repository, environ={"PATH": path})
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)
