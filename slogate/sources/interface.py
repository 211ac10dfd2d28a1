"""What the gate knows of a source of measurements."""

from __future__ import annotations

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
