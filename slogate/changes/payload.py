"""The event payload of a GitHub run, of which nothing is sure to be there, nor to be of its type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slogate.core import words
from slogate.errors import ChangeError
from slogate.files import open_file

LONGEST = 300
_MOST = 64 << 20
"""Bytes; no platform sends a payload of more than 25 MiB."""


def read_payload(environ: Mapping[str, str]) -> object:
    """The event payload of a GitHub run; raises ChangeError when it cannot be read."""
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return {}
    try:
        with open_file(Path(path)) as file:
            raw = file.read(_MOST + 1)
        if len(raw) > _MOST:
            raise ValueError(f"larger than {_MOST >> 20} MiB")
        return json.loads(raw)
    except (OSError, ValueError, RecursionError) as error:
        said = getattr(error, "strerror", None) or error
        raise ChangeError(f"the event payload {path} cannot be read: {said}") from None


def at(value: object, *keys: str) -> Any:
    """What lies under these keys; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object, *keys: str) -> str:
    """The text under these keys, cut to a bearable length; empty where there is none."""
    found = at(value, *keys)
    return cut(found) if isinstance(found, str) else ""


def items(value: object) -> list[object]:
    """The items of a list; none of whatever else it is."""
    return value if isinstance(value, list) else []


def cut(value: str) -> str:
    """No more than a bearable length of it."""
    return words.cut(value, LONGEST)
