"""Trailers of a commit, which is what its author says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.changes.trailers import MOST, read_trailers
from tests.changes.builders import opened
from tests.support.repository import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Fix\n\nChange-Type: security\n", (("Change-Type", "security"),)),
        ("Fix\n\nwhy\n\nReviewed-by: Ada\nChange-Type: rollback\n",
         (("Reviewed-by", "Ada"), ("Change-Type", "rollback"))),
        ("Fix\n\nChange-Type: security\n\nbut that is no trailer, it is not at the end\n", ()),
        ("Change-Type: security\n", ()),
        ("Fix\n\nChange-Type: a\n  folded value\n", (("Change-Type", "a folded value"),)),
        ("Fix\n", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_only_what_git_takes_for_a_trailer_is_one(
    repository: Repository, message: str, found: tuple[tuple[str, str], ...]
) -> None:
    sha = repository.commit({"a": "a"}, message)
    assert read_trailers(opened(repository), sha) == found


def test_a_flood_of_trailers_is_cut(repository: Repository) -> None:
    flood = "".join(f"Key-{number}: value\n" for number in range(1000))
    sha = repository.commit({"a": "a"}, f"Fix\n\n{flood}")
    assert len(read_trailers(opened(repository), sha)) == MOST


def test_bytes_that_are_no_text_are_no_crash(repository: Repository) -> None:
    sha = repository.commit({"a": "a"}, b"Fix\n\nChange-Type: \xff\xfe\n", encoding="latin-1")
    ((key, _),) = read_trailers(opened(repository), sha)
    assert key == "Change-Type"
