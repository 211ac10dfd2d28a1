"""What is known of a change from the variables and the event payloads of GitHub and GitLab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.changes.event import MANY_LABELS, from_github, from_gitlab, read_change
from slogate.changes.payload import LONGEST, read_payload
from slogate.core.model import Change
from slogate.errors import ChangeError

A, B = "a" * 40, "b" * 40
RUN = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_RUN_ID": "5",
    "GITHUB_SHA": "c" * 40,
    "GITHUB_REF_NAME": "main",
    "GITHUB_ACTOR": "ada",
}
RUN_URL = "https://github.com/acme/shop/actions/runs/5"
PULL = {
    "number": 7,
    "title": "Pay faster",
    "html_url": "https://github.com/acme/shop/pull/7",
    "base": {"sha": A, "ref": "main"},
    "head": {"sha": B, "ref": "faster"},
    "labels": [{"name": "risk::low"}, {"name": "payment"}],
}
EVENTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "pull_request",
        {"pull_request": PULL},
        {
            "base": A,
            "head": B,
            "ref": "faster",
            "number": 7,
            "title": "Pay faster",
            "labels": ("risk::low", "payment"),
            "url": "https://github.com/acme/shop/pull/7",
            "target": "main",
        },
    ),
    ("push", {"before": A, "after": B, "head_commit": {"message": "Fix it\n\nReally."}},
     {"base": A, "head": B, "title": "Fix it"}),
    ("push", {"before": "0" * 40, "after": B}, {"base": None, "head": B}),
    ("merge_group", {"merge_group": {"base_sha": A, "head_sha": B, "head_ref": "refs/heads/q/7"}},
     {"base": A, "head": B, "ref": "q/7"}),
    ("merge_group", {"merge_group": {"base_sha": A, "base_ref": "refs/heads/release/2"}},
     {"base": A, "head": "c" * 40, "target": "release/2"}),
    ("release", {"release": {"tag_name": "v2", "name": "Two", "html_url": "https://github.com/r/2"}},
     {"head": "refs/tags/v2", "title": "Two", "url": "https://github.com/r/2"}),
    ("workflow_dispatch", {"inputs": {"x": "y"}}, {"head": "c" * 40}),
    ("deployment", {"deployment": {"sha": B, "ref": "main"}}, {"head": B, "ref": "main"}),
    ("schedule", {}, {"head": "c" * 40}),
    ("issues", {"issue": {"number": 3, "title": "Help"}}, {"head": "c" * 40}),
    ("issue_comment", {"issue": {"number": 7, "title": "Pay", "pull_request": {"url": "x"}}},
     {"head": "c" * 40, "number": 7, "title": "Pay"}),
    ("pull_request_review_comment", {"pull_request": {"base": {"sha": A}, "head": {"sha": B}}},
     {"base": A, "head": B}),
]  # fmt: skip


@pytest.mark.parametrize(("event", "payload", "known"), EVENTS)
def test_the_events_of_github(event: str, payload: dict[str, Any], known: dict[str, Any]) -> None:
    found = from_github({**RUN, "GITHUB_EVENT_NAME": event}, payload)
    expected = {"event": event, "ref": "main", "actor": "ada", "run_url": RUN_URL, **known}
    assert found == Change(**expected)


def test_who_started_a_run_again_is_its_actor() -> None:
    assert from_github({**RUN, "GITHUB_TRIGGERING_ACTOR": "bob"}, {}).actor == "bob"


def test_the_target_is_known_without_a_payload() -> None:
    found = from_github({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"}, {})
    assert found == Change("pull_request", target="main")


MERGE = {
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example/acme/shop",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA": A,
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "faster",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
    "CI_MERGE_REQUEST_PROJECT_ID": "11",
    "CI_PROJECT_ID": "11",
    "CI_MERGE_REQUEST_TITLE": "Pay faster",
    "CI_MERGE_REQUEST_LABELS": "risk::low, payment",
    "CI_COMMIT_BEFORE_SHA": "0" * 40,
    "CI_COMMIT_SHA": B,
    "CI_COMMIT_REF_NAME": "faster",
    "GITLAB_USER_LOGIN": "ada",
    "CI_JOB_URL": "https://gitlab.example/acme/shop/-/jobs/5",
}


def test_a_merge_request_of_gitlab() -> None:
    assert from_gitlab(MERGE) == Change(
        event="merge_request_event",
        base=A,
        head=B,
        ref="faster",
        number=7,
        title="Pay faster",
        labels=("risk::low", "payment"),
        actor="ada",
        url="https://gitlab.example/acme/shop/-/merge_requests/7",
        run_url="https://gitlab.example/acme/shop/-/jobs/5",
        target="main",
    )


def test_the_pipeline_of_a_fork_does_not_know_the_branches_of_the_target() -> None:
    assert from_gitlab({**MERGE, "CI_PROJECT_ID": "12"}).target == ""


def test_a_push_of_gitlab() -> None:
    push = {
        "CI_PIPELINE_SOURCE": "push",
        "CI_COMMIT_BEFORE_SHA": A,
        "CI_COMMIT_SHA": B,
        "CI_COMMIT_REF_NAME": "main",
        "CI_COMMIT_TITLE": "Fix it",
    }
    assert from_gitlab(push) == Change("push", A, B, "main", title="Fix it")


def test_nothing_known_is_nothing_said() -> None:
    assert from_gitlab({}) == from_github({}, {}) == Change()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([
            "pull_request", "number", "title", "base", "head", "sha", "ref", "labels", "name",
            "merge_group", "base_sha", "release", "tag_name", "deployment", "before", "after",
            "head_commit", "message", "html_url", "base_ref",
        ]), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@given(st.sampled_from([event for event, _, _ in EVENTS]), JSON)
def test_no_payload_is_too_strange(event: str, payload: object) -> None:
    found = from_github({"GITHUB_EVENT_NAME": event, "GITHUB_SHA": "x" * 999}, payload)
    texts = [
        found.base or "",
        found.head or "",
        found.ref,
        found.title,
        found.url,
        found.target,
        *found.labels,
    ]
    assert all(len(text) <= LONGEST for text in texts)
    assert found.number is None or found.number > 0


@given(st.dictionaries(st.sampled_from(sorted(MERGE)), st.text(max_size=400)))
def test_no_variables_are_too_strange(environ: dict[str, str]) -> None:
    found = from_gitlab(environ)
    assert len(found.title) <= LONGEST
    assert found.number is None or found.number >= 0


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000])
def test_a_payload_that_cannot_be_read_is_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(content)
    with pytest.raises(ChangeError, match=r"event\.json cannot be read"):
        read_payload({"GITHUB_EVENT_PATH": str(path)})


def test_a_payload_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ChangeError, match="No such file"):
        read_payload({"GITHUB_EVENT_PATH": str(tmp_path / "none.json")})
    assert read_payload({}) == {}


def named(number: int) -> list[dict[str, str]]:
    return [{"name": f"label {count}"} for count in range(number)]


@pytest.mark.parametrize("number", [51, 100, 101])
def test_all_labels_count_or_none(tmp_path: Path, number: int) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"pull_request": {**PULL, "labels": named(number)}}))
    merge = {**MERGE, "CI_MERGE_REQUEST_LABELS": ",".join(one["name"] for one in named(number))}
    pull = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path)}
    for platform, environ in (("github", pull), ("gitlab", merge)):
        change, problem = read_change(platform, environ)
        assert len(change.labels) == (number if number <= MANY_LABELS else 0)
        assert ("the request has 101 labels" in problem) == (number > MANY_LABELS)
