"""Which releases failed, as far as a history tells: a later commit takes something of them back."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from slogate.core.commits import Header, all_reverted

_BROUGHT = re.compile(
    r"\A[^\n]*\(#(\d+)\)\s*(?:\n|\Z)|^See merge request \S*!(\d+)\s*$", re.MULTILINE
)
_REVERTED = re.compile(
    r"^Reverts [\w.-]+/[\w.-]+#(\d+)\s*$|^This reverts merge request !(\d+)\b", re.MULTILINE
)


def brought(message: str) -> str:
    """The number of the pull or merge request that this commit brought; empty when it says none."""
    found = _BROUGHT.search(message)
    return (found[1] or found[2]) if found else ""


def reverted_request(message: str) -> str:
    """The number of the pull or merge request that this commit takes back, or nothing."""
    found = _REVERTED.search(message)
    return (found[1] or found[2]) if found else ""


def taken_back(history: Iterable[Header], place: Mapping[str, int]) -> dict[int, str]:
    """The releases of which a later one, or a commit since, takes something back, and what says so.

    `place` has for each released commit the place of its release. What is taken back within the
    same release never went out, and what takes a revert back is no failure.
    """
    shas: list[str] = []
    requests: dict[str, list[str]] = {}
    said: list[tuple[str, tuple[str, ...], str]] = []
    for header in history:
        shas.append(header.sha)
        back, request = all_reverted(header.message), reverted_request(header.message)
        if back or request:
            said.append((header.sha, back, request))
        if number := brought(header.message):
            requests.setdefault(number, []).append(header.sha)
    ordered = sorted(shas)
    reverts = [
        (by, target)
        for by, back, request in said
        for target in (*_resolved(back, ordered), *requests.get(request, ()))
        if target != by
    ]
    themselves = {by for by, _ in reverts}
    return {
        place[target]: f"{by[:7]} takes back {target[:7]}"
        for by, target in reverts
        if target in place and place[target] != place.get(by) and target not in themselves
    }


def _resolved(shorts: Iterable[str], ordered: list[str]) -> Iterator[str]:
    """Of each the only hash that begins like this; nothing where there are more."""
    for short in shorts:
        at = bisect_left(ordered, short)
        found = [sha for sha in ordered[at : at + 2] if sha.startswith(short)]
        yield from found if len(found) == 1 else ()
