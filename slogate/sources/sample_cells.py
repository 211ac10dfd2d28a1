"""Numbers, times and names in the cells of a sample file."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from slogate.core.arms import LARGEST, LEAST
from slogate.core.window import LATEST, parse_time

A_TIME = "an RFC 3339 time such as 2026-11-20T12:00:00Z"
_MILLISECONDS = 1e11
_LONGEST_TIME = 64
_FRACTION = re.compile(r"(?<=:[0-9][0-9])\.[0-9]+(?=[Zz+-])")
MOST_NAMES = 20
"""Names of columns or metrics that a message lists."""


def number(cell: Any) -> float:
    """The number in a cell, NaN for an empty one; ValueError when it holds something else."""
    value = _number(cell)
    if LARGEST < abs(value) < math.inf:
        raise ValueError(f"{shown(cell)} is beyond all that is measured")
    return 0.0 if abs(value) < LEAST else value


def _number(cell: Any) -> float:
    try:
        if isinstance(cell, str):
            if "_" not in cell:
                return float(cell)
        elif isinstance(cell, float | int) and not isinstance(cell, bool):
            return float(cell)
        elif cell is None:
            return math.nan
    except OverflowError:
        return math.inf
    except ValueError:
        if not cell.strip():
            return math.nan
    raise ValueError(f"{shown(cell)} is no number")


def unix_time(cell: Any) -> int:
    """Whole Unix seconds of a cell with Unix seconds or an RFC 3339 time, or ValueError."""
    if isinstance(cell, str) and cell.lstrip()[4:5] == "-":
        return _rfc3339(cell.strip())
    try:
        seconds = number(cell)
    except ValueError:
        raise ValueError(f"{shown(cell)} is neither Unix seconds nor {A_TIME}") from None
    if seconds > _MILLISECONDS:
        raise ValueError(f"{shown(cell)} is too late; is it in milliseconds? Seconds are wanted")
    if not 0 <= seconds < LATEST:
        raise ValueError(f"{shown(cell)} is no time between 1970 and 2199")
    return int(seconds)


def _rfc3339(text: str) -> int:
    if len(text) > _LONGEST_TIME:
        raise ValueError(f"{shown(text)} is not {A_TIME}")
    return _second(_FRACTION.sub("", text, count=1))


@lru_cache(maxsize=64)
def _second(text: str) -> int:
    # NOTE: a load test measures hundreds of times in a second, and to read one takes long.
    return parse_time(text)


def listed(names: Iterable[str]) -> str:
    """Names from a file, for a message."""
    known = [shown(name) for name in names]
    more = [f"{len(known) - MOST_NAMES} more"] if len(known) > MOST_NAMES else []
    return ", ".join(known[:MOST_NAMES] + more)


def shown(cell: Any) -> str:
    """A cell as it is in the file, for a message: escaped and not too long."""
    text = repr(cell)
    return text if len(text) <= 80 else f"{text[:80]}..."
