"""Asks git for what the author of a change says of its type, where a policy wants to know."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from slogate.changes.git import Git
from slogate.changes.names import find_commit
from slogate.changes.trailers import read_trailers
from slogate.cli.output import warn
from slogate.core.governance import TRAILER
from slogate.core.model import Change, Service
from slogate.core.release import ReleaseRisk
from slogate.deadline import Deadline
from slogate.errors import ChangeError


def trailers(
    services: Iterable[Service],
    risks: Mapping[str, ReleaseRisk],
    change: Change | None,
    head: str | None,
    deadline: Deadline,
) -> Sequence[tuple[str, str]]:
    """Those of the released commit; none where nobody trusts them or git cannot tell.

    Where git was asked anyway they are read all the same, so that the verdict can say that they did
    not count.
    """
    trusted = any(TRAILER in service.policy.governance.trusted for service in services)
    known = next((risk.revisions.head for risk in risks.values() if risk.revisions), None)
    if not trusted and known is None:
        return ()
    try:
        git = Git(Path.cwd(), os.environ, deadline)
        return read_trailers(git, known or _head(git, change, head))
    except (ChangeError, OSError) as error:
        warn([f"the trailers of the commit cannot be read, and say nothing: {error}"], quiet=False)
        return ()


def _head(git: Git, change: Change | None, head: str | None) -> str:
    name = head or (change.head if change else None) or "HEAD"
    commit = find_commit(git, name)
    if commit is None:
        raise ChangeError(f"there is no commit {name}")
    return commit.sha
