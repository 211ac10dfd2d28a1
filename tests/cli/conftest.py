"""Fixtures of the tests that run slogate as a user does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.targets import alone, checked_out
from tests.support.repository import Repository


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A change that is checked out, as the working folder, with nothing of CI's around it."""
    alone(monkeypatch, tmp_path)
    repo = checked_out(tmp_path / "shop")
    monkeypatch.chdir(repo.folder)
    return repo
