"""What came before a release: the latest commits, earlier releases, fixes of each file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.changes.past import Fixes, read_past
from slogate.core.commits import fix_expression
from tests.changes.builders import POLICY, only, opened, released
from tests.core.builders import law
from tests.support.repository import HOUR, START, Made, Repository, lines


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def row(repository: Repository, number: int) -> list[str]:
    return repository.commits(Made({"app.py": lines(count + 1)}) for count in range(number))


def test_the_history_is_that_of_base_newest_first_without_merges(repository: Repository) -> None:
    one, two = row(repository, 2)
    side = repository.commit({"side": "x"}, parents=[one], branch="side")
    merge = repository.commit({"side": "x"}, parents=[two, side])
    base = repository.commit({"app.py": "x\n"}, parents=[merge])
    repository.commit({"app.py": "y\n"})
    past = read_past(opened(repository), base, POLICY)
    assert [node.sha for node in past.history] == [base, side, two, one]


def test_the_history_has_a_limit(repository: Repository) -> None:
    shas = row(repository, 8)
    past = read_past(opened(repository), shas[-1], replace(POLICY, history=3))
    assert [node.sha for node in past.history] == shas[:-4:-1]


def test_a_release_has_the_commits_that_no_earlier_one_has(repository: Repository) -> None:
    shas = row(repository, 7)
    for name, place in {"v1": 1, "v2": 2, "v3": 5, "other": 4}.items():
        repository.tag(name, shas[place], annotated=name == "v2")
    past = read_past(opened(repository), shas[-1], POLICY)
    releases = [(time, {node.sha for node in nodes}) for time, nodes in past.releases]
    times = [START + HOUR * (place + 1) for place in (2, 1)]
    assert releases == [(times[0], set(shas[3:6])), (times[1], {shas[2]})]


def test_two_tags_of_one_commit_are_one_release(repository: Repository) -> None:
    shas = row(repository, 4)
    for name, place in {"v1": 0, "v2": 2, "2": 2}.items():
        repository.tag(name, shas[place])
    past = read_past(opened(repository), shas[-1], POLICY)
    assert [len(nodes) for _, nodes in past.releases] == [2]


def test_fixes_are_counted_up_to_where_each_group_of_the_past_begins(
    repository: Repository,
) -> None:
    made = [Made({"app.py": lines(count + 1)}, "Fix it") for count in range(8)]
    *_, base, _ = repository.commits(made)
    found = released(repository, base, "main")
    assert only(found).fixes == 7
    assert [commit.fixes for commit in found.history] == [6, 5, 4, 3, 2, 1, 1]


def test_no_past_is_read_where_nothing_asks_for_it(repository: Repository) -> None:
    base, _ = row(repository, 2)
    fixed = replace(POLICY.medium, kind="score", value=5)
    found = released(repository, base, policy=replace(POLICY, medium=fixed, high=fixed))
    assert (found.history, len(found.commits)) == ((), 1)


TIMES = st.lists(st.integers(0, 100), max_size=20)


@law
@given(TIMES, st.integers(0, 100), st.integers(0, 50))
def test_fixes_of_a_file_are_counted_within_the_look_back(
    times: list[int], until: int, look_back: int
) -> None:
    fixes = Fixes(look_back)
    for time in times:
        fixes.add("app.py", time)
    fixes.sort()
    assert fixes.count("app.py", until) == sum(until - look_back <= time <= until for time in times)
    assert fixes.count("other.py", until) == 0


WORDS = st.sampled_from([
    *("fix", "Fixed", "FIXES", "bug", "Bugs", "bugfix", "hot-fix", "Hotfixes", "defects", "ﬁx"),
    *("regression", "prefix", "debug", "fi", "x", " ", "-", "\n", "\t", "_", "é", "\u017f", "K"),
])  # fmt: skip


@pytest.mark.parametrize("word", ["bug", "FİX"])
def test_what_is_a_fix_in_the_release_is_one_before_it(repository: Repository, word: str) -> None:
    base = repository.commit({"app.py": "x\n"}, word)
    repository.commit({"app.py": "y\n"}, word)
    commit = only(released(repository, base))
    assert commit.is_fix == bool(commit.fixes)


@given(st.lists(st.lists(WORDS, max_size=5).map("".join), min_size=30, max_size=30))
@settings(law, max_examples=3)
def test_git_picks_no_other_fixes_than_the_pattern_does(
    tmp_path_factory: pytest.TempPathFactory, messages: list[str]
) -> None:
    repository = Repository(tmp_path_factory.mktemp("fixes"))
    made = [Made({"app.py": lines(count)}, message) for count, message in enumerate(messages, 1)]
    base = repository.commits(made)[-1]
    repository.commit({"app.py": "x\n"})
    fix = fix_expression()
    expected = sum(fix.search(message) is not None for message in messages)
    assert only(released(repository, base)).fixes == expected
