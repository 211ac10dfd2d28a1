"""What the gate knows of a source of measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from slogate.core.evidence import Evidence
from slogate.core.model import Sli
from slogate.core.plan import Plan
from slogate.deadline import Deadline

if TYPE_CHECKING:
    # NOTE: it brings the HTTP client along, which a run with files does not need.
    from slogate.sources.prometheus_api import Client


class Source(Protocol):
    """A place where measurements come from; used by several threads at once."""

    @property
    def resolution(self) -> int | None:
        """The one step, in seconds, that the user wants everything asked in; None: choose."""

    @property
    def finest(self) -> int:
        """The shortest step, in seconds, in which this source can answer.

        Raises MeasurementError or NoDataError when that takes a look and the look fails.
        """

    @property
    def workers(self) -> int:
        """How many SLOs may be asked of this source at once."""

    def fetch(self, sli: Sli, plan: Plan, deadline: Deadline) -> Evidence:
        """Measure an SLI on the plan's grids.

        Raises NoDataError when what comes back cannot be evidence, MeasurementError when the
        source cannot be asked, ConfigError when the query is wrong.
        """

    def close(self) -> None:
        """Let go of connections."""


@runtime_checkable
class CanarySource(Protocol):
    """A source that answers any query, which is what two arms of a canary are measured with."""

    @property
    def workers(self) -> int:
        """How many questions may be asked of this source at once."""

    def client(self, deadline: Deadline) -> Client:
        """Questions of one run; used by several threads at once, and collects warnings."""


@dataclass(frozen=True)
class Freshness:
    """Is the newest sample younger than `bound` seconds, so many scrapes of `interval` seconds?

    `interval` is None where there was no sample to know it from.
    """

    bound: int
    interval: int | None
    fresh: bool


@dataclass(frozen=True)
class Unclear:
    """Why something cannot be told, whatever the source answers."""

    reason: str


class FreshSource(Protocol):
    """A source that tells how old its newest samples are."""

    def freshness(
        self, sli: Sli, scrapes: int, interval: int | None, now: int, deadline: Deadline
    ) -> Freshness | Unclear:
        """Whether the newest sample behind an SLI is younger than so many scrapes.

        `interval` is the seconds from one scrape to the next, None to measure them. Raises like
        Source.fetch.
        """


@dataclass(frozen=True)
class AlertRule:
    """An alert rule as a server knows it; `problem` says what is wrong with it, or is empty."""

    name: str
    problem: str


class RuleSource(Protocol):
    """A source that knows which alert rules are evaluated."""

    def alert_rules(self, names: Sequence[str], deadline: Deadline) -> list[AlertRule] | Unclear:
        """The rules of these names; of other names too where one of them is not there.

        Raises like Source.fetch.
        """


@dataclass(frozen=True)
class Alert:
    """An alert that fires: its name, and since when (Unix seconds), if the server says so."""

    name: str
    since: int | None


class AlertSource(Protocol):
    """A source that knows which alerts fire."""

    def firing(self, match: Mapping[str, Sequence[str]], deadline: Deadline) -> list[Alert]:
        """The alerts that fire, are not silenced and have one of the values for each label.

        Raises like Source.fetch.
        """
