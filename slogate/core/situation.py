"""What a run is asked for besides budgets and risk, and what is found out about readiness."""

from __future__ import annotations

from dataclasses import dataclass

from slogate.core.exit_codes import threshold
from slogate.core.governance import Freeze
from slogate.core.model import Decision

METRICS, ALERT_RULES, ROLLBACK_PLAN, ALERTS = "metrics", "alert rules", "rollback plan", "alerts"
"""The items of readiness, each the name of its fact and of its check."""


@dataclass(frozen=True)
class Request:
    """The wish to override: why, and by whom as the CI platform tells it (empty: it does not)."""

    reason: str
    actor: str


@dataclass(frozen=True)
class Situation:
    """The same for all services of a run; `now` is Unix seconds.

    `stated` is the change type that was stated; `labels` are those of the request, and `trailers`
    (key, value) those of the released commit: foreign text. `cost` is the share of the budget that
    was stated for this release, None to take that of the policy.
    """

    now: int
    fail_on: Decision | None = Decision.DEFER
    advise: bool = False
    deploy_freeze: Freeze | None = None
    stated: str | None = None
    labels: tuple[str, ...] = ()
    trailers: tuple[tuple[str, str], ...] = ()
    override: Request | None = None
    cost: float | None = None

    @property
    def threshold(self) -> Decision:
        """The mildest decision that fails, or would where decisions fail nothing."""
        return threshold(self.fail_on)


@dataclass(frozen=True)
class Fact:
    """One item of a service's readiness: it holds, it does not, or (None) nobody could tell.

    `detail` is a sentence without an end, `remedy` what must be done where it does not hold. `outage`
    is true where a retry may help.
    """

    name: str
    holds: bool | None
    detail: str
    outage: bool = False
    remedy: str = ""
