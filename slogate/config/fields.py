"""The sorts of single values that the schema knows: each a reader with its JSON Schema."""

from __future__ import annotations

from typing import Any

from slogate.config import scalars
from slogate.config.problems import shown
from slogate.config.sections import Scalar
from slogate.core.model import Decision, Risk, Status
from slogate.core.window import PERIODS

HOUR = 3_600
DAY = 86_400
SOURCE_KINDS = ("prometheus", "file", "alertmanager")

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_NUMBER: dict[str, Any] = {"type": "number"}
_DURATION = {"type": "string", "pattern": scalars.DURATION_PATTERN, "examples": ["5m", "30d"]}
_PERCENT = {"type": "string", "pattern": scalars.PERCENT_PATTERN, "examples": ["90%"]}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}


def any_of(*alternatives: dict[str, Any]) -> dict[str, Any]:
    """What an editor may accept: one of these, or text with a variable in it."""
    return {"anyOf": [*alternatives, {"type": "string", "pattern": r"\$\{"}]}


def word(words: tuple[str, ...]) -> Scalar[str]:
    """One of these words."""
    return Scalar(scalars.one_of(*words), words[0], any_of({"enum": list(words)}))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {shown(value)}")
    return value


STATUSES = tuple(status.word for status in Status)
RISKS = tuple(risk.word for risk in Risk)
DECISIONS = tuple(decision.word for decision in Decision)

STATUS = word(STATUSES)
RAISED_STATUS = word(STATUSES[1:])
RISK = word(RISKS)
DECISION = word(DECISIONS)
HOLDING = word(DECISIONS[1:])
ON_MISSING = word(("error", *DECISIONS))
GROUP = word(DECISIONS + STATUSES)
OPERATOR = word(("<", "<=", ">", ">=", "==", "!="))
PERIOD = word(PERIODS)
COMBINE = word(("highest", "first"))
REGISTER = word(("http", "file"))
MODE = word(("enforce", "advise"))
PROMETHEUS, FILE, ALERTMANAGER = (
    Scalar(
        scalars.one_of(kind, *(other for other in SOURCE_KINDS if other != kind)),
        kind,
        any_of({"enum": [kind]}),
    )
    for kind in SOURCE_KINDS
)
VERSION = Scalar(scalars.version, 1, any_of({"const": 1}))

NAME = Scalar(scalars.name, "unset", {"type": "string", "pattern": scalars.NAME_PATTERN})
TEXT = Scalar(scalars.text, "unset", _TEXT)
LABEL = Scalar(scalars.label, "unset", {**_TEXT, "maxLength": 200})
LINE = Scalar(scalars.line, "unset", _TEXT)
ASCII_LINE = Scalar(scalars.ascii_line, "unset", _TEXT)
HEADER_NAME = Scalar(
    scalars.header_name, "unset", {"type": "string", "pattern": scalars.HEADER_PATTERN}
)
URL = Scalar(
    scalars.url, "http://unset.invalid", any_of({"type": "string", "pattern": "^https?://"})
)
DATA_FILE = Scalar(
    scalars.data_file, "unset.csv", any_of({"type": "string", "pattern": r"\.(csv|jsonl)$"})
)
FLAG = Scalar(_flag, False, {"type": "boolean"})  # noqa: FBT003 - stands in for a value
ZONE = Scalar(scalars.zone, "UTC", {**_TEXT, "examples": ["Europe/Berlin"]})

NUMBER = Scalar(scalars.number, 1.0, any_of(_NUMBER))
POSITIVE = Scalar(scalars.positive, 1.0, any_of({**_NUMBER, "exclusiveMinimum": 0}))
OBJECTIVE = Scalar(
    scalars.objective,
    99.0,
    any_of({**_NUMBER, "exclusiveMinimum": 1, "exclusiveMaximum": 100}, _PERCENT),
)
SHARE = Scalar(scalars.share, 0.5, any_of(_PERCENT, _SHARE))
THRESHOLD = Scalar(scalars.threshold, 0.5, any_of(_PERCENT, _SHARE))
COUNT = Scalar(scalars.whole(0, 10**12), 0, any_of({"type": "integer", "minimum": 0}))
PAST = Scalar(scalars.whole(1, 100_000), 500, any_of({"type": "integer", "minimum": 1}))
CONCURRENCY = Scalar(
    scalars.whole(1, 64), 8, any_of({"type": "integer", "minimum": 1, "maximum": 64})
)

DURATION = Scalar(scalars.duration(), HOUR, any_of(_DURATION))
TIMEOUT = Scalar(scalars.duration(1, HOUR), 10, any_of(_DURATION))
RESOLUTION = Scalar(scalars.duration(15, DAY), HOUR, any_of(_DURATION))
ROLLING_WINDOW = Scalar(
    scalars.duration(HOUR, 365 * DAY, " or {calendar: month}"), DAY, any_of(_DURATION)
)
LATENCY_LIMIT = Scalar(
    scalars.latency_limit,
    1.0,
    any_of({"type": "string", "pattern": scalars.LATENCY_PATTERN, "examples": ["300ms", "1.5s"]}),
)
