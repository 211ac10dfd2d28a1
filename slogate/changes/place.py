"""Where a folder lies, and whether what git finds there is a repository at all.

A change can bring HEAD, objects, refs and a config into any folder, and git takes that for a bare
repository: with branches of its own, and programs to execute. What no change can bring is `.git`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from slogate.changes.process import POSING, joined, quiet, running
from slogate.deadline import Deadline
from slogate.errors import ChangeError

EXPLICIT = ("-c", "safe.bareRepository=explicit")
_LONGEST = 1 << 16


class Place(NamedTuple):
    """Where a folder lies: the root of its work tree, and the way from there to the folder.

    `around` is the root of the repository of which this one is a submodule. Both may be empty.
    """

    root: Path
    inside: str
    around: str


def find_place(folder: Path, environ: Mapping[str, str], deadline: Deadline) -> Place:
    """Where the folder lies in its repository; raises ChangeError when git cannot say."""
    is_bare, *others = _asked(
        folder, environ, deadline, "--is-bare-repository", "--absolute-git-dir"
    )
    git_dir = "\n".join(others)
    require_own(folder, git_dir, environ, bare=is_bare == "true")
    if is_bare == "true":
        return Place(Path(git_dir), "", "")
    wanted = ("--show-toplevel", "--show-prefix", "--show-superproject-working-tree")
    root, prefix, *around = _asked(folder, environ, deadline, *wanted)
    if len(around) > 1 or (prefix and not prefix.endswith("/")):
        raise ChangeError("the path of this folder holds a line break: move it")
    # NOTE: git is asked first, but may be misled by a folder between both that poses as a repository.
    return Place(Path(root), prefix.rstrip("/"), "".join(around) or submodule_of(folder, environ))


def _asked(folder: Path, environ: Mapping[str, str], deadline: Deadline, *wanted: str) -> list[str]:
    asked = [*guards(folder, environ), "rev-parse", *wanted]
    with running(asked, folder, quiet(environ), "", deadline) as process:
        said = joined(process.chunks("rev-parse"), "rev-parse").decode(errors="surrogateescape")
    return said.removesuffix("\n").split("\n")


def git_entries(folder: Path) -> list[Path]:
    """Each `.git` from this folder upward, the nearest first, whatever it is."""
    here = folder.resolve()
    entries = (place / ".git" for place in (here, *here.parents))
    return [entry for entry in entries if os.path.lexists(entry)]


def is_outside(folder: Path, environ: Mapping[str, str]) -> bool:
    """Is there no repository here, as far as can be seen without git?"""
    return "GIT_DIR" in environ or not git_entries(folder)


def guards(folder: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What to tell git so that it finds no bare repository in the files of another one."""
    return () if "GIT_DIR" not in environ and not git_entries(folder) else EXPLICIT


def require_own(folder: Path, git_dir: str, environ: Mapping[str, str], *, bare: bool) -> None:
    """Raises ChangeError where the files of a work tree pose as the repository.

    That of GIT_DIR is meant, and so is a bare one that lies in no other. An old git does not know
    `safe.bareRepository`.
    """
    if "GIT_DIR" in environ:
        return
    entries = git_entries(folder)
    own = any(_is_same(_target(entry), git_dir) for entry in entries)
    if not own and not (bare and not entries):
        raise ChangeError(POSING)


def submodule_of(folder: Path, environ: Mapping[str, str]) -> str:
    """The folder of the repository of which this one is a submodule; empty where it is none."""
    if "GIT_DIR" in environ:
        return ""
    own, *others = git_entries(folder) or [folder]
    inner = _resolved(_target(own))
    return next((str(one.parent) for one in others if _holds(one, inner)), "")


def _holds(entry: Path, inner: Path | None) -> bool:
    outer = _resolved(_target(entry))
    return bool(outer and inner and inner.is_relative_to(outer / "modules"))


def _target(entry: Path) -> Path | None:
    """The folder of the repository that a `.git` stands for; None where it cannot be known."""
    try:
        if not entry.is_file():
            return entry
        with entry.open("rb") as file:
            text = os.fsdecode(file.read(_LONGEST))
    except OSError:
        return None
    named = text.removeprefix("gitdir:")
    return entry.parent / named.strip(" \r\n") if named != text else None


def _resolved(path: Path | None) -> Path | None:
    try:
        return path.resolve() if path else None
    except (OSError, ValueError, RuntimeError):
        return None


def _is_same(one: Path | None, other: str) -> bool:
    try:
        return one is not None and one.samefile(other)
    except (OSError, ValueError):
        return False
