"""What came before the change of a run: most commits are larger than a few files of settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.cli.running import ROOT
from tests.support.repository import Made, Repository, lines

COMMITS = 60


@dataclass(frozen=True)
class Past:
    """A repository, its last release, and its last commit, which is younger."""

    folder: Path
    tip: str
    tag: str = "v1.0.0"


def past(folder: Path) -> Past:
    """The same commits each time, with the same hashes."""
    repository = Repository(folder)
    sizes = range(100, 100 + 10 * COMMITS, 10)
    made = [Made({f"src/{size}.py": lines(size, f"{size}")}) for size in sizes]
    data = Made({"checkout.csv": (ROOT / "examples/file/checkout.csv").read_text()})
    hashes = repository.commits([data, *made, Made({"src/late.py": lines(3)})])
    repository.tag("v0.9.0", hashes[-9])
    repository.tag("v1.0.0", hashes[-2])
    return Past(folder, hashes[-1])
