"""Commits, tags and clocks that no ordinary git writes, but that real histories have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from slogate.changes.git import Git
from slogate.changes.revisions import RangeOptions, revisions
from slogate.core.risk_policy import RiskPolicy
from slogate.errors import ChangeError
from tests.changes.builders import found_in, only, opened, released
from tests.support.repository import DAY, HOUR, START, Made, Repository

YEAR = 365 * DAY
WHO = b"Ada <ada@example.com>"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def written(repo: Repository, parent: str, when: bytes, message: bytes = b"Change\n") -> str:
    """A commit object of exactly these bytes, which changes what its parent did back again."""
    tree = repo.git("rev-parse", f"{parent}^^{{tree}}").encode()
    content = b"tree %b\nparent %b\nauthor %b 1780000000 +0000\ncommitter %b%b\n\n%b" % (
        *(tree, parent.encode(), WHO, WHO, when),
        message,
    )
    options = ("-t", "commit", "-w", "--stdin", "--literally")
    return repo.git("hash-object", *options, given=content)


def two(repo: Repository) -> tuple[str, str]:
    return repo.commit({"a": "1\n"}), repo.commit({"a": "1\n2\n"})


TIMELESS = pytest.mark.parametrize("when", [b"", b" x +0000", b" -5 +0000"])


@TIMELESS
def test_a_release_with_a_commit_without_a_time_is_read_or_refused(
    repo: Repository, when: bytes
) -> None:
    base, second = two(repo)
    (head,) = repo.commits([Made({"a": "3\n"}, parents=[written(repo, second, when)])])
    try:
        assert len(released(repo, base, head).commits) == 3
    except ChangeError as error:
        assert "read" in str(error)  # noqa: PT017


@TIMELESS
def test_a_commit_without_a_time_in_the_past_does_no_harm(repo: Repository, when: bytes) -> None:
    _, second = two(repo)
    (base,) = repo.commits([Made({"a": "3\n"}, parents=[written(repo, second, when)])])
    assert only(released(repo, base, repo.commit({"a": "4\n"}))).added == 1


def test_a_message_never_says_when_a_commit_was_made(repo: Repository) -> None:
    base, second = two(repo)
    head = written(repo, second, b"", b"Change\n\ncommitter Ada <a@b> 5 +0000\n")
    commit = opened(repo).commit(head)
    assert commit is None or commit.time != 5
    assert base


@pytest.mark.parametrize("when", [b" 99999999999999999999 +0000", b" 4102444800 +9999"])
def test_a_time_far_in_the_future_is_a_time(repo: Repository, when: bytes) -> None:
    base, second = two(repo)
    (head,) = repo.commits([Made({"a": "3\n"}, parents=[written(repo, second, when)])])
    assert len(released(repo, base, head).commits) == 3


def test_a_message_ends_at_a_nul(repo: Repository) -> None:
    base, second = two(repo)
    head = written(repo, second, b" 1780009000 +0000", b"Mend it\0\x01" + b"a" * 40 + b"\0fix\0")
    newest, oldest = released(repo, base, head).commits
    assert (newest.sha, newest.subject, newest.deleted) == (head, "Mend it", 1)
    assert oldest.sha == second


@pytest.mark.parametrize(
    "oldest",
    [
        0,
        YEAR + 99_999_999,
        YEAR + 100_000_000,
        START - 9 * YEAR,
    ],
)
def test_a_commit_from_long_ago_does_not_hide_the_fixes_since(
    repo: Repository, oldest: int
) -> None:
    """Imports from other systems often have commits of 1970."""
    repo.commits([Made({"z": "1\n"}, time=oldest), Made({"a": "1\n"}, "Fix a", time=START)])
    repo.commits([Made({"a": "2\n"}, "Fix a"), Made({"b": "2\n"})])
    base = repo.commit({"b": "3\n"})
    assert only(released(repo, base, repo.commit({"a": "3\n"}))).fixes == 2


def test_messages_are_read_in_their_own_encoding(repo: Repository) -> None:
    base = repo.commit({"a": "1\n"})
    known = repo.commit({"a": "2\n"}, "Möbel".encode("latin-1"), encoding="ISO-8859-1")
    wrong = repo.commit({"a": "3\n"}, b"M\xf6bel")
    lying = repo.commit({"a": "4\n"}, b"M\xf6bel", encoding="x-none")
    subjects = {commit.sha: commit.subject for commit in released(repo, base).commits}
    assert subjects == {known: "Möbel", wrong: "M\ufffdbel", lying: "M\ufffdbel"}


def test_control_bytes_in_a_message_do_not_end_it(repo: Repository) -> None:
    base = repo.commit({"a": "1\n"})
    message = b"\x01" + b"a" * 40 + b"\x1b[2J\r\n\n:100644 M\t1\t1\tx\n\x01fix\n"
    found = only(released(repo, base, repo.commit({"a": "2\n"}, message)))
    assert found.subject.rstrip() == "\x01" + "a" * 40 + "\x1b[2J"
    assert (found.is_fix, found.files) == (True, 1)


def releases(repo: Repository, base: str, head: str) -> list[list[str]]:
    found = released(repo, base, head, RiskPolicy(least_releases=1)).releases
    return [[commit.sha for commit in release] for release in found]


@pytest.mark.parametrize("annotated", [True, False])
def test_earlier_releases_are_what_lies_between_their_tags(
    repo: Repository, *, annotated: bool
) -> None:
    shas = [repo.commit({"a": f"{place}\n"}) for place in range(8)]
    for version, place in enumerate((1, 3, 6)):
        repo.tag(f"v{version}", shas[place], annotated=annotated)
    repo.tag("nightly", shas[4], annotated=annotated)
    expected = [[shas[6], shas[5], shas[4]], [shas[3], shas[2]]]
    assert [sorted(release) for release in releases(repo, shas[6], shas[7])] == [
        sorted(release) for release in expected
    ]


def test_a_tag_of_a_tag_is_a_release(repo: Repository) -> None:
    shas = [repo.commit({"a": f"{place}\n"}) for place in range(3)]
    repo.tag("v0", shas[0])
    repo.tag("candidate", shas[1], annotated=True)
    repo.tag("v1", "candidate", annotated=True)
    assert found_in(repo).base == shas[1]
    assert releases(repo, shas[1], shas[2]) == [[shas[1]]]


def test_releases_that_are_too_few_to_compare_with_are_not_read(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shas = [repo.commit({"a": f"{place}\n"}) for place in range(9)]
    for version, place in enumerate((1, 3, 5, 7)):
        repo.tag(f"v{version}", shas[place])
    asked: list[str] = []
    stream = Git.stream

    def watched(git: Git, *words: str, given: str = "") -> AbstractContextManager[Iterator[bytes]]:
        asked.extend(given.split() if "--no-walk=unsorted" in words else ())
        return stream(git, *words, given=given)

    monkeypatch.setattr(Git, "stream", watched)
    for least, expected in ((4, shas[6:8]), (3, shas[2:8])):
        asked.clear()
        released(repo, shas[7], shas[8], RiskPolicy(history=2, least_releases=least))
        assert sorted(asked) == sorted(expected)


def test_a_tag_of_something_else_than_a_commit_is_no_release(repo: Repository) -> None:
    base, head = two(repo)
    repo.tag("v1", base)
    repo.tag("v2", "HEAD^{tree}")
    repo.tag("v3", "HEAD:a", annotated=True)
    assert found_in(repo).base == base
    assert releases(repo, base, head) == []


def test_a_clock_that_was_wrong_does_not_change_what_is_released(repo: Repository) -> None:
    base = repo.commit({"a": "1\n"})
    shas = repo.commits(
        [
            Made({"a": "2\n"}, time=START - 5 * YEAR),
            Made({"a": "3\n"}, time=START + 5 * YEAR),
            Made({"a": "4\n"}, time=START + HOUR),
        ]
    )
    assert {commit.sha for commit in released(repo, base).commits} == set(shas)


def test_a_policy_without_a_past_reads_none(repo: Repository) -> None:
    base, head = two(repo)
    policy = RiskPolicy(history=0, releases=0)
    assert released(repo, base, head, policy).history == ()
    assert revisions(opened(repo), RangeOptions(base, head)).base_time == START + HOUR
