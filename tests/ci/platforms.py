"""What the runners set in the environment, for runs of the program without a runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PULL: dict[str, Any] = {
    "number": 7,
    "pull_request": {
        "number": 7,
        "title": "Pay faster",
        "html_url": "https://github.com/acme/shop/pull/7",
        "base": {"sha": "a" * 40, "ref": "main"},
        "head": {"sha": "b" * 40, "ref": "faster"},
        "labels": [{"name": "payment"}],
    },
}


def github(
    place: Path, *, url: str = "http://127.0.0.1:9", token: str = "", payload: Any = None
) -> dict[str, str]:
    """The environment of a step; the runner's files are in `place`."""
    event = place / "event.json"
    event.write_text(json.dumps(PULL if payload is None else payload))
    return {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": url,
        "GITHUB_GRAPHQL_URL": f"{url}/graphql",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_WORKFLOW": "release",
        "GITHUB_JOB": "gate",
        "GITHUB_RUN_ID": "5",
        "GITHUB_SHA": "c" * 40,
        "GITHUB_REF_NAME": "7/merge",
        "GITHUB_ACTOR": "ada",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_OUTPUT": str(place / "output"),
        "GITHUB_STEP_SUMMARY": str(place / "step-summary"),
        "RUNNER_TEMP": str(place),
        **({"SLOGATE_GITHUB_TOKEN": token} if token else {}),
    }


def outputs(place: Path) -> dict[str, str]:
    """The step's outputs as the runner reads them: names with delimiters, the last one counts."""
    found: dict[str, str] = {}
    lines = iter((place / "output").read_text().splitlines())
    for line in lines:
        name, mark, end = line.partition("<<")
        assert mark, line
        value = []
        while (inner := next(lines)) != end:
            value.append(inner)
        found[name] = "\n".join(value)
    return found


def gitlab(place: Path, *, url: str = "http://127.0.0.1:9", token: str = "") -> dict[str, str]:
    """The environment of a job of a merge request pipeline in `place`."""
    return {
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_API_V4_URL": f"{url}/api/v4",
        "CI_PROJECT_DIR": str(place),
        "CI_PROJECT_ID": "11",
        "CI_JOB_NAME": "gate",
        "CI_JOB_URL": "https://gitlab.example/acme/shop/-/jobs/5",
        "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_PROJECT_ID": "11",
        "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example/acme/shop",
        "CI_MERGE_REQUEST_TITLE": "Pay faster",
        "CI_MERGE_REQUEST_LABELS": "payment",
        "CI_COMMIT_SHA": "b" * 40,
        "GITLAB_USER_LOGIN": "ada",
        **({"SLOGATE_GITLAB_TOKEN": token} if token else {}),
    }
