"""For commands that take their time: a clock, and one line that says how far they are."""

from __future__ import annotations

import sys
import time
from typing import Protocol

from slogate.cli.output import log
from slogate.reports.escape import for_terminal


class Clock(Protocol):
    """The time in Unix seconds, and a way to let it pass."""

    def now(self) -> float: ...
    def wait(self, seconds: float) -> None: ...


class WallClock:
    """The real one; it cannot be set back while somebody waits."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()

    def now(self) -> float:
        """Unix seconds."""
        return self._start + time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let so many seconds pass."""
        time.sleep(max(0.0, seconds))


class Progress:
    """One line that changes on a terminal, whole lines elsewhere; nothing when quiet."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._live = sys.stderr is not None and sys.stderr.isatty()
        self._width = 0

    def __call__(self, text: str) -> None:
        """Show this now."""
        if self._quiet:
            return
        line = for_terminal(text)
        if not self._live:
            log(f"slogate: {line}\n")
            return
        short = line[:79]
        log(f"\r{short.ljust(self._width)}")
        self._width = len(short)

    def end(self) -> None:
        """Leave the line."""
        if self._live and self._width and not self._quiet:
            log("\n")
