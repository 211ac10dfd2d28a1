"""One comment per gate and request, written once and kept up to date.

It is found by a marker in its first line, which pages do not show. Only a comment that was written
with our own token counts: a marker in somebody else's comment must not get the verdict.
"""

from __future__ import annotations

import re

from slogate.ci.interface import Comment, Thread

CHOICES = ("never", "on-fail", "always")
SECONDS = 20
"""A comment is not worth a longer wait: the verdict stands already."""
LIMIT = 65_000
"""Bytes of a page; with the lines above it GitHub takes 65 536 characters."""
_OUTCOME = re.compile(r"<!-- slogate [0-9a-f]{16} ([a-z-]{1,20}) -->")


def marker(identity: str, outcome: str) -> str:
    """The first line of a comment: whose it is, and what it says."""
    return f"<!-- slogate {_sum(identity)} {outcome.replace(' ', '-')} -->"


def _sum(identity: str) -> str:
    from hashlib import sha256

    # NOTE: names are foreign text that could end the HTML comment; their sum cannot.
    return sha256(identity.encode("utf-8", "replace")).hexdigest()[:16]


def keep(thread: Thread, identity: str, outcome: str, page: str, *, always: bool) -> bool:
    """Write or update the comment; false where there is nothing to say. Raises CommentError.

    Without `always`, an approval is only written over a comment that said otherwise.
    """
    start = f"<!-- slogate {_sum(identity)} "
    marked = [item for item in thread.comments() if item.body.startswith(start)]
    # NOTE: two gates that ran at once have written one each; neither may go stale.
    ours = [item for item in marked if thread.is_mine(item)]
    if not ours and outcome == "approve" and not always:
        return False
    for before in ours:
        thread.update(before, _body(identity, outcome, page, before))
    if not ours:
        thread.create(_body(identity, outcome, page, None))
    return True


def _body(identity: str, outcome: str, page: str, before: Comment | None) -> str:
    return f"{marker(identity, outcome)}\n{_turned(before, outcome)}{page}"


def _turned(before: Comment | None, outcome: str) -> str:
    """What has changed since the comment was written last."""
    found = _OUTCOME.match(before.body) if before else None
    said = found[1].replace("-", " ") if found else outcome
    if said == outcome:
        return ""
    now = "approved" if outcome == "approve" else outcome
    return f"**Now {now}**, before: {said}.\n\n"
