"""The schema of `canary`: what both arms are asked, and how the answers are judged.

What depends on the preset and on other sections is checked in canaries.py.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from slogate.config import fields, scalars
from slogate.config.presets import PRESETS
from slogate.config.problems import shown
from slogate.config.risk_schema import WEIGHT
from slogate.config.sections import (
    Choice,
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
from slogate.core.arms import MetricPolicy
from slogate.core.canary_plan import LEAST_INSTANTS, CanaryPlan
from slogate.core.plan import MAX_POINTS
from slogate.core.words import percent

LABEL_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"

_POLICY = MetricPolicy()
_PLAN = CanaryPlan(())
_VARIABLE = {"type": "string", "pattern": r"\$\{"}
_NUMBER = {"type": "number", "minimum": 0}
_PERCENT = {"type": "string", "pattern": scalars.PERCENT_PATTERN, "examples": ["5%"]}


def _any(*alternatives: Json) -> Json:
    return {"anyOf": [*alternatives, _VARIABLE]}


def _label_name(value: object) -> str:
    content = scalars.text(value)
    if not re.fullmatch(LABEL_PATTERN, content):
        raise ValueError(f"must be the name of a label such as version, not {shown(value)}")
    return content


def _limit(value: object) -> float:
    """A number that is not negative; of ratios it may be a percentage."""
    if isinstance(value, str) and re.fullmatch(scalars.PERCENT_PATTERN, value):
        return scalars.percent(value)
    read = scalars.number(value)
    if read < 0:
        raise ValueError(f"must not be negative, but is {shown(value)}")
    return read


def _change(value: object) -> float:
    read = scalars.percent(value)
    if read > 10:
        raise ValueError(f"must be at most 1000%, not {shown(value)}")
    return read


def _alpha(value: object) -> float:
    read = scalars.percent(value)
    if not 0.0001 <= read <= 0.25:
        raise ValueError(f"must be between 0.01% and 25%, not {shown(value)}")
    return read


def _factor(value: object) -> float:
    read = scalars.number(value)
    if read < 1:
        raise ValueError(f"must be a number of at least 1, not {shown(value)}")
    return read


LABEL_NAME = Scalar(_label_name, "unset", {"type": "string", "pattern": LABEL_PATTERN})
LIMIT = Scalar(_limit, 1.0, _any(_PERCENT, _NUMBER))
CHANGE = Scalar(_change, 0.1, _any(_PERCENT, {**_NUMBER, "maximum": 1}))
ALPHA = Scalar(_alpha, 0.05, _any(_PERCENT, {**_NUMBER, "maximum": 0.25}))
FACTOR = Scalar(_factor, 2.0, _any({"type": "number", "minimum": 1}))
WARM_UP = Scalar(scalars.whole(0, 10_000), 0, _any({"type": "integer", "minimum": 0}))
PRESET = Scalar(scalars.one_of(*PRESETS), next(iter(PRESETS)), _any({"enum": list(PRESETS)}))
WORSE = Scalar(
    scalars.one_of("increase", "decrease"), "increase", _any({"enum": ["increase", "decrease"]})
)
MODE = Scalar(
    scalars.one_of("balanced", "strict"), "balanced", _any({"enum": ["balanced", "strict"]})
)


class Severity(Section):
    """How much worse a proven regression is; a share of the baseline."""

    medium = defaulted(fields.THRESHOLD, _POLICY.medium, "Medium from here on, default 10%.")
    high = defaulted(fields.THRESHOLD, _POLICY.high, "High from here on, default 25%.")

    def check(self) -> None:
        """Medium lies below high."""
        if self.medium >= self.high:
            raise ValueError("`medium` must lie below `high`")


class Judging(Section):
    """What is said of one metric, or of all of them."""

    mode = optional(
        MODE, "strict fails only what is proven worse than `tolerance`; default balanced."
    )
    alpha = optional(ALPHA, "Chance of a false alarm that is accepted, default 5%.")
    severity = optional(Nested(Severity), "From which change on a regression is medium or high.")


class Metric(Judging):
    """A metric: its queries, with {{version}} in quotes, and how it is judged."""

    json_extra: ClassVar[Json] = {
        "not": {"required": ["query"], "anyOf": [{"required": ["bad"]}, {"required": ["total"]}]}
    }

    query = optional(fields.TEXT, "Query of one value, with {{version}}.")
    bad = optional(fields.TEXT, "Number of bad events in [{{interval}}], with {{version}}.")
    total = optional(fields.TEXT, "Number of all events in [{{interval}}], with {{version}}.")
    worse = optional(
        WORSE,
        "Which change is for the worse, default increase; with decrease `bad` counts what is good.",
    )
    tolerance = optional(CHANGE, "A change up to this never fails, default 5%.")
    margin = optional(CHANGE, "Passes what is surely below this change, default 10%.")
    warm_up = optional(WARM_UP, "First instants that do not count; default a tenth, at most 5.")
    least_ratio = optional(FACTOR, "Counts fail from this ratio of error ratios on, default 1.5.")
    most_ratio = optional(FACTOR, "Counts pass where this ratio is excluded, default 2.")
    negligible = optional(fields.SHARE, "Or where this difference is excluded, default 0.2%.")
    limit = optional(LIMIT, "Absolute budget of the canary; an error ratio for counts.")
    alert_at = optional(fields.THRESHOLD, "Share of the limit that is reported, default 80%.")
    weight = optional(WEIGHT, "Weight in the score, default 1; 0 is for information only.")
    critical = optional(fields.FLAG, "Whether the canary cannot pass without it, default false.")
    unit = optional(fields.LABEL, "Unit of the values, such as ms.")

    def check(self) -> None:
        """What fails and what passes do not overlap."""
        tolerance, margin = _or(self.tolerance, _POLICY.tolerance), _or(self.margin, _POLICY.margin)
        if tolerance > margin:
            raise ValueError(
                f"`margin` ({percent(margin)}) must not lie below `tolerance` ({percent(tolerance)})"
            )
        least = _or(self.least_ratio, _POLICY.least_ratio)
        if least > _or(self.most_ratio, _POLICY.most_ratio):
            raise ValueError("`most_ratio` must not lie below `least_ratio`")
        if _or(self.alert_at, _POLICY.alert_at) > 1:
            raise ValueError("`alert_at` must be at most 100%: it is a share of the limit")


def _or(written: float | None, default: float) -> float:
    return default if written is None else written


def _off(value: object) -> None:
    del value  # the tag says it: only false and off come here


def _metric_tag(value: Any) -> str:
    return "\0off" if value is False or value == "off" else "\0metric"


OFF: Scalar[None] = Scalar(_off, None, {"enum": [False, "off"]})
METRIC: Choice[Metric | None] = Choice(_metric_tag, {"\0metric": Nested(Metric), "\0off": OFF})


class Phase(Section):
    """A step of a progressive rollout."""

    name = required(fields.LABEL, "Name, such as 5%; unique in the canary.")
    duration = required(fields.DURATION, "How long it is watched.")
    limits = optional(
        DictOf(fields.NAME, LIMIT), "Absolute budgets by metric, in place of the metrics' own."
    )


class Canary(Judging):
    """How a new version is compared with the one that runs."""

    preset = optional(PRESET, "Metrics under standard names: p50, p95, p99 of latency, and errors.")
    labels = optional(
        DictOf(LABEL_NAME, fields.LINE),
        'Labels of the service in the preset; default {service: "{{service}}"}, of otel {job: ...}.',
    )
    version_label = optional(
        LABEL_NAME, "Label that tells the arms apart; default version, of otel service_version."
    )
    latency = optional(fields.TEXT, "Histogram of the preset, without _bucket.")
    requests = optional(fields.TEXT, "Counter of all requests of the preset.")
    errors = optional(fields.TEXT, "Matchers of bad requests of the preset, such as code=~'5..'.")
    source = optional(fields.TEXT, "Name of a prometheus source; default that of the service.")
    interval = defaulted(
        Scalar(scalars.duration(5, 86_400), 60, fields.DURATION.schema),
        _PLAN.interval,
        "Distance of two instants, at least twice the scrape interval; default 1m.",
    )
    duration = defaulted(fields.DURATION, _PLAN.duration, "How long arms are compared, default 1h.")
    traffic = optional(fields.TEXT, "Number of events of an arm in [{{interval}}].")
    least_traffic = defaulted(
        WEIGHT, _PLAN.least_traffic, "With less traffic an arm is no data; default 100."
    )
    on_inconclusive = defaulted(
        fields.DECISION, _PLAN.on_inconclusive.word, "When the data prove nothing; default review."
    )
    least_score = defaulted(
        fields.SHARE, _PLAN.least_score, "Share of the weight that has to pass, default 100%."
    )
    metrics = optional(
        DictOf(fields.NAME, METRIC),
        "Metrics by name; one of the preset is changed key by key, `off` leaves it out.",
    )
    phases = optional(ListOf(Nested(Phase)), "Steps of a progressive rollout.")

    def check(self) -> None:
        """There are enough instants, and not too many; phases have names of their own."""
        phases = self.phases or []
        for what, seconds in [
            ("`duration`", self.duration),
            *((f"the duration of phase {shown(phase.name)}", phase.duration) for phase in phases),
        ]:
            instants = seconds // self.interval
            if not LEAST_INSTANTS <= instants <= MAX_POINTS:
                raise ValueError(
                    f"{what} must be {LEAST_INSTANTS} to {MAX_POINTS} times the `interval`, "
                    f"but is {instants} times"
                )
        names = [phase.name for phase in phases]
        twins = [name for name in names if names.count(name) > 1]
        if twins:
            raise ValueError(f"two phases are named {shown(twins[0])}")
