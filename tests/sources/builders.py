"""Settings, plans and questions for tests of sources."""

from __future__ import annotations

from typing import Any

from slogate.config.settings import PrometheusSettings
from slogate.core.evidence import Evidence
from slogate.core.model import Events, Sli, Slo
from slogate.core.plan import Plan, make_plan
from slogate.core.policy import default_policy
from slogate.core.window import Rolling
from slogate.deadline import Deadline
from slogate.sources.prometheus import PrometheusSource
from tests.support.history import AT

DAY = 86_400
POLICY = default_policy()


def settings(url: str, **changes: Any) -> PrometheusSettings:
    return PrometheusSettings(**{"name": "metrics", "url": url, "concurrency": 4, **changes})


def events(
    service: str, *, bad: str = 'code=~"5.."', metric: str = "http_requests_total"
) -> Events:
    selector = f'service="{service}",version!="v2"'
    return Events(
        bad=f"sum(increase({metric}{{{selector},{bad}}}[{{{{window}}}}]))",
        total=f"sum(increase(http_requests_total{{{selector}}}[{{{{window}}}}]))",
    )


def slo(sli: Sli, *, days: int = 30, objective: float = 99.9) -> Slo:
    return Slo("slo", objective, Rolling(days * DAY), sli)


def plan(days: int = 30, *, at: int = AT, resolution: int | None = None) -> Plan:
    return make_plan(Rolling(days * DAY), POLICY.burn, at, resolution=resolution)


def ask(url: str, sli: Sli, *, days: int = 30, seconds: float = 10, **changes: Any) -> Evidence:
    source = PrometheusSource(settings(url, **changes))
    try:
        return source.fetch(
            sli, plan(days, resolution=changes.get("resolution")), Deadline(seconds)
        )
    finally:
        source.close()
