"""The schema of a file of policy tests: which keys there are, and what each one means."""

from __future__ import annotations

from slogate.config import fields, scalars
from slogate.config.problems import kind
from slogate.config.sections import (
    DictOf,
    ListOf,
    Nested,
    Scalar,
    Section,
    defaulted,
    optional,
    required,
)
from slogate.core.governance import CHANGE_TYPES, GIT, NORMAL, OPTION, ORIGINS, ROLLBACK
from slogate.core.model import Missing
from slogate.core.rehearsal import READINESS
from slogate.core.window import parse_time

MISSING = tuple(why.word for why in Missing)
NO_EVIDENCE = (Missing.NO_DATA.word, Missing.UNMEASURED.word)
FAIL_ON = ("review", "defer", "block", "never")
PASS, FAIL, UNMEASURED = "pass", "fail", "unmeasured"


def _word(*words: str) -> Scalar[str]:
    return Scalar(scalars.one_of(*words), words[0], {"enum": list(words)})


def _time(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError(f"must be a time such as 2026-11-27T10:00:00+01:00, but is {kind(value)}")
    try:
        return parse_time(value)
    except ValueError:
        raise ValueError(
            "must be an RFC 3339 time with its zone, such as 2026-11-27T10:00:00+01:00"
        ) from None


TIME = Scalar(_time, 0, {"type": "string", "format": "date-time"})
CONSUMED = Scalar(scalars.percent, 0.5, {"type": ["string", "number"]})


class Row(Section):
    """One test: what is given, and which decision is expected."""

    name = required(fields.LABEL, "What the test shows, unique in the file.")
    service = optional(fields.TEXT, "The service; may be left out when there is only one.")
    policy = optional(fields.TEXT, "Instead of a service: a policy by itself.")
    status = optional(_word(*fields.STATUSES, *MISSING), "Status of the budget, default healthy.")
    consumed = optional(CONSUMED, "Instead of a status: share of the budget that is consumed.")
    breached = defaulted(fields.FLAG, False, "Whether the budget was exhausted before.")  # noqa: FBT003
    risk = optional(fields.RISK, "Risk of the release, default `risk.default`.")
    cost = optional(fields.SHARE, "Expected cost of the release, default that of the policy.")
    time = optional(TIME, "When; left out, at a time without a freeze.")
    change_type = optional(_word(*CHANGE_TYPES), "What the release is for.")
    change_type_from = optional(_word(*ORIGINS), "Who says so, default option.")
    actor = optional(fields.LABEL, "Who asks for the override.")
    override = optional(fields.LINE, "Reason of an override.")
    deploy_freeze = defaulted(fields.FLAG, False, "Whether the platform has a freeze.")  # noqa: FBT003
    checks = optional(
        DictOf(_word(*READINESS), _word(PASS, FAIL, UNMEASURED)), "Readiness of the service."
    )
    upstream = optional(
        DictOf(fields.NAME, _word(*fields.STATUSES, *MISSING)),
        "How the services in `depends_on` burn.",
    )
    fail_on = defaulted(_word(*FAIL_ON), "defer", "The mildest decision that fails.")
    expect = required(_word(*fields.DECISIONS, *NO_EVIDENCE), "The decision.")
    because = optional(fields.LINE, "Text that the rationale must hold.")

    def check(self) -> None:
        """No two facts contradict each other."""
        if self.status is not None and self.consumed is not None:
            raise ValueError("has both status and consumed; keep one of them")
        if self.breached and self.consumed is None:
            raise ValueError(
                "has breached, which needs consumed: what is consumed by now, as in 95%"
            )
        self._check_scope()
        self._check_change_type()

    def _check_scope(self) -> None:
        if self.policy is None:
            return
        for key in ("service", "checks", "upstream"):
            if getattr(self, key) is not None:
                raise ValueError(f"has both policy and {key}, which a policy alone does not have")

    def _check_change_type(self) -> None:
        if self.change_type_from is None:
            return
        if self.change_type is None:
            raise ValueError("has change_type_from, but no change_type")
        if self.change_type_from == GIT and self.change_type not in (ROLLBACK, NORMAL):
            raise ValueError("has a change_type that git cannot tell; git knows only rollback")

    @property
    def origin(self) -> str:
        """Who says of which type the change is."""
        return self.change_type_from or OPTION


class Table(Section):
    """A file of policy tests."""

    config = optional(fields.LINE, "The configuration, relative to this file.")
    tests = required(ListOf(Nested(Row), least=1), "The tests.")


FILE = Nested(Table)
