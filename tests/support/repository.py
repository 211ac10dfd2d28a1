"""Real git repositories made to measure: commits through `git fast-import`, the rest through git.

Nothing of the user's reaches them: no configuration, names or clock, so hashes are always the same.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

START = 1_780_000_000
HOUR, DAY = 3600, 86_400
WHO = "Ada <ada@example.com>"
ENVIRON = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": f"{START} +0000",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_COMMITTER_DATE": f"{START} +0000",
}


class Moved(NamedTuple):
    """In place of a content: what was at another path, byte by byte."""

    old: str | bytes


class Module(NamedTuple):
    """In place of a content: a submodule at this commit."""

    sha: str


Content = str | bytes | Moved | Module | None
Files = Mapping[Any, Content]
"""By paths, text or bytes."""


@dataclass(frozen=True)
class Made:
    """A commit to be: files that it writes, or deletes where the content is None.

    Parents are hashes or marks (`:1` is the first commit of the same import); None is the tip of
    the branch.
    """

    files: Files = field(default_factory=dict)
    message: str | bytes = "Change"
    time: int | None = None
    parents: Sequence[str] | None = None
    branch: str = "main"
    encoding: str = ""


def lines(number: int, word: str = "line") -> str:
    """So many different lines."""
    return "".join(f"{word} {count}\n" for count in range(number))


def git(folder: Path, *arguments: str, given: bytes = b"", **environ: str) -> str:
    """The output of git, without its last line end; fails when git does."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**ENVIRON, **environ},
        input=given,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"git {arguments}: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode(errors="surrogateescape").removesuffix("\n")


class Repository:
    """A repository in a folder; its commits are an hour apart unless they say otherwise."""

    def __init__(self, folder: Path, *options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = START
        self._tips: dict[str, str] = {}
        self.git("init", "--quiet", "--template=", "--initial-branch=main", *options)

    def git(self, *arguments: str, given: bytes = b"", **environ: str) -> str:
        """What git says here."""
        return git(self.folder, *arguments, given=given, **environ)

    def commit(
        self,
        files: Files | None = None,
        message: str | bytes = "Change",
        *,
        parents: Sequence[str] | None = None,
        branch: str = "main",
        time: int | None = None,
        encoding: str = "",
    ) -> str:
        """One more commit on top of its branch, or of its parents; its hash."""
        return self.commits([Made(files or {}, message, time, parents, branch, encoding)])[-1]

    def commits(self, made: Iterable[Made]) -> list[str]:
        """Any number of commits in one go; their hashes."""
        every = list(made)
        output = self.git("fast-import", "--quiet", "--force", given=b"".join(self._stream(every)))
        found = output.split()
        self._tips.update((one.branch, sha) for one, sha in zip(every, found, strict=True))
        return found

    def tag(self, name: str, sha: str, *, annotated: bool = False) -> None:
        """A tag, lightweight unless said otherwise."""
        message = ("--annotate", "--message=x") if annotated else ()
        self.git("tag", "--no-sign", *message, name, sha)

    def clone(self, folder: Path, *options: str, config: Sequence[str] = ()) -> Path:
        """A clone over the protocol of git, as a remote one would be."""
        settings = [word for item in config for word in ("-c", item)]
        arguments = [*settings, "clone", "--quiet", "--no-checkout", *options]
        git(self.folder, *arguments, self.folder.as_uri(), str(folder))
        return folder

    def object(self, sha: str) -> Path:
        """The file of a loose object, writable."""
        folder = Path(self.git("rev-parse", "--absolute-git-dir"))
        path = folder / "objects" / sha[:2] / sha[2:]
        path.chmod(0o644)
        return path

    def _stream(self, made: Iterable[Made]) -> Iterator[bytes]:
        tips = dict(self._tips)
        for mark, one in enumerate(made, 1):
            self.clock = one.time if one.time is not None else self.clock + HOUR
            tip = [tips[one.branch]] if one.branch in tips else []
            yield from _commit(one, mark, self.clock, tip if one.parents is None else one.parents)
            tips[one.branch] = f":{mark}"


def _commit(one: Made, mark: int, time: int, parents: Sequence[str]) -> Iterator[bytes]:
    # NOTE: a branch that has a commit is its parent unless it is reset first.
    yield f"reset refs/heads/{one.branch}\n".encode()
    yield f"commit refs/heads/{one.branch}\nmark :{mark}\n".encode()
    yield f"author {WHO} {time} +0000\ncommitter {WHO} {time} +0000\n".encode()
    if one.encoding:
        yield f"encoding {one.encoding}\n".encode()
    yield _data(one.message)
    for word, parent in zip(("from", *["merge"] * len(parents)), parents, strict=False):
        yield f"{word} {parent}\n".encode()
    for path, content in one.files.items():
        yield _file(_quoted(path), content)
    yield f"\nget-mark :{mark}\n".encode()


def _file(path: bytes, content: Content) -> bytes:
    if content is None:
        return b"D %b\n" % path
    if isinstance(content, Moved):
        return b"R %b %b\n" % (_quoted(content.old), path)
    if isinstance(content, Module):
        return b"M 160000 %b %b\n" % (content.sha.encode(), path)
    return b"M 100644 inline %b\n%b" % (path, _data(content))


def _data(content: str | bytes) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return b"data %d\n%b\n" % (len(raw), raw)


def _quoted(path: str | bytes) -> bytes:
    raw = path.encode(errors="surrogateescape") if isinstance(path, str) else path
    return b'"%b"' % b"".join(b"\\%03o" % byte for byte in raw)
