"""What the gate finds: checks, budgets and burn rates of an SLO, verdicts of services.

Times are Unix seconds (UTC), ratios are 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from slogate.core.exit_codes import Ended
from slogate.core.model import BurnRule, Change, Decision, Missing, Policy, Status
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Situation
from slogate.core.window import Period

if TYPE_CHECKING:
    # NOTE: few releases have a canary, and its statistics take their time to load.
    from slogate.core.canary_report import CanaryReport


class Outcome(Enum):
    """Result of one check."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Check:
    """One named test of the evidence with a sentence that says what was found."""

    name: str
    outcome: Outcome
    detail: str
    slo: str | None = None


class Counts(NamedTuple):
    """Events of a window."""

    bad: float
    total: float

    @property
    def good(self) -> float:
        """Total less bad, never negative."""
        return max(0.0, self.total - self.bad)


@dataclass(frozen=True)
class Budget:
    """Error budget over the SLO's window; `allowed_bad` and `remaining_bad` are event counts.

    `unadjusted` is what would be consumed if maintenance counted; None where there was none.
    """

    consumed: float
    allowed_bad: float | None
    remaining_bad: float | None
    pace: float | None = None
    exhausted_at: int | None = None
    unadjusted: float | None = None

    @property
    def remaining(self) -> float:
        """Share of the budget that is left; negative when overspent."""
        return 1 - self.consumed


@dataclass(frozen=True)
class BurnRate:
    """A burn rule beside what was measured; a rate is None where there were no events."""

    rule: BurnRule
    rate_long: float | None
    rate_short: float | None
    firing: bool


@dataclass(frozen=True)
class Reason:
    """One sentence that gave an SLO at least this status; `kind`: consumed, pace or burn."""

    status: Status
    kind: str
    text: str


@dataclass(frozen=True)
class SloReport:
    """Everything known of one SLO at one time; `period` is that of a calendar window."""

    name: str
    objective: float
    window: str
    status: Status | Missing
    sli: float | None = None
    events: Counts | None = None
    budget: Budget | None = None
    burn: tuple[BurnRate, ...] = ()
    reasons: tuple[Reason, ...] = ()
    checks: tuple[Check, ...] = ()
    detail: str = ""
    transient: bool = False
    burn_down: tuple[tuple[int, float], ...] = ()
    period: Period | None = None


@dataclass(frozen=True)
class Clearance:
    """When a failing release would no longer fail, under two assumptions; None: not foreseeable.

    `calendar` is true where only a calendar holds it up, whatever errors there are.
    """

    without_errors: int | None = None
    if_errors_continue: int | None = None
    calendar: bool = False


@dataclass(frozen=True)
class Excepted:
    """What the decision would have been but for the type of the change; `origin` says who told it.

    `sentence` is what the rationale says of it.
    """

    change_type: str
    origin: str
    original_decision: str
    sentence: str


@dataclass(frozen=True)
class Override:
    """Who set the decision aside, why, and what it was; `sentence` is what the rationale says of it."""

    reason: str
    by: str
    original_decision: str
    sentence: str


@dataclass(frozen=True)
class Origin:
    """Where the configuration was read from: a git ref and the commit that it was."""

    ref: str
    commit: str


@dataclass(frozen=True)
class ServiceVerdict(Ended):
    """The decision for one service, with what led to it and what to do now.

    With `advise` it fails no run. `measured` is the worst decision of what could be judged, whatever
    else is missing. What was decided before an exception or override is with those.
    """

    service: str
    status: Status | Missing
    decision: Decision
    exit_code: int
    risk: ReleaseRisk
    policy: str
    slos: tuple[SloReport, ...]
    rationale: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    clearance: Clearance = field(default_factory=Clearance)
    owner: str | None = None
    own_checks: tuple[Check, ...] = ()
    canary: CanaryReport | None = None
    advise: bool = False
    measured: Decision = Decision.BLOCK
    exception: Excepted | None = None
    override: Override | None = None

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of the service itself, then those of all SLOs, in their order."""
        return (*self.own_checks, *(check for slo in self.slos for check in slo.checks))


@dataclass(frozen=True)
class Verdict(Ended):
    """The whole answer of one run; `fail_on` is the mildest decision that fails (None: none).

    `advise` is true where no service enforces anything. `configuration` is None for the work tree.
    """

    decision: Decision
    exit_code: int
    evaluated_at: int
    advise: bool
    services: tuple[ServiceVerdict, ...]
    policies: tuple[Policy, ...] = ()
    fail_on: Decision | None = Decision.DEFER
    change: Change | None = None
    configuration: Origin | None = None
    situation: Situation | None = None


@dataclass(frozen=True)
class ServiceBudget:
    """The budgets of one service, without a decision."""

    service: str
    status: Status | Missing
    exit_code: int
    slos: tuple[SloReport, ...]
    own_checks: tuple[Check, ...] = ()

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of the service itself, then those of all SLOs, in their order."""
        return (*self.own_checks, *(check for slo in self.slos for check in slo.checks))


@dataclass(frozen=True)
class BudgetReport:
    """The answer of a run that asks for budgets only."""

    evaluated_at: int
    exit_code: int
    services: tuple[ServiceBudget, ...]
    configuration: Origin | None = None
