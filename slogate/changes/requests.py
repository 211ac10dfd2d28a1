"""Was a run started by a pull or merge request, and which branch is that for?"""

from __future__ import annotations

from collections.abc import Mapping

from slogate.changes.payload import at, items, read_payload, text
from slogate.core.model import Change

ON_GITHUB = (
    *("pull_request", "pull_request_target", "merge_group"),
    *("pull_request_review", "pull_request_review_comment"),
)
"""Events of GitHub that are about one request, whose base they name."""
_REQUESTS = (*ON_GITHUB, "merge_request_event", "external_pull_request_event")
_OF_GITLAB = ("CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_")
_STARTED = {
    "workflow_run": ("workflow_run",),
    "check_suite": ("check_suite",),
    "check_run": ("check_run", "check_suite"),
}
"""Where the event of a run has what started it."""


def is_request(change: Change, environ: Mapping[str, str]) -> bool:
    """Is it about a pull or merge request, or was it started by one?

    Raises ChangeError when the payload that would say so cannot be read.
    """
    if change.number is not None or change.target or change.event in _REQUESTS:
        return True
    if any(value and name.startswith(_OF_GITLAB) for name, value in environ.items()):
        return True
    if change.event == "issue_comment":
        issue = at(read_payload(environ), "issue")
        return not issue or at(issue, "pull_request") is not None
    return change.event in _STARTED and _is_of_request(read_payload(environ), change.event)


def _is_of_request(payload: object, event: str) -> bool:
    started = at(payload, *_STARTED[event])
    own, theirs = at(payload, "repository", "id"), at(started, "head_repository", "id")
    foreign = theirs is not None and theirs != own
    # NOTE: of a fork the requests are not listed, and a suite has no branch.
    return (
        not (text(started, "head_branch") or text(started, "event"))
        or foreign
        or text(started, "event") in _REQUESTS
        or bool(_started_by(payload, event))
    )


def _started_by(payload: object, event: str) -> list[object]:
    """The requests because of which another run has started this one."""
    return items(at(payload, *_STARTED[event], "pull_requests")) if event in _STARTED else []


def started_target(payload: object, event: str) -> str:
    """The branch of this repository that all of those requests are for."""
    bases = [at(pull, "base") for pull in _started_by(payload, event)]
    own = at(payload, "repository", "id")
    names = {text(base, "ref") if at(base, "repo", "id") == own else "" for base in bases}
    return names.pop() if own is not None and len(names) == 1 else ""
