"""A name means one commit, and no ref that somebody pushes makes it mean another."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.changes.names import find_commit, find_ref
from slogate.errors import ChangeError
from tests.changes.builders import opened
from tests.support.repository import Repository


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def refs(repo: Repository) -> dict[str, str]:
    """Commits under names that want to be taken for another."""
    wanted = {
        "refs/heads/main": "main",
        "refs/remotes/origin/main": "protected",
        "refs/tags/origin/main": "evil tag",
        "refs/heads/origin/main": "evil branch",
        "refs/tags/refs/remotes/origin/gone": "evil full tag",
        "refs/heads/refs/remotes/origin/gone": "evil full branch",
        "refs/tags/v1": "release",
        "refs/heads/v2": "branch",
        "refs/tags/v2": "tag",
        "refs/heads/same": "main",
        "refs/tags/same": "main",
        "refs/remotes/origin/a'b\"$(id)": "quotes",
        "refs/remotes/origin/-x": "dash",
    }
    made = {word: repo.commit({"a": word}) for word in dict.fromkeys(wanted.values())}
    for name, word in wanted.items():
        repo.git("update-ref", name, made[word])
    repo.git("symbolic-ref", "HEAD", "refs/heads/main")
    repo.git("tag", "--no-sign", "--annotate", "--message=x", "annotated", made["release"])
    return made


REFS = [
    ("main", "main"),
    ("HEAD", "main"),
    ("refs/heads/main", "main"),
    ("origin/main", "protected"),
    ("refs/remotes/origin/main", "protected"),
    ("refs/tags/origin/main", "evil tag"),
    ("origin/gone", None),
    ("refs/remotes/origin/gone", None),
    ("heads/main", "main"),
    ("remotes/origin/main", "protected"),
    ("tags/v1", "release"),
    ("@", "main"),
    ("HEAD~0", "main"),
    ("origin/main~0", "protected"),
    ("annotated^{}", "release"),
    ("annotated^{commit}^0", "release"),
    ("v1", "release"),
    ("annotated", "release"),
    ("same", "main"),
    ("origin/a'b\"$(id)", "quotes"),
    ("origin/-x", "dash"),
    *(
        (name, None)
        for name in (
            *("", " ", "-", "--all", "--output=owned", "main~1", "main@{0}", ":a"),
            *("origin/*", "origin/ma?n", "refs/", "refs/heads", "refs/heads/", "origin/", "origin"),
            *("main\n", "main\0", "ma in", "../main", "origin//main", "refs/heads/../tags/v1"),
            *("f" * 40, "main:a", "\ud800", "x" * 5000, "f" * 200_000, "main@{u}", "HEAD@{u}"),
            *("^main", "~1", "main^{tree}", "main^{/evil}", "main~", "main^2", "main~99999999999"),
        )
    ),
]


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, dict[str, str]]:
    repo = Repository(tmp_path_factory.mktemp("named") / "repo")
    return repo, refs(repo)


@pytest.mark.parametrize(("name", "word"), REFS)
def test_a_ref_is_the_one_of_that_name_and_no_other(
    named: tuple[Repository, dict[str, str]], name: str, word: str | None
) -> None:
    repo, made = named
    try:
        found = find_commit(opened(repo), name)
    except ChangeError as error:
        assert "\ud800" in name, error  # noqa: PT017
        return
    assert (found and found.sha) == (made[word] if word else None)
    assert not (repo.folder / "owned").exists()


def test_a_full_number_is_a_commit(repo: Repository) -> None:
    made = refs(repo)
    repo.git("update-ref", f"refs/tags/{made['main']}", made["evil tag"])
    found = find_commit(opened(repo), made["main"])
    assert found is not None
    assert found.sha == made["main"]
    blob = repo.git("rev-parse", "main:a")
    assert find_commit(opened(repo), blob) is None


def test_a_name_of_two_commits_is_refused(repo: Repository) -> None:
    refs(repo)
    with pytest.raises(ChangeError, match="'v2' may be refs/heads/v2 and refs/tags/v2"):
        find_commit(opened(repo), "v2")


def test_a_full_name_is_looked_for_as_it_is(repo: Repository) -> None:
    made = refs(repo)
    found = find_ref(opened(repo), "refs/remotes/origin/main")
    assert found is not None
    assert found.sha == made["protected"]
    assert find_ref(opened(repo), "refs/remotes/origin/gone") is None


def test_steps_lead_from_a_name_to_its_ancestors(repo: Repository) -> None:
    one, two = (repo.commit({"a": text}) for text in "12")
    side = repo.commit({"b": "3"}, parents=[one], branch="side")
    merge = repo.commit({"c": "4"}, parents=[two, side])
    repo.tag("v1", merge, annotated=True)
    repo.git("update-ref", "refs/remotes/origin/main", merge)
    repo.git("update-ref", "refs/tags/origin/main", one)
    expected = {
        "main~1": two,
        "main^": two,
        "main^2": side,
        "main~2": one,
        "main^2~1": one,
        "v1^2^": one,
        "HEAD^^": one,
        "@~1": two,
        "origin/main~1": two,
        f"{merge}^": two,
        merge[:8]: merge,
        f"v0-2-g{two[:9]}": two,
        f"{merge[:7].upper()}^": two,
    }
    found = {name: find_commit(opened(repo), name) for name in expected}
    assert {name: commit and commit.sha for name, commit in found.items()} == expected


def test_a_short_number_and_a_tag_of_that_name_are_two(repo: Repository) -> None:
    one, two = (repo.commit({"a": text}) for text in "12")
    repo.tag(one[:8], two)
    for name in (one[:8], f"{one[:8]}~1"):
        with pytest.raises(ChangeError, match=f"may be refs/tags/{one[:8]} and {one}"):
            find_commit(opened(repo), name)


@pytest.mark.parametrize("name", ["FETCH_HEAD", "ORIG_HEAD"])
def test_what_git_keeps_by_itself_is_no_tag(repo: Repository, name: str) -> None:
    one, two = (repo.commit({"a": text}) for text in "12")
    assert find_commit(opened(repo), name) is None
    (repo.folder / ".git" / name).write_text(f"{one}\n")
    found = find_commit(opened(repo), name)
    assert found is not None
    assert found.sha == one
    repo.git("update-ref", f"refs/tags/{name}", two)
    with pytest.raises(ChangeError, match=f"may be {name} and refs/tags/{name}"):
        find_commit(opened(repo), name)
