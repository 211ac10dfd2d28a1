"""Fewer samples where there are too many, still in their order."""

from __future__ import annotations

import random
from array import array


class Thinned:
    """One sample of each `stride` that follow each other, `stride` 1 as long as all fit.

    Which one is drawn by lot, the same way each time: every second of requests that take turns
    between two addresses would all go to the same one.
    """

    def __init__(self, most: int) -> None:
        self.values = array("d")
        self.stride = 1
        self.seen = 0
        self._most = most - most % 2
        self._lot = random.Random(0)  # noqa: S311 - the same lot each time is what is wanted
        self._next = 0

    def add(self, value: float) -> None:
        """Take the next sample, or leave it."""
        if self.seen % self.stride == 0:
            if len(self.values) == self._most:
                self._halve()
            self._next = self.seen + (self._lot.randrange(self.stride) if self.stride > 1 else 0)
        if self.seen == self._next:
            self.values.append(value)
        self.seen += 1

    def _halve(self) -> None:
        pairs = range(0, self._most, 2)
        self.values = array("d", [self.values[at + self._lot.getrandbits(1)] for at in pairs])
        self.stride *= 2
