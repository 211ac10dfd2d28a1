"""Git repositories to measure on: many small commits over years, or one commit of many files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from tests.support.repository import DAY, Made, Repository, lines

SEED = 20
START = 1_600_000_000
FOLDERS, FILES_IN_FOLDER, LINES = 60, 50, 40
YEARS, FIXES, RELEASE, BATCH = 5, 0.25, 250, 5000
"""Years of history, share of fixes, commits of a release, commits of one import."""


def busy(folder: Path, number: int) -> tuple[Repository, list[str]]:
    """So many commits on 3000 files, 1 to 10 files each, with a tag for each release; packed."""
    repository = Repository(folder, "--bare")
    steps, hashes = _steps(number), []
    while batch := list(islice(steps, BATCH)):
        hashes += repository.commits(batch)
    tags = "".join(
        f"create refs/tags/v{place // RELEASE}.0 {hashes[place]}\n"
        for place in range(RELEASE - 1, number, RELEASE)
    )
    repository.git("update-ref", "--stdin", given=tags.encode())
    repository.git("repack", "-a", "-d", "-q")
    return repository, hashes


def _steps(number: int) -> Iterator[Made]:
    chance = Random(SEED)
    content: dict[str, list[str]] = {}
    for place in range(number):
        files = {}
        for _ in range(chance.randint(1, 10)):
            path = _path(chance)
            text = content.setdefault(path, [f"{path} {line}\n" for line in range(LINES)])
            _edit(text, place, chance)
            files[path] = "".join(text)
        message = f"Fix bug {place}" if chance.random() < FIXES else f"Add feature {place}"
        time = START + place * (YEARS * 365 * DAY) // number
        yield Made(files, f"{message}\n\nIn so many words.\n", time)


def _path(chance: Random) -> str:
    """Some files change much more often than others, as in life."""
    folder = int(FOLDERS * chance.random() ** 2)
    return f"src/part{folder:02d}/file{int(FILES_IN_FOLDER * chance.random() ** 2):02d}.py"


def _edit(text: list[str], place: int, chance: Random) -> None:
    at = chance.randrange(len(text))
    number = min(30, 1 + int(chance.expovariate(0.2)))
    text[at : at + number] = [f"changed in {place}, line {line}\n" for line in range(number)]
    del text[2 * LINES :]


def wide(folder: Path, number: int) -> tuple[Repository, list[str]]:
    """A commit, and one on top of it that touches so many files."""
    repository = Repository(folder, "--bare")
    files = {f"src/{place // 100}/file{place}.py": lines(3) for place in range(number)}
    return repository, repository.commits([Made({"README": "x\n"}), Made(files, "Add them all")])
