"""`--config-ref`: the configuration out of a git ref, so that no change can loosen its own gate.

Whoever writes a change has the work tree in hand: its files, its links, and the name of its branch.
Nothing of that has a say here. What counts is in the commit of the ref.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from slogate.changes.blobs import Tree
from slogate.changes.git import Git
from slogate.changes.names import REMOTE, find_commit, find_ref, short
from slogate.changes.place import Place, find_place, submodule_of
from slogate.changes.requests import ON_GITHUB, is_request
from slogate.ci.detect import detect
from slogate.cli.announce import find_change
from slogate.cli.compose import Loaded, Wanted, hidden
from slogate.cli.config_files import (
    elsewhere,
    find_inside,
    laid,
    named_folder,
    repository_path,
)
from slogate.cli.output import warn
from slogate.cli.secrets import rename
from slogate.config.load import parse
from slogate.config.settings import Config
from slogate.core.model import Change
from slogate.core.verdict import Origin
from slogate.deadline import Deadline
from slogate.errors import ChangeError, ConfigError, Problem

AUTO = "auto"
_PLAIN = re.compile(r"[A-Za-z0-9][\w./-]*", re.ASCII)
_ITSELF = "`--config-ref none` reads the configuration of the work tree"


@dataclass(frozen=True)
class _Reference:
    """The commit that counts, and what it was asked for as."""

    tree: Tree
    place: Place
    origin: Origin

    def shown(self, path: str) -> str:
        """A file as git and people name it: `origin/main:slogate.yaml`."""
        return f"{self.origin.ref}:{path}"


@contextmanager
def protected(wanted: Wanted, *, allow_unset: bool, needed: str) -> Iterator[Loaded | None]:
    """The configuration at the ref that is wanted; None where that of the work tree counts.

    Its files are there until the block ends. See `parse` for the other arguments. Raises ConfigError.
    """
    try:
        reference = _reference(wanted)
        path = _path(reference, wanted) if reference else None
    except ChangeError as error:
        raise ConfigError(f"--config-ref {short(wanted.ref or '')}: {error}") from None
    if reference is None or path is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="slogate-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve()
        rename(f"{folder}{os.sep}", reference.shown(""))
        try:
            config = _load(reference, path, folder, allow_unset=allow_unset, needed=needed)
        except ChangeError as error:
            raise ConfigError(f"{reference.shown(path)} cannot be read: {error}") from None
        yield Loaded(config, reference.origin, reference.shown(path))


def _reference(wanted: Wanted) -> _Reference | None:
    change = wanted.change or find_change(detect(os.environ), os.environ)
    try:
        if wanted.ref == AUTO and not (change and is_request(change, os.environ)):
            _require_whole(submodule_of(Path.cwd(), os.environ))
            return None
        deadline = Deadline(wanted.timeout)
        place = find_place(Path.cwd(), os.environ, deadline)
        _require_whole(place.around)
        place = place._replace(inside=named_folder(place, os.environ))
        git = Git(Path.cwd(), os.environ, deadline)
    except OSError as error:
        raise ChangeError(f"the working directory cannot be used: {error.strerror}") from None
    origin = _origin(git, wanted, change)
    if origin is None:
        origin = _fetched(git, wanted, change)
    return _Reference(Tree(git, origin.commit), place, origin)


def _require_whole(around: str) -> None:
    # NOTE: a change chooses the commit of a submodule, and may have put it there, with branches of
    # any name.
    if around:
        raise ChangeError(
            f"this folder is a submodule of {around}, and its branches are not those of the "
            f"repository that is to be released: run slogate there; {_ITSELF}"
        )


def _fetched(git: Git, wanted: Wanted, change: Change | None) -> Origin:
    missing = _missing(git, wanted, change)
    if not (wanted.fetch and git.is_shallow()):
        raise missing
    try:
        git.fetch_history()
    except ChangeError as error:
        raise ConfigError(f"{missing}; fetching it failed: {error}") from None
    origin = _origin(git, wanted, change)
    if origin is None:
        raise missing
    return origin


def _origin(git: Git, wanted: Wanted, change: Change | None) -> Origin | None:
    if wanted.ref != AUTO or change is None:
        commit = find_commit(git, wanted.ref or "")
        return Origin(wanted.ref or "", commit.sha) if commit else None
    if change.target:
        commit = find_ref(git, f"{REMOTE}{change.target}")
        if commit:
            return Origin(f"origin/{change.target}", commit.sha)
    # NOTE: of GitLab the base is where the branch was made, which the author chose.
    if change.event in ON_GITHUB and change.base:
        commit = find_commit(git, change.base)
        return Origin(change.target or change.base, commit.sha) if commit else None
    return None


def _missing(git: Git, wanted: Wanted, change: Change | None) -> ConfigError:
    target = change.target if change else ""
    if wanted.ref == AUTO and not target:
        return ConfigError(
            "--config-ref auto: the platform does not say which branch this request is for (a "
            f"comment, or the pipeline of a fork, does not know it): name that branch; {_ITSELF}"
        )
    name = target if wanted.ref == AUTO else wanted.ref or ""
    what = (
        f"the branch that the request is for, {short(name)}, is not"
        if wanted.ref == AUTO
        else f"there is no branch, tag or commit {short(name)}"
    )
    branch = name.removeprefix("origin/")
    fetch = f"git fetch origin {branch}" if _PLAIN.fullmatch(branch) else "git fetch origin"
    by_itself = "; --fetch does it" if git.is_shallow() and not wanted.fetch else ""
    return ConfigError(
        f"--config-ref: {what} in this clone: fetch it (`{fetch}`, `fetch-depth: 0` of "
        f"actions/checkout, `GIT_DEPTH: 0` in GitLab CI{by_itself})"
    )


def _path(reference: _Reference, wanted: Wanted) -> str | None:
    """The path of the configuration in the repository; None where the work tree's counts."""
    place, ref = reference.place, reference.origin.ref
    if wanted.path is not None:
        named = repository_path(place.root / place.inside / wanted.path, place.root)
        if named is None:
            raise ConfigError(
                f"--config {wanted.path} lies outside of the repository {place.root}, so it is not in "
                f"{ref}; {_ITSELF}"
            )
        return named
    found = find_inside(reference.tree, place.inside)
    if found is not None:
        return found
    nothing = (
        f"there is no slogate.yaml, .slogate.yaml or .slogate/config.yaml in {ref} "
        f"({reference.origin.commit[:12]}), from {place.inside or 'its root'} upward"
    )
    if wanted.ref != AUTO:
        raise ConfigError(f"no configuration: {nothing}; --config names another place")
    others = elsewhere(reference.tree)
    if others:
        # NOTE: the change may have put another folder in the place of this one.
        raise ConfigError(
            f"no configuration: {nothing}, but elsewhere it has {others}: run slogate in such a "
            f"folder, or name one with --config; {_ITSELF}"
        )
    said = f"{nothing}: this change is judged by its own; once it is merged, that of {ref} counts"
    warn([said], quiet=wanted.quiet)
    return None


def _load(
    reference: _Reference, path: str, scratch: Path, *, allow_unset: bool, needed: str
) -> Config:
    (entry,) = reference.tree.find([path])
    shown = reference.shown(path)
    if entry.problem:
        raise ConfigError([Problem(shown, "", f"{entry.problem}; {_ITSELF}")])
    ((_, raw),) = reference.tree.read([entry])
    # NOTE: as if it lay there, not in the work tree, whose folders may be links to anywhere.
    as_if = scratch / path
    try:
        config = parse(raw, as_if, os.environ, allow_unset=allow_unset, needed=needed)
    except ConfigError as error:
        raise ConfigError(_renamed(error.problems, as_if, shown)) from None
    config = hidden(replace(config, warnings=_renamed(config.warnings, as_if, shown)))
    if allow_unset:
        # NOTE: such a configuration is good for that section only.
        register = config.register if needed == "risk" else None
        config = replace(config, sources={}, register=register)
    there = laid(config, reference.tree, scratch, reference.place.root, reference.shown)
    return replace(there, path=reference.place.root / path)


def _renamed(problems: tuple[Problem, ...], path: Path, shown: str) -> tuple[Problem, ...]:
    own = str(path)
    return tuple(
        replace(item, where=f"{shown}{item.where[len(own) :]}")
        if item.where.startswith(own)
        else item
        for item in problems
    )
