"""git, played back: what it printed of a real repository when it was asked the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, cast

from slogate.changes.git import Git
from slogate.changes.process import GitError, Running
from slogate.core.commits import Revisions
from slogate.deadline import Deadline
from slogate.errors import ChangeError
from tests.support.repository import ENVIRON, Made, Module, Moved, Repository

SECONDS = 600.0
SHA = "0123456789abcdef0123456789abcdef01234567"
Key = tuple[tuple[str, ...], str]
Task = Callable[[Git, Revisions], str]


class Played:
    """A git command that has ended, and what it printed."""

    def __init__(self, output: bytes, error: Exception | None = None) -> None:
        self.said = b""
        self._output = output
        self._error = error

    def chunks(self, _: str) -> Iterator[bytes]:
        """The output in pieces of odd sizes."""
        for start in range(0, len(self._output), 997):
            yield self._output[start : start + 997]
        if self._error is not None:
            raise self._error


class Recorder(Git):
    """git, and what it has printed."""

    tape: dict[Key, tuple[bytes, Exception | None]]

    @contextmanager
    def _running(
        self,
        arguments: Sequence[str],
        folder: str | Path,
        environ: Mapping[str, str],
        given: str = "",
    ) -> Iterator[Running]:
        output: list[bytes] = []
        failed: Exception | None = None
        with super()._running(arguments, folder, environ, given) as process:
            try:
                output.extend(process.chunks("git"))
            except ChangeError as error:
                failed = error
        self.tape[tuple(arguments), given] = b"".join(output), failed
        yield cast("Running", Played(b"".join(output), failed))


class Player(Git):
    """What was recorded, but for the answer number `at`."""

    def __init__(self, world: World, at: int, wrong: bytes, environ: Mapping[str, str]) -> None:
        self._world, self._at, self._wrong, self._count = world, at, wrong, 0
        super().__init__(world.folder, environ, Deadline(SECONDS))

    @contextmanager
    def _running(
        self,
        arguments: Sequence[str],
        folder: str | Path,
        environ: Mapping[str, str],
        given: str = "",
    ) -> Iterator[Running]:
        number, self._count = self._count, self._count + 1
        output, failed = (
            (self._wrong, None) if number == self._at else self._known(arguments, given)
        )
        yield cast("Running", Played(output, failed))

    def _known(self, arguments: Sequence[str], given: str) -> tuple[bytes, Exception | None]:
        """What git said to this question, or else to another one of its kind."""
        found = self._world.tape.get((tuple(arguments), given))
        if found is not None:
            return found
        word = _command(arguments)
        alike = (
            answer for (asked, _), answer in self._world.tape.items() if _command(asked) == word
        )
        return next(alike, (b"", GitError(word, 128, "fatal: nothing like this was recorded")))


def _command(arguments: Sequence[str]) -> str:
    words = iter(arguments)
    for word in words:
        if word == "-c":
            next(words)
        elif not word.startswith("-"):
            return word
    return ""


class World(NamedTuple):
    """A repository with all that git was asked of it."""

    folder: Path
    base: Revisions
    tape: dict[Key, tuple[bytes, Exception | None]]
    kept: tempfile.TemporaryDirectory[str]
    answers: Mapping[str, Sequence[bytes]]


def recorded(tasks: Mapping[str, Task]) -> World:
    """Does these tasks in a repository.

    It has releases, merges, renames, binaries, a submodule, odd names and trailers.
    """
    kept = tempfile.TemporaryDirectory(prefix="fuzz-git-")
    made = Repository(Path(kept.name) / "work")
    shas = made.commits(
        [
            Made({"app/a.py": "a\n" * 30, "app/b.py": "b\n", "README.md": "x\n"}),
            Made({"app/a.py": "a\n" * 31}, "Fix a bug"),
            Made({"app/ä \t.py": "c\n" * 9, "bin": b"\0\1\2"}, "Add"),
            *(
                Made({"app/a.py": "a\n" * (40 + n)}, f"Fix #{n}" if n % 3 else "Go on")
                for n in range(9)
            ),
            Made({"app/c.py": Moved("app/b.py"), "sub": Module(SHA)}, "Move"),
            Made({"migrations/1.sql": "x\n"}, "Side", parents=[":3"], branch="side"),
            Made({"app/d.py": "d\n"}, "Merge", parents=[":13", ":14"]),
            Made(
                {"app/a.py": "z\n" * 50}, "Fix it\n\nChange-Type: security\nSigned-off-by: A <a@b>"
            ),
            Made({"app/e.py": "e\n"}, "Topic", parents=[":15"], branch="topic"),
        ]
    )
    for number, sha in enumerate(shas[1:12:2]):
        made.tag(f"v{number}.0", sha, annotated=number % 2 == 1)
    tape: dict[Key, tuple[bytes, Exception | None]] = {}
    answers = {}
    base = Revisions(shas[11], shas[-2], 1, "")
    for word, task in tasks.items():
        Recorder.tape = {}
        git = Recorder(made.folder, ENVIRON, Deadline(SECONDS))
        with suppress(ChangeError):
            task(git, base)
        answers[word] = [output for output, _ in Recorder.tape.values()]
        tape |= Recorder.tape
    return World(made.folder, base, tape, kept, answers)
