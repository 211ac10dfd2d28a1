"""Fixtures of the tests in which servers misbehave."""

from __future__ import annotations

import pytest

from slogate.sources import http


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once, so that a short deadline has room for some."""
    monkeypatch.setattr(http, "FIRST_PAUSE", 0.02)
