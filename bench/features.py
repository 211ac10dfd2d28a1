"""A repository made after the features of real commits: does git give the scores that they have?

Lines, files, documents, spread and fixes are built as in the file; before each commit that is
scored others prepare its files, and mend the first of them as often as is still lacking. What has
no changed line is not built, so a few commits have fewer files than in the file.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from math import log2
from pathlib import Path
from statistics import correlation
from typing import NamedTuple

from slogate.changes.facts import read_range
from slogate.changes.git import Git
from slogate.changes.revisions import RangeOptions, revisions
from slogate.core.commits import Commit
from slogate.core.risk import commit_score
from slogate.core.risk_policy import Band, RiskPolicy
from slogate.deadline import Deadline
from tests.support.repository import ENVIRON, Made, Repository, lines

ROWS, MOST_FILES = 400, 500
YEAR = 365 * 86_400
POLICY = RiskPolicy(medium=Band("score", 5), high=Band("score", 8))
"""Without percentiles the past is not read, which is not what is measured here."""


class Row(NamedTuple):
    """A commit of the file, and its lines: how many each of its files has added and deleted."""

    commit: Commit
    deleted: int


class Hot:
    """Files that were mended, with the times; one with a wanted number of recent fixes is asked for."""

    def __init__(self) -> None:
        self._times: dict[str, list[int]] = {}

    def nearest(self, wanted: int, until: int, ending: str) -> tuple[str, int]:
        """The file with the most fixes up to that number, and how many are lacking."""
        counts = [
            (self._count(path, until), path)
            for path in self._times
            if path.endswith(ending) and self._count(path, until) <= wanted
        ]
        if not counts:
            return f"hot/file{len(self._times)}{ending}", wanted
        count, path = max(counts)
        return path, wanted - count

    def mend(self, path: str, time: int) -> None:
        self._times.setdefault(path, []).append(time)

    def _count(self, path: str, until: int) -> int:
        times = self._times[path]
        return len(times) - bisect_left(times, until - YEAR)


def rank_correlation(path: Path, project: str, place: Path) -> tuple[float, str]:
    """Spearman's correlation of live scores with those of the file, and what else is to be said."""
    rows = _read(path, project)
    if not rows:
        raise SystemExit(f"{path} has no commits of a project {project!r}")
    repository, pairs = _built(rows, place)
    live = []
    for base, head in pairs:
        git = Git(repository.folder, ENVIRON, Deadline(60))
        asked = revisions(git, RangeOptions(base, head))
        (commit,) = read_range(git, asked, POLICY, {"": ()})[""].commits
        live.append(commit)
    scores = [commit_score(commit) for commit in live]
    known = [commit_score(row.commit) for row in rows]
    found = correlation(_ranks(scores), _ranks(known))
    gap = sum(abs(a - b) for a, b in zip(scores, known, strict=True)) / len(rows)
    alike = [
        f"{name} {sum(abs(getattr(a, name) - getattr(row.commit, name)) < slack for a, row in zip(live, rows, strict=True)) / len(rows):.0%}"
        for name, slack in (
            ("added", 1),
            ("fixes", 1),
            ("entropy", 0.05),
            ("documents", 1),
            ("is_fix", 1),
        )
    ]
    return (
        found,
        f"{project}: {len(rows)} commits; mean difference {gap:.3f}; alike: {', '.join(alike)}",
    )


def _read(path: Path, project: str) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(
            (row for row in csv.DictReader(file) if row["project"] == project),
            key=lambda row: int(row["ts"]),
        )
    rows = [row for row in rows if 0 < int(row["nf"]) <= MOST_FILES]
    step = max(1, len(rows) // ROWS)
    return [
        Row(
            Commit(
                sha="", time=int(row["ts"]), subject="", added=int(row["la"]), files=int(row["nf"]),
                documents=int(row["ndoc"]), entropy=float(row["entropy"]), is_fix=row["fixn"] == "1",
                fixes=int(row["nfix1y_max"]),
            ),
            int(row["ld"]),
        )
        for row in rows[::step][:ROWS]
    ]  # fmt: skip


def _built(rows: Sequence[Row], place: Path) -> tuple[Repository, list[tuple[str, str]]]:
    """For each row the commits that prepare it, and then the one that is scored."""
    repository, hot = Repository(place / "built", "--bare"), Hot()
    made: list[Made] = []
    scored: list[int] = []
    stale: dict[str, None] = {}
    for number, row in enumerate(rows):
        commit, before = row.commit, row.commit.time - 1
        names, lacking = _names(number, commit, hot, before)
        shares = _shares(row)
        old = {
            name: lines(gone, f"old {number}")
            for name, (_, gone) in zip(names, shares, strict=True)
        }
        made.append(Made({**stale, **old}, "Prepare", before))
        for turn in range(lacking):
            hot.mend(names[0], before)
            made.append(Made({names[0]: f"{turn}\n"}, "Fix it", before))
        if lacking:
            made.append(Made({names[0]: old[names[0]]}, "Prepare", before))
        scored.append(len(made))
        new = {
            name: lines(more, f"new {number}")
            for name, (more, _) in zip(names, shares, strict=True)
        }
        made.append(Made(new, "Fix it" if commit.is_fix else "Add it", commit.time))
        if commit.is_fix:
            hot.mend(names[0], commit.time)
        stale = {name: None for name in names if not name.startswith("hot/")}
    hashes = repository.commits(made)
    return repository, [(hashes[at - 1], hashes[at]) for at in scored]


def _names(number: int, commit: Commit, hot: Hot, before: int) -> tuple[list[str], int]:
    """The files of a commit, documents last, and how many fixes the first of them lacks."""
    endings = [".py"] * (commit.files - commit.documents) + [".md"] * commit.documents
    names = [f"part{number}/file{place}{ending}" for place, ending in enumerate(endings)]
    if not commit.fixes:
        return names, 0
    first, lacking = hot.nearest(commit.fixes, before, endings[0])
    return [first, *names[1:]], lacking


def _shares(row: Row) -> list[tuple[int, int]]:
    """Lines added and deleted in each file, so that they spread as evenly as in the row."""
    total, files = row.commit.added + row.deleted, row.commit.files
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (
            (middle, high)
            if _entropy(_split(total, files, middle)) < row.commit.entropy
            else (low, middle)
        )
    left, found = row.commit.added, []
    for changed in _split(total, files, high):
        added = min(changed, left)
        left -= added
        found.append((added, changed - added))
    return found


def _split(total: int, files: int, ratio: float) -> list[int]:
    """A whole number of lines for each file, each about `ratio` times the one before."""
    weights = [ratio**place for place in range(files)]
    ends, seen, whole = [0], 0.0, sum(weights)
    for weight in weights:
        seen += weight
        ends.append(round(total * seen / whole))
    return [end - begin for begin, end in pairwise(ends)]


def _entropy(parts: Sequence[int]) -> float:
    total = sum(parts)
    return -sum(part / total * log2(part / total) for part in parts if part)


def _ranks(values: Sequence[float]) -> list[float]:
    """The place of each value in their order; equal ones share the middle of theirs."""
    ordered = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(ordered)))}
    last = {value: place for place, value in enumerate(ordered)}
    return [(first[value] + last[value]) / 2 for value in values]
