"""What a CI platform says of the change under judgement: its variables and its event payload.

GitHub: https://docs.github.com/actions/learn-github-actions/variables and webhook payloads;
GitLab: https://docs.gitlab.com/ci/variables/predefined_variables. Values are cut to a bearable
length here and escaped where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from slogate.changes.payload import at, cut, items, read_payload, text
from slogate.changes.requests import started_target
from slogate.core.model import Change
from slogate.errors import ChangeError

MANY_LABELS = 100
"""As many as GitHub gives to a request."""
_NO_COMMIT = "0" * 40


def read_change(platform: str, environ: Mapping[str, str]) -> tuple[Change, str]:
    """The change that the platform of this name tells of, and what could not be read of it."""
    if platform == "gitlab":
        return from_gitlab(environ), _too_many(_gitlab_labels(environ))
    try:
        payload = read_payload(environ)
        return from_github(environ, payload), _too_many(_github_labels(payload))
    except ChangeError as error:
        return from_github(environ, {}), str(error)


def from_github(environ: Mapping[str, str], payload: object) -> Change:
    """The change of a GitHub workflow run; what the payload does not say stays empty."""
    event = environ.get("GITHUB_EVENT_NAME", "")
    base, head = _github_range(event, payload)
    pull = at(payload, "pull_request") or _commented(payload)
    number = at(pull, "number")
    return Change(
        event=cut(event),
        base=base or None,
        head=head or cut(environ.get("GITHUB_SHA", "")) or None,
        ref=text(payload, "pull_request", "head", "ref") or cut(_github_ref(environ, payload)),
        number=number if _is_number(number) else None,
        title=text(pull, "title")
        or text(payload, "release", "name")
        or _first_line(text(payload, "head_commit", "message")),
        labels=_bearable(_github_labels(payload)),
        actor=cut(environ.get("GITHUB_TRIGGERING_ACTOR") or environ.get("GITHUB_ACTOR", "")),
        url=text(pull, "html_url") or text(payload, "release", "html_url"),
        run_url=_github_run(environ),
        default_branch=text(payload, "repository", "default_branch"),
        target=_github_target(environ, payload),
    )


def _commented(payload: object) -> object:
    """The pull request whose comment started the run; an issue is none."""
    return at(payload, "issue") if at(payload, "issue", "pull_request") else None


def _github_labels(payload: object) -> tuple[str, ...]:
    pull = at(payload, "pull_request") or _commented(payload)
    return _labels(text(label, "name") for label in items(at(pull, "labels")))


def _github_range(event: str, payload: object) -> tuple[str, str]:
    pull = at(payload, "pull_request")
    if pull:
        return text(pull, "base", "sha"), text(pull, "head", "sha")
    if event == "merge_group":
        group = at(payload, "merge_group")
        return text(group, "base_sha"), text(group, "head_sha")
    if event == "push":
        return _commit(text(payload, "before")), _commit(text(payload, "after"))
    if event in ("deployment", "deployment_status"):
        return "", text(payload, "deployment", "sha")
    if event == "release":
        tag = text(payload, "release", "tag_name")
        return "", cut(f"refs/tags/{tag}") if tag else ""
    return "", ""


def _github_ref(environ: Mapping[str, str], payload: object) -> str:
    return (
        text(payload, "merge_group", "head_ref").removeprefix("refs/heads/")
        or text(payload, "deployment", "ref")
        or environ.get("GITHUB_REF_NAME", "")
    )


def _github_target(environ: Mapping[str, str], payload: object) -> str:
    return (
        text(payload, "pull_request", "base", "ref")
        or text(payload, "merge_group", "base_ref").removeprefix("refs/heads/")
        or cut(environ.get("GITHUB_BASE_REF", ""))
        or started_target(payload, environ.get("GITHUB_EVENT_NAME", ""))
    )


def _github_run(environ: Mapping[str, str]) -> str:
    parts = [environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    server, repository, run = parts
    return cut(f"{server}/{repository}/actions/runs/{run}") if all(parts) else ""


def from_gitlab(environ: Mapping[str, str]) -> Change:
    """The change of a GitLab job."""
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    merge = number.isascii() and number.isdigit() and len(number) < 19
    page = f"{environ.get('CI_MERGE_REQUEST_PROJECT_URL', '')}/-/merge_requests/{number}"
    base = environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or _commit(
        environ.get("CI_COMMIT_BEFORE_SHA", "")
    )
    return Change(
        event=cut(environ.get("CI_PIPELINE_SOURCE", "")),
        base=cut(base) or None,
        head=cut(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA", ""))
        or None,
        ref=cut(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or environ.get("CI_COMMIT_REF_NAME", "")),
        number=int(number) if merge else None,
        title=cut(environ.get("CI_MERGE_REQUEST_TITLE") or environ.get("CI_COMMIT_TITLE", "")),
        labels=_bearable(_gitlab_labels(environ)),
        actor=cut(environ.get("GITLAB_USER_LOGIN", "")),
        url=cut(page) if merge and environ.get("CI_MERGE_REQUEST_PROJECT_URL") else "",
        run_url=cut(environ.get("CI_JOB_URL", "")),
        default_branch=cut(environ.get("CI_DEFAULT_BRANCH", "")),
        target=_gitlab_target(environ),
    )  # fmt: skip


def _gitlab_labels(environ: Mapping[str, str]) -> tuple[str, ...]:
    return _labels(environ.get("CI_MERGE_REQUEST_LABELS", "").split(","))


def _gitlab_target(environ: Mapping[str, str]) -> str:
    own, targeted = (
        environ.get(f"CI_{name}_ID", "") for name in ("PROJECT", "MERGE_REQUEST_PROJECT")
    )
    # NOTE: a pipeline of a fork knows only the fork's branches, whatever their names are.
    if own and targeted and own != targeted:
        return ""
    theirs, ours = (
        environ.get(f"CI_EXTERNAL_PULL_REQUEST_{side}_REPOSITORY", "")
        for side in ("SOURCE", "TARGET")
    )
    external = environ.get("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", "")
    return cut(
        environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME") or (external if theirs == ours else "")
    )


def _labels(names: Iterable[str]) -> tuple[str, ...]:
    cleaned = (cut(name.strip()) for name in names)
    return tuple(name for name in cleaned if name)


def _bearable(labels: tuple[str, ...]) -> tuple[str, ...]:
    """All labels or none: of a part the strictest might be missing."""
    return () if len(labels) > MANY_LABELS else labels


def _too_many(labels: tuple[str, ...]) -> str:
    if len(labels) <= MANY_LABELS:
        return ""
    return f"the request has {len(labels)} labels: of more than {MANY_LABELS} none counts"


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**18


def _commit(sha: str) -> str:
    """A commit that is there: platforms write zeros for none."""
    return "" if sha == _NO_COMMIT else sha


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]
