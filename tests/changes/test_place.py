"""Where a folder lies, and what poses as a repository in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slogate.changes.place import Place, find_place
from slogate.deadline import Deadline
from slogate.errors import ChangeError
from tests.changes.builders import SECONDS, opened, stand_in
from tests.support.repository import ENVIRON, Repository


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def place(folder: Path) -> tuple[Path, str, str]:
    return find_place(folder, ENVIRON, Deadline(SECONDS))


def test_a_folder_knows_its_repository_and_the_one_around_it(tmp_path: Path) -> None:
    inner, outer = Repository(tmp_path / "inner"), Repository(tmp_path / "outer")
    inner.commit({"dir/a": "1"})
    outer.commit({"a": "1"})
    outer.git("reset", "--hard", "--quiet")
    source = inner.folder.as_uri()
    outer.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", source, "lib")
    root = outer.folder.resolve()
    assert place(outer.folder) == (root, "", "")
    assert place(outer.folder / "lib" / "dir") == (root / "lib", "dir", str(root))


def test_a_folder_whose_name_has_a_line_break_is_refused(repo: Repository) -> None:
    odd = repo.folder / "a\nb"
    odd.mkdir()
    with pytest.raises(ChangeError, match="line break"):
        place(odd)
    with pytest.raises(ChangeError, match="not a git repository"):
        find_place(Path(os.sep), ENVIRON, Deadline(SECONDS))


def posing(repo: Repository, bare: str) -> Path:
    """A folder in a work tree that git takes for a repository."""
    repo.git("reset", "--quiet", "--hard", repo.commit({"a": "1\n"}))
    place = repo.folder / "deep" / "posing"
    inner = Repository(place, "--bare")
    inner.git("config", "core.bare", bare)
    if bare == "false":
        inner.git("config", "core.worktree", ".")
    return place


@pytest.mark.parametrize("bare", ["true", "false"])
@pytest.mark.parametrize("old", [False, True], ids=["git", "an old git"])
def test_what_lies_in_a_work_tree_is_no_repository(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, bare: str, *, old: bool
) -> None:
    folder = posing(repo, bare)
    if old:
        # NOTE: a git before 2.38 knows no such setting.
        monkeypatch.setattr("slogate.changes.place.EXPLICIT", ())
    (folder / "in").mkdir()
    for place in (folder, folder / "in"):
        with pytest.raises(ChangeError, match="pose as a repository"):
            opened(place)
        assert opened(place, environ={"GIT_DIR": str(folder)}).boundary() == frozenset()


def test_a_bare_repository_has_no_work_tree(tmp_path: Path) -> None:
    bare = Repository(tmp_path / "bare.git", "--bare")
    opened(bare.folder / "refs")
    for folder in (bare.folder, bare.folder / "refs"):
        assert place(folder) == Place(bare.folder, "", "")


@pytest.mark.parametrize("kind", ["worktree", "separate", "linked"])
def test_a_repository_may_lie_elsewhere(repo: Repository, tmp_path: Path, kind: str) -> None:
    repo.git("reset", "--quiet", "--hard", repo.commit({"dir/a": "1\n"}))
    root = repo.folder
    if kind == "worktree":
        root = repo.folder / "tree"
        repo.git("worktree", "add", "--quiet", "--detach", str(root))
    if kind == "separate":
        repo.git("init", "--quiet", "--separate-git-dir", str(tmp_path / "away"))
    if kind == "linked":
        (root / ".git").rename(tmp_path / "away")
        (root / ".git").symlink_to(tmp_path / "away")
    assert place(root / "dir") == (root.resolve(), "dir", "")
    assert not opened(root / "dir").is_dirty()


def test_what_is_told_to_git_lets_nothing_run(repo: Repository, tmp_path: Path) -> None:
    script = f'echo "$*" >> {tmp_path}/said; PATH={ENVIRON["PATH"]} exec git "$@"'
    environ = {"PATH": stand_in(tmp_path / "bin", script)}
    repo.commit({"a": "1"})
    git_ = opened(repo, environ=environ)
    git_.ask("rev-parse", "HEAD")
    git_.is_dirty()
    find_place(repo.folder, {**ENVIRON, **environ}, Deadline(SECONDS))
    said = (tmp_path / "said").read_text().splitlines()
    assert len(said) == 5
    for word in (
        "core.fsmonitor= ",
        f"core.hooksPath={os.devnull} ",
        "safe.bareRepository=explicit ",
    ):
        assert all(word in line for line in said)
