"""The schema of what may better or worsen a decision: breaches, types of change, overrides.

What depends on what is inherited is checked in governance.py.
"""

from __future__ import annotations

import re

from slogate.config import fields, scalars
from slogate.config.choices import unless_off
from slogate.config.problems import shown
from slogate.config.risk_schema import EXPRESSION
from slogate.config.sections import (
    DictOf,
    ListOf,
    Nested,
    Scalar,
    Section,
    optional,
    required,
)
from slogate.core.governance import CHANGE_TYPES, NO_DATA, ORIGINS, UNMEASURED

OVERRIDABLE = (*fields.DECISIONS[1:], NO_DATA, UNMEASURED)
TRAILER_PATTERN = r"^[A-Za-z][A-Za-z0-9-]{0,99}$"


def _recovered(value: object) -> float:
    read = scalars.share(value)
    if read == 1:
        raise ValueError("must be below 100%: hardly a budget is ever full again")
    return read


def _trailer(value: object) -> str:
    content = scalars.text(value)
    if not re.fullmatch(TRAILER_PATTERN, content):
        raise ValueError(f"must be the key of a trailer such as Change-Type, not {shown(value)}")
    return content


def _actor(value: object) -> str:
    name = scalars.label(value)
    if "*" in name:
        raise ValueError(f"must name one person, not {shown(value)}: there are no wildcards")
    return name


RECOVERED = Scalar(_recovered, 0.1, fields.SHARE.schema)
TRAILER = Scalar(_trailer, "unset", {"type": "string", "pattern": TRAILER_PATTERN})
ACTOR = Scalar(_actor, "unset", {**fields.LABEL.schema, "pattern": r"^[^*]*$"})
NONE = "none"
EXEMPT = fields.word((*fields.DECISIONS[:-1], NONE))
CHANGE_TYPE = fields.word(CHANGE_TYPES)


class BreachFreeze(Section):
    """What follows when a budget was exhausted."""

    recover_at = optional(RECOVERED, "Share of the budget that must be left again, default 10%.")
    decision = optional(fields.HOLDING, "What it means for a release, default block.")


class Exemption(Section):
    """The worst decision for changes of one type."""

    type = required(CHANGE_TYPE, "Type of change.")
    decision = required(EXEMPT, "The decision is this at most; none takes the exception away.")
    without_evidence = optional(
        fields.FLAG,
        "Whether it holds too where nothing can be judged; left out, as inherited for the type.",
    )


class ChangeType(Section):
    """Who may say of which type a change is, and how."""

    from_ = optional(
        ListOf(fields.word(ORIGINS), least=1), "Whose word counts; default option and git."
    )
    labels = optional(
        DictOf(fields.LABEL, CHANGE_TYPE),
        "What labels of the pull or merge request mean; replaces the default.",
    )
    trailer = optional(TRAILER, "Commit trailer that names the type; default Change-Type.")


class Override(Section):
    """Who may set which decision aside, and for which reason."""

    actors = optional(ListOf(ACTOR, least=1), "Who, as the CI platform names them.")
    reason = optional(EXPRESSION, "Regular expression of which the reason must hold a match.")
    decisions = optional(
        ListOf(fields.word(OVERRIDABLE), least=1), "Which decisions; default defer and block."
    )


BREACH_FREEZE = unless_off(Nested(BreachFreeze))
OVERRIDE = unless_off(Nested(Override))
EXCEPTIONS = unless_off(ListOf(Nested(Exemption)))
