"""Budgets from Prometheus, Thanos, Mimir, Cortex, VictoriaMetrics or Grafana Cloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from slogate.core.evidence import Evidence, RoleSeries, Values
from slogate.core.model import Latency, Ratio, Sli
from slogate.core.plan import Plan
from slogate.core.words import plural
from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.sources import queries
from slogate.sources.connection import HttpSettings
from slogate.sources.http import JsonApi
from slogate.sources.interface import AlertRule, Freshness, Unclear
from slogate.sources.prometheus_api import Answer, Client
from slogate.sources.reach import recent
from slogate.sources.roles import Role
from slogate.sources.shared import Shared
from slogate.sources.unseen import no_failures, refuse_invented_zero

MOST_RESETS = 1e9
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
        self._shared: Shared[Answer] = Shared()
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
        client = Client(self._api, deadline, self._shared)
        try:
            return self._fetch(client, sli, plan)
        except NoDataError as error:
            raise NoDataError(f"{error} ({self._api.url})") from None

    def freshness(
        self, sli: Sli, scrapes: int, interval: int | None, now: int, deadline: Deadline
    ) -> Freshness | Unclear:
        """How old the newest sample is; see FreshSource.freshness."""
        from slogate.sources.freshness import freshness

        return freshness(self.client(deadline), sli, scrapes, interval, now)

    def alert_rules(self, names: Sequence[str], deadline: Deadline) -> list[AlertRule] | Unclear:
        """Which alert rules there are; see RuleSource.alert_rules."""
        from slogate.sources.rules import alert_rules

        return alert_rules(self._api, names, deadline)

    def _fetch(self, client: Client, sli: Sli, plan: Plan) -> Evidence:
        if isinstance(sli, Ratio):
            return _ratio(client, sli, plan)
        builders = queries.build(sli)
        total = Role(client, "total", builders["total"]).series(plan)
        if recent(total, plan).absent:
            return _without_total(client, sli, builders["total"], plan)
        refuse_invented_zero(client, builders["total"], total, plan)
        role = "bad" if "bad" in builders else "good"
        part = Role(client, role, builders[role]).series(plan)
        if plan.explain:
            _note_resets(client, builders["total"](plan.period.elapsed), plan.now)
        said = no_failures(client, sli, builders, plan, total, part)
        evidence = _evidence(client, plan, {"total": total, role: part}, builders["total"])
        return replace(evidence, no_failures=said)


def _ratio(client: Client, sli: Ratio, plan: Plan) -> Evidence:
    build = queries.build(sli)["ratio"]
    role = Role(client, "ratio", build)
    # NOTE: ratios of spans cannot be subtracted from a ratio, so none are asked.
    series = role.series(replace(plan, excluded=()), fine=False)
    if recent(series, plan).absent:
        from slogate.sources.absence import PROBE, explain_absent

        raise NoDataError(explain_absent(client, "ratio", build(PROBE), plan.now))
    windows = {length for rule in plan.rules for length in (rule.long, rule.short)}
    direct = {window: role.over(plan.now - window, plan.now) for window in sorted(windows)}
    return replace(_evidence(client, plan, {"ratio": series}, build), direct=direct)


def _evidence(
    client: Client, plan: Plan, roles: dict[str, RoleSeries], counted: queries.Query
) -> Evidence:
    """The answer with what is to be known where the window's start has no samples."""
    series = roles["total"] if "total" in roles else roles["ratio"]
    late = _is_late(recent(series, plan).coarse)
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
    counted = Role(client, "total", builders["total"])
    try:
        total = counted.series(plan)
    except (ConfigError, MeasurementError) as error:
        if isinstance(error, MeasurementError) and error.outage:
            raise
        # NOTE: servers without native histograms do not know the function histogram_count.
        return None
    if recent(total, plan).absent:
        return None
    good = Role(client, "good", builders["good"], share_of=counted).series(plan)
    good = replace(
        good,
        coarse=_zero_without_events(good.coarse, total.coarse),
        fine=_zero_without_events(good.fine, total.fine),
    )
    client.notes["a native histogram: the share below the bound is interpolated"] = None
    return _evidence(client, plan, {"total": total, "good": good}, builders["total"])


def _zero_without_events(good: Values, total: Values) -> list[float | None]:
    """The fraction of no observations is NaN; of no events, none are good."""
    return [0.0 if whole == 0 else part for part, whole in zip(good, total, strict=True)]


def _note_resets(client: Client, total: str, now: int) -> None:
    query = total.replace("increase(", "resets(")
    if query == total:
        return
    try:
        series = client.instant(query, now)
    except (ConfigError, MeasurementError):
        return
    count = sum(one.points[-1][1] for one in series if one.points)
    # NOTE: of NaN neither comparison holds.
    if 0.5 < count < MOST_RESETS:
        resets = plural(round(count), "counter reset")
        client.notes[f"{resets} in the window, which increase() makes up for"] = None


def _is_late(coarse: Values) -> bool:
    late = next((index for index, value in enumerate(coarse) if value is not None), len(coarse))
    return late > LATE * len(coarse)


def _retention(client: Client) -> int | None:
    from slogate.sources.absence import retention

    return retention(client)
