"""From which base to which head, in real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.core.model import Change
from slogate.errors import ChangeError, ConfigError
from tests.changes.builders import found_in
from tests.support.repository import Repository

FIRST = "is this the first deploy"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def row(repository: Repository, number: int, branch: str = "main") -> list[str]:
    return [repository.commit({branch: str(count)}, branch=branch) for count in range(number)]


def test_options_come_first(repository: Repository) -> None:
    one, two, three = row(repository, 3)
    repository.tag("v1", two)
    found = found_in(repository, one, "main~1", Change("push", two, three))
    assert (found.base, found.head) == (one, two)
    assert found.found == f"base is {one} (--base), head is main~1 (--head)"
    assert found.base_time == 1_780_003_600
    assert not found.rollback


def test_then_comes_the_event(repository: Repository) -> None:
    one, two, three = row(repository, 3)
    repository.tag("v1", two)
    found = found_in(repository, change=Change("pull_request", one, three))
    assert (found.base, found.head, found.notes) == (one, three, ())
    assert found.found == "base is that of the event, head is the commit of the event"


def test_what_was_there_before_a_push_may_never_have_gone_out(repository: Repository) -> None:
    one, two, three = row(repository, 3)
    repository.tag("v1", one)
    found = found_in(repository, change=Change("push", two, three))
    assert found.base == two
    assert "--base has to name what runs" in found.notes[0]


def test_what_base_has_and_head_lacks_goes_away(repository: Repository) -> None:
    one, _, three = row(repository, 3)
    hotfix = repository.commit({"fix.py": "x\n"}, "Fix", parents=[one], branch="hotfix")
    repository.tag("v1", hotfix)
    found = found_in(repository, base="v1", head=three)
    assert "base has commits that head lacks (1)" in found.notes[0]


def test_a_tag_counts_by_its_own_name_and_not_the_one_inside(repository: Repository) -> None:
    one, two, three = row(repository, 3)
    repository.tag("old-name", one, annotated=True)
    repository.git("update-ref", "refs/tags/v1", "refs/tags/old-name")
    repository.git("tag", "--delete", "old-name")
    found = found_in(repository)
    assert (found.base, found.head) == (one, three)
    assert "v1" in found.found
    assert two != one


def test_the_base_of_an_event_that_is_gone_is_noted_and_the_next_counts(
    repository: Repository,
) -> None:
    _, two, three = row(repository, 3)
    repository.tag("v1", two)
    found = found_in(repository, change=Change("push", "e" * 40, three))
    assert (found.base, found.head) == (two, three)
    assert found.notes == (f"the base of the event, {'e' * 40}, is not in this clone any more",)


def test_the_head_of_an_event_that_is_gone_is_an_error(repository: Repository) -> None:
    one, _ = row(repository, 2)
    with pytest.raises(ChangeError, match=r"the commit eeee.* is not in this clone"):
        found_in(repository, change=Change("push", one, "e" * 40))


@pytest.mark.parametrize("annotated", [True, False])
def test_then_comes_the_last_release_tag(repository: Repository, *, annotated: bool) -> None:
    one, two, three = row(repository, 3)
    repository.tag("v1", one, annotated=annotated)
    repository.tag("v2", two, annotated=annotated)
    found = found_in(repository)
    assert (found.base, found.head) == (two, three)
    assert found.found == "base is the last release tag, v2, head is HEAD"


def test_when_a_tag_is_released_the_one_before_it_counts(repository: Repository) -> None:
    one, two, three = row(repository, 3)
    repository.tag("v1", one)
    repository.tag("latest", two)
    repository.tag("v2", three, annotated=True)
    repository.tag("v2.0", three)
    repository.tag("stable", three)
    assert found_in(repository).base == one
    assert found_in(repository, head="v2").base == one
    assert found_in(repository, change=Change("release", head="v2")).base == one


def test_tags_of_another_pattern_are_no_releases(repository: Repository) -> None:
    one, two, three = row(repository, 3)
    repository.tag("shop/v1", one)
    repository.tag("nightly-5", two)
    assert found_in(repository, tags=["shop/*"]).base == one
    assert found_in(repository, tags=["nope*", "nightly-*"]).base == two
    with pytest.raises(ChangeError, match=FIRST):
        found_in(repository)
    assert found_in(repository, base="shop/v1").head == three


def test_tags_that_head_does_not_have_are_no_releases_of_it(repository: Repository) -> None:
    one, *_ = row(repository, 2)
    side = repository.commit({"side": "x"}, parents=[one], branch="side")
    repository.tag("v1", one)
    repository.tag("v2", side)
    assert found_in(repository).base == one


def test_a_tag_of_a_file_is_no_release(repository: Repository) -> None:
    row(repository, 2)
    repository.tag("v1", "main:main")
    with pytest.raises(ChangeError, match=FIRST):
        found_in(repository)


def test_then_comes_where_the_branch_left_the_default_branch(repository: Repository) -> None:
    one, two, _ = row(repository, 3)
    repository.git("update-ref", "refs/remotes/origin/main", "main")
    row(repository, 1, "topic")
    side = repository.commit({"x": "y"}, parents=[two], branch="topic")
    found = found_in(repository, head="topic")
    assert (found.base, found.head) == (two, side)
    assert found.found == "base is where it left origin/main, head is topic (--head)"
    repository.git("update-ref", "refs/remotes/origin/trunk", one)
    event = Change("push", head=side, default_branch="trunk")
    assert found_in(repository, change=event).base == one


def test_the_first_deploy_has_no_base(repository: Repository) -> None:
    row(repository, 2)
    with pytest.raises(ChangeError, match=FIRST):
        found_in(repository)


def test_without_a_commit_there_is_nothing(repository: Repository) -> None:
    with pytest.raises(ChangeError, match="HEAD names no commit: is the repository new"):
        found_in(repository)


def test_head_before_base_is_a_rollback(repository: Repository) -> None:
    one, two, three = row(repository, 3)
    assert found_in(repository, three, one).rollback
    assert not found_in(repository, one, three).rollback
    assert not found_in(repository, two, two).rollback


def test_a_revert_is_told_how_to_be_a_rollback(repository: Repository) -> None:
    good = repository.commit({"a.py": "1\n", "b.py": "1\n"})
    better = repository.commit({"a.py": "2\n"})
    bad = repository.commit({"b.py": "2\n", "c.py": "new\n"})
    repository.commit({"b.py": "1\n"})
    half = repository.commit({"c.py": None})
    whole = repository.commit({"a.py": "1\n"}, "Revert everything")
    found = found_in(repository, bad, whole)
    assert (found.rollback, found.head) == (False, whole)
    (note,) = found.notes
    assert note.startswith(f"head has the content of {good[:7]}, which lies before base")
    assert "--change-type rollback" in note
    assert better[:7] in found_in(repository, bad, half).notes[0]
    assert found_in(repository, good, repository.commit({"d.py": "1\n"})).notes == ()


def test_what_changes_nothing_or_something_new_is_none(repository: Repository) -> None:
    first = repository.commit({"a.py": "1\n"})
    base = repository.commit({"a.py": "2\n"})
    empty = repository.commit({}, "Nothing")
    assert found_in(repository, base, empty).notes == ()
    assert found_in(repository, base, repository.commit({"a.py": "1\n", "b.py": ""})).notes == ()
    assert found_in(repository, first, base).notes == ()


def test_branches_that_have_parted_are_no_rollback(repository: Repository) -> None:
    one, two = row(repository, 2)
    side = repository.commit({"side": "x"}, parents=[one], branch="side")
    assert not found_in(repository, two, side).rollback


@pytest.mark.parametrize(
    "environ",
    [{}, {"GIT_TRACE": "1"}],
    ids=["plain", "traced"],
)  # fmt: skip
def test_histories_that_never_met_are_said_so(
    repository: Repository, environ: dict[str, str]
) -> None:
    _, two = row(repository, 2)
    other = repository.commit({"x": "y"}, parents=[], branch="other")
    with pytest.raises(ChangeError, match="have no common history"):
        found_in(repository, other, two, environ=environ)


HOSTILE = [
    "--output=written", "-h", "--help", "-", "--", "--all", "--upload-pack=touch written", "a\nb",
    "a\0b", "@{u}", "@{upstream}", "@{-1}", "^main", "main..topic", "main:main", "main^{tree}",
    "HEAD~99", " ", "nope", "e" * 40, "\udcff", "\ud800", "$(touch written)", "|touch written",
    "../../etc/passwd", "x" * 70_000,
]  # fmt: skip


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repository, str, str]:
    repository = Repository(tmp_path_factory.mktemp("untouched"))
    one, two = row(repository, 2)
    return repository, one, two


def files(repository: Repository) -> set[Path]:
    return {path for path in repository.folder.rglob("*") if "objects" not in path.parts}


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("option", ["base", "head"])
def test_what_names_no_commit_is_refused_and_does_nothing(
    untouched: tuple[Repository, str, str], name: str, option: str
) -> None:
    repository, one, _ = untouched
    before = files(repository)
    options = {"base": one, "head": "main"} | {option: name}
    with pytest.raises((ConfigError, ChangeError), match=rf"--{option}: there is no commit|utf-8"):
        found_in(repository, options["base"], options["head"])
    assert files(repository) == before


@pytest.mark.parametrize("name", HOSTILE[:12], ids=range(12))
def test_no_event_names_an_option_of_git(untouched: tuple[Repository, str, str], name: str) -> None:
    repository, one, two = untouched
    with pytest.raises(ChangeError, match="is not in this clone"):
        found_in(repository, change=Change("push", one, name))
    with pytest.raises(ChangeError, match=FIRST):
        found_in(repository, change=Change("push", name, two))


def test_a_long_name_is_not_shown_as_a_whole(repository: Repository) -> None:
    row(repository, 1)
    with pytest.raises(ConfigError) as caught:
        found_in(repository, "x" * 70_000)
    assert "there is no commit 'xxx" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_an_empty_option_is_none(repository: Repository) -> None:
    one, two = row(repository, 2)
    found = found_in(repository, "", "", Change("push", one, two))
    assert (found.base, found.head) == (one, two)


def test_a_tag_that_looks_like_an_option_is_a_tag(repository: Repository) -> None:
    one, two = row(repository, 2)
    repository.git("update-ref", "refs/tags/--output=written", one)
    assert found_in(repository, tags=["--output*"]).base == one
    repository.git("update-ref", "refs/tags/-h", two)
    assert found_in(repository, tags=["-*"]).base == one
    assert not (repository.folder / "written").exists()
