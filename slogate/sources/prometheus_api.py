"""The Prometheus HTTP API: questions out, series in, errors explained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.sources.answers import ApiError, shorten
from slogate.sources.http import JsonApi

MAX_WARNINGS = 20


@dataclass(frozen=True)
class Series:
    """One series of an answer: labels, and (time, value) points."""

    labels: dict[str, str]
    points: list[tuple[float, float]]


@dataclass
class Client:
    """Questions to one server as of one run; collects the warnings that come with answers."""

    api: JsonApi
    deadline: Deadline
    warnings: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def instant(self, query: str, at: int) -> list[Series]:
        """The series of a query at one time."""
        return self._query("/api/v1/query", {"query": query, "time": str(at)})

    def steps(self, query: str, first: int, last: int, step: int) -> list[Series]:
        """The series of a query at `first`, `first + step`, ... `last`."""
        form = {"query": query, "start": str(first), "end": str(last), "step": str(step)}
        return self._query("/api/v1/query_range", form)

    def get(self, path: str, form: dict[str, str]) -> Any:
        """The data of a metadata endpoint, or None where the server does not have it."""
        try:
            answer = self.api.call("GET", path, form, self.deadline, "metadata")
        except (ApiError, MeasurementError):
            return None
        return answer.get("data") if isinstance(answer, dict) else None

    def _query(self, path: str, form: dict[str, str]) -> list[Series]:
        # NOTE: VictoriaMetrics moves range queries onto its cache's grid unless told not to cache.
        form["nocache"] = "1"
        what = f"query {shorten(form['query'], 300)}"
        try:
            answer = self.api.call("POST", path, form, self.deadline, what)
        except ApiError as error:
            raise explained(error) from None
        try:
            self.warnings.update(dict.fromkeys(_warnings(answer)))
            return _series(answer)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            raise MeasurementError(
                f"the answer is not what the Prometheus API promises: {what} ({self.api.url}{path})"
            ) from None


def only(series: list[Series], role: str, query: str) -> Series | None:
    """The only series; several are refused, never summed."""
    if len(series) > 1:
        shown = ", ".join(_labels(one.labels) for one in series[:5])
        more = f" and {len(series) - 5} more" if len(series) > 5 else ""
        raise NoDataError(
            f"`{role}` yields {len(series)} series where one is expected: {shown}{more}; "
            f"aggregate them, as in sum(...): query {shorten(query, 300)}"
        )
    return series[0] if series else None


def _labels(labels: dict[str, str]) -> str:
    inside = ", ".join(f"{name}={value!r}" for name, value in sorted(labels.items()))
    return shorten(f"{{{inside}}}", 120)


def explained(error: ApiError) -> ConfigError | MeasurementError:
    """What an answer with an error status of a Prometheus API means."""
    what = error.where
    said = f": {error}" if str(error) else ""
    if error.kind == "bad_data" or (error.kind == "422" and _is_syntax(str(error))):
        return ConfigError(f"the server does not understand the query{said}: {what}")
    if error.status in (401, 403):
        return MeasurementError(
            f"the server refused access ({error.status}{said}): check `auth` and the tenant header "
            f"of the source: {what}"
        )
    if error.status in (404, 405):
        return MeasurementError(
            f"no Prometheus API at this address ({error.status}{said}); does `url` lack a path "
            f"prefix such as /prometheus?: {what}"
        )
    return MeasurementError(
        f"the server answered {error.status}{said}: {what}",
        outage=error.status >= 500,
        too_large=error.status == 422,
    )


def _is_syntax(message: str) -> bool:
    """VictoriaMetrics answers 422 for everything; this tells wrong queries from failing ones."""
    return any(
        words in message for words in ("parse", "unknown func", "unexpected", "invalid regexp")
    )


def _warnings(answer: Any) -> Sequence[str]:
    said = [shorten(str(text), 300) for text in (answer.get("warnings") or [])[:MAX_WARNINGS]]
    if answer.get("isPartial"):
        said.append("the answer is partial: some storage nodes did not answer")
    return said


def _series(answer: Any) -> list[Series]:
    if answer["status"] != "success":
        raise ValueError(answer["status"])
    data = answer["data"]
    kind, result = data["resultType"], data["result"]
    if kind == "scalar":
        return [Series({}, _points([result]))]
    if kind not in ("vector", "matrix") or not isinstance(result, list):
        raise ValueError(kind)
    if kind == "vector":
        return [Series(dict(one["metric"]), _points([one["value"]])) for one in result]
    return [Series(dict(one["metric"]), _points(one["values"])) for one in result]


def _points(points: Any) -> list[tuple[float, float]]:
    read = [(float(at), float(value)) for at, value in points]
    if not all(map(math.isfinite, (at for at, _ in read))):
        raise ValueError("a time that is none")
    return read
