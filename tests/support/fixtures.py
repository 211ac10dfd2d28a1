"""Fixtures made once per test run: one generated history, and real servers that hold it.

Load them with `pytest_plugins = ["tests.support.fixtures"]` in tests/conftest.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.history import JSONL, OPENMETRICS, generate
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
    if server.available():
        return
    reason = f"{server.binary} is not installed (apt-get install {server.binary})"
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
