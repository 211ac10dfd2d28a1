"""The schema of a service's `readiness`: what must hold of it besides its budgets."""

from __future__ import annotations

from typing import ClassVar

from slogate.config import fields, scalars
from slogate.config.canary_schema import LABEL_NAME
from slogate.config.choices import one_or_more
from slogate.config.sections import (
    DictOf,
    Json,
    ListOf,
    Nested,
    Scalar,
    Section,
    defaulted,
    optional,
    required,
)

SCRAPES = Scalar(scalars.whole(2, 1_000), 4, fields.any_of({"type": "integer", "minimum": 2}))
INTERVAL = Scalar(scalars.duration(1, fields.DAY), 60, fields.DURATION.schema)


VALUES = one_or_more(fields.LINE)


class Fresh(Section):
    """How old the newest sample of the service may be."""

    scrapes = required(SCRAPES, "Younger than so many scrapes, at least 2.")
    interval = optional(INTERVAL, "Scrape interval; left out, it is measured.")


class AlertRules(Section):
    """Alert rules that must exist."""

    names = required(ListOf(fields.LABEL, least=1), "Names of alerts.")
    source = optional(
        fields.TEXT, "Name of a prometheus source; default that of the service, or the only one."
    )


class Rollback(Section):
    """The plan for the way back: exactly one of a command and a file."""

    json_extra: ClassVar[Json] = {
        "oneOf": [{"required": ["command"]}, {"required": ["file"]}],
    }

    command = optional(fields.LINE, "Command that goes back; it is not run.")
    file = optional(fields.LINE, "File with the plan, which must exist.")

    def check(self) -> None:
        """There is one plan."""
        if (self.command is None) == (self.file is None):
            raise ValueError("needs exactly one of: command, file")


class Alerts(Section):
    """Alerts that must not fire."""

    source = optional(
        fields.TEXT, "Name of an alertmanager source; may be left out when there is only one."
    )
    match = optional(
        DictOf(LABEL_NAME, VALUES, least=1),
        "Labels that they have, each with a value or a list of values; default the service's name "
        "as `service` and the severity critical.",
    )


class Readiness(Section):
    """What must hold of a service besides its budgets."""

    json_extra: ClassVar[Json] = {
        "anyOf": [{"required": [key]} for key in ("metrics", "alert_rules", "rollback", "alerts")]
    }

    decision = defaulted(
        fields.HOLDING, "defer", "What it means if one does not hold, default defer."
    )
    metrics = optional(Nested(Fresh), "Its metrics are fresh.")
    alert_rules = optional(Nested(AlertRules), "Its alert rules exist.")
    rollback = optional(Nested(Rollback), "There is a way back.")
    alerts = optional(Nested(Alerts), "None of its alerts fires.")

    def check(self) -> None:
        """There is something that must hold."""
        if all(
            item is None for item in (self.metrics, self.alert_rules, self.rollback, self.alerts)
        ):
            raise ValueError("needs at least one of: metrics, alert_rules, rollback, alerts")
