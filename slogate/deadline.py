"""One deadline for a whole run, on a clock that nobody can set back."""

from __future__ import annotations

import time
from collections.abc import Callable


class Deadline:
    """Seconds from now that everything together may take; `clock` is monotonic seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left; zero or less when it has passed."""
        return self._end - self._clock()
