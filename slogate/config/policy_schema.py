"""The schema of `policy` and `policies`: thresholds, decision matrix, and all that rules beside them.

Every key is optional; the defaults are those of core's default policy.
"""

from __future__ import annotations

from slogate.config import fields
from slogate.config import governance_schema as governance
from slogate.config.freeze_schema import Freeze, Maintenance
from slogate.config.sections import DictOf, ListOf, Nested, Section, optional, required


class Consumed(Section):
    """Share of the budget that is spent, above which a status begins."""

    attention = optional(fields.THRESHOLD, "Default 50%.")
    warning = optional(fields.THRESHOLD, "Default 75%.")
    critical = optional(fields.THRESHOLD, "Default 90%.")
    exhausted = optional(fields.THRESHOLD, "From here on; default 100%.")


class Pace(Section):
    """Share spent / share of the calendar period elapsed, above which a status begins."""

    attention = optional(fields.POSITIVE, "Default 1.")
    warning = optional(fields.POSITIVE, "Default 1.5.")
    critical = optional(fields.POSITIVE, "Default 2.")
    after = optional(fields.SHARE, "Share of the period that must have passed; default 10%.")


class Burn(Section):
    """A status that begins when the burn rate reaches `rate` over both windows."""

    rate = required(fields.POSITIVE, "Burn rate; 1 spends exactly the budget.")
    long = required(fields.DURATION, "Long window, such as 1h.")
    short = required(fields.DURATION, "Short window, such as 5m.")
    status = required(fields.RAISED_STATUS, "What the SLO then is, at least.")

    def check(self) -> None:
        """The long window is longer."""
        if self.long <= self.short:
            raise ValueError("`long` must be longer than `short`")


class StatusRules(Section):
    """When an SLO has which status; the worst rule counts."""

    consumed = optional(Nested(Consumed), "By the share of the budget spent.")
    pace = optional(Nested(Pace), "By pace, in calendar windows only.")
    burn = optional(ListOf(Nested(Burn)), "By burn rate; replaces the whole list.")


class Policy(Section):
    """What the numbers mean; a key left out is inherited."""

    status = optional(Nested(StatusRules), "When an SLO has which status.")
    matrix = optional(
        DictOf(fields.STATUS, DictOf(fields.RISK, fields.DECISION)),
        "Decision for each status and release risk; may be partial.",
    )
    approvers = optional(
        DictOf(fields.GROUP, ListOf(fields.LABEL)),
        "Who has to agree, for a decision or a status.",
    )
    on_no_data = optional(
        fields.ON_MISSING, "When evidence is missing; default error (exit code 40)."
    )
    on_unreachable = optional(
        fields.ON_MISSING, "When the source cannot be asked; default error (exit code 50)."
    )
    on_no_traffic = optional(fields.ON_MISSING, "When there were no events; default approve.")
    min_coverage = optional(fields.SHARE, "Share of the window that must have data; default 90%.")
    min_events = optional(fields.COUNT, "With fewer events an SLO has no traffic; default 0.")
    max_staleness = optional(fields.DURATION, "Greatest age of the newest data; default 10m.")
    freezes = optional(
        ListOf(Nested(Freeze)), "When releases are held up; replaces the whole list."
    )
    freeze_on_breach = optional(
        governance.BREACH_FREEZE, "Hold up releases until an exhausted budget has recovered."
    )
    exceptions = optional(
        governance.EXCEPTIONS,
        "Milder decisions by type of change; adds to and changes what is inherited, off for none.",
    )
    change_type = optional(Nested(governance.ChangeType), "Who says of which type a change is.")
    override = optional(governance.OVERRIDE, "Who may set a decision aside; default nobody.")
    maintenance = optional(Nested(Maintenance), "Planned times that are left out of the budget.")
    reserve = optional(
        DictOf(fields.NAME, fields.SHARE),
        "Shares of the budget by purpose, 100% in all; releases may spend that of `releases` only. "
        "Replaces what is inherited, {} for none.",
    )
    cost = optional(
        fields.SHARE, "Share of the budget that a release is expected to spend; default 0%."
    )


class NamedPolicy(Policy):
    """A policy that services name; it starts from `policy`, or from the one it extends."""

    extends = optional(fields.TEXT, "Name of another policy.")


POLICY = Nested(Policy)
NAMED_POLICY = Nested(NamedPolicy)
