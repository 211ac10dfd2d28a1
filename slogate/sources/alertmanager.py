"""Which alerts fire, asked of an Alertmanager (API v2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slogate.core.window import parse_time
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError
from slogate.sources.answers import ApiError, shorten
from slogate.sources.connection import HttpSettings
from slogate.sources.http import JsonApi
from slogate.sources.interface import Alert

PATH = "/api/v2/alerts"
MAX_NAME = 80


class AlertmanagerSource:
    """Asks for alerts by their labels; silenced and inhibited ones do not count."""

    workers = 4

    def __init__(self, settings: HttpSettings) -> None:
        self._api = JsonApi(settings)

    def close(self) -> None:
        """Close all connections."""
        self._api.close()

    def firing(self, match: Mapping[str, Sequence[str]], deadline: Deadline) -> list[Alert]:
        """The alerts that fire; see AlertSource.firing."""
        form = {
            "active": "true",
            "silenced": "false",
            "inhibited": "false",
            "filter": [_filter(label, values) for label, values in match.items()],
        }
        try:
            answer = self._api.call("GET", PATH, form, deadline, "firing alerts")
        except ApiError as error:
            raise self._explained(error) from None
        try:
            return list(_alerts(answer))
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
            raise MeasurementError(
                f"the answer is not what the Alertmanager API promises ({self._api.url}{PATH})"
            ) from None

    def _explained(self, error: ApiError) -> ConfigError | MeasurementError:
        where = f"({self._api.url}{PATH} answered {error.status})"
        if error.status == 400:
            return ConfigError(f"the Alertmanager does not understand the labels to match {where}")
        if error.status in (401, 403):
            return MeasurementError(
                f"the Alertmanager refused access: check `auth` of the source {where}"
            )
        if error.status in (404, 405):
            return MeasurementError(
                "no Alertmanager API v2 at this address; does `url` lack a path prefix such as "
                f"/alertmanager? {where}"
            )
        return MeasurementError(f"the Alertmanager failed {where}", outage=error.status >= 500)


def _filter(label: str, values: Sequence[str]) -> str:
    if len(values) == 1:
        return f"{label}={_quoted(values[0])}"
    return f"{label}=~{_quoted('^(?:' + '|'.join(map(_literal, values)) + ')$')}"


def _literal(text: str) -> str:
    r"""A text that stands for itself in a regular expression of Go (RE2)."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _alerts(answer: Any) -> Iterator[Alert]:
    if not isinstance(answer, list):
        raise TypeError("no list")
    for alert in answer:
        labels, state = alert["labels"], alert["status"]["state"]
        if not isinstance(labels, dict) or state not in ("active", "suppressed", "unprocessed"):
            raise ValueError("no alert")
        if state != "suppressed":
            name = shorten(str(labels.get("alertname", "")), MAX_NAME) or "an alert without a name"
            yield Alert(name, _seconds(alert.get("startsAt")))


def _seconds(text: Any) -> int | None:
    try:
        return parse_time(str(text))
    except ValueError:
        return None
