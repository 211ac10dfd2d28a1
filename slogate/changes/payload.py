"""The event payload of a GitHub run, of which nothing is sure to be there, nor to be of its type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slogate.errors import ChangeError

LONGEST = 300


def read_payload(environ: Mapping[str, str]) -> object:
    """The event payload of a GitHub run; raises ChangeError when it cannot be read."""
    path = environ.get("GITHUB_EVENT_PATH", "")
    if not path:
        return {}
    try:
        return json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ChangeError(f"the event payload {path} cannot be read: {error}") from None


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
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
