"""Fuzzed output of git: what it printed of a real repository, one answer of which is wrong.

What comes out is ChangeError, or facts that can be scored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from random import Random

from bench.fuzz_files import split
from bench.fuzz_git_world import SHA, Player, Task, World, recorded
from bench.fuzz_target import SECRET, Target
from bench.fuzz_values import NUMBERS, bytes_mutated
from slogate.changes.blobs import Tree
from slogate.changes.facts import read_range
from slogate.changes.git import Git
from slogate.changes.names import find_commit
from slogate.changes.process import _failed
from slogate.changes.revisions import RangeOptions, revisions
from slogate.changes.trailers import read_trailers
from slogate.core.change_risk import change_risk
from slogate.core.commits import Revisions
from slogate.core.model import Change
from slogate.core.risk_policy import RiskPolicy
from slogate.reports.escape import for_terminal
from tests.support.repository import ENVIRON

POLICY = RiskPolicy(history=40, least_history=2, releases=5, least_releases=1)
SCOPES: Mapping[str, Sequence[str]] = {"all": (), "app": ("app/",), "none": ("nowhere/",)}
FAILED = "failed"
LONGEST_NOTE = 5_000
"""Characters; a path may have 4096 bytes."""
_ODD = (
    *(b"-1", b"9" * 20, b"1e9", b"", b"\0", b"\n", b"\t", b"x" * 5000, b"-\t-\t", b" ", b"\r\n"),
    *(b":160000 120000 ", b"R100", b"\x01", b"\0\0", b"commit 5\n", b"\xff\xfe", b"a\tb\tc\0"),
    *(b"9" * 5000, b"refs/tags/", b"^{}", b" missing\n", b"loop 3\n", b"blob 99999999\n"),
    *(str(number).encode() for number in NUMBERS if abs(number) < 10**100),
    SHA.encode(),
)


def _range(git: Git, between: Revisions) -> str:
    for found in read_range(git, between, POLICY, SCOPES).values():
        risk = change_risk(found, between, POLICY)
        if risk.likelihood is not None:
            assert math.isfinite(risk.likelihood.score), "a score that is none"
            assert 0 <= risk.likelihood.probability <= 1, "a probability that is none"
        for note in (risk.problem, *risk.notes):
            # NOTE: notes name paths as they are, which are escaped where they are shown.
            assert len(note) < LONGEST_NOTE, f"a note of {len(note)} characters"
            assert for_terminal(note).isprintable(), f"a note that is not printable: {note[:80]!r}"
    return "scored"


def _revisions(git: Git, _: Revisions) -> str:
    found = revisions(git, RangeOptions(None, "main", None, POLICY.tags))
    assert all((found.base, found.head)), "no range"
    return "a range"


def _fork(git: Git, between: Revisions) -> str:
    change = Change(event="push", base=between.base, head=between.head, default_branch="main")
    revisions(git, RangeOptions(None, "topic", None, ("x*",)))
    revisions(git, RangeOptions(None, None, change, ()))
    return "a range"


def _undone(git: Git, between: Revisions) -> str:
    back = Revisions(between.head, between.base, 1, "", rollback=True)
    return _range(git, back)


def _shallow(git: Git, between: Revisions) -> str:
    git.is_shallow = lambda: True  # type: ignore[method-assign]
    git.boundary = lambda: frozenset({between.base})  # type: ignore[method-assign]
    return _range(git, between)


def _tree(git: Git, between: Revisions) -> str:
    tree = Tree(git, between.head)
    entries = tree.find(["app/a.py", "README.md", "app", "sub/x", "nothing", "bin"])
    files = [entry for entry in entries if not entry.problem]
    for entry, content in tree.read(files):
        assert len(content) == entry.size, "a file of another size"
    return f"{len(tree.search(['a.py'], 5))} found"


def _commit(git: Git, _: Revisions) -> str:
    found = [find_commit(git, name) for name in ("main", "v1.0", "main~2", "0123456", "HEAD")]
    return (
        f"{sum(one is not None for one in found)} commits, {'dirty' if git.is_dirty() else 'clean'}"
    )


def _trailers(git: Git, between: Revisions) -> str:
    return f"{min(len(read_trailers(git, between.head)), 3)} trailers"


TASKS: dict[str, Task] = {
    "open": lambda git, _: "bare" if git._bare else "opened",  # noqa: SLF001
    "revisions": _revisions,
    "fork": _fork,
    "range": _range,
    "undone": _undone,
    "shallow": _shallow,
    "tree": _tree,
    "commit": _commit,
    "trailers": _trailers,
}


@lru_cache
def world() -> World:
    """The repository, made once."""
    return recorded(TASKS)


def make_git(draw: Random) -> bytes:
    """A task, the number of the answer that is wrong, and that answer."""
    word = draw.choice((*TASKS, FAILED))
    answers = world().answers[word if word in TASKS else draw.choice(list(TASKS))]
    # NOTE: each task opens the repository first.
    at = draw.randrange(1, len(answers)) if len(answers) > 1 else 0
    raw = answers[at]
    if draw.random() < 0.1:
        raw = draw.choice(draw.choice(list(world().answers.values())))
    for _ in range(draw.randint(0, 3)):
        first = draw.randint(0, len(raw))
        marks = [index for index, byte in enumerate(raw[first : first + 200]) if byte in b" \0\t\n"]
        start = first + (draw.choice(marks) + 1 if marks else 0)
        raw = raw[:start] + draw.choice(_ODD) + raw[start + draw.choice((0, 1, 5, 40)) :]
    raw = bytes_mutated(raw, draw) if draw.random() < 0.4 else raw
    return f"{word} {at}\n".encode() + raw


def run_git(case: bytes) -> str:
    """Do the task with that answer; without one it is what git complains of."""
    head, body = split(case)
    word, _, at = head.partition(" ")
    if word not in TASKS:
        raise _failed("log", body + f" https://ann:{SECRET}@host/x".encode(), 128)
    known = world()
    git = Player(known, int(at) if at.isdecimal() and len(at) < 9 else 0, body, ENVIRON)
    return f"{word}: {TASKS[word](git, known.base)}"


TARGETS = (Target("git output", make_git, run_git),)
