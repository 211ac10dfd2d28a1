"""What a CI platform says of the change under judgement: its variables and its event payload.

GitHub: https://docs.github.com/actions/learn-github-actions/variables and webhook payloads;
GitLab: https://docs.gitlab.com/ci/variables/predefined_variables. Values are cut to a bearable
length here and escaped where they are shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from slogate.core.model import Change
from slogate.errors import ChangeError

LONGEST = 300
MANY_LABELS = 50
_NO_COMMIT = "0" * 40


def read_change(platform: str, environ: Mapping[str, str]) -> tuple[Change, str]:
    """The change that the platform of this name tells of, and what could not be read of it."""
    if platform == "gitlab":
        return from_gitlab(environ), ""
    try:
        return from_github(environ, read_payload(environ)), ""
    except ChangeError as error:
        return from_github(environ, {}), str(error)


def read_payload(environ: Mapping[str, str]) -> object:
    """The event payload of a GitHub run; raises ChangeError when it cannot be read."""
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return {}
    try:
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ChangeError(f"the event payload {path} cannot be read: {error}") from None


def from_github(environ: Mapping[str, str], payload: object) -> Change:
    """The change of a GitHub workflow run; what the payload does not say stays empty."""
    event = environ.get("GITHUB_EVENT_NAME", "")
    base, head = _github_range(event, payload)
    pull = _at(payload, "pull_request") or _commented(payload)
    number = _at(pull, "number")
    return Change(
        event=_cut(event),
        base=base or None,
        head=head or _cut(environ.get("GITHUB_SHA", "")) or None,
        ref=_text(payload, "pull_request", "head", "ref") or _cut(_github_ref(environ, payload)),
        number=number if _is_number(number) else None,
        title=_text(pull, "title")
        or _text(payload, "release", "name")
        or _first_line(_text(payload, "head_commit", "message")),
        labels=_labels(_text(label, "name") for label in _list(_at(pull, "labels"))),
        actor=_cut(environ.get("GITHUB_TRIGGERING_ACTOR") or environ.get("GITHUB_ACTOR", "")),
        url=_text(pull, "html_url") or _text(payload, "release", "html_url"),
        run_url=_github_run(environ),
        default_branch=_text(payload, "repository", "default_branch"),
    )


def _commented(payload: object) -> object:
    """The pull request whose comment started the run; an issue is none."""
    return _at(payload, "issue") if _at(payload, "issue", "pull_request") else None


def _github_range(event: str, payload: object) -> tuple[str, str]:
    pull = _at(payload, "pull_request")
    if pull:
        return _text(pull, "base", "sha"), _text(pull, "head", "sha")
    if event == "merge_group":
        group = _at(payload, "merge_group")
        return _text(group, "base_sha"), _text(group, "head_sha")
    if event == "push":
        return _commit(_text(payload, "before")), _commit(_text(payload, "after"))
    if event in ("deployment", "deployment_status"):
        return "", _text(payload, "deployment", "sha")
    if event == "release":
        tag = _text(payload, "release", "tag_name")
        return "", f"refs/tags/{tag}" if tag else ""
    return "", ""


def _github_ref(environ: Mapping[str, str], payload: object) -> str:
    return (
        _text(payload, "merge_group", "head_ref").removeprefix("refs/heads/")
        or _text(payload, "deployment", "ref")
        or environ.get("GITHUB_REF_NAME", "")
    )


def _github_run(environ: Mapping[str, str]) -> str:
    parts = [environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    server, repository, run = parts
    return _cut(f"{server}/{repository}/actions/runs/{run}") if all(parts) else ""


def from_gitlab(environ: Mapping[str, str]) -> Change:
    """The change of a GitLab job."""
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    merge = number.isascii() and number.isdigit() and len(number) < 19
    page = f"{environ.get('CI_MERGE_REQUEST_PROJECT_URL', '')}/-/merge_requests/{number}"
    base = environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or _commit(
        environ.get("CI_COMMIT_BEFORE_SHA", "")
    )
    return Change(
        event=_cut(environ.get("CI_PIPELINE_SOURCE", "")),
        base=_cut(base) or None,
        head=_cut(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA", ""))
        or None,
        ref=_cut(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or environ.get("CI_COMMIT_REF_NAME", "")),
        number=int(number) if merge else None,
        title=_cut(environ.get("CI_MERGE_REQUEST_TITLE") or environ.get("CI_COMMIT_TITLE", "")),
        labels=_labels(environ.get("CI_MERGE_REQUEST_LABELS", "").split(",")),
        actor=_cut(environ.get("GITLAB_USER_LOGIN", "")),
        url=_cut(page) if merge and environ.get("CI_MERGE_REQUEST_PROJECT_URL") else "",
        run_url=_cut(environ.get("CI_JOB_URL", "")),
        default_branch=_cut(environ.get("CI_DEFAULT_BRANCH", "")),
    )  # fmt: skip


def _at(value: object, *keys: str) -> Any:
    """What lies under these keys; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: object, *keys: str) -> str:
    found = _at(value, *keys)
    return _cut(found) if isinstance(found, str) else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _labels(names: Iterable[str]) -> tuple[str, ...]:
    cleaned = (_cut(name.strip()) for name in names)
    return tuple(name for name in cleaned if name)[:MANY_LABELS]


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18


def _commit(sha: str) -> str:
    """A commit that is there: platforms write zeros for none."""
    return "" if sha == _NO_COMMIT else sha


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
