"""No ref that somebody pushes takes the place of what a range is named by."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.errors import ChangeError, ConfigError
from tests.changes.builders import found_in
from tests.changes.test_revisions import FIRST, row
from tests.support.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.mark.parametrize("option", ["base", "head"])
def test_no_tag_takes_the_place_of_a_branch(repository: Repository, option: str) -> None:
    """Or who may push a tag turns a release into a rollback, which is approved."""
    one, two, three = row(repository, 3)
    repository.git("update-ref", "refs/remotes/origin/main", two)
    repository.tag("origin/main", three if option == "base" else one)
    base, head = ("origin/main", three) if option == "base" else (one, "origin/main")
    found = found_in(repository, base, head)
    assert (getattr(found, option), found.rollback) == (two, False)
    repository.tag("main", one)
    base, head = (name.removeprefix("origin/") for name in (base, head))
    with pytest.raises(ConfigError) as refused:
        found_in(repository, base, head)
    assert f"--{option}: 'main' may be refs/heads/main and refs/tags/main" in str(refused.value)


@pytest.mark.parametrize("place", ["refs/remotes/origin/main", "refs/remotes/origin/HEAD"])
def test_no_tag_is_the_default_branch(repository: Repository, place: str) -> None:
    _, two, _ = row(repository, 3)
    repository.git("update-ref", f"refs/tags/{place}", two)
    repository.git("branch", "--move", "main", "topic")
    with pytest.raises(ChangeError, match=FIRST):
        found_in(repository, head="topic")
