"""The Prometheus HTTP API: questions out, series in, errors explained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.sources.answers import ApiError, shorten
from slogate.sources.http import JsonApi
from slogate.sources.shared import Shared

MAX_WARNINGS = 20
NEAR = 300
"""Seconds by which the time of an answer may miss the one that was asked for: some servers hold
back the newest samples."""


_WHOLE = {"nocache": "1", "partial_response": "false", "deny_partial_response": "1"}
"""VictoriaMetrics moves range queries onto its cache's grid unless told not to cache; Thanos and
VictoriaMetrics leave out what a part of them cannot tell unless told to fail. Others ignore it."""


@dataclass(frozen=True)
class Series:
    """One series of an answer: labels, and (time, value) points."""

    labels: dict[str, str]
    points: list[tuple[float, float]]


Answer = tuple[list[Series], Sequence[str]]
"""What a query yields, and the warnings that came along."""


@dataclass
class Client:
    """Questions to one server as of one run; collects the warnings that come with answers.

    Answers are shared with other clients of the run that have the same `shared`.
    """

    api: JsonApi
    deadline: Deadline
    shared: Shared[Answer] | None = None
    warnings: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def instant(self, query: str, at: int) -> list[Series]:
        """The series of a query at one time."""
        form = {"query": query, "time": str(at)}
        series = self._query("/api/v1/query", form, ("vector", "scalar"))
        if any(abs(time - at) > NEAR for one in series for time, _ in one.points):
            raise MeasurementError(
                "the server answered for another time than it was asked: query "
                f"{shorten(query, 300)} ({self.api.url}/api/v1/query)"
            )
        return series

    def steps(self, query: str, first: int, last: int, step: int) -> list[Series]:
        """The series of a query at `first`, `first + step`, ... `last`."""
        form = {"query": query, "start": str(first), "end": str(last), "step": str(step)}
        return self._query("/api/v1/query_range", form, ("matrix",))

    def get(self, path: str, form: dict[str, str]) -> Any:
        """The data of a metadata endpoint, or None where the server does not have it.

        Raises MeasurementError in an outage: what it would have said may decide.
        """
        try:
            answer = self.api.call("GET", path, form, self.deadline, "metadata")
        except ApiError as error:
            if error.status >= 500:
                raise explained(error) from None
            return None
        except MeasurementError as error:
            if error.outage:
                raise
            return None
        return answer.get("data") if isinstance(answer, dict) else None

    def _query(self, path: str, form: dict[str, str], kinds: tuple[str, ...]) -> list[Series]:
        form |= _WHOLE
        ask = partial(self._ask, path, form, kinds)
        key = (path, *form.items())
        series, warnings = self.shared.once(key, ask) if self.shared else ask()
        self.warnings.update(dict.fromkeys(warnings))
        return series

    def _ask(self, path: str, form: dict[str, str], kinds: tuple[str, ...]) -> Answer:
        what = f"query {shorten(form['query'], 300)}"
        try:
            answer = self.api.call("POST", path, form, self.deadline, what)
        except ApiError as error:
            raise explained(error) from None
        try:
            if answer.get("isPartial"):
                raise MeasurementError(
                    f"the answer is partial, as some storage nodes did not answer: {what} "
                    f"({self.api.url}{path})",
                    outage=True,
                )
            return _series(answer, kinds), _warnings(answer)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ):
            raise MeasurementError(
                f"the answer is not what the Prometheus API promises: {what} ({self.api.url}{path})"
            ) from None


def elsewhen(query: str) -> MeasurementError:
    """The error for an answer at times that nobody asked for."""
    return MeasurementError(
        "the server answered for other times than it was asked; a query frontend that aligns ranges "
        "to their step does that: ask the querier behind it, or switch it off there: query "
        f"{shorten(query, 300)}"
    )


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
    if error.kind == "bad_data" and "err-mimir-max" in str(error):
        return MeasurementError(f"the query is beyond what the tenant may ask{said}: {what}")
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
    return [shorten(str(text), 300) for text in (answer.get("warnings") or [])[:MAX_WARNINGS]]


def _series(answer: Any, kinds: tuple[str, ...]) -> list[Series]:
    if answer["status"] != "success":
        raise ValueError(answer["status"])
    data = answer["data"]
    kind, result = data["resultType"], data["result"]
    if kind not in kinds or not isinstance(result, list):
        raise ValueError(kind)
    if kind == "scalar":
        return [Series({}, _points([result]))]
    if kind == "vector":
        return [Series(_texts(one["metric"]), _points([one["value"]])) for one in result]
    return [Series(_texts(one["metric"]), _points(one["values"])) for one in result]


def _texts(labels: Any) -> dict[str, str]:
    if not isinstance(labels, dict) or not all(isinstance(text, str) for text in labels.values()):
        raise TypeError("labels that are none")
    return labels


def _points(points: Any) -> list[tuple[float, float]]:
    if not points:
        return []
    # NOTE: whole columns, because a long answer has thousands of points.
    times, values = zip(*points, strict=True)
    if not set(map(type, values)) <= {str}:
        # NOTE: JSON has no NaN, so the API writes numbers as text; `true` would pass for one.
        raise TypeError("a value that is none")
    read = list(map(float, times))
    if not all(map(math.isfinite, read)):
        raise ValueError("a time that is none")
    return list(zip(read, map(float, values), strict=True))
