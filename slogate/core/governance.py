"""What a policy says beside thresholds and matrix: freezes, exceptions, overrides, reserves.

Times are Unix seconds, durations are seconds, shares are 0..1 of an error budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slogate.core.calendars import Schedule
from slogate.core.model import Decision

NORMAL, ROLLBACK, SECURITY, RELIABILITY = "normal", "rollback", "security", "reliability"
CHANGE_TYPES = (NORMAL, ROLLBACK, SECURITY, RELIABILITY)
OPTION, GIT, LABEL, TRAILER = "option", "git", "label", "trailer"
ORIGINS = (OPTION, GIT, LABEL, TRAILER)
"""Who may say of which type a change is, the most trustworthy first."""
NO_DATA, UNMEASURED = "no_data", "unmeasured"
"""What else than a decision an override may undo."""
RELEASES = "releases"
"""The share of a reserve that releases may spend."""
DAYS_2 = 172_800


@dataclass(frozen=True)
class Freeze:
    """A time in which releases are held up, whatever the budgets say.

    Without a `schedule` it is on, and nobody knows for how long. `services` is empty for all.
    """

    name: str
    schedule: Schedule | None = None
    decision: Decision = Decision.BLOCK
    services: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Exemption:
    """The worst decision for a type of change; `without_evidence` where nothing can be judged too."""

    change_type: str
    decision: Decision
    without_evidence: bool = False


@dataclass(frozen=True)
class OverrideRule:
    """Who may override what; `reason` is a regular expression that the reason must hold."""

    actors: tuple[str, ...]
    reason: str = ""
    decisions: tuple[str, ...] = (Decision.DEFER.word, Decision.BLOCK.word)


@dataclass(frozen=True)
class Maintenance:
    """A planned time whose events do not count, if it was announced early enough."""

    name: str
    start: int
    end: int
    announced: int
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Governance:
    """All of it; the defaults are those of a configuration that says nothing.

    `recover_at` is the remaining share at which a breached budget counts as recovered (None: a
    breach freezes nothing). `trusted` are the origins from which a change type counts, `labels`
    what labels mean. Of `reserve`, releases may spend the share of that name; `cost` is what a
    release is expected to spend.
    """

    freezes: tuple[Freeze, ...] = ()
    recover_at: float | None = None
    on_breach: Decision = Decision.BLOCK
    exceptions: tuple[Exemption, ...] = (
        Exemption(ROLLBACK, Decision.APPROVE, without_evidence=True),
        Exemption(SECURITY, Decision.REVIEW),
        Exemption(RELIABILITY, Decision.REVIEW),
    )
    trusted: tuple[str, ...] = (OPTION, GIT)
    labels: Mapping[str, str] = field(
        default_factory=lambda: {word: word for word in (ROLLBACK, SECURITY, RELIABILITY)}
    )
    trailer: str = "Change-Type"
    override: OverrideRule | None = None
    maintenance: tuple[Maintenance, ...] = ()
    notice: int = DAYS_2
    reserve: Mapping[str, float] = field(default_factory=dict)
    cost: float = 0.0

    @property
    def release_share(self) -> float:
        """The share of the budget that releases may spend."""
        return self.reserve.get(RELEASES, 1.0)


@dataclass(frozen=True)
class Readiness:
    """What must hold of a service besides its budgets.

    `scrapes` is how many scrape intervals old its newest sample may be (of `interval` seconds each;
    None: measured). `alert_rules` must exist in the source of that name. The plan for the way back is
    a command or a file. `alerts` with these labels must not fire in the source of that name.
    """

    decision: Decision = Decision.DEFER
    scrapes: int | None = None
    interval: int | None = None
    alert_rules: tuple[str, ...] = ()
    rules_source: str = ""
    rollback_command: str = ""
    rollback_file: str = ""
    alerts_source: str = ""
    alerts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
