"""git in folders and repositories of every kind: broken, partial, bare, linked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slogate.errors import ChangeError
from tests.changes.builders import found_in, only, opened, released, stand_in
from tests.support.repository import ENVIRON, Made, Repository, lines


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def three(repository: Repository) -> tuple[str, str, str]:
    one, two, head = repository.commits([
        Made({"app.py": lines(count), f"lib/{count}.py": lines(count)}) for count in (3, 4, 6)
    ])  # fmt: skip
    return one, two, head


def test_a_folder_without_a_repository_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ChangeError, match="this is not a git repository"):
        opened(tmp_path, environ={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})


def test_a_folder_that_is_not_there_is_not_a_missing_git(tmp_path: Path) -> None:
    with pytest.raises(ChangeError, match=r"^(?!git is not installed)"):
        opened(tmp_path / "none")


def test_attributes_of_the_system_are_not_asked_for(repository: Repository, tmp_path: Path) -> None:
    script = f'echo "$GIT_ATTR_NOSYSTEM" > {tmp_path}/said; PATH={ENVIRON["PATH"]} exec git "$@"'
    path = stand_in(tmp_path / "bin", script)
    opened(repository, environ={"PATH": path}).ask("rev-parse", "--git-dir")
    assert (tmp_path / "said").read_text(encoding="ascii") == "1\n"


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
    assert not opened(bare).is_dirty()


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
