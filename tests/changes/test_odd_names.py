"""Names of tags and branches that are no words: Unicode spaces, other encodings, one for two things."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.changes.revisions import RangeOptions, revisions
from slogate.core.commits import Revisions
from slogate.core.model import Change
from slogate.core.risk_policy import RiskPolicy
from slogate.errors import ChangeError, ConfigError
from tests.changes.builders import found_in, only, opened, released
from tests.support.repository import Made, Repository

NAMELESS = (
    *("--output=stolen", "-h", "-o stolen", "--upload-pack=touch stolen", "@{u}", "@{upstream}"),
    *("a\nb", "HEAD\n", "", " ", "a..b", "a b", "HEAD:file", "^HEAD", "refs/heads/*", "\\", "'"),
    *("\0", "x" * 5000, "é", "\udcff", "\x1b[31m", "!", "$(touch stolen)", ":/nothing", "@{-1}"),
)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def auto(repo: Repository) -> Revisions:
    return found_in(repo, tags=RiskPolicy().tags)


def test_a_strange_name_is_no_commit_and_does_nothing(repo: Repository, tmp_path: Path) -> None:
    repo.commit()
    git, before = opened(repo), sorted(tmp_path.rglob("*"))
    for name in NAMELESS:
        assert git.commit(name) is None, name
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["--output=stolen", "-h", "@{u}", "a\nb", "\udcff"])
def test_a_strange_name_is_said_to_be_no_commit(repo: Repository, name: str) -> None:
    repo.commit()
    with pytest.raises(ChangeError, match="of which the platform tells, is not in this clone"):
        found_in(repo, change=Change(head=name))
    with pytest.raises(ChangeError, match="nothing to compare with"):
        found_in(repo, change=Change(base=name))
    with pytest.raises(ConfigError, match="--base: there is no commit"):
        found_in(repo, name)


def test_half_a_character_is_no_commit(repo: Repository) -> None:
    """JSON may hold half a surrogate pair."""
    repo.commit()
    assert opened(repo).commit("\ud800") is None


@pytest.mark.parametrize("name", ["v2\u2028", "v2\u00a0x", "v2\x85", "v2\udce9"])
def test_a_tag_on_head_with_a_strange_name_is_left_out_too(repo: Repository, name: str) -> None:
    base = repo.commit()
    repo.tag("v1", base)
    repo.tag(name, repo.commit())
    assert auto(repo).base == base


@pytest.mark.parametrize("name", ["v2\u2028", "v2\udce9"])
def test_a_tag_with_a_strange_name_is_a_release(repo: Repository, name: str) -> None:
    base = repo.commit()
    repo.tag(name, base)
    repo.commit()
    assert auto(repo).base == base


@pytest.mark.parametrize("name", ["a\u2028b", "a\x85b"])
def test_no_name_of_a_tag_breaks_reading_the_past(repo: Repository, name: str) -> None:
    base, head = repo.commit({"a": "1\n"}), repo.commit({"a": "1\n2\n"})
    repo.tag(name, base)
    assert only(released(repo, base, head)).added == 1


@pytest.mark.parametrize("remote", [False, True])
def test_a_tag_does_not_hide_the_default_branch(
    repo: Repository, tmp_path: Path, *, remote: bool
) -> None:
    base = repo.commit()
    head, _ = repo.commits([Made(branch="topic", parents=[base]), Made()])
    repo.tag("origin/main" if remote else "main", head)
    place = repo.clone(tmp_path / "clone", "--branch=topic") if remote else repo
    change = Change(head=head, default_branch="main")
    assert found_in(place, change=change, tags=("v*",)).base == base


def test_traces_of_git_are_no_complaints(repo: Repository) -> None:
    repo.commits([Made(), Made(branch="other")])
    with pytest.raises(ChangeError, match="no common history"):
        revisions(opened(repo, environ={"GIT_TRACE": "1"}), RangeOptions("other", "main"))


def test_columns_of_git_do_not_hide_the_tags_on_head(repo: Repository) -> None:
    repo.git("config", "column.ui", "always")
    base = repo.commit()
    repo.tag("v1", base)
    head = repo.commit()
    repo.tag("v2", head)
    repo.tag("v2.0", head)
    assert auto(repo).base == base
