"""The files of a configuration at a git ref: found there, and laid where sources can read them."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path, PurePosixPath
from typing import Any

from slogate.changes.blobs import Entry, Tree
from slogate.changes.place import Place
from slogate.config.load import NAMES
from slogate.config.settings import Config
from slogate.errors import ChangeError, ConfigError, Problem

_MOST_LINKS = 40
_MOST_NAMED = 3
_OUTSIDE = (
    "a file that the pipeline writes belongs outside of the repository and is named by its "
    "absolute path"
)


def find_inside(tree: Tree, folder: str) -> str | None:
    """The first configuration from this folder of the repository upward, as in the work tree.

    What cannot be read is found too: passing it over would let another one count.
    """
    above = [PurePosixPath(folder), *PurePosixPath(folder).parents]
    paths = [str(place / name) for place in above for name in NAMES]
    return next((entry.path for entry in tree.find(paths) if not entry.absent), None)


def elsewhere(tree: Tree) -> str:
    """Where the commit has configurations, in whatever folder; empty where it has none at all."""
    found = tree.search(NAMES, _MOST_NAMED + 1)
    more = ", ..." if len(found) > _MOST_NAMED else ""
    return f"{', '.join(found[:_MOST_NAMED])}{more}"


def named_folder(place: Place, environ: Mapping[str, str]) -> str:
    """The working folder in the repository, as it was named.

    The change may have put a link to another folder in its place, which is not asked for. Raises
    ChangeError where it leads out of the repository.
    """
    named = Path(environ.get("PWD", ""))
    if not named.is_absolute() or ".." in named.parts or not _is_same(named, Path.cwd()):
        return place.inside
    around = _linked_from(named, place.root) if "GIT_DIR" not in environ else None
    if around is not None:
        raise ChangeError(
            f"the folder {named} leads by a link from the repository {around} to another, "
            f"{place.root}: run slogate in the folder itself"
        )
    inside = repository_path(named, place.root)
    return place.inside if inside is None else inside


def _linked_from(named: Path, root: Path) -> Path | None:
    """Another repository out of which a link leads here; None where there is none."""
    here = Path.cwd()
    for folder in (named, *named.parents):
        linked = folder.resolve() / named.relative_to(folder) != here
        if linked and os.path.lexists(folder / ".git") and not _is_same(folder, root):
            return folder
    return None


def repository_path(path: Path, root: Path) -> str | None:
    """The path within the repository of this root; None where it lies outside.

    Links are followed on the way to the root only: those behind it come with the change.
    """
    pending, here = [*reversed(path.parts[1:])], Path(path.anchor)
    links = 0
    while True:
        inside = posixpath.normpath("/".join(reversed(pending)))
        if _is_same(here, root) and not _leaves(inside):
            return inside
        if not pending:
            return None
        part = pending.pop()
        target = _target(here / part)
        if part == ".." or target is None:
            here = here.parent if part == ".." else here / part
            continue
        links += 1
        if links > _MOST_LINKS:
            return None
        pending += reversed(target.parts[1:] if target.is_absolute() else target.parts)
        here = Path(target.anchor) if target.is_absolute() else here


def laid(
    config: Config, tree: Tree, scratch: Path, root: Path, shown: Callable[[str], str]
) -> Config:
    """The same configuration with the files of the repository in the scratch folder.

    It was read as if it lay there. Raises ConfigError with every file that cannot be had.
    """
    named = [(key, path, _inside(path, scratch, root)) for key, path in _named(config)]
    asked = [inside for _, _, inside in named if inside is not None and not _leaves(inside)]
    entries = {entry.path: entry for entry in tree.find(list(dict.fromkeys(asked)))}
    where = shown(config.path.relative_to(scratch).as_posix())
    problems = [
        Problem(where, key, problem)
        for key, _, inside in named
        if inside is not None and (problem := _problem(inside, entries, shown))
    ]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    _write(tree, list(entries.values()), scratch)
    moved = {path: scratch / inside for _, path, inside in named if inside is not None}
    return replace(
        config,
        sources={name: _with(source, moved) for name, source in config.sources.items()},
        register=_with(config.register, moved) if config.register else None,
    )


def _problem(inside: str, entries: Mapping[str, Entry], shown: Callable[[str], str]) -> str:
    """Why a file of the repository cannot be had; empty if it can."""
    if _leaves(inside):
        return f"{inside} leaves the repository; {_OUTSIDE}"
    entry = entries[inside]
    said = f"{shown(inside)}: {entry.problem}" if entry.problem else ""
    return f"{said}; {_OUTSIDE}" if entry.absent else said


def _named(config: Config) -> Iterator[tuple[str, Path]]:
    """Each file that the configuration names, with the key under which it does."""
    settings: list[tuple[str, Any]] = [
        (f"sources.{name}", source) for name, source in config.sources.items()
    ]
    settings += [("risk", config.register)] if config.register else []
    for key, one in settings:
        values = (getattr(one, field.name) for field in fields(one))
        yield from ((key, value) for value in values if isinstance(value, Path))


def _with(settings: Any, moved: dict[Path, Path]) -> Any:
    values = {field.name: getattr(settings, field.name) for field in fields(settings)}
    changed = {
        name: moved[value]
        for name, value in values.items()
        if isinstance(value, Path) and value in moved
    }
    return replace(settings, **changed)


def _inside(path: Path, scratch: Path, root: Path) -> str | None:
    """The path in the repository; None for a file outside, which stays where it is."""
    if path.is_relative_to(scratch):
        return posixpath.normpath(path.relative_to(scratch).as_posix())
    return repository_path(path, root)


def _leaves(inside: str) -> bool:
    return inside == ".." or inside.startswith("../")


def _write(tree: Tree, entries: list[Entry], scratch: Path) -> None:
    try:
        for entry, content in tree.read(entries):
            place = scratch / entry.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"the files of the configuration cannot be laid into {scratch}: {said}"
        ) from None


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _target(path: Path) -> Path | None:
    """What a link leads to; None for whatever else is there."""
    try:
        return path.readlink()
    except (OSError, ValueError):
        return None
