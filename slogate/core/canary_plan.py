"""What the team has to say about canaries: which metrics, over which time, in which phases."""

from __future__ import annotations

from dataclasses import dataclass, field

from slogate.core.arms import MetricPolicy
from slogate.core.model import Decision

LEAST_INSTANTS = 10
"""With fewer instants no series can be judged once the first ones are left out."""
VERSION = "{{version}}"
"""In a query: the version of the arm, escaped as a label value."""
SERVICE = "{{service}}"
"""In a query: the name of the service, escaped as a label value."""
INTERVAL = "{{interval}}"
"""In a query: the distance of two instants, such as 1m, to be used as range."""


@dataclass(frozen=True)
class LiveMetric:
    """A metric with its queries: one of a value, or two that count the bad and all events.

    Queries of counts give what was added within `{{interval}}` before each instant.
    """

    policy: MetricPolicy
    query: str = ""
    bad: str = ""
    total: str = ""


@dataclass(frozen=True)
class Phase:
    """One step of a progressive rollout: how long it is watched, and budgets of its own.

    `limits` are absolute budgets by metric, which go before those of the metrics.
    """

    name: str
    duration: int
    limits: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class CanaryPlan:
    """How the canary of a service is judged; durations are seconds.

    `traffic` counts the events of an arm within `{{interval}}`; with fewer than `least_traffic` over
    the whole time an arm is no data. A canary passes when metrics of `least_score` of the weight do.
    """

    metrics: tuple[LiveMetric, ...]
    traffic: str = ""
    least_traffic: float = 100
    interval: int = 60
    duration: int = 3600
    source: str = ""
    on_inconclusive: Decision = Decision.REVIEW
    least_score: float = 1.0
    phases: tuple[Phase, ...] = field(default=())
