"""The vocabulary of canary analysis: what two arms measured, how it is judged, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

LARGEST, LEAST = 1e100, 1e-100
"""Nothing that is measured is larger, and what is smaller is nothing."""

Mode = Literal["balanced", "strict"]
Worse = Literal["increase", "decrease"]


class Outcome(Enum):
    """What the data say of the canary."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Series(NamedTuple):
    """Values at Unix seconds, in the order of time; NaN where nothing was measured."""

    times: Sequence[int]
    values: Sequence[float]


class Samples(NamedTuple):
    """Single measurements in the order of their arrival."""

    values: Sequence[float]


class Counts(NamedTuple):
    """Bad and all events of each interval, in the order of time."""

    bad: Sequence[float]
    total: Sequence[float]


Data = Series | Samples | Counts


@dataclass(frozen=True)
class MetricPolicy:
    """How one metric is judged.

    `alpha` is the chance of a false alarm that is accepted. A change within `tolerance` (a share)
    never fails, one that is surely below `margin` passes; of the arms' first `warm_up` points
    nothing counts (None: a tenth, at most five). Counts fail from a ratio of error ratios of
    `least_ratio` and pass where one of `most_ratio`, or a difference of `negligible`, is excluded.
    `limit` is an absolute budget for the canary; `alert_at` the share of it that is worth a word.
    A proven regression of more than `medium` or `high` has that severity.
    """

    name: str = "metric"
    worse: Worse = "increase"
    mode: Mode = "balanced"
    alpha: float = 0.05
    tolerance: float = 0.05
    margin: float = 0.10
    warm_up: int | None = None
    least_ratio: float = 1.5
    most_ratio: float = 2.0
    negligible: float = 0.002
    limit: float | None = None
    alert_at: float = 0.8
    medium: float = 0.10
    high: float = 0.25
    weight: float = 1.0
    critical: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Arm:
    """What one arm measured: how many points, samples or events, and their centre.

    The centre is a mean of series, a median of samples, an error ratio of counts; NaN without any.
    """

    n: int
    center: float


@dataclass(frozen=True)
class Judgement:
    """What the data of one metric say.

    `ratio` is canary / baseline of `what` (mean, median, p95, p99, error ratio) with one-sided
    bounds of confidence 1 - alpha each; None where it is not defined. `reason` is one of
    `regression`, `tail`, `intermittent` (of a failure), `within_margin`, `all_zero`, `identical`
    (of a pass), `insufficient_data`, `no_traffic`, `more_data_needed`, `one_of_many`, `gone` (an arm
    has nothing at the end, or at most instants; of neither). `n` is the number
    of pairs, or of samples or events in the smaller arm.
    """

    outcome: Outcome
    reason: str
    what: str
    n: int
    baseline: Arm
    canary: Arm
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
