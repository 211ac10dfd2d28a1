"""`--config-ref`: what a change puts in the way between the working folder and its target."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from slogate.changes.git import Git
from slogate.cli.compose import Wanted, configured
from slogate.core.model import Change
from slogate.deadline import Deadline
from slogate.errors import ConfigError
from tests.cli.targets import (
    DATA,
    FAKED,
    LOOSE,
    PROTECTED,
    PULL,
    STRICT,
    TARGET,
    checked_out,
    judged,
    written,
)
from tests.support.repository import Repository

AUTO = Wanted(ref="auto", change=PULL)
BOTH = pytest.mark.parametrize("wanted", [PROTECTED, AUTO], ids=["ref", "auto"])


def enter(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """As `cd` of a shell does, which keeps the name."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PWD", str(folder))


def posing(repo: Repository, worktree: str = ".") -> Path:
    """A folder of plain files that git takes for a repository, with a target of its own."""
    place = repo.folder / "services" / "pay"
    evil = repo.commit({"slogate.yaml": written(LOOSE, "x.csv"), "x.csv": FAKED}, parents=[])
    (place / "objects").mkdir(exist_ok=True)
    for path in (repo.folder / ".git" / "objects").rglob("*"):
        if path.is_file():
            copy = place / path.relative_to(repo.folder / ".git")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (place / "refs" / "remotes" / "origin").mkdir(parents=True)
    (place / "refs" / "remotes" / "origin" / "main").write_text(f"{evil}\n")
    (place / "HEAD").write_text(f"{evil}\n")
    (place / "config").write_text(
        f"[core]\nbare = false\nworktree = {worktree}\nfsmonitor = touch {repo.folder}/owned #\n"
        "repositoryformatversion = 0\n"
    )
    return place


@pytest.mark.parametrize("old", [False, True], ids=["git", "an old git"])
@pytest.mark.parametrize("worktree", [".", "../.."])
@BOTH
def test_files_that_pose_as_a_repository_are_none(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, wanted: Wanted, worktree: str, *, old: bool
) -> None:
    enter(monkeypatch, posing(repo, worktree))
    if old:
        # NOTE: a git before 2.38 does not know the setting, which is the same as another value.
        monkeypatch.setattr("slogate.changes.place.EXPLICIT", ())
    with pytest.raises(ConfigError, match="pose as a repository of their own"):
        judged(wanted)
    assert not (repo.folder / "owned").exists()


def test_git_executes_nothing_that_a_folder_names(repo: Repository) -> None:
    place = posing(repo)
    environ = {**os.environ, "GIT_DIR": str(place), "GIT_WORK_TREE": str(place)}
    assert Git(place, environ, Deadline(60)).is_dirty()
    assert not (repo.folder / "owned").exists()


def linked(repo: Repository, *, in_target: bool) -> Path:
    """The folder of a service is a link to one with a laxer configuration."""
    strict = {**TARGET, "services/checkout/slogate.yaml": written("99", "../../data/counts.csv")}
    strict = {path: content for path, content in strict.items() if path != "slogate.yaml"}
    lax = {
        "services/lax/slogate.yaml": written(LOOSE, "counts.csv"),
        "services/lax/counts.csv": FAKED,
    }
    target = repo.commit({**strict, **(lax if in_target else {})}, parents=[], branch="t")
    repo.git("update-ref", "refs/remotes/origin/main", target)
    repo.git("checkout", "--quiet", "--force", "--detach", repo.commit(lax, parents=[], branch="u"))
    (repo.folder / "services" / "checkout").symlink_to("lax")
    return repo.folder / "services" / "checkout"


@pytest.mark.parametrize("in_target", [False, True], ids=["new", "there"])
@BOTH
def test_a_link_in_place_of_the_folder_does_not_choose_the_configuration(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, wanted: Wanted, *, in_target: bool
) -> None:
    enter(monkeypatch, linked(repo, in_target=in_target))
    assert judged(wanted) == ("99", DATA)
    assert judged(replace(wanted, path=Path("slogate.yaml"))) == ("99", DATA)


def test_a_change_is_not_judged_by_its_own_where_the_target_has_another(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = linked(repo, in_target=False)
    monkeypatch.chdir(place)
    for name in ("/nonexistent", str(repo.folder), f"{place}/../lax", "services/checkout"):
        monkeypatch.setenv("PWD", name)
        with pytest.raises(ConfigError) as refused:
            judged(AUTO)
        assert "elsewhere it has services/checkout/slogate.yaml: run" in str(refused.value)


def test_only_some_of_many_configurations_are_named(repo: Repository) -> None:
    names = (f"{folder}/.slogate/config.yaml" for folder in "abcde")
    target = repo.commit(dict.fromkeys(names, "1"), parents=[], branch="t")
    repo.git("update-ref", "refs/remotes/origin/main", target)
    with pytest.raises(
        ConfigError, match=r"has a/\.slogate/config\.yaml, b/[^ ]*, c/[^ ]*, \.\.\.: "
    ):
        judged(AUTO)


def test_a_link_on_the_way_to_the_repository_is_no_matter(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").symlink_to(repo.folder / "services")
    enter(monkeypatch, tmp_path / "here" / "pay")
    assert judged(AUTO) == (STRICT, DATA)


def test_a_link_to_another_repository_is_refused(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = checked_out(tmp_path / "other")
    (repo.folder / "services" / "away").symlink_to(other.folder)
    enter(monkeypatch, repo.folder / "services" / "away")
    with pytest.raises(ConfigError, match="leads by a link from the repository"):
        judged(AUTO)
    nested = checked_out(repo.folder / "nested")
    enter(monkeypatch, nested.folder / "services")
    assert judged(AUTO) == (STRICT, DATA)


def with_submodule(repo: Repository, tmp_path: Path) -> Path:
    evil = Repository(tmp_path / "evil")
    evil.commit({"slogate.yaml": written(LOOSE)})
    evil.git("checkout", "--quiet", "--detach", "main")
    allow = ("-c", "protocol.file.allow=always", "submodule", "--quiet")
    repo.git(*allow, "add", evil.folder.as_uri(), "services/pay/evil")
    return repo.folder / "services" / "pay" / "evil"


WANTED = [
    Wanted(ref="auto", change=PULL),
    Wanted(ref="auto", change=Change("push")),
    Wanted(ref="auto"),
    PROTECTED,
    replace(PROTECTED, change=PULL),
]


@pytest.mark.parametrize("wanted", WANTED)
@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "hidden"])
def test_a_submodule_that_the_change_brings_does_not_judge_it(
    repo: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wanted: Wanted,
    *,
    hidden: bool,
) -> None:
    folder = with_submodule(repo, tmp_path)
    if hidden:
        posing(repo)
    enter(monkeypatch, folder)
    with pytest.raises(ConfigError, match="this folder is a submodule of"), configured(wanted):
        pass


def test_a_linked_work_tree_in_the_repository_is_no_submodule(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = repo.folder / "tree"
    repo.git("worktree", "add", "--quiet", "--detach", str(tree))
    enter(monkeypatch, tree)
    assert judged(PROTECTED) == (STRICT, DATA)
