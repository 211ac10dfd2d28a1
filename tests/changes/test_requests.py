"""Which runs a pull or merge request has started, and for which branch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slogate.changes.event import from_gitlab, read_change
from slogate.changes.requests import is_request
from slogate.errors import ChangeError
from tests.changes.test_event import MERGE

OWN: dict[str, Any] = {"head_branch": "main", "event": "push", "pull_requests": []}
FOR_MAIN = {"base": {"ref": "main", "repo": {"id": 1}}}
FOR_FORK = {"base": {"ref": "main", "repo": {"id": 2}}}
STARTED: list[tuple[str, dict[str, Any], bool, str]] = [
    ("push", {"ref": "refs/heads/main"}, False, ""),
    ("workflow_dispatch", {}, False, ""),
    ("issue_comment", {"issue": {"number": 7, "pull_request": {"url": "x"}}}, True, ""),
    ("issue_comment", {"issue": {"number": 7}}, False, ""),
    ("issue_comment", {}, True, ""),
    ("workflow_run", {"workflow_run": OWN}, False, ""),
    ("workflow_run", {"workflow_run": {**OWN, "event": "pull_request"}}, True, ""),
    ("workflow_run", {"workflow_run": {**OWN, "event": "merge_group"}}, True, ""),
    ("workflow_run", {"workflow_run": {**OWN, "head_repository": {"id": 2}}}, True, ""),
    ("workflow_run", {"workflow_run": {**OWN, "pull_requests": [FOR_MAIN]}}, True, "main"),
    ("workflow_run", {"workflow_run": {**OWN, "pull_requests": [FOR_FORK]}}, True, ""),
    ("workflow_run", {"workflow_run": {**OWN, "pull_requests": [FOR_MAIN, FOR_FORK]}}, True, ""),
    ("workflow_run", {}, True, ""),
    ("check_suite", {"check_suite": {"head_branch": "main", "pull_requests": []}}, False, ""),
    ("check_suite", {"check_suite": {"head_branch": None, "pull_requests": []}}, True, ""),
    ("check_run", {"check_run": {"check_suite": {**OWN, "pull_requests": [FOR_MAIN]}}}, True, "main"),
]  # fmt: skip


@pytest.mark.parametrize(("event", "payload", "expected", "target"), STARTED)
def test_a_run_that_a_pull_request_started_is_one_of_it(
    tmp_path: Path, event: str, payload: dict[str, Any], target: str, *, expected: bool
) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"repository": {"id": 1}, **payload}))
    environ = {"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(path)}
    change, _ = read_change("github", environ)
    assert (is_request(change, environ), change.target) == (expected, target)
    path.write_text("{")
    change, _ = read_change("github", environ)
    if event in ("push", "workflow_dispatch"):
        assert not is_request(change, environ)
        return
    with pytest.raises(ChangeError, match=r"event\.json cannot be read"):
        is_request(change, environ)


EXTERNAL = {
    "CI_PIPELINE_SOURCE": "external_pull_request_event",
    "CI_EXTERNAL_PULL_REQUEST_IID": "7",
    "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "acme/shop",
    "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "acme/shop",
    "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main",
}
PIPELINES: list[tuple[dict[str, str], bool, str]] = [
    (MERGE, True, "main"),
    ({**MERGE, "CI_PIPELINE_SOURCE": "parent_pipeline"}, True, "main"),
    ({"CI_PIPELINE_SOURCE": "parent_pipeline", "CI_MERGE_REQUEST_IID": "x"}, True, ""),
    ({"CI_PIPELINE_SOURCE": "parent_pipeline"}, False, ""),
    ({"CI_PIPELINE_SOURCE": "push", "CI_MERGE_REQUEST_IID": ""}, False, ""),
    (EXTERNAL, True, "main"),
    ({**EXTERNAL, "CI_PIPELINE_SOURCE": "parent_pipeline"}, True, "main"),
    ({**EXTERNAL, "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "eve/shop"}, True, ""),
    ({"CI_PIPELINE_SOURCE": "external_pull_request_event"}, True, ""),
]


@pytest.mark.parametrize(("environ", "expected", "target"), PIPELINES)
def test_a_pipeline_that_a_request_started_is_one_of_it(
    environ: dict[str, str], target: str, *, expected: bool
) -> None:
    change = from_gitlab(environ)
    assert (is_request(change, environ), change.target) == (expected, target)
