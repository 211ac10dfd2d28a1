"""`--config-ref`: which commit counts, and none where it is not sure which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from slogate.cli.compose import Wanted, configured
from slogate.core.model import Change
from slogate.errors import ConfigError
from tests.cli.targets import (
    DATA,
    FAKED,
    LOOSE,
    PROTECTED,
    PULL,
    STRICT,
    judged,
    seen,
    sha,
    written,
)
from tests.support.repository import Repository, git

BRANCHES = {
    "origin/main": "99",
    "origin/release/2": "98",
    'origin/it\'s "$(id)"'.replace(" ", ""): "97",
    "origin/-x": "96",
}


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A target of each name, with an objective of its own; the work tree is loose."""
    repo = Repository(tmp_path_factory.mktemp("branches") / "shop")
    for branch, objective in BRANCHES.items():
        files = {"slogate.yaml": written(objective), "data/counts.csv": DATA}
        repo.git("update-ref", f"refs/remotes/{branch}", repo.commit(files, branch="b", parents=[]))
    repo.commit({"slogate.yaml": written(LOOSE), "data/counts.csv": FAKED})
    repo.git("reset", "--quiet", "--hard")
    return repo


def request(event: str, target: str = "main", base: str | None = None) -> Change:
    return Change(event, target=target, base=base)


REQUESTS = [
    (request("pull_request"), "99"),
    (request("pull_request_target"), "99"),
    (request("pull_request_review"), "99"),
    (request("merge_group"), "99"),
    (request("merge_request_event"), "99"),
    (request("parent_pipeline"), "99"),
    (request("pull_request", "release/2"), "98"),
    (request("pull_request", 'it\'s"$(id)"'), "97"),
    (request("pull_request", "-x"), "96"),
    (request("pull_request", "gone", "{release/2}"), "98"),
    (request("pull_request", "main~0", "{release/2}"), "98"),
    (request("merge_group", "", "{release/2}"), "98"),
    (request("external_pull_request_event"), "99"),
    (Change("push", base="{main}", head="HEAD"), LOOSE),
    (Change("workflow_dispatch"), LOOSE),
    (Change("schedule"), LOOSE),
    (Change("push", ref="v1"), LOOSE),
    (Change("web", base="{main}"), LOOSE),
    (Change(), LOOSE),
]


@pytest.mark.parametrize(("change", "objective"), REQUESTS)
def test_auto_takes_the_target_of_a_request(
    branches: Repository, monkeypatch: pytest.MonkeyPatch, change: Change, objective: str
) -> None:
    monkeypatch.chdir(branches.folder)
    base = change.base and sha(branches, f"refs/remotes/origin/{change.base.strip('{}')}")
    with configured(Wanted(ref="auto", change=replace(change, base=base))) as loaded:
        assert seen(loaded)[0] == objective
        assert (loaded.origin is None) == (objective == LOOSE)


UNKNOWN = "does not say which branch this request is for"
GONE = "the branch that the request is for, 'gone', is not in this clone"
REFUSED = [
    (
        request("pull_request", "gone"),
        f"{GONE}: fetch it (`git fetch origin gone`, `fetch-depth: 0`",
    ),
    (request("pull_request", "gone", "f" * 40), GONE),
    (request("merge_request_event", "gone", "{main}"), GONE),
    (request("parent_pipeline", "gone", "{main}"), GONE),
    (
        request("pull_request", "$(id)"),
        "'$(id)', is not in this clone: fetch it (`git fetch origin`,",
    ),
    *(
        (request("pull_request", name), "is not in this clone")
        for name in ("main~0", "main@{0}", "../../heads/main", "ma\nin", "main\0", "*", "x" * 300)
    ),
    (request("pull_request", ""), UNKNOWN),
    (request("pull_request_target", ""), UNKNOWN),
    (request("merge_request_event", "", "{main}"), UNKNOWN),
    (request("merge_group", ""), UNKNOWN),
    (request("external_pull_request_event", "", "{main}"), UNKNOWN),
    (Change("issue_comment", number=7), UNKNOWN),
    (Change("parent_pipeline", number=7, base="{main}"), UNKNOWN),
    (Change("workflow_run"), UNKNOWN),
]


@pytest.mark.parametrize(("change", "said"), REFUSED)
def test_a_request_whose_target_is_not_here_is_never_judged_by_itself(
    branches: Repository, monkeypatch: pytest.MonkeyPatch, change: Change, said: str
) -> None:
    monkeypatch.chdir(branches.folder)
    known = change.base == "{main}"
    base = sha(branches) if known else change.base
    with (
        pytest.raises(ConfigError) as refused,
        configured(Wanted(ref="auto", change=replace(change, base=base))),
    ):
        pass
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["nope", "origin/nope", "--all", "a\nb", "main~x", "$(id)", "'"])
def test_a_ref_that_is_not_here_is_said_so(repo: Repository, name: str) -> None:
    with pytest.raises(ConfigError) as refused, configured(Wanted(ref=name)):
        pass
    assert f"there is no branch, tag or commit {name!r} in this clone" in str(refused.value)
    assert "`GIT_DEPTH: 0` in GitLab CI)" in str(refused.value)


def test_where_there_is_no_repository_it_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    place = tmp_path / "empty"
    place.mkdir()
    monkeypatch.chdir(place)
    with (
        pytest.raises(ConfigError, match="'origin/main': this is not a git repository"),
        configured(PROTECTED),
    ):
        pass


@pytest.fixture
def shallow(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As actions/checkout does without `fetch-depth`."""
    repo.git("update-ref", "refs/heads/main", "refs/remotes/origin/main")
    clone = tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--template=", str(clone))
    git(clone, "remote", "add", "origin", repo.folder.as_uri())
    refspec = f"+{sha(repo, 'change')}:refs/remotes/pull/7/merge"
    git(repo.folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(clone, "fetch", "--quiet", "--no-tags", "--depth=1", "origin", refspec)
    git(clone, "checkout", "--quiet", "--force", "refs/remotes/pull/7/merge")
    monkeypatch.chdir(clone)
    return clone


@pytest.mark.parametrize(
    "wanted", [PROTECTED, Wanted(ref="auto", change=PULL)], ids=["ref", "auto"]
)
def test_a_shallow_clone_fetches_the_target_if_it_may(shallow: Path, wanted: Wanted) -> None:
    with pytest.raises(ConfigError, match=r"`git fetch origin main`.*; --fetch does it\)"):
        judged(wanted)
    assert judged(replace(wanted, fetch=True)) == (STRICT, DATA)
    assert not (shallow / ".git" / "shallow").exists()


def test_what_cannot_be_fetched_is_said_so(shallow: Path) -> None:
    git(shallow, "remote", "set-url", "origin", "/nonexistent")
    with pytest.raises(ConfigError, match=r"is not in this clone.*; fetching it failed: git fetch"):
        judged(Wanted(ref="auto", change=PULL, fetch=True))
