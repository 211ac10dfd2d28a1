"""Budgets from Prometheus, Thanos, Mimir, Cortex, VictoriaMetrics or Grafana Cloud."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from slogate.core.evidence import Evidence, RoleSeries, Values
from slogate.core.model import Latency, Ratio, Sli
from slogate.core.plan import MAX_POINTS, Grid, Plan
from slogate.core.words import plural
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.sources import queries
from slogate.sources.connection import HttpSettings
from slogate.sources.http import JsonApi
from slogate.sources.prometheus_api import Client, only

LATE = 0.02
"""Share of the window without first samples from which the backend's retention is asked."""


class PrometheusSettings(HttpSettings, Protocol):
    """What this source reads of its settings."""

    @property
    def resolution(self) -> int | None: ...
    @property
    def concurrency(self) -> int: ...


class PrometheusSource:
    """Asks each role of an SLI as stepped ranges; see core.plan for the grids."""

    finest = 1

    def __init__(self, settings: PrometheusSettings) -> None:
        self._api = JsonApi(settings)
        self.resolution = settings.resolution
        self.workers = settings.concurrency

    def close(self) -> None:
        """Close all connections."""
        self._api.close()

    def client(self, deadline: Deadline) -> Client:
        """Questions of one run to this server; see CanarySource.client."""
        return Client(self._api, deadline)

    def fetch(self, sli: Sli, plan: Plan, deadline: Deadline) -> Evidence:
        """Measure an SLI on the plan's grids; see Source.fetch."""
        client = self.client(deadline)
        try:
            return self._fetch(client, sli, plan)
        except NoDataError as error:
            raise NoDataError(f"{error} ({self._api.url})") from None

    def _fetch(self, client: Client, sli: Sli, plan: Plan) -> Evidence:
        if isinstance(sli, Ratio):
            return _ratio(client, sli, plan)
        builders = queries.build(sli)
        total = _role(client, "total", builders["total"], plan)
        if total.absent:
            return _without_total(client, sli, builders["total"], plan)
        if not _has_events(total):
            _refuse_invented_zero(client, builders["total"], plan)
        role = "bad" if "bad" in builders else "good"
        part = _role(client, role, builders[role], plan)
        no_failures = ""
        if part.absent and _has_events(total):
            no_failures = _explain_absent_part(client, sli, role, builders, plan)
        if plan.explain:
            _note_resets(client, builders["total"](plan.period.elapsed), plan.now)
        if role == "bad" and not part.absent and _is_silent(part) and not _is_silent(total):
            _explain_absent_part(client, sli, role, builders, plan)
        evidence = _evidence(client, plan, {"total": total, role: part}, builders["total"])
        return replace(
            evidence, no_failures=no_failures or ("no events at all" if part.absent else "")
        )


def _ratio(client: Client, sli: Ratio, plan: Plan) -> Evidence:
    build = queries.build(sli)["ratio"]
    series = _role(client, "ratio", build, plan, fine=False)
    if series.absent:
        from slogate.sources.absence import PROBE, explain_absent

        raise NoDataError(explain_absent(client, "ratio", build(PROBE), plan.now))
    windows = {length for rule in plan.rules for length in (rule.long, rule.short)}
    direct = {window: _over(client, "ratio", build, window, plan.now) for window in sorted(windows)}
    return replace(_evidence(client, plan, {"ratio": series}, build), direct=direct)


def _evidence(
    client: Client, plan: Plan, roles: dict[str, RoleSeries], counted: queries.Query
) -> Evidence:
    """The answer with what is to be known where the window's start has no samples."""
    series = roles["total"] if "total" in roles else roles["ratio"]
    late = _is_late(series.coarse)
    return Evidence(
        plan,
        roles,
        retention=_retention(client) if late else None,
        older=late and bool(client.instant(counted(plan.period.length), plan.period.start)),
        warnings=tuple(client.warnings),
        notes=tuple(client.notes),
    )


def _without_total(client: Client, sli: Sli, build: queries.Query, plan: Plan) -> Evidence:
    """A histogram may be native; otherwise nothing is there, and the error says what is missing."""
    from slogate.sources.absence import PROBE, explain_absent

    if isinstance(sli, Latency):
        evidence = _native(client, sli, plan)
        if evidence is not None:
            return evidence
    raise NoDataError(explain_absent(client, "total", build(PROBE), plan.now))


def _native(client: Client, sli: Latency, plan: Plan) -> Evidence | None:
    builders = queries.native(sli)
    try:
        total = _role(client, "total", builders["total"], plan)
    except (ConfigError, MeasurementError):
        # NOTE: servers without native histograms do not know the function histogram_count.
        return None
    if total.absent:
        return None
    good = _role(client, "good", builders["good"], plan)
    good = RoleSeries(
        _zero_without_events(good.coarse, total.coarse),
        _zero_without_events(good.fine, total.fine),
        0.0 if total.whole == 0 else good.whole,
    )
    client.notes["a native histogram: the share below the bound is interpolated"] = None
    return _evidence(client, plan, {"total": total, "good": good}, builders["total"])


def _zero_without_events(good: Values, total: Values) -> list[float | None]:
    """The fraction of no observations is NaN; of no events, none are good."""
    return [0.0 if whole == 0 else part for part, whole in zip(good, total, strict=True)]


def _refuse_invented_zero(client: Client, total: queries.Query, plan: Plan) -> None:
    """`or vector(0)` makes a total of zero out of a misspelt query; that is not "no traffic"."""
    from slogate.sources import absence

    query = total(absence.PROBE)
    if absence.invents_values(query) and absence.why_absent(client, query, plan.now):
        raise NoDataError(absence.explain_absent(client, "total", query, plan.now))


def _has_events(total: RoleSeries) -> bool:
    return any(value for values in (total.coarse, total.fine, [total.whole]) for value in values)


def _explain_absent_part(
    client: Client, sli: Sli, role: str, builders: dict[str, queries.Query], plan: Plan
) -> str:
    """Why it may be believed that an absent `bad` means zero; raises where it may not."""
    from slogate.sources import absence

    if isinstance(sli, Latency):
        raise absence.wrong_bound(client, sli, plan.now)
    query = builders[role](absence.PROBE)
    if role == "good":
        raise NoDataError(absence.explain_absent(client, role, query, plan.now))
    return absence.no_failures(client, query, builders["total"](absence.PROBE), plan.now)


def _role(
    client: Client, role: str, build: queries.Query, plan: Plan, *, fine: bool = True
) -> RoleSeries:
    coarse = _grid(client, role, build, plan.coarse, plan.now)
    finer: Values = ()
    if fine and plan.fine is not None:
        finer = _grid(client, role, build, plan.fine, plan.now)
    return RoleSeries(coarse, finer, _whole(client, role, build, plan))


def _whole(client: Client, role: str, build: queries.Query, plan: Plan) -> float | None:
    try:
        return _over(client, role, build, plan.period.elapsed, plan.now)
    except MeasurementError as error:
        if not error.too_large:
            raise
        # NOTE: a server that will not load the whole window at once still answers step by step.
        client.warnings[f"the window is added up from steps, because {error}"] = None
        return None


def _over(client: Client, role: str, build: queries.Query, seconds: int, now: int) -> float | None:
    query = build(seconds)
    one = only(client.instant(query, now), role, query)
    return one.points[-1][1] if one and one.points else None


def _grid(client: Client, role: str, build: queries.Query, grid: Grid, now: int) -> Values:
    values: list[float | None] = [None] * grid.count
    query = build(grid.step)
    for start in range(0, grid.count, MAX_POINTS):
        count = min(MAX_POINTS, grid.count - start)
        first = now - (grid.count - 1 - start) * grid.step
        last = first + (count - 1) * grid.step
        one = only(client.steps(query, first, last, grid.step), role, query)
        points = one.points if one else []
        if [at for at, _ in points] == list(range(first, last + 1, grid.step)):
            values[start : start + count] = [value for _, value in points]
            continue
        for at, value in points:
            values[start + _index(at, first, grid.step, count, query)] = value
    return values


def _index(at: float, first: int, step: int, count: int, query: str) -> int:
    index = round((at - first) / step)
    if not 0 <= index < count or abs(at - first - index * step) > 1:
        raise MeasurementError(
            f"the server answered for other times than it was asked: query {query}"
        )
    return index


def _note_resets(client: Client, total: str, now: int) -> None:
    query = total.replace("increase(", "resets(")
    if query == total:
        return
    try:
        series = client.instant(query, now)
    except (ConfigError, MeasurementError):
        return
    count = round(sum(one.points[-1][1] for one in series if one.points))
    if count:
        resets = plural(count, "counter reset")
        client.notes[f"{resets} in the window, which increase() makes up for"] = None


def _is_late(coarse: Values) -> bool:
    late = next((index for index, value in enumerate(coarse) if value is not None), len(coarse))
    return late > LATE * len(coarse)


def _is_silent(series: RoleSeries) -> bool:
    """No samples in the last minutes, nor in the last step."""
    return all(value is None for value in (*series.coarse[-1:], *series.fine))


def _retention(client: Client) -> int | None:
    from slogate.sources.absence import retention

    return retention(client)
