"""The metrics that most services have, under the names that their libraries give them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from slogate.core.canary_plan import INTERVAL, SERVICE, VERSION

QUANTILES = {"latency_p50": "0.5", "latency_p95": "0.95", "latency_p99": "0.99"}
ERRORS = "errors"


@dataclass(frozen=True)
class Preset:
    """Where a family of libraries puts latency, requests and errors.

    `latency` (a histogram of seconds) and `requests` (a counter) are selectors, `errors` are the
    matchers that bad requests have beside those of all.
    """

    latency: str
    requests: str
    errors: str
    version_label: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def metrics(self) -> dict[str, dict[str, str]]:
        """The keys of each metric."""
        buckets = self._selected(self.latency, "_bucket")
        return {
            **{
                name: {
                    "query": f"histogram_quantile({share}, sum by (le) (rate({buckets}[{INTERVAL}])))",
                    "unit": "s",
                }
                for name, share in QUANTILES.items()
            },
            ERRORS: {
                "bad": f"sum(increase({self._selected(self.requests, '', self.errors)}[{INTERVAL}]))",
                "total": self.traffic(),
            },
        }

    def traffic(self) -> str:
        """The query of the requests of an arm."""
        return f"sum(increase({self._selected(self.requests)}[{INTERVAL}]))"

    def _selected(self, selector: str, suffix: str = "", matchers: str = "") -> str:
        name, _, rest = selector.strip().partition("{")
        inner = rest.rpartition("}")[0]
        # NOTE: JSON writes printable text just as PromQL reads it.
        own = [
            f"{label}={json.dumps(value, ensure_ascii=False)}"
            for label, value in {**self.labels, self.version_label: VERSION}.items()
        ]
        parts = (part.strip().rstrip(",") for part in (inner, *own, matchers))
        return f"{name.strip()}{suffix}{{{','.join(part for part in parts if part)}}}"


PRESETS = {
    # NOTE: the Prometheus client libraries and their middleware: promhttp, express, ASP.NET.
    "http": Preset(
        latency="http_request_duration_seconds",
        requests="http_requests_total",
        errors='code=~"5.."',
        version_label="version",
        labels={"service": SERVICE},
    ),
    # NOTE: OpenTelemetry's http.server.request.duration as Prometheus takes it over OTLP, with the
    # resource attribute service.version promoted to a label.
    "otel": Preset(
        latency="http_server_request_duration_seconds",
        requests="http_server_request_duration_seconds_count",
        errors='http_response_status_code=~"5.."',
        version_label="service_version",
        labels={"job": SERVICE},
    ),
}
