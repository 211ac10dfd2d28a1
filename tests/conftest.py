"""What all tests share: the real servers, an environment of our own, and an honest last line."""

from __future__ import annotations

import os
import sys
from collections import Counter

import pytest

pytest_plugins = ["tests.support.fixtures"]

SKIPPED: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the caller's settings, CI variables or proxies."""
    for name in list(os.environ):
        if name.startswith(("SLOGATE", "GITHUB_", "CI_", "GITLAB_")) or name.endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        SKIPPED[report.longrepr[2].removeprefix("Skipped: ")] += 1


def pytest_unconfigure() -> None:
    for reason, number in SKIPPED.items():
        sys.stdout.write(f"{number} tests were skipped: {reason}\n")
