"""What is read out of a commit: its lines, how they are spread, documents, fixes and reverts."""

from __future__ import annotations

import re
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.commits import (
    FIX_PATTERN,
    Commit,
    FileChange,
    Header,
    Tally,
    fix_expression,
    is_document,
    reverted,
)
from slogate.core.risk import commit_score, terms
from tests.core.builders import NOW, law

FIX = re.compile(FIX_PATTERN, re.IGNORECASE)
SHA = "0123456789abcdef0123456789abcdef01234567"
LINES = st.integers(0, 100_000)


def folded(
    *changes: FileChange, message: str = "Add a thing", fixes: tuple[int, ...] = ()
) -> Commit:
    tally = Tally()
    for place, change in enumerate(changes):
        tally.add(change, fixes[place] if fixes else 0)
    return tally.commit(Header(SHA, NOW, message), FIX)


def changed(*lines: int) -> Commit:
    """A commit with so many added lines in each of its files."""
    return folded(*(FileChange(f"{name}.py", number, 0) for name, number in enumerate(lines)))


@pytest.mark.parametrize(
    "message",
    [
        "fix typo",
        "Fix: crash on start",
        "FIXED the build",
        "Fixes #3",
        "Fixing the tests",
        "fix(core): off by one",
        "a bug",
        "Two bugs less",
        "Closes-Bug: #1234",
        "bugfix for login",
        "Bugfixes",
        "hotfix",
        "hot-fix",
        "Hotfixes for 2.1",
        "pre-fix cleanup",
        "A defect",
        "regressions of 1.2",
        "Change the limits\n\nThe regression came with 1.2.",
    ],
)
def test_messages_that_say_fix(message: str) -> None:
    assert folded(FileChange("a.py", 7, 0), message=message).is_fix


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Add a prefix",
        "affixes of words",
        "suffixes",
        "debug output",
        "Debugging aids",
        "test fixtures",
        "fixup! add a thing",
        "fixable, they say",
        "bugle",
        "bugfixing",
        "bug_fix",
        "defective",
        "regressive tax",
    ],
)
def test_messages_that_only_look_like_it(message: str) -> None:
    assert not folded(FileChange("a.py", 7, 0), message=message).is_fix


def test_another_pattern_for_fixes() -> None:
    tally = Tally()
    tally.add(FileChange("a.py", 7, 0), 0)
    header = Header(SHA, NOW, "PROD-17: fix nothing")
    assert tally.commit(header, re.compile("PROD-")).is_fix
    assert not tally.commit(header, re.compile("OPS-")).is_fix


def test_the_facts_of_a_commit() -> None:
    found = folded(
        FileChange("a.py", 6, 2),
        FileChange("docs/b.md", 4, 4),
        message="\nRevert it\n\nThis reverts commit abc1234.\n",
        fixes=(2, 0),
    )
    assert found == Commit(
        sha=SHA,
        time=NOW,
        subject="Revert it",
        added=10,
        deleted=6,
        files=2,
        documents=1,
        entropy=1.0,
        is_fix=False,
        fixes=2,
        fixed="a.py",
        reverts="abc1234",
    )


@pytest.mark.parametrize(
    ("lines", "bits"),
    [
        ((), 0),
        ((10,), 0),
        ((0,), 0),
        ((5, 5), 1),
        ((5, 5, 0), 1),
        ((3, 1), 0.811278),
        ((8, 4, 2, 2), 1.75),
        ((7,) * 8, 3),
    ],
)
def test_how_evenly_a_change_is_spread(lines: tuple[int, ...], bits: float) -> None:
    found = changed(*lines).entropy
    assert found == pytest.approx(bits, abs=1e-6)
    # ten lines in one file come out a little below 0 where rounding is not caught
    assert found >= 0


def test_two_files_alike_are_a_quarter_of_a_point_more_than_one() -> None:
    assert commit_score(changed(5, 5)) - commit_score(changed(10)) == pytest.approx(0.25)


def test_deleted_lines_count_for_the_spread_only() -> None:
    found = folded(FileChange("a.py", 5, 3), FileChange("b.py", 0, 8))
    assert (found.added, found.deleted) == (5, 11)
    assert found.entropy == pytest.approx(1)


@law
@given(st.lists(st.tuples(LINES, LINES), max_size=50))
def test_the_folded_entropy_is_that_of_its_formula(lines: list[tuple[int, int]]) -> None:
    total = sum(map(sum, lines))
    parts = [sum(pair) / total for pair in lines if sum(pair)]
    found = folded(*(FileChange("a.py", added, deleted) for added, deleted in lines))
    assert found.entropy == pytest.approx(-sum(part * log2(part) for part in parts), abs=1e-9)
    assert found.entropy >= 0


def test_a_binary_file_counts_as_a_file_and_no_more() -> None:
    text = FileChange("docs/a.md", 7, 0)
    found = folded(text, FileChange("logo.png", None, None))
    assert (found.added, found.deleted, found.files, found.entropy) == (7, 0, 2, 0)
    assert terms(found).documents == pytest.approx(-0.25)
    assert folded(FileChange("logo.png", None, None), fixes=(3,)).fixes == 3


def test_a_mere_rename_has_the_points_of_its_recent_fixes_alone() -> None:
    found = folded(FileChange("new.py", 0, 0, old="old.py"), fixes=(3,))
    assert (found.files, found.fixes, found.fixed) == (1, 3, "new.py")
    assert commit_score(found) == pytest.approx(0.6 * 2)


@pytest.mark.parametrize(("path", "old", "documents"), [("a.md", "a.py", 1), ("a.py", "a.md", 0)])
def test_a_renamed_file_is_what_it_is_called_now(path: str, old: str, documents: int) -> None:
    assert folded(FileChange(path, 1, 1, old=old)).documents == documents


@pytest.mark.parametrize(
    ("fixes", "most", "fixed"),
    [((0, 0, 0), 0, ""), ((1, 4, 2), 4, "b.py"), ((4, 1, 4), 4, "a.py"), ((0, 0, 1), 1, "c.py")],
)
def test_the_file_with_most_recent_fixes_counts(
    fixes: tuple[int, ...], most: int, fixed: str
) -> None:
    found = folded(*(FileChange(f"{name}.py", 1, 0) for name in "abc"), fixes=fixes)
    assert (found.fixes, found.fixed) == (most, fixed)


def test_a_tally_is_empty_until_the_first_file_whatever_that_is() -> None:
    tally = Tally()
    assert tally.empty
    tally.add(FileChange("logo.png", None, None), 0)
    assert not tally.empty


def test_a_commit_without_files_has_no_points() -> None:
    assert commit_score(folded()) == 0


@pytest.mark.parametrize(
    "path",
    [
        "README",
        "readme.txt",
        "sub/CHANGELOG",
        "LICENSE",
        "NOTICE",
        "guide.md",
        "a/b/index.RST",
        "intro.adoc",
        "docs/conf.py",
        "src/doc/picture.svg",
        "Documentation/admin/index.html",
        "caf\udce9.md",
    ],
)
def test_documents(path: str) -> None:
    assert is_document(path)


@pytest.mark.parametrize(
    "path",
    ["docs.py", "mydocs/a.py", "requirements.txt", "readme.py", "a.md.j2", "src/markdown.py", "changes/a.py", "docker/a"],
)  # fmt: skip
def test_no_documents(path: str) -> None:
    assert not is_document(path)


@pytest.mark.parametrize(
    ("message", "sha"),
    [
        (f'Revert "Add a thing"\n\nThis reverts commit {SHA}.\n', SHA),
        (f"Revert x\n\nThis reverts commit {SHA}, reversing\nchanges made to abc1234.", SHA),
        ("Revert x\n\nThis reverts commit abc1234 (Add a thing, 2026-11-20).", "abc1234"),
        (f'Reapply "x"\n\nThis reverts commit {SHA}.', SHA),
        (f"Squashed\n\nThis reverts commit abc1234.\nThis reverts commit {SHA}.", "abc1234"),
        ("Revert the limits by hand", ""),
        ("Document that\n\nthe text `This reverts commit abc1234` is looked for", ""),
        ("Revert x\n\nThis reverts commit abc12.", ""),
        ("Revert x\n\nThis reverts commit of last week.", ""),
        ("Revert x\n\nThis reverts commit effacedness.", ""),
    ],
)
def test_which_commit_is_taken_back(message: str, sha: str) -> None:
    assert reverted(message) == sha


@pytest.mark.parametrize(
    ("pattern", "message", "found"),
    [
        ("St\u00d6rung", "eine st\u00f6rung behoben", True),
        ("prod-[0-9]+", "PROD-17", True),
        (FIX_PATTERN, "FIX the build", True),
        # git, which looks for the default pattern, ignores the case of ASCII only
        (FIX_PATTERN, "f\u0131x the build", False),
    ],
)
def test_what_a_fix_is_named_may_be_written_in_any_case(
    pattern: str, message: str, *, found: bool
) -> None:
    assert bool(fix_expression(pattern).search(message)) is found
