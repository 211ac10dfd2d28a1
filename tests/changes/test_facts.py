"""What git knows of a release, counted by hand in real repositories."""

from __future__ import annotations

from dataclasses import replace
from math import log2
from pathlib import Path

import pytest

from slogate.changes.git import Git, GitError
from slogate.changes.merges import fold_merges
from slogate.changes.past import Fixes
from slogate.core.change_risk import change_risk
from slogate.core.commits import Touched
from slogate.core.risk import commit_score
from slogate.core.risk_policy import Safeguard
from slogate.deadline import Deadline
from tests.changes.builders import POLICY, found_in, only, ranges, released
from tests.support.repository import DAY, START, Made, Module, Moved, Repository, lines

SCOPES = {"a": ("a/",), "b": ("b/",)}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_an_ordinary_range(repository: Repository) -> None:
    base, mended, _ = repository.commits([
        Made({"app.py": lines(10), "docs/use.md": "Use it.\n"}),
        Made({"app.py": lines(11)}, "Fix the first crash"),
        Made({"app.py": lines(12)}, "Fixes the second crash"),
    ])  # fmt: skip
    base = repository.commit({"app.py": lines(13)}, "Third bug", time=START + DAY)
    one = repository.commit({"app.py": lines(13) + lines(6, "new"), "cli.py": lines(2)}, "Add it")
    two = repository.commit({"docs/use.md": "Use it well.\n", "cli.py": None}, "Hotfix\n\nBody.")
    found = released(repository, base)
    later, earlier = found.commits
    assert (earlier.sha, earlier.subject, earlier.time) == (one, "Add it", START + DAY + 3600)
    assert (earlier.added, earlier.deleted, earlier.files, earlier.documents) == (8, 0, 2, 0)
    assert (earlier.fixes, earlier.fixed, earlier.is_fix) == (3, "app.py", False)
    assert earlier.entropy == pytest.approx(-(0.75 * log2(0.75) + 0.25 * log2(0.25)))
    assert (later.sha, later.subject, later.is_fix) == (two, "Hotfix", True)
    assert (later.added, later.deleted, later.files, later.documents) == (1, 3, 2, 1)
    assert later.fixes == 0
    score = log2(1 + 8) + 0.6 * log2(1 + 3) + 0.25 * earlier.entropy
    assert commit_score(earlier) == pytest.approx(score)
    assert [commit.subject for commit in found.history][:2] == [
        "Third bug",
        "Fixes the second crash",
    ]
    assert found.history[1].fixes == 1, f"{mended} mended it before"


def forked(repository: Repository) -> tuple[str, str, str]:
    """A base, and two commits upon it on branches of their own."""
    base = repository.commit({"app.py": lines(3)})
    side = repository.commit({"side.py": lines(4)}, "Side", parents=[base], branch="side")
    return base, side, repository.commit({"app.py": lines(4)}, "Main")


def test_merges_are_left_out_but_not_what_they_bring(repository: Repository) -> None:
    base, side, main = forked(repository)
    repository.commit({"side.py": lines(4)}, "Merge side", parents=[main, side])
    assert {commit.subject for commit in released(repository, base).commits} == {"Side", "Main"}


def test_what_a_merge_changes_itself_counts_like_a_commit(repository: Repository) -> None:
    base, side, main = forked(repository)
    merged = {"side.py": lines(4), "db/migrations/1.sql": lines(50)}
    repository.commit(merged, "Merge side", parents=[main, side])
    found = released(repository, base)
    added = {commit.subject: commit.added for commit in found.commits}
    assert added == {"Side": 4, "Main": 1, "Merge side": 50}
    assert found.touched["migrations"].example == "db/migrations/1.sql"


def test_a_merge_with_the_same_parent_twice_hides_nothing(repository: Repository) -> None:
    base = repository.commit({"app.py": lines(3)})
    repository.commit({"evil.py": lines(50)}, "Evil")
    tree = repository.git("rev-parse", "main^{tree}")
    twice = repository.git(
        "hash-object", "-t", "commit", "-w", "--stdin",
        given=f"tree {tree}\nparent {base}\nparent {base}\nauthor A <a@b> 1790000000 +0000\n"
        "committer A <a@b> 1790000000 +0000\n\nTwice\n".encode(),
    )  # fmt: skip
    found = released(repository, base, twice)
    assert only(found).added == 50


def test_a_merge_of_three_counts_only_where_it_changes_something_itself(
    repository: Repository,
) -> None:
    base, side, main = forked(repository)
    third = repository.commit({"third.py": "x\n"}, "Third", parents=[base], branch="third")
    both = {"side.py": lines(4), "third.py": "x\n"}
    clean = repository.commit(both, "Octopus", parents=[main, side, third])
    found = released(repository, base, clean)
    assert (len(found.commits), found.octopus) == (3, "")
    evil = repository.commit({**both, "evil.py": "x\n"}, "Evil", parents=[main, side, third])
    found = released(repository, base, evil)
    assert found.octopus == evil
    assert (
        "more than two branches" in change_risk(found, found_in(repository, base), POLICY).problem
    )


def test_files_without_lines_are_noted(repository: Repository) -> None:
    base = repository.commit({"app.js": "x\n"})
    repository.commit({"app.js": b"/*\0*/\n" + b"x\n" * 1000})
    found = released(repository, base)
    assert only(found).added == 0
    notes = change_risk(found, found_in(repository, base), POLICY).notes
    assert notes == ("binary, so no lines are counted: app.js",)


def test_fixes_of_a_renamed_file_are_those_under_its_old_path(repository: Repository) -> None:
    repository.commit({"old.py": lines(20)})
    repository.commit({"old.py": lines(21)}, "Fix one")
    base = repository.commit({"old.py": lines(22)}, "Fix two")
    repository.commit({"new.py": Moved("old.py")}, "Move it")
    commit = only(released(repository, base))
    assert (commit.added, commit.files, commit.fixes, commit.fixed) == (0, 1, 2, "new.py")
    assert commit_score(commit) == pytest.approx(0.6 * log2(3))


def test_a_binary_file_has_no_lines_but_is_a_file(repository: Repository) -> None:
    base = repository.commit({"logo.png": b"\0\1\2"})
    repository.commit({"logo.png": b"\0\2\3\n\n", "new.bin": b"\0" * 9000}, "Draw it")
    commit = only(released(repository, base))
    assert (commit.added, commit.deleted, commit.files, commit_score(commit)) == (0, 0, 2, 0)


def test_a_submodule_that_moves_is_told(repository: Repository) -> None:
    base = repository.commit({"vendor/lib": Module("1" * 40), "app.py": "x\n"})
    repository.commit({"vendor/lib": Module("2" * 40), "app.py": "y\n"})
    found = released(repository, base)
    assert found.submodules == Touched(1, "vendor/lib")
    assert only(found).files == 2


def test_only_deleting_has_no_points_for_lines(repository: Repository) -> None:
    base = repository.commit({"app.py": lines(40), "old.py": lines(10)})
    repository.commit({"app.py": lines(30), "old.py": None}, "Remove it")
    commit = only(released(repository, base))
    assert (commit.added, commit.deleted) == (0, 20)
    assert commit_score(commit) == pytest.approx(0.25 * 1.0)


def test_an_empty_commit_is_none(repository: Repository) -> None:
    base = repository.commit({"app.py": "x\n"})
    repository.commit({}, "Fix nothing, run the pipeline again")
    found = released(repository, base)
    assert found.commits == ()
    risk = change_risk(found, found_in(repository, base), POLICY)
    assert risk.notes == ("nothing to release: no commit of head that base lacks changes a file",)


def test_an_empty_range_has_nothing_to_release(repository: Repository) -> None:
    head = repository.commit({"app.py": "x\n"})
    assert released(repository, head).commits == ()


def test_a_subtree_that_is_merged_in_counts_with_its_first_commit(repository: Repository) -> None:
    base = repository.commit({"app.py": "x\n"})
    other = repository.commit({"lib.py": lines(7)}, "Lib", parents=[], branch="lib")
    merge = repository.commit({"lib/lib.py": lines(7)}, "Merge", parents=[base, other])
    added = {commit.subject: commit.added for commit in released(repository, base, merge).commits}
    assert added == {"Lib": 7, "Merge": 0}


def test_a_revert_names_what_it_takes_back(repository: Repository) -> None:
    base = repository.commit({"app.py": "x\n"})
    bad = repository.commit({"app.py": "y\n"}, "Try it")
    message = f'Revert "Try it"\n\nThis reverts commit {bad}.\n'
    back = repository.commit({"app.py": "x\n"}, message)
    found = released(repository, base)
    assert found.commits[0].reverts == bad
    risk = change_risk(found, found_in(repository, base), POLICY)
    assert risk.notes == (f"{back[:7]} and what it takes back both count",)


def test_fixes_older_than_a_year_before_base_do_not_count(repository: Repository) -> None:
    time = START + 400 * DAY
    repository.commit({"app.py": lines(1)}, "Fix it", time=time - 365 * DAY - 1)
    repository.commit({"app.py": lines(2)}, "Fix it", time=time - 365 * DAY)
    base = repository.commit({"app.py": lines(3)}, "Fix it", time=time)
    repository.commit({"app.py": lines(4)}, "Fix it", time=time + 1)
    assert only(released(repository, base)).fixes == 2


def test_fixes_within_the_release_do_not_count(repository: Repository) -> None:
    base = repository.commit({"app.py": lines(1)})
    repository.commits([Made({"app.py": lines(n)}, "Fix it") for n in range(2, 6)])
    assert [commit.fixes for commit in released(repository, base).commits] == [0, 0, 0, 0]


def test_a_monorepo_counts_what_touches_the_paths(repository: Repository) -> None:
    base = repository.commit({"a/x.py": lines(20), "b/y.py": "y\n", "README": "r\n"})
    repository.commit({"a/x.py": lines(21)}, "Only a")
    repository.commit({"b/y.py": "z\n", "a/z.py": lines(5)}, "Both")
    repository.commit({"README": "s\n"}, "Neither")
    repository.commit({"b/x.py": Moved("a/x.py")}, "From a to b")
    found = ranges(repository, base, scopes=SCOPES)
    subjects = {name: [one.subject for one in each.commits] for name, each in found.items()}
    assert subjects == {"a": ["From a to b", "Both", "Only a"], "b": ["From a to b", "Both"]}
    assert {name: each.elsewhere for name, each in found.items()} == {"a": 1, "b": 2}
    both = {name: each.commits[1].added for name, each in found.items()}
    assert both == {"a": 5, "b": 1}


def test_the_past_of_a_scope_is_that_of_its_paths(repository: Repository) -> None:
    repository.commit({"a/x.py": "x\n"}, "First a")
    base = repository.commit({"b/y.py": "y\n"}, "First b")
    repository.commit({"a/x.py": "z\n"}, "Second a")
    found = ranges(repository, base, scopes=SCOPES)
    history = {name: [one.subject for one in each.history] for name, each in found.items()}
    assert history == {"a": ["First a"], "b": ["First b"]}


def test_what_is_excluded_does_not_count_but_is_told(repository: Repository) -> None:
    policy = replace(POLICY, exclude=("*.lock", "vendor/"))
    base = repository.commit({"app.py": "x\n"})
    repository.commit({"vendor/big.js": lines(900), "app.py": "y\n"}, "Change it")
    repository.commit({"poetry.lock": lines(80)}, "Lock it")
    found = released(repository, base, policy=policy)
    assert (only(found).added, only(found).files) == (1, 1)
    assert found.excluded == Touched(2, "poetry.lock")
    assert "dependencies" in found.touched, "what is left out of the score still asks for care"


def test_a_rollback_lists_what_it_takes_back(repository: Repository) -> None:
    head = repository.commit({"app.py": "x\n"})
    base = repository.commit({"db/migrations/1.sql": "create\n"}, "Create a table")
    range_ = found_in(repository, base, head)
    assert range_.rollback
    found = released(repository, base, head)
    assert [commit.subject for commit in found.commits] == ["Create a table"]
    risk = change_risk(found, range_, POLICY)
    assert (risk.likelihood, [one.name for one in risk.safeguards]) == (None, ["migrations"])
    assert "a rollback: head lies 1 commit before base" in risk.notes[0]


def test_safeguards_are_those_of_the_paths_that_change(repository: Repository) -> None:
    base = repository.commit({"app.py": "x\n", "auth/login.py": lines(30)})
    repository.commit({"app.py": "y\n", "Dockerfile": "FROM x\n", "deploy/Dockerfile": "FROM y\n"})
    repository.commit({"lib/names.py": Moved("auth/login.py")}, "Move it out of sight")
    touched = released(repository, base).touched
    assert touched["infrastructure"] == Touched(2, "Dockerfile")
    assert touched["authentication"] == Touched(1, "auth/login.py"), "the path that it had"
    assert set(touched) == {"infrastructure", "authentication"}


@pytest.mark.parametrize(
    "name", ["a\nb.py", "a\rb", "\n", "a\tb", "\x01", "\udcff", "a\x85b", "a\u2028b"]
)
def test_no_name_of_a_file_hides_it_from_a_safeguard(repository: Repository, name: str) -> None:
    rule = Safeguard("migrations", ("migrations/",), "look")
    base = repository.commit({"app.py": "x\n"})
    repository.commit({f"db/migrations/{name}": "drop\n"})
    found = released(repository, base, policy=replace(POLICY, safeguards=(rule,)))
    assert found.touched["migrations"].files == 1


def moved_with_changes(repository: Repository, number: int) -> tuple[str, str]:
    old = {f"old/{n}": lines(9, f"f{n}") for n in range(number)}
    base = repository.commit(old)
    gone: dict[str, str | None] = dict.fromkeys(old)
    new = {f"new/to{n}": lines(9, f"f{n}") + "x\n" for n in range(number)}
    return base, repository.commit({**gone, **new}, "Move everything")


def test_a_rename_that_was_too_wide_to_look_for_is_told(repository: Repository) -> None:
    repository.git("config", "diff.renameLimit", "10")
    base, _ = moved_with_changes(repository, 20)
    found = released(repository, base)
    assert (found.renames_skipped, only(found).files) == (True, 40)


def test_a_wide_rename_of_the_past_is_no_doubt_about_the_release(repository: Repository) -> None:
    repository.git("config", "diff.renameLimit", "10")
    _, base = moved_with_changes(repository, 20)
    repository.commit({"app.py": "x\n"})
    assert not released(repository, base).renames_skipped


def test_a_repository_of_the_newer_hashes(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "sha256", "--object-format=sha256")
    base = repository.commit({"app.py": "x\n"})
    repository.commit({"app.py": lines(3)}, "Change it")
    assert len(base) == 64
    assert only(released(repository, base)).added == 3


@pytest.mark.parametrize(
    ("said", "known"),
    [("unrecognized argument: --remerge-diff", True), ("unable to read tree", False)],
)
def test_merges_are_passed_over_only_where_git_is_too_old(
    said: str, *, known: bool, monkeypatch: pytest.MonkeyPatch, repository: Repository
) -> None:
    def failing(self: Git, *arguments: str, given: str = "") -> None:
        raise GitError("log", 128, said)

    monkeypatch.setattr(Git, "stream", failing)
    asked = Git(repository.folder, {}, Deadline(5))
    if known:
        assert "it takes git 2.36" in fold_merges(asked, "HEAD", [], Fixes(1), 0)
        return
    with pytest.raises(GitError, match=said):
        fold_merges(asked, "HEAD", [], Fixes(1), 0)
