"""Clones whose history is cut off: never scored as if the boundary had added everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from slogate.core.change_risk import change_risk
from slogate.core.model import Change
from slogate.errors import ChangeError, ConfigError
from tests.changes.builders import POLICY, found_in, only, opened, released
from tests.support.repository import DAY, START, Made, Repository, lines

LACKS = "the clone is shallow and lacks commits of this release: fetch all of the history"


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "origin")


def days(origin: Repository, number: int) -> list[str]:
    """A commit a day, each a fix."""
    return origin.commits(
        Made({"app.py": lines(count + 1), f"{count}.py": lines(40)}, "Fix it", START + count * DAY)
        for count in range(number)
    )


@pytest.mark.parametrize(
    ("base", "head", "event"),
    [("{base}", None, None), (None, None, ("{base}", "{head}")), ("{head}", "main~2", None),
     (None, None, (None, "{base}"))],
)  # fmt: skip
def test_a_commit_that_is_not_there_is_said_so(
    origin: Repository,
    tmp_path: Path,
    base: str | None,
    head: str | None,
    event: tuple[str | None, str] | None,
) -> None:
    first, *_, last = days(origin, 4)
    clone = origin.clone(tmp_path / "clone", "--depth=1")
    names = [name and name.format(base=first, head=last) for name in (base, head, *(event or ()))]
    change = Change("push", names[2], names[3]) if event else None
    with pytest.raises(ChangeError, match=LACKS):
        found_in(clone, names[0], names[1], change)


def test_a_first_deploy_cannot_be_told_from_a_clone_without_its_tags(
    origin: Repository, tmp_path: Path
) -> None:
    base, *_ = days(origin, 4)
    origin.tag("v1", base)
    with pytest.raises(ChangeError, match=LACKS):
        found_in(origin.clone(tmp_path / "clone", "--depth=2"))


def test_an_unknown_name_in_a_complete_clone_is_the_mistake_of_an_option(
    origin: Repository, tmp_path: Path
) -> None:
    days(origin, 2)
    with pytest.raises(ConfigError, match="--base: there is no commit 'v9'"):
        found_in(origin.clone(tmp_path / "clone"), "v9")


def test_a_boundary_within_the_release_is_said_so(origin: Repository, tmp_path: Path) -> None:
    root = origin.commit({"app.py": "x\n"})
    side = origin.commit({"a.py": lines(5)}, "One", parents=[root], branch="side")
    side = origin.commit({"a.py": lines(6)}, "Two", parents=[side], branch="side")
    base = origin.commit({"b.py": "x\n"}, "Base", parents=[root])
    origin.commit({"a.py": lines(6)}, "Merge", parents=[base, side])
    clone = origin.clone(tmp_path / "clone", "--depth=2")
    assert len(opened(clone).boundary()) == 2
    with pytest.raises(ChangeError, match=LACKS):
        released(clone, base)


def test_a_boundary_that_is_a_merge_is_said_so(origin: Repository, tmp_path: Path) -> None:
    root, one = days(origin, 2)
    side = origin.commit({"a.py": lines(6)}, parents=[root], branch="side")
    merge = origin.commit({"a.py": lines(6)}, "Merge", parents=[one, side])
    head = origin.commit({"a.py": lines(7)})
    clone = origin.clone(tmp_path / "clone", "--depth=2")
    assert only(released(clone, merge, head)).added == 1
    with pytest.raises(ChangeError, match=LACKS):
        released(clone, one, head)


def test_with_base_at_hand_fixes_are_known_for_some_days_only(
    origin: Repository, tmp_path: Path
) -> None:
    *_, base, head = days(origin, 9)
    clone = origin.clone(tmp_path / "clone", "--depth=5")
    found = released(clone, base, head)
    assert found.history_days == 3
    assert only(found).fixes == 3, "the boundary itself touches no file that we know"
    assert len(found.history) == 3
    notes = change_risk(found, found_in(clone, base, head), POLICY).notes
    assert notes == (
        "the clone is shallow: fixes are known for 3 of 365 days, and the score may be too low",
    )


def test_base_at_the_boundary_has_no_past(origin: Repository, tmp_path: Path) -> None:
    *_, base, head = days(origin, 9)
    found = released(origin.clone(tmp_path / "clone", "--depth=2"), base, head)
    assert (found.history_days, found.history, only(found).fixes) == (0, (), 0)
    assert only(found).added == 41


def test_a_shallow_clone_of_more_than_a_year_is_as_good(origin: Repository, tmp_path: Path) -> None:
    origin.commit({"app.py": "x\n"}, time=START)
    origin.commit({"app.py": "y\n"}, time=START + DAY)
    base = origin.commit({"app.py": "z\n"}, time=START + 367 * DAY)
    origin.commit({"app.py": "w\n"})
    clone = origin.clone(tmp_path / "clone", "--depth=3")
    assert opened(clone).is_shallow()
    assert released(clone, base).history_days is None


def test_history_can_be_fetched(origin: Repository, tmp_path: Path) -> None:
    base, *_, head = days(origin, 4)
    origin.tag("v1", base)
    clone = origin.clone(tmp_path / "clone", "--depth=1")
    git = opened(clone)
    git.fetch_history()
    assert not git.is_shallow()
    assert git.boundary() == frozenset()
    assert len(released(clone, "v1", head).commits) == 3


def test_history_that_cannot_be_fetched_is_said_so(origin: Repository, tmp_path: Path) -> None:
    days(origin, 3)
    clone = origin.clone(tmp_path / "clone", "--depth=1")
    origin.folder.rename(tmp_path / "moved")
    git = opened(clone)
    with pytest.raises(ChangeError, match="git fetch failed"):
        git.fetch_history()
    assert git.is_shallow()


def test_a_side_branch_from_before_the_boundary_is_not_scored_with_the_past(
    origin: Repository, tmp_path: Path
) -> None:
    """Base is cut off from the root, to which the side branch leads: base had it all along."""
    root = origin.commit({f"{count}.py": lines(50) for count in range(9)}, "Start")
    side = origin.commit({"side.py": "x\n"}, "Side", parents=[root], branch="side")
    main = root
    for count in range(6):
        main = origin.commit({"app.py": lines(count)}, parents=[main])
    origin.commit({"side.py": "x\n"}, "Merge", parents=[main, side])
    assert [commit.subject for commit in released(origin, main).commits] == ["Side"]
    with pytest.raises(ChangeError, match=LACKS):
        released(origin.clone(tmp_path / "clone", "--depth=4"), main)


@pytest.mark.parametrize(("time", "known"), [(9 * DAY, False), (21 * DAY, True)])
def test_a_side_branch_is_known_to_be_new_when_it_is_younger_than_what_is_cut_off(
    origin: Repository, tmp_path: Path, time: int, *, known: bool
) -> None:
    """Base reaches back to `old` through its second parent, and maybe to the side as well."""
    old = origin.commit({"a.py": "x\n"}, time=START)
    side = origin.commit({"b.py": "x\n"}, "Side", parents=[old], branch="side", time=START + time)
    main = origin.commits(
        Made({"c.py": lines(count)}, "Main", START + (10 + count) * DAY) for count in range(9)
    )[-1]
    base = origin.commit({}, "Base", parents=[main, old], time=START + 20 * DAY)
    origin.commit({"b.py": "x\n"}, "Merge", parents=[base, side], time=START + 22 * DAY)
    clone = origin.clone(tmp_path / "clone", "--depth=4")
    if known:
        assert only(released(clone, base)).subject == "Side"
    else:
        with pytest.raises(ChangeError, match=LACKS):
            released(clone, base)


def test_a_root_of_its_own_is_new_where_the_past_of_base_is_complete(
    origin: Repository, tmp_path: Path
) -> None:
    base = origin.commit({"a.py": "x\n"}, "Base")
    other = origin.commit({"b.py": "x\n"}, "Other", parents=[], branch="other")
    long = origin.commits(
        Made({"c.py": lines(count)}, parents=[] if not count else None, branch="long")
        for count in range(9)
    )[-1]
    head = origin.commit({"b.py": "x\n"}, "Merge", parents=[base, other])
    origin.commit({"c.py": "x\n"}, "Merge", parents=[head, long])
    clone = origin.clone(tmp_path / "clone", "--depth=4")
    assert opened(clone).is_shallow()
    assert only(released(clone, base, head)).subject == "Other"
