"""What fuzzing has found in what git prints: each was a traceback, and is an error that says so.

git prints such things when it is broken, or is not git.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import pytest

from slogate.changes.blobs import Tree
from slogate.changes.facts import read_range
from slogate.changes.fold import fold
from slogate.changes.git import Commitish, Git
from slogate.changes.log import HEADER, read_files
from slogate.changes.past import Fixes, read_nodes, read_tags
from slogate.changes.process import GitError, _failed
from slogate.changes.revisions import _last_tag, _merge_base, require_complete
from slogate.core.commits import Revisions
from slogate.core.risk_policy import RiskPolicy
from slogate.errors import ChangeError

SHA, OTHER = "a" * 40, "b" * 40
HEAD = HEADER.replace("%x01", "\x01").replace("%x00", "\0").replace("%H", SHA)
COMMIT = HEAD.replace("%ct", "5").replace("%B", "Fix it").encode()
BACK = Revisions(SHA, OTHER, 5, "", rollback=True)


class Said:
    """git that prints these answers one after the other, whatever it is asked."""

    renames_skipped = False

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)

    def ask(self, *arguments: str, given: str = "") -> str:
        return self.answers.pop(0).decode(errors="surrogateescape")

    @contextmanager
    def stream(self, *arguments: str, given: str = "") -> Iterator[Iterator[bytes]]:
        yield iter([self.answers.pop(0)])

    def boundary(self) -> frozenset[str]:
        return frozenset({OTHER})

    def commit(self, name: str) -> Commitish | None:
        return None


def said(*answers: bytes) -> Git:
    return cast("Git", Said(*answers))


FOUND: dict[str, Callable[[], object]] = {
    "a number of lines below zero": lambda: [*read_files([COMMIT + b"-1\t2\ta\0"])],
    "a number of lines without an end": lambda: [*read_files([COMMIT + b"9" * 400 + b"\t2\ta\0"])],
    "a time that is none": lambda: read_nodes(said(b"1e9 %b\n" % SHA.encode()), [SHA]),
    "a time alone": lambda: read_nodes(said(b"5\n"), [SHA]),
    "an empty line": lambda: read_nodes(said(b"\n"), [SHA]),
    "a count that is none": lambda: read_range(said(b"", b"4\n9"), BACK, RiskPolicy(), {"all": ()}),
    "no ancestor, and no error": lambda: _merge_base(
        said(b""), Commitish(SHA, 1), Commitish(OTHER, 2)
    ),
    "a root without its hash": lambda: require_complete(said(b"5\n", b""), SHA, OTHER),
    "a commit without a time": lambda: require_complete(
        said(b"", b"x %b\n" % SHA.encode()), "", ""
    ),
    "an object on no line": lambda: [*Tree(said(b"abc"), SHA).find(["a"])],
    "a file of more bytes than there are": lambda: [
        *Tree(said(b"%b blob %b\n" % (SHA.encode(), b"9" * 5000)), SHA).find(["a"])
    ],
    "a tree entry without a kind": lambda: [
        *Tree(said(b"x missing\n", b"100644\ta\0"), SHA).find(["a"])
    ],
    "a commit nobody asked for": lambda: fold([COMMIT], [], Fixes(1), {OTHER: 1}.__getitem__),
}


@pytest.mark.parametrize("name", FOUND)
def test_output_that_git_does_not_print(name: str) -> None:
    with pytest.raises(ChangeError, match="what git printed cannot be read"):
        FOUND[name]()


def test_refs_that_are_no_tags_are_none() -> None:
    printed = (
        f"{SHA} refs/tags/v1\nnonsense\n{OTHER} refs/tags/v1^{{}}\n{SHA} refs/tags/a refs/tags/b\n"
    )
    assert read_tags(said(printed.encode()), ["v*"]) == {"v1": OTHER}


def test_a_hash_that_is_no_ascii_is_no_tag() -> None:
    tags = f"{OTHER} refs/tags/v1\n".encode()
    assert _last_tag(said(tags, b"\xff\xfe\n"), Commitish(SHA, 1), ["v*"]) is None


def test_what_git_complains_of_is_one_printable_line() -> None:
    error = _failed("log", b"fatal: \x1b[2J a\0b\nc\x07", 128)
    assert isinstance(error, GitError)
    assert str(error) == "git log failed: fatal: [2J a b c"
