"""The schema of `slogate.yaml`: which keys there are, and what each one means.

Cross references and rules between sections are checked in references.py and policies.py.
"""

from __future__ import annotations

from typing import Any, ClassVar

from slogate.config import fields
from slogate.config.canary_schema import Canary
from slogate.config.policy_schema import NAMED_POLICY, POLICY
from slogate.config.readiness_schema import Readiness
from slogate.config.risk_schema import PATTERN, RiskSettings
from slogate.config.sections import (
    Choice,
    DictOf,
    Json,
    ListOf,
    Nested,
    Section,
    defaulted,
    optional,
    required,
)
from slogate.config.source_schema import SOURCE

SLI_KINDS = (("good", "total"), ("bad", "total"), ("latency",), ("slices",), ("ratio",))


class CalendarWindow(Section):
    """The running week, month, quarter or year."""

    calendar = required(fields.PERIOD, "Period; weeks start on Monday.")
    timezone = defaulted(fields.ZONE, "UTC", "IANA time zone, default UTC.")


def _window_tag(value: Any) -> str:
    return "\0calendar" if isinstance(value, dict) else "\0rolling"


WINDOW: Choice[int | CalendarWindow] = Choice(
    _window_tag,
    {"\0rolling": fields.ROLLING_WINDOW, "\0calendar": Nested(CalendarWindow)},
)


class Latency(Section):
    """Requests that were fast enough, by a histogram."""

    histogram = required(fields.TEXT, "Vector selector without the _bucket suffix.")
    below = required(fields.LATENCY_LIMIT, "What is fast enough, such as 300ms.")


class Slices(Section):
    """Time slices: a slice is good when `query op value` holds."""

    query = required(fields.TEXT, "Query that yields one number, without {{window}}.")
    op = required(fields.OPERATOR, "Comparison that makes a slice good.")
    value = required(fields.NUMBER, "What the query is compared with.")
    every = defaulted(fields.DURATION, 60, "Length of a slice, default 1m.")


class Sli(Section):
    """What is measured: exactly one kind. In a file source good, bad and total name columns."""

    json_extra: ClassVar[Json] = {
        "oneOf": [{"required": list(kind), "maxProperties": len(kind)} for kind in SLI_KINDS]
    }

    good = optional(fields.TEXT, "Number of good events in [{{window}}].")
    bad = optional(fields.TEXT, "Number of bad events in [{{window}}].")
    total = optional(fields.TEXT, "Number of all events in [{{window}}].")
    latency = optional(Nested(Latency), "Fast enough by a histogram.")
    slices = optional(Nested(Slices), "Share of time in which a condition holds.")
    ratio = optional(fields.TEXT, "Error ratio (0..1) over [{{window}}].")

    def check(self) -> None:
        """There is one kind."""
        found = [key for key, value in vars(self).items() if value is not None]
        if tuple(found) not in SLI_KINDS:
            kinds = ", ".join(" + ".join(kind) for kind in SLI_KINDS)
            given = " + ".join(found) or "nothing"
            raise ValueError(f"needs exactly one of: {kinds}; there is {given}")


class Slo(Section):
    """One objective for one indicator over one window."""

    name = required(fields.NAME, "Name, unique in the service.")
    objective = required(fields.OBJECTIVE, "Target in percent, such as 99.9.")
    window = required(WINDOW, "Rolling duration such as 30d, or a calendar period.")
    sli = required(Nested(Sli), "What is measured.")


class Service(Section):
    """What is deployed, and its objectives."""

    tier = optional(fields.LABEL, "Importance, for people.")
    owner = optional(fields.LABEL, "Who answers for it.")
    source = optional(fields.TEXT, "Name of the source; may be left out when there is only one.")
    policy = optional(fields.TEXT, "Name of one of `policies`; left out, `policy` applies.")
    paths = optional(
        ListOf(PATTERN, least=1), "Its files, as in .gitignore; left out, the whole repository."
    )
    mode = defaulted(fields.MODE, "enforce", "With advise, decisions on it fail no run.")
    depends_on = optional(
        ListOf(fields.TEXT),
        "Other services of this file that it needs; theirs count at most defer.",
    )
    slos = required(ListOf(Nested(Slo), least=1), "Its objectives.")
    readiness = optional(Nested(Readiness), "What must hold of it besides its budgets.")
    canary = optional(Nested(Canary), "How its canaries are judged; left out, `canary` applies.")


class SlogateFile(Section):
    """The whole file."""

    version = required(fields.VERSION, "Version of this format: 1.")
    sources = required(
        DictOf(fields.NAME, SOURCE, least=1), "Where measurements come from, by name."
    )
    services = required(DictOf(fields.NAME, Nested(Service), least=1), "What is deployed, by name.")
    policy = optional(POLICY, "What holds for every service.")
    policies = optional(DictOf(fields.NAME, NAMED_POLICY), "Policies that services name.")
    risk = optional(Nested(RiskSettings), "Release risk.")
    canary = optional(Nested(Canary), "How canaries of services without a `canary` are judged.")


FILE = Nested(SlogateFile)


def json_schema() -> Json:
    """JSON Schema (2020-12) of the configuration file."""
    definitions: dict[str, Json] = {}
    file = FILE.definition(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": dict(sorted(definitions.items())),
        **file,
        "title": "Configuration of slogate",
    }
