"""Stories for synthetic services: how much traffic each had, and how well it went, at any time.

A story is a function of the age in seconds (0 is the end of the history); None means that no
sample exists at that age.

    healthy      0.02 % errors              slowburn     0.4 % for the last 3 d
    fastburn     3 % for the last 60 min    exhausted    0.25 % always
    recovering   20 % from -26 h to -20 h   notraffic    counters exist at 0 and never move
    lowtraffic   one request per 10 min; the last one before the end fails
    resets       healthy; the counters restart at 0 every 61 h
    newsvc       healthy; first sample at -2 d
    gap          healthy; no samples from -30 h to -24 h, what happened meanwhile is not counted
    slowlat      5 % over 0.3 s in the last 6 h, 0.5 % before
    noerrors     no request fails, and the 5xx series do not exist at all
    allfast      no request takes longer than 0.05 s
    twoversions  version="v1" is healthy; version="v2" has a tenth of the traffic, 1 % errors
                 and its first sample at -2 d
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MINUTE, HOUR, DAY = 60, 3600, 86400

BOUNDS = ("0.05", "0.1", "0.2", "0.3", "0.5", "1", "2.5", "+Inf")
FAST = BOUNDS.index("0.3")
USUAL = (0.60, 0.85, 0.96, 0.995, 0.999, 0.9997, 0.9999, 1.0)  # share at or under each bound
SLOW = (0.40, 0.60, 0.80, 0.95, 0.985, 0.995, 0.999, 1.0)
INSTANT = (1.0,) * len(BOUNDS)

RESET_EVERY = 61 * HOUR  # not a multiple of a day: resets fall on all times of the day
LONE_EVERY = 10 * MINUTE  # seconds between the requests of `lowtraffic`


@dataclass(frozen=True)
class Traffic:
    """Requests per second (on average over a day), the failed share, the latency distribution."""

    rps: float = 20.0
    errors: float = 0.0002
    shares: tuple[float, ...] = USUAL


Story = Callable[[int], "Traffic | None"]
HEALTHY = Traffic()


def always(traffic: Traffic) -> Story:
    """The same at all times."""
    return lambda _age: traffic


def during(begin: float, stop: int, traffic: Traffic | None, otherwise: Traffic = HEALTHY) -> Story:
    """`traffic` while stop <= age < begin, else the other."""
    return lambda age: traffic if stop <= age < begin else otherwise


EVER = float("inf")

# Where samples are missing they come (back) exactly at -24 h and -2 d: hence the "+ 1".
STORIES: dict[str, Story] = {
    "healthy": always(HEALTHY),
    "slowburn": during(3 * DAY, 0, Traffic(errors=0.004)),
    "fastburn": during(HOUR, 0, Traffic(errors=0.03)),
    "exhausted": always(Traffic(errors=0.0025)),
    "recovering": during(26 * HOUR, 20 * HOUR, Traffic(errors=0.2)),
    "notraffic": always(Traffic(rps=0.0)),
    "lowtraffic": always(Traffic(rps=1 / LONE_EVERY)),
    "resets": always(HEALTHY),
    "newsvc": during(EVER, 2 * DAY + 1, None),
    "gap": during(30 * HOUR, 24 * HOUR + 1, None),
    "slowlat": during(6 * HOUR, 0, Traffic(shares=SLOW)),
    "noerrors": always(Traffic(errors=0.0)),
    "allfast": always(Traffic(shares=INSTANT)),
    "twoversions": always(HEALTHY),
}
SECOND_VERSION = during(EVER, 2 * DAY + 1, None, Traffic(rps=2.0, errors=0.01))
