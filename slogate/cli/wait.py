"""Waits for a release to pass: checks again until it does, or until the time is up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

from slogate.cli.progress import Clock
from slogate.core import words
from slogate.core.failing import clears_at
from slogate.core.verdict import Verdict
from slogate.reports.labels import outcome

SHORTEST, LONGEST = 30, 300
"""Seconds between two checks."""


def until_it_passes(
    check: Callable[[int], Verdict],
    seconds: int,
    clock: Clock,
    progress: Callable[[str], None],
) -> Verdict:
    """The first verdict that fails no run, or the last one before the time was up.

    `check` is asked for a verdict as of a Unix time. What it raises ends the wait, and so does that
    the release is foreseen to clear only after it.
    """
    over = clock.now() + seconds
    while True:
        now = int(clock.now())
        verdict = check(now)
        left = over - clock.now()
        if verdict.exit_code == 0 or left <= 0:
            return verdict
        clears = clears_at(verdict)
        if clears is not None and clears > over:
            progress(
                f"{_clock_face(now)} {outcome(verdict)} (exit {verdict.exit_code}): it clears "
                f"{words.moment(clears)} at the earliest, so waiting {words.span(round(left))} is in vain"
            )
            return verdict
        pause = min(_pause(verdict, now), left)
        progress(
            f"{_clock_face(now)} {outcome(verdict)} (exit {verdict.exit_code}){_outlook(verdict)}: "
            f"checking again in {words.span(round(pause))}, for {words.span(round(left))} more"
        )
        clock.wait(pause)


def _pause(verdict: Verdict, now: int) -> float:
    """Until the release clears, but within bounds: an outage may end at any time."""
    clears = clears_at(verdict)
    if clears is None:
        return SHORTEST
    return min(max(clears - now, SHORTEST), LONGEST)


def _outlook(verdict: Verdict) -> str:
    clears = clears_at(verdict)
    return "" if clears is None else f", clears {words.moment(clears)} at the earliest"


def _clock_face(now: int) -> str:
    return datetime.fromtimestamp(now, timezone.utc).strftime("%H:%M:%S UTC")
