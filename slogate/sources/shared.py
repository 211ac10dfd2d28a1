"""Answers that several SLOs of a run ask for, such as the total of one service: fetched once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
KEPT = 64
"""So many answers: SLOs that share one are measured side by side, and long ones take some memory."""


class Shared(Generic[T]):
    """The latest answers, by what was asked; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[Hashable, _Once[T]] = {}

    def once(self, asked: Hashable, ask: Callable[[], T]) -> T:
        """What `ask` gives or raises; who asks the same meanwhile waits, and gets the same."""
        with self._lock:
            one = self._asked.pop(asked, None) or _Once(ask)
            self._asked[asked] = one
            if len(self._asked) > KEPT:
                del self._asked[next(iter(self._asked))]
        return one.result()


class _Once(Generic[T]):
    def __init__(self, ask: Callable[[], T]) -> None:
        self._lock = threading.Lock()
        self._ask: Callable[[], T] | None = ask
        self._error: Exception | None = None
        self._answer: list[T] = []

    def result(self) -> T:
        with self._lock:
            if self._ask is not None:
                self._find(self._ask)
        if self._error is not None:
            raise self._error
        return self._answer[0]

    def _find(self, ask: Callable[[], T]) -> None:
        self._ask = None
        try:
            self._answer.append(ask())
        except Exception as error:  # noqa: BLE001 - raised to everybody who asked
            self._error = error
