"""Looks after a canary while it runs, and stops as soon as it is proven worse."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from slogate.cli.canary_compare import judged
from slogate.cli.progress import Clock
from slogate.core.arms import Outcome
from slogate.core.canary import CanaryVerdict, Measured, look_one
from slogate.core.canary_words import headline
from slogate.core.words import moment
from slogate.errors import EXIT_INTERRUPTED, MeasurementError, NoDataError

Measure = Callable[[int, int, float], tuple[Measured, ...]]
"""What both arms measured between two Unix times, asked within so many seconds."""
MOST_HASTE = 1
"""Seconds that a look has at least."""


@dataclass(frozen=True)
class Watched:
    """What was known when the watch ended.

    `ended` says why that was early, if it was, and `code` is the exit code of that, if it has one.
    """

    verdict: CanaryVerdict
    metrics: tuple[Measured, ...]
    start: int
    end: int
    ended: str = ""
    code: int | None = None


def watch(
    measure: Measure,
    *,
    duration: int,
    interval: int,
    timeout: float,
    least_score: float,
    clock: Clock,
    progress: Callable[[str], None],
) -> Watched:
    """Look after each interval until the time is over, or until the canary is worse.

    Each look has the time-out for itself, but the next look does not wait for it, and all together
    take no longer than the duration and one time-out. A look that fails or comes too late is
    passed over; where no other one was better, the last one raises NoDataError or MeasurementError.
    """
    # NOTE: a backend is asked at multiples of the interval, so the first look has a whole one.
    start = -(-int(clock.now()) // interval) * interval
    looks = max(1, duration // interval)
    over = start + looks * interval + timeout
    rules = partial(look_one, planned=looks)
    last: Watched | None = None
    for number in range(1, looks + 1):
        at = start + number * interval
        is_last = number == looks
        try:
            _wait(clock, at, math.inf if is_last else at + interval)
            left = over - clock.now() if is_last else max(interval, MOST_HASTE)
            metrics = measure(start, at, min(timeout, left))
            verdict = judged(metrics, least_score, rules)
            last = Watched(verdict, metrics, start, at)
            said = f"{verdict.outcome.value}: {headline(verdict)}"
            progress(f"look {number} of {looks}, {moment(at)}: {said}")
            if verdict.outcome is Outcome.FAIL and not is_last:
                return _ended(last, f"worse after {number} of {looks} looks")
        except (MeasurementError, NoDataError) as error:
            if is_last:
                return _without_last(last, error)
            progress(f"look {number} of {looks}: {error}")
        except KeyboardInterrupt:
            if last is None:
                raise
            return _ended(last, f"interrupted at look {number} of {looks}", EXIT_INTERRUPTED)
    if last is None:
        raise NoDataError("the canary was never measured")
    return last


def _wait(clock: Clock, at: int, too_late: float) -> None:
    clock.wait(at - clock.now())
    if clock.now() >= too_late:
        raise MeasurementError("left out, since the one before took too long")


def _without_last(last: Watched | None, error: MeasurementError | NoDataError) -> Watched:
    if last is None:
        raise error
    return _ended(last, f"the last look failed: {error}", error.exit_code)


def _ended(last: Watched, why: str, code: int | None = None) -> Watched:
    return replace(last, ended=why, code=code)
