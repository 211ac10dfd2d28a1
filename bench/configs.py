"""The same SLOs as configurations of slogate, slo-generator and slo-kit (all JSON, which is YAML)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

OBJECTIVE = 99.9
DAYS = 30
STEPS = (("1 hour", 3600, 9), ("12 hours", 43200, 3), ("7 days", 604800, 1.5), ("30 days", 0, 1))


def slogate(path: Path, url: str, services: Sequence[str]) -> Path:
    """Availability of each service; policy, burn rules and concurrency are the defaults."""
    slo = {"name": "availability", "objective": OBJECTIVE, "window": f"{DAYS}d"}
    document = {
        "version": 1,
        "sources": {"metrics": {"type": "prometheus", "url": url}},
        "services": {name: {"slos": [{**slo, "sli": availability(name)}]} for name in services},
    }
    return _write(path, document)


def availability(service: str) -> dict[str, str]:
    """The SLI `bad` of `total`."""
    return {
        "bad": _increase(selector(service, 'code=~"5.."'), "{{window}}"),
        "total": _increase(selector(service), "{{window}}"),
    }


def selector(service: str, *more: str) -> str:
    """The request counters of one service."""
    return "http_requests_total{" + ",".join([f'service="{service}"', *more]) + "}"


def _increase(what: str, window: str) -> str:
    return f"sum(increase({what}[{window}]))"


def slo_generator(place: Path, url: str, services: Sequence[str]) -> tuple[Path, Path]:
    """A directory of SLOs, and the shared configuration with the policy of the program's manual."""
    place.mkdir()
    for name in services:
        _write(place / f"{name}.yaml", _slo_generator(name))
    steps = [
        {
            "name": name,
            "window": seconds or DAYS * 86400,
            "burn_rate_threshold": threshold,
            "alert": True,
            "message_alert": f"Burning too fast over {name}",
            "message_ok": "Error budget on track",
        }
        for name, seconds, threshold in STEPS
    ]
    shared = {
        "backends": {"prometheus": {"url": url}},
        "error_budget_policies": {"default": {"steps": steps}},
    }
    return place, _write(place.with_suffix(".yaml"), shared)


def _slo_generator(service: str) -> dict[str, Any]:
    labels = {"service_name": service, "feature_name": "http", "slo_name": "availability"}
    return {
        "apiVersion": "sre.google.com/v2",
        "kind": "ServiceLevelObjective",
        "metadata": {"name": f"{service}-availability", "labels": labels},
        "spec": {
            "description": "Share of requests without a server error",
            "backend": "prometheus",
            "method": "good_bad_ratio",
            "exporters": [],
            "service_level_indicator": {
                "filter_good": selector(service, 'code!~"5.."') + "[window]",
                "filter_bad": selector(service, 'code=~"5.."') + "[window]",
            },
            "goal": OBJECTIVE / 100,
        },
    }


def slo_kit(path: Path, service: str) -> Path:
    """One SLO; its burn windows are the program's defaults."""
    document = {
        "apiVersion": "slo-kit/v1",
        "name": "availability",
        "service": service,
        "objective": OBJECTIVE / 100,
        "window": f"{DAYS}d",
        "sli": {
            "good_query": _increase(selector(service, 'code!~"5.."'), "{window}"),
            "total_query": _increase(selector(service), "{window}"),
        },
    }
    return _write(path, document)


def _write(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path
