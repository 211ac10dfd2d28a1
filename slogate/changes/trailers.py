"""Trailers of the released commit, such as `Change-Type: security`: text that its author wrote."""

from __future__ import annotations

from slogate.changes.git import Git

MOST = 50


def read_trailers(git: Git, head: str) -> tuple[tuple[str, str], ...]:
    """Key and value of each trailer of a commit, given by its hash; raises ChangeError."""
    text = git.ask(
        *("log", "--stdin", "--no-walk", "--max-count=1", "--format=%(trailers:only,unfold)"),
        given=f"{head}\n",
    )
    pairs = (line.partition(":") for line in text.splitlines()[:MOST])
    return tuple((key.strip(), value.strip()) for key, colon, value in pairs if colon)
