"""Side by side, in order, and never past the deadline."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from functools import partial

from slogate.deadline import Deadline
from slogate.pool import run_all, run_each

TWO: dict[Hashable, int] = {"a": 2}
THREE: dict[Hashable, int] = {"a": 3}
MANY: dict[Hashable, int] = {"a": 4, "b": 2}
ONE_EACH: dict[Hashable, int] = {"slow": 1, "quick": 1}


def test_results_keep_the_order_of_the_tasks() -> None:
    tasks = [("ab"[n % 2], partial(pow, n, 2)) for n in range(50)]
    found = run_all(tasks, workers=MANY, deadline=Deadline(10))
    assert found == [n * n for n in range(50)]


def test_an_error_takes_the_place_of_its_result() -> None:
    def fail() -> int:
        raise ValueError("no")

    one, two = run_all([("a", fail), ("a", lambda: 2)], workers=TWO, deadline=Deadline(10))
    assert isinstance(one, ValueError)
    assert two == 2


def test_no_more_than_the_allowed_number_runs_at_once() -> None:
    together = threading.Barrier(3)
    running: list[int] = []
    peak: list[int] = []
    lock = threading.Lock()

    def task() -> None:
        with lock:
            running.append(1)
            peak.append(len(running))
        together.wait(10)
        with lock:
            running.pop()

    run_all([("a", task)] * 9, workers=THREE, deadline=Deadline(30))
    assert max(peak) == 3


def test_what_hangs_is_left_behind_at_the_deadline() -> None:
    release = threading.Event()
    moments = iter([0.0, 0.0, 0.0, 0.0, 0.0, 100.0])
    deadline = Deadline(1, clock=lambda: next(moments, 100.0))
    try:
        results = run_all([("a", lambda: release.wait(30))], workers=TWO, deadline=deadline)
        assert results[0] is None
    finally:
        release.set()


def test_a_group_that_hangs_does_not_hold_up_the_others() -> None:
    release = threading.Event()

    def free() -> bool:
        release.set()
        return True

    hanging = [("slow", lambda: release.wait(30))] * 3
    quick = [("quick", free)]
    assert all(run_all([*hanging, *quick], workers=ONE_EACH, deadline=Deadline(20)))


def test_no_tasks_is_no_work() -> None:
    assert run_all([], workers={}, deadline=Deadline(1)) == []


def test_a_result_is_given_as_soon_as_those_before_it_are_there() -> None:
    release = threading.Event()
    tasks = [("quick", lambda: True), ("slow", lambda: release.wait(30))]
    results = run_each(tasks, workers=ONE_EACH, deadline=Deadline(60))
    assert next(results) is True
    release.set()
    assert list(results) == [True]
