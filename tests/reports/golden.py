"""Whole reports, stored beside the tests; `UPDATE_GOLDEN=1 pytest tests/reports` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).with_name("golden")


def check(name: str, text: str) -> None:
    """The text equals the stored one."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode(), f"{name}: UPDATE_GOLDEN=1 accepts the new text"
