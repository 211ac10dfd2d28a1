"""git as a process: missing, hanging, broken, partial; and folders of every kind."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from slogate.changes.git import Git
from slogate.deadline import Deadline
from slogate.errors import ChangeError
from tests.changes.builders import found_in, only, opened, released
from tests.support.repository import ENVIRON, Made, Repository, lines

LATE = "git did not answer within the deadline"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def three(repository: Repository) -> tuple[str, str, str]:
    one, two, head = repository.commits([
        Made({"app.py": lines(count), f"lib/{count}.py": lines(count)}) for count in (3, 4, 6)
    ])  # fmt: skip
    return one, two, head


def stand_in(folder: Path, script: str) -> str:
    """A PATH on which this script is git."""
    folder.mkdir()
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:{ENVIRON['PATH']}"


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


def test_a_folder_without_a_repository_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ChangeError, match="this is not a git repository"):
        opened(tmp_path, environ={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})


def test_a_folder_that_is_not_there_is_not_a_missing_git(tmp_path: Path) -> None:
    with pytest.raises(ChangeError, match=r"^(?!git is not installed)"):
        opened(tmp_path / "none")


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
        opened(repository, seconds=0.5, environ={"PATH": path})
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
    three(repository)
    begin = time.monotonic()
    git_ = opened(repository, seconds=1, environ={"PATH": path})
    with pytest.raises(ChangeError, match=LATE), git_.stream("log", "HEAD") as pieces:
        list(pieces)
    assert time.monotonic() - begin < 8


def test_no_process_is_left_over_after_the_deadline(repository: Repository, tmp_path: Path) -> None:
    path = stand_in(tmp_path / "bin", f"sleep 12 &\necho $! > {tmp_path}/pid\nwait")
    with pytest.raises(ChangeError, match=LATE):
        opened(repository, seconds=0.5, environ={"PATH": path})
    assert gone((tmp_path / "pid").read_text(encoding="ascii").strip())


def test_a_log_that_nobody_reads_on_is_ended(repository: Repository) -> None:
    repository.commits([Made({"big": lines(20_000, str(count))}) for count in range(3)])
    with opened(repository).stream("log", "--patch", "HEAD") as pieces:
        assert next(pieces)


def test_an_error_of_git_keeps_no_password(repository: Repository) -> None:
    three(repository)
    with pytest.raises(ChangeError) as caught:
        opened(repository).ask("fetch", "https://ada:secret@127.0.0.1:9/x.git")
    assert "secret" not in str(caught.value)


def test_an_error_of_git_is_short(repository: Repository, tmp_path: Path) -> None:
    path = stand_in(tmp_path / "bin", "yes problem | head -100000 >&2; exit 3")
    with pytest.raises(ChangeError) as caught:
        opened(repository, environ={"PATH": path})
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


OBJECTS = ("HEAD", "HEAD~1", "HEAD~2", "HEAD^{tree}", "HEAD:app.py")
DAMAGES = [
    *((what, damage) for what in OBJECTS for damage in ("cut short", "empty")),
    *((what, "missing") for what in ("HEAD~1", "HEAD^{tree}", "HEAD:app.py")),
]


@pytest.mark.parametrize(("what", "damage"), DAMAGES)
def test_a_corrupt_repository_is_said_so(repository: Repository, what: str, damage: str) -> None:
    base, _, head = three(repository)
    path = repository.object(repository.git("rev-parse", what))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage == "cut short" else b"")
    if damage == "missing":
        path.unlink()
    with pytest.raises(ChangeError, match=r"corrupt|unable to read|[Cc]ould not read|is empty"):
        released(repository, base, head)


def test_a_branch_whose_commit_is_missing_is_not_a_new_repository(repository: Repository) -> None:
    base, _, head = three(repository)
    repository.object(head).unlink()
    with pytest.raises(ChangeError, match=r"HEAD names no commit.*does it lack objects"):
        found_in(repository, base)


@pytest.mark.parametrize("kind", ["blob:none", "tree:0"])
def test_a_partial_clone_that_lacks_files_is_said_so(
    repository: Repository, tmp_path: Path, kind: str
) -> None:
    base, _, head = three(repository)
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = repository.clone(tmp_path / "clone", f"--filter={kind}")
    repository.folder.rename(tmp_path / "moved")
    with pytest.raises(ChangeError, match=r"the clone is partial.*clone without --filter"):
        released(clone, base, head)


def test_a_bare_repository(tmp_path: Path) -> None:
    bare = Repository(tmp_path / "bare.git", "--bare")
    _, base, head = three(bare)
    assert only(released(bare, base, head)).added == 8


def test_a_linked_work_tree_has_its_own_head(repository: Repository, tmp_path: Path) -> None:
    base, middle, _ = three(repository)
    tree = tmp_path / "tree"
    repository.git("worktree", "add", "--quiet", "--detach", str(tree), middle)
    assert only(released(tree, base)).sha == middle
    assert only(released(tree / "lib", base)).sha == middle


def test_inside_a_submodule_its_own_commits_count(repository: Repository, tmp_path: Path) -> None:
    _, base, head = three(repository)
    outer = Repository(tmp_path / "outer")
    outer.commit({"x": "y\n"})
    outer.git("reset", "--quiet", "--hard")
    allow = ("-c", "protocol.file.allow=always")
    outer.git(*allow, "submodule", "--quiet", "add", str(repository.folder), "sub")
    assert only(released(outer.folder / "sub", base)).sha == head


def test_a_detached_head(repository: Repository) -> None:
    base, middle, _ = three(repository)
    repository.git("checkout", "--quiet", "--detach", middle)
    assert only(released(repository, base)).sha == middle


def test_a_work_tree_is_dirty_when_a_tracked_file_differs(repository: Repository) -> None:
    three(repository)
    repository.git("reset", "--quiet", "--hard")
    assert not opened(repository).is_dirty()
    (repository.folder / "new.py").touch()
    assert not opened(repository).is_dirty(), "untracked"
    (repository.folder / "app.py").write_text("x\n", encoding="utf-8")
    assert opened(repository).is_dirty()
    repository.git("add", "app.py")
    assert opened(repository).is_dirty(), "staged"


@pytest.mark.parametrize(
    "name",
    ["a b", "--upload-pack=x", "'$(x)", os.fsdecode(b"\xff"), "a\u2028b"],
)  # fmt: skip
def test_a_repository_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    repository = Repository(tmp_path / name)
    _, base, head = three(repository)
    assert only(released(repository, base)).sha == head


def test_a_line_break_in_the_path_of_the_repository_is_said_so(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "a\nb")
    with pytest.raises(ChangeError, match="holds a line break"):
        opened(repository)
