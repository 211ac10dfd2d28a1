"""Which alert rules a server evaluates, by the rules API of Prometheus, Thanos, Mimir or vmalert."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slogate.deadline import Deadline
from slogate.errors import MeasurementError
from slogate.sources.answers import ApiError, shorten
from slogate.sources.http import JsonApi
from slogate.sources.interface import AlertRule, Unclear
from slogate.sources.prometheus_api import explained

PATH = "/api/v1/rules"
ADVICE = "name a `source` that evaluates the rules; for VictoriaMetrics that is vmalert"
WORKS, FAILED = "ok", "err"
MAX_NAME, MAX_REASON = 200, 170
_RUN = re.compile(r"(?!0001-)[0-9]{4}-[0-9]{2}-[0-9]{2}T")
"""A time; year one is that of a rule which was never evaluated."""


def alert_rules(
    api: JsonApi, names: Sequence[str], deadline: Deadline
) -> list[AlertRule] | Unclear:
    """The rules of these names, of all names where one of them is missing; see RuleSource."""
    # NOTE: a server with thousands of rules gives only these, if it knows how to; others give all.
    asked = _asked(api, deadline, {"rule_name[]": list(names)})
    if isinstance(asked, Unclear) or {rule.name for rule in asked}.issuperset(names):
        return asked
    try:
        everything = _asked(api, deadline, {})
    except MeasurementError:
        return asked
    return asked if isinstance(everything, Unclear) else everything


def _asked(
    api: JsonApi, deadline: Deadline, fields: dict[str, list[str]]
) -> list[AlertRule] | Unclear:
    form = {"type": "alert", "exclude_alerts": "true", **fields}
    try:
        answer = api.call("GET", PATH, form, deadline, "alert rules")
    except ApiError as error:
        if error.status in (400, 404, 405):
            return Unclear(f"{api.url} has no rules API ({error.status}): {ADVICE}")
        raise explained(error) from None
    try:
        return list(_rules(answer))
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return Unclear(f"{api.url}{PATH} does not answer with rules: {ADVICE}")


def _rules(answer: Any) -> Iterator[AlertRule]:
    if answer["status"] != "success":
        raise ValueError(answer["status"])
    for group in answer["data"]["groups"]:
        for rule in group["rules"]:
            if rule.get("type", "alerting") != "alerting":
                continue
            yield AlertRule(shorten(str(rule["name"]), MAX_NAME), _problem(rule))


def _problem(rule: Mapping[str, Any]) -> str:
    """Why a rule is of no use, or nothing."""
    health = rule.get("health")
    if health == FAILED:
        why = shorten(str(rule.get("lastError") or ""), MAX_REASON) or "it gives no reason"
        return f"cannot be evaluated: {why}"
    # NOTE: vmalert says `ok` of a rule that never ran too; the time of the last run tells them apart.
    if health in (None, "", "unknown") or not _RUN.match(str(rule.get("lastEvaluation") or "")):
        return "has not been evaluated yet"
    return "" if health == WORKS else f"does not work: its health is {shorten(str(health), 40)}"
