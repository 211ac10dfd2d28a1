"""Fuzzed event payloads of GitHub and variables of GitLab: what the platform says of a change.

Whatever it says, a change comes out whose texts are short, and every report can show it.
"""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache
from random import Random
from typing import Any

from bench.fuzz_files import on_disk, split
from bench.fuzz_target import Target, check_message
from bench.fuzz_values import WORDS, as_json, mutated, text_mutated
from slogate.changes.event import MANY_LABELS, read_change
from slogate.changes.payload import LONGEST
from slogate.changes.requests import is_request
from slogate.core.budget import Assessment, missing
from slogate.core.model import Change, Events, Risk, Service, Slo
from slogate.core.model import Missing as Lack
from slogate.core.policy import decide, default_policy, overall
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Situation
from slogate.core.verdict import Verdict
from slogate.core.window import Rolling
from slogate.reports import Options, render

SHA = "0123456789abcdef0123456789abcdef01234567"
EVENTS = (
    *("pull_request", "push", "merge_group", "deployment", "release", "issue_comment", "schedule"),
    *("workflow_run", "check_suite", "check_run", "workflow_dispatch", "pull_request_target"),
)
_REPO = {"id": 1, "default_branch": "main", "full_name": "me/it"}
_SIDE = {"ref": "main", "sha": SHA, "repo": {"id": 1}}
_PULL = {
    "number": 7,
    "title": "Ship it",
    "html_url": "https://github.com/me/it/pull/7",
    "labels": [{"name": "hotfix"}, {"name": "risk: low"}],
    "base": _SIDE,
    "head": {**_SIDE, "ref": "topic"},
}
_RUN = {
    "head_branch": "topic",
    "event": "pull_request",
    "head_repository": {"id": 1},
    "pull_requests": [{"base": _SIDE, "head": _SIDE, "number": 7}],
}
PAYLOAD: dict[str, Any] = {
    "repository": _REPO,
    "pull_request": _PULL,
    "before": "0" * 40,
    "after": SHA,
    "head_commit": {"message": "Fix it\n\nbody"},
    "merge_group": {"base_sha": SHA, "head_sha": SHA, "head_ref": "refs/heads/q", "base_ref": "refs/heads/main"},
    "deployment": {"sha": SHA, "ref": "v1"},
    "release": {"tag_name": "v1", "name": "One", "html_url": "https://x"},
    "issue": {**_PULL, "pull_request": {"url": "x"}},
    "workflow_run": _RUN,
    "check_suite": _RUN,
    "check_run": {"check_suite": _RUN},
}  # fmt: skip
_GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SHA": SHA,
    "GITHUB_REF_NAME": "main",
    "GITHUB_ACTOR": "ann",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "me/it",
    "GITHUB_RUN_ID": "5",
    "GITHUB_BASE_REF": "main",
}
GITLAB = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_COMMIT_SHA": SHA,
    "CI_COMMIT_BEFORE_SHA": "0" * 40,
    "CI_COMMIT_REF_NAME": "topic",
    "CI_COMMIT_TITLE": "Ship it",
    "CI_DEFAULT_BRANCH": "main",
    "CI_JOB_URL": "https://gitlab.com/me/it/-/jobs/1",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_TITLE": "Ship it",
    "CI_MERGE_REQUEST_LABELS": "hotfix,risk: low",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.com/me/it",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA": SHA,
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_PROJECT_ID": "1",
    "CI_MERGE_REQUEST_PROJECT_ID": "1",
    "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main",
    "GITLAB_USER_LOGIN": "ann",
    "CI_DEPLOY_FREEZE": "",
}


def make_github(draw: Random) -> bytes:
    """The name of an event, and its payload with some mutations."""
    event = draw.choice(EVENTS)
    kept = {key for key in PAYLOAD if draw.random() < 0.5} | {"repository", event}
    data = {key: value for key, value in PAYLOAD.items() if key in kept}
    if draw.random() < 0.05:
        data["pull_request"] = {**_PULL, "labels": [{"name": f"l{n}"} for n in range(200)]}
    return f"{event}\n".encode() + as_json(mutated(data, draw), draw)


def run_github(case: bytes) -> str:
    """The change of a run with this payload."""
    event, body = split(case)
    with on_disk(body, "case.json") as path:
        environ = {**_GITHUB, "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(path)}
        change, said = read_change("github", environ)
        check_message(said)
        _shown(change)
        return f"{'complained' if said else 'read'}, request {is_request(change, environ)}"


def make_gitlab(draw: Random) -> bytes:
    """Variables, one a line; some are gone and some hold odd text."""
    environ = {name: value for name, value in GITLAB.items() if draw.random() < 0.9}
    for name in list(environ):
        if draw.random() < 0.15:
            value = draw.choice((draw.choice(WORDS), text_mutated(environ[name], draw)))
            environ[name] = value.replace("\0", "")
    if draw.random() < 0.05:
        environ["CI_MERGE_REQUEST_LABELS"] = ",".join(f"l{n}" for n in range(200))
    return json.dumps(environ).encode()


def run_gitlab(case: bytes) -> str:
    """The change of a job with these variables."""
    try:
        given = json.loads(case)
    except (ValueError, RecursionError):
        return "no variables"
    given = given if isinstance(given, dict) else {}
    # NOTE: bytes that are no text reach a process as lone surrogates.
    environ = {name: value for name, value in given.items() if isinstance(value, str)}
    change, said = read_change("gitlab", environ)
    check_message(said)
    _shown(change)
    return f"{'complained' if said else 'read'}, request {is_request(change, environ)}"


def _shown(change: Change) -> None:
    """The texts are short, and the reports are pages that can be written."""
    texts = [getattr(change, field.name) for field in fields(change)]
    assert all(len(text) <= LONGEST for text in texts if isinstance(text, str)), "a long text"
    assert len(change.labels) <= MANY_LABELS, "too many labels"
    assert all(label and len(label) <= LONGEST for label in change.labels), "an odd label"
    assert change.number is None or 0 < change.number < 10**18, f"number {change.number}"
    # NOTE: to show it takes longest, so a quarter of the cases have one page.
    which = sum(map(len, (change.title, change.ref, change.actor, change.target))) % 12
    form = {0: "text", 1: "markdown", 2: "json"}.get(which)
    if form:
        page = render(form, _verdict(change), Options())
        assert page.encode("utf-8", "replace"), "an empty page"


def _verdict(change: Change) -> Verdict:
    """One that says that nothing is known, of this change."""
    service, assessment = _unknown()
    situation = Situation(now=1_795_176_420, labels=change.labels)
    risk = ReleaseRisk(Risk.MEDIUM, "git")
    decided = decide(service, [assessment], risk, situation)
    return Verdict(
        decision=overall([decided]),
        exit_code=decided.exit_code,
        evaluated_at=situation.now,
        advise=False,
        services=(decided,),
        change=change,
        situation=situation,
    )


@lru_cache
def _unknown() -> tuple[Service, Assessment]:
    slo = Slo("slo", 99.0, Rolling(86_400), Events(total="t", bad="b"))
    service = Service("checkout", ((slo, ""),), default_policy())
    return service, Assessment(slo, missing(slo, Lack.NO_DATA, "nothing"))


TARGETS = (
    Target("GitHub events", make_github, run_github),
    Target("GitLab variables", make_gitlab, run_gitlab),
)
