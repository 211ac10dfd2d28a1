"""Runs measurements side by side, a bounded number per group, and never waits past the deadline."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

from slogate.deadline import Deadline

T = TypeVar("T")


def run_all(
    tasks: Sequence[tuple[Hashable, Callable[[], T]]],
    *,
    workers: Mapping[Hashable, int],
    deadline: Deadline,
) -> list[T | BaseException | None]:
    """All results in the order of the tasks; see `run_each`."""
    return list(run_each(tasks, workers=workers, deadline=deadline))


def run_each(
    tasks: Sequence[tuple[Hashable, Callable[[], T]]],
    *,
    workers: Mapping[Hashable, int],
    deadline: Deadline,
) -> Iterator[T | BaseException | None]:
    """Results in the order of the tasks, each when it is there; an exception in place of its result.

    A task is its group and what to call; each group has so many `workers`, so that a slow one
    does not hold up the others. None marks a task that had not ended at the deadline. Its thread
    is left behind, which is why the threads are daemons of our own: an executor would wait for
    them at exit.
    """
    finished: queue.SimpleQueue[tuple[int, T | BaseException]] = queue.SimpleQueue()
    for group in dict.fromkeys(group for group, _ in tasks):
        waiting: queue.SimpleQueue[tuple[int, Callable[[], T]]] = queue.SimpleQueue()
        for index, (member, task) in enumerate(tasks):
            if member == group:
                waiting.put((index, task))
        for _ in range(min(workers[group], waiting.qsize())):
            threading.Thread(target=_work, args=(waiting, finished, deadline), daemon=True).start()
    results: dict[int, T | BaseException] = {}
    for place in range(len(tasks)):
        while place not in results:
            try:
                index, result = finished.get(timeout=max(deadline.remaining(), 0))
            except queue.Empty:
                break
            results[index] = result
        yield results.pop(place, None)


def _work(
    waiting: queue.SimpleQueue[tuple[int, Callable[[], T]]],
    finished: queue.SimpleQueue[tuple[int, T | BaseException]],
    deadline: Deadline,
) -> None:
    while deadline.remaining() > 0:
        try:
            index, task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            finished.put((index, task()))
        except BaseException as error:  # noqa: BLE001 - handed to the caller, who raises or reports it
            finished.put((index, error))
