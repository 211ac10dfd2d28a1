"""What was judged and by which configuration, in the words of text and markdown."""

from __future__ import annotations

import re

from slogate.core import words
from slogate.core.model import Change
from slogate.core.verdict import Verdict
from slogate.reports import labels

_LISTED_LABELS = 10
_LONGEST = 100


def request(change: Change) -> str:
    """`#12`, on GitLab `!12`; empty for what belongs to no request."""
    sign = "!" if change.event.startswith("merge_request") else "#"
    return f"{sign}{change.number}" if change.number is not None else ""


def scene(change: Change) -> str:
    """`abc1234...def5678 on main by ada`."""
    commits = "...".join(commit(name) for name in (change.base, change.head) if name)
    told = (("", commits), ("on ", change.ref), ("by ", change.actor))
    return " ".join(word + brief(text) for word, text in told if text)


def labelled(change: Change) -> str:
    """`labels: hotfix, database`; many are counted."""
    more = len(change.labels) - _LISTED_LABELS
    listed = ", ".join(map(brief, change.labels[:_LISTED_LABELS]))
    return f"labels: {listed}{f' and {more:,} more' if more > 0 else ''}" if listed else ""


def brief(text: str) -> str:
    """Foreign text, cut where nobody reads on."""
    return words.cut(text, _LONGEST)


def commit(name: str) -> str:
    """A commit in its short form; other names as they are."""
    return name[:7] if re.fullmatch(r"[0-9a-fA-F]{40}", name) else brief(name)


def policies(verdict: Verdict) -> tuple[str, list[str]]:
    """`policy` or `policies`, and their names."""
    names = list(dict.fromkeys(service.policy for service in labels.worst_first(verdict.services)))
    return ("policy" if len(names) == 1 else "policies"), names
