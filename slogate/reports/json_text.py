"""JSON that machines read and that no CI runner takes for a command."""

from __future__ import annotations

import json
import math
from typing import Any

from slogate.core import words

Object = dict[str, Any]


def json_text(report: Object) -> str:
    """Indented JSON that no CI runner takes for a command."""
    text = json.dumps(report, indent=2, allow_nan=False)
    # NOTE: a runner that sees `##[...]` in its log takes it for a command; JSON has a way around.
    return text.replace("##", "#\\u0023") + "\n"


def number(value: float | None) -> float | None:
    """A plain number: NaN and infinity are unknown, whole counts have no `.0`."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def time(unix: int | None) -> str | None:
    """A Unix time as RFC 3339; None stays null."""
    return None if unix is None else words.rfc3339(unix)
