"""From checked sections to settings; everything that can be wrong was found before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from slogate.config import canary_schema, readiness_schema, schema, source_schema
from slogate.config.canaries import pick_source
from slogate.config.canaries import plan as canary_plan
from slogate.config.readiness import readiness
from slogate.config.risks import register, risk_policy
from slogate.config.scopes import DEFAULT_POLICY
from slogate.config.settings import (
    AlertmanagerSettings,
    Config,
    FileSettings,
    PrometheusSettings,
)
from slogate.config.times import zone_of
from slogate.core.canary_plan import CanaryPlan
from slogate.core.governance import Readiness
from slogate.core.model import Events, Latency, Policy, Ratio, Service, Sli, Slices, Slo
from slogate.core.window import Calendar, Rolling, Window


def build(file: schema.SlogateFile, policies: Mapping[str, Policy], path: Path) -> Config:
    """The configuration; relative paths in it start from the directory of `path`."""
    directory = path.parent.resolve()
    sources = {name: _source(name, source, directory) for name, source in file.sources.items()}
    return Config(
        path=path,
        services=tuple(
            _service(name, service, file, policies) for name, service in file.services.items()
        ),
        sources=sources,
        policies=policies,
        risk=risk_policy(file.risk),
        register=register(file.risk, directory),
    )


def _source(
    name: str,
    source: source_schema.PrometheusSource
    | source_schema.FileSource
    | source_schema.AlertmanagerSource,
    directory: Path,
) -> PrometheusSettings | FileSettings | AlertmanagerSettings:
    if isinstance(source, source_schema.FileSource):
        return FileSettings(name, directory / source.path, source.resolution)
    access = _access(name, source, directory)
    if isinstance(source, source_schema.AlertmanagerSource):
        return AlertmanagerSettings(**access)
    return PrometheusSettings(
        **access, resolution=source.resolution, concurrency=source.concurrency
    )


def _access(name: str, source: source_schema.HttpSource, directory: Path) -> dict[str, Any]:
    """What every server needs: the fields of HttpAccess."""
    url, username, password = _credentials(source)
    tls = source.tls or source_schema.Tls()
    return {
        "name": name,
        "url": url,
        "headers": source.headers or {},
        "bearer": source.auth.bearer if source.auth else None,
        "username": username,
        "password": password,
        "ca": directory / tls.ca if tls.ca else None,
        "cert": directory / tls.cert if tls.cert else None,
        "key": directory / tls.key if tls.key else None,
        "timeout": source.timeout,
    }


def _credentials(source: source_schema.HttpSource) -> tuple[str, str | None, str | None]:
    """URL, user name and password: what stands in the URL is taken out, so it is never printed."""
    parts = urlsplit(source.url)
    userinfo, _, host = parts.netloc.rpartition("@")
    url = urlunsplit(parts._replace(netloc=host)).rstrip("/")
    if source.auth and source.auth.basic:
        return url, source.auth.basic.username, source.auth.basic.password
    username, _, password = userinfo.partition(":")
    return (url, unquote(username), unquote(password)) if userinfo else (url, None, None)


def _service(
    name: str,
    service: schema.Service,
    file: schema.SlogateFile,
    policies: Mapping[str, Policy],
) -> Service:
    source = _own_source(service, file)
    policy = policies.get(service.policy or DEFAULT_POLICY, policies[DEFAULT_POLICY])
    return Service(
        name=name,
        slos=tuple((_slo(slo), source) for slo in service.slos),
        policy=policy,
        owner=service.owner,
        tier=service.tier,
        paths=tuple(service.paths or ()),
        canary=_canary(service.canary or file.canary, source, file),
        readiness=_readiness(service.readiness, name, source, file),
        depends_on=tuple(dict.fromkeys(service.depends_on or ())),
        advise=service.mode == "advise",
    )


def _own_source(service: schema.Service, file: schema.SlogateFile) -> str:
    # NOTE: only a name whose variable is not set (lint) is unknown here; anything stands in.
    named = service.source if service.source in file.sources else None
    return named or next(
        name
        for name, source in file.sources.items()
        if not isinstance(source, source_schema.AlertmanagerSource)
    )


def _of_kind(file: schema.SlogateFile, kind: type[source_schema.HttpSource]) -> list[str]:
    return [name for name, source in file.sources.items() if isinstance(source, kind)]


def _picked(named: str | None, own: str, file: schema.SlogateFile, candidates: list[str]) -> str:
    picked = pick_source(named, own, candidates)
    return picked if picked in file.sources else own


def _canary(
    canary: canary_schema.Canary | None, own: str, file: schema.SlogateFile
) -> CanaryPlan | None:
    if canary is None:
        return None
    servers = _of_kind(file, source_schema.PrometheusSource)
    return canary_plan(canary, _picked(canary.source, own, file, servers))


def _readiness(
    written: readiness_schema.Readiness | None, service: str, own: str, file: schema.SlogateFile
) -> Readiness | None:
    if written is None:
        return None
    rules = written.alert_rules.source if written.alert_rules else None
    alerts = written.alerts.source if written.alerts else None
    servers = _of_kind(file, source_schema.PrometheusSource)
    managers = _of_kind(file, source_schema.AlertmanagerSource)
    return readiness(
        written,
        service,
        _picked(rules, own, file, servers),
        _picked(alerts, own, file, managers),
    )


def _slo(slo: schema.Slo) -> Slo:
    return Slo(slo.name, slo.objective, _window(slo.window), _sli(slo.sli))


def _window(window: int | schema.CalendarWindow) -> Window:
    if isinstance(window, int):
        return Rolling(window)
    return Calendar(window.calendar, zone_of(window.timezone), window.timezone)


def _sli(sli: schema.Sli) -> Sli:
    if sli.latency is not None:
        return Latency(sli.latency.histogram, sli.latency.below)
    if sli.slices is not None:
        slices = sli.slices
        return Slices(slices.query, slices.op, slices.value, slices.every)
    if sli.ratio is not None:
        return Ratio(sli.ratio)
    return Events(total=sli.total or "", good=sli.good, bad=sli.bad)
