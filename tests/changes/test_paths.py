"""Which files a pattern means: what pathspec says, however few of them it is asked for."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from slogate.changes.paths import Counter, Paths
from slogate.core.commits import FileChange, Touched
from slogate.core.risk_policy import SAFEGUARDS

PIECE = st.sampled_from(
    ["a", "b", ".sql", "*", "**", "?", "/", " ", "[ab]", "[!a]", "\\*", "\\ ", "é"]
)
PATTERN = st.lists(PIECE, min_size=1, max_size=5).map("".join)
PATTERNS = st.lists(st.builds(str.__add__, st.sampled_from(["", "!", "#"]), PATTERN), max_size=3)
PATH = st.lists(st.text("ab.sql* é\\!#", min_size=1, max_size=4), min_size=1, max_size=3)


def spec_of(patterns: list[str]) -> GitIgnoreSpec | None:
    try:
        return GitIgnoreSpec.from_lines(patterns)
    except ValueError:
        return None


@given(PATTERNS, PATH.map("/".join))
@example(["a/**/b"], "a/b")
@example(["**/a"], "a")
@example(["a "], "a")
@example(["a /"], "a /b")
@example(["a\\ "], "a ")
@example(["\\a"], "a")
@example(["*", "!a"], "b")
@example(["a[b"], "a[b")
@example(["/a/"], "a/b")
@example([], "a")
def test_files_are_those_that_pathspec_finds(patterns: list[str], path: str) -> None:
    spec = spec_of(patterns)
    if spec is not None:
        assert Paths(patterns).holds(path) == spec.match_file(path)


@given(st.data())
def test_safeguards_find_what_pathspec_finds(data: st.DataObject) -> None:
    patterns = data.draw(st.sampled_from([rule.paths for rule in SAFEGUARDS]))
    known = data.draw(st.sampled_from(patterns)).replace("*", data.draw(st.sampled_from(["", "x"])))
    path = "/".join(filter(None, ["x", *known.split("/"), data.draw(st.sampled_from(["", "y"]))]))
    assert Paths(patterns).holds(path) == GitIgnoreSpec.from_lines(patterns).match_file(path)


@pytest.mark.parametrize(
    "patterns", [("services/a/", "services/a.yml"), *(rule.paths for rule in SAFEGUARDS)]
)
def test_a_file_that_has_nothing_of_a_pattern_does_not_cost_asking_pathspec(
    monkeypatch: pytest.MonkeyPatch, patterns: tuple[str, ...]
) -> None:
    paths = Paths(patterns)
    monkeypatch.setattr(GitIgnoreSpec, "match_file", None)
    assert not any(map(paths.holds, ("services/b/x.py", "web/src/page.py", "README.md")))


def test_of_a_renamed_file_the_path_that_matches_is_told() -> None:
    paths, counter = Paths(["a/"]), Counter()
    changes = [("a/x", "b/x"), ("b/y", "a/y"), ("b/z", None), ("b/z", "c/z"), ("a/z", "a/x")]
    found = [paths.find(FileChange(new, 1, 1, old)) for new, old in changes]
    assert found == ["a/x", "a/y", None, None, "a/z"]
    for path in filter(None, found):
        counter.add(path)
    assert counter.touched == Touched(3, "a/x")


def test_a_line_break_in_the_name_of_a_folder_hides_nothing() -> None:
    assert Paths(["migrations/"]).holds("a\n/migrations/1")
    assert Paths(["a*b/"]).holds("a\nb/x")


@pytest.mark.parametrize("kind", ["submodule", "link"])
def test_what_stands_for_a_folder_is_inside_of_what_a_pattern_for_folders_means(kind: str) -> None:
    paths = Paths(["libs/payment/", "auth/"])
    assert paths.find(FileChange("libs/payment", 1, 0)) is None
    assert paths.find(FileChange("libs/payment", 1, 0, None, **{kind: True})) == "libs/payment"
