"""The commit that a name means: that of one branch, tag or commit, exactly.

git itself takes a tag `origin/main` for the branch of that name: whoever may push a tag could choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from slogate.changes.git import Commitish, Git
from slogate.core import words
from slogate.errors import ChangeError

REMOTE = "refs/remotes/origin/"
_NO_NAME = re.compile(r"[\x00-\x20\x7f~^:?*\[\\\ud800-\udc7f\udd00-\udfff]|\.\.|@\{|^-|^$|//|/$")
_LONGEST = 4096
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?", re.IGNORECASE)
_SHORT = re.compile(r"(?:.+-[0-9]+-g)?([0-9a-f]{7,63})", re.IGNORECASE)
"""The beginning of a number, alone or as `git describe` writes it."""
_HERE = re.compile(r"HEAD(@\{[0-9]{1,9}\})?")
_PSEUDO = ("FETCH_HEAD", "ORIG_HEAD")
_STEPS = re.compile(r"([~^][0-9]{0,9}|\^\{(commit)?\}){0,100}")
_KINDS = ("remotes", "heads", "tags")


class AmbiguousError(ChangeError):
    """A name that could mean several commits."""


def find_commit(git: Git, name: str) -> Commitish | None:
    """The commit of a branch, a tag, HEAD, or a number; None when there is none.

    Steps from there to its ancestors may follow, as in `main~3` or `v1^2`. Raises AmbiguousError.
    """
    first = re.search(r"[~^]", name)
    start, steps = (name[: first.start()], name[first.start() :]) if first else (name, "")
    if not _STEPS.fullmatch(steps):
        return None
    found = _start(git, start)
    return git.commit(f"{found.sha}{steps}") if found and steps else found


def find_ref(git: Git, name: str) -> Commitish | None:
    """The commit of a ref with this full name, such as `refs/heads/main`; None without one."""
    return git.commit(find_refs(git, [name]).get(name, ""))


def find_refs(git: Git, names: Sequence[str]) -> dict[str, str]:
    """Those refs of these full names that there are, in this order, with what they point at."""
    asked = [name for name in names if len(name) <= _LONGEST and not _NO_NAME.search(name)]
    if not asked:
        return {}
    listed = git.ask("for-each-ref", "--format=%(objectname) %(refname)", *asked)
    there = {own: number for number, _, own in (one.partition(" ") for one in listed.split("\n"))}
    return {name: there[name] for name in asked if name in there}


def _start(git: Git, name: str) -> Commitish | None:
    if _HERE.fullmatch(name) or _COMMIT.fullmatch(name):
        return git.commit(name)
    if name == "@":
        return git.commit("HEAD")
    if name.startswith("refs/"):
        return find_ref(git, name)
    if name.startswith("origin/"):
        return find_ref(git, f"refs/remotes/{name}")
    kinded = name.startswith(tuple(f"{kind}/" for kind in _KINDS))
    places = [f"refs/{kind}/{name}" for kind in _KINDS] + ([f"refs/{name}"] if kinded else [])
    there = find_refs(git, places)
    if name in _PSEUDO and not there:
        return git.commit(name)
    found = {place: commit for place, object_ in there.items() if (commit := git.commit(object_))}
    found |= {commit.sha: commit for commit in _numbered(git, name)}
    if len(set(found.values())) > 1 or (name in _PSEUDO and found):
        also = "" if name not in _PSEUDO else f"{name} and "
        raise AmbiguousError(
            f"{short(name)} may be {also}{' and '.join(found)}: write the one that is meant"
        )
    return next(iter(found.values()), None)


def _numbered(git: Git, name: str) -> Iterator[Commitish]:
    """The commits whose number begins like this."""
    short = _SHORT.fullmatch(name) if len(name) <= _LONGEST else None
    if short is None:
        return
    for number in git.ask("rev-parse", f"--disambiguate={short[1].lower()}").split():
        commit = git.commit(number)
        if commit:
            yield commit


def short(name: str) -> str:
    """A foreign name in quotes, cut where nobody reads on."""
    return repr(words.cut(name, 80))
