"""The first configuration of a service, by what serves its metrics."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

NAME = r"[A-Za-z][A-Za-z0-9._-]{0,62}"


class Metrics(NamedTuple):
    """Queries for failed and for all requests of `SERVICE`, and a histogram with a 250 ms bucket."""

    bad: str
    total: str
    histogram: str | None = None


def _requests(name: str, labels: str, failed: str, histogram: str | None = None) -> Metrics:
    return Metrics(
        f"sum(increase({name}{{{labels},{failed}}}[{{{{window}}}}]))",
        f"sum(increase({name}{{{labels}}}[{{{{window}}}}]))",
        f"{histogram}{{{labels}}}" if histogram else None,
    )


METRICS = {
    "http": _requests(
        "http_requests_total", 'service="SERVICE"', 'code=~"5.."', "http_request_duration_seconds"
    ),
    "opentelemetry": _requests(
        "http_server_request_duration_seconds_count", 'service_name="SERVICE"',
        'http_response_status_code=~"5.."',
    )._replace(histogram='http_server_request_duration_seconds{service_name="SERVICE"}'),
    "grpc": _requests(
        "grpc_server_handled_total", 'job="SERVICE"',
        'grpc_code=~"Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded"',
        "grpc_server_handling_seconds",
    ),
    "spring": _requests(
        "http_server_requests_seconds_count", 'application="SERVICE"', 'outcome="SERVER_ERROR"'
    ),
    "istio": _requests(
        "istio_requests_total", 'reporter="destination",destination_service_name="SERVICE"',
        'response_code=~"5.."',
    ),
    "ingress-nginx": _requests(
        "nginx_ingress_controller_requests", 'exported_service="SERVICE"', 'status=~"5.."',
        "nginx_ingress_controller_request_duration_seconds",
    ),
}  # fmt: skip
"""Names and labels as these programs have them by default; a scrape may rename them."""

_HEAD = """\
# The deployment gate of SERVICE, to be changed as you like.
#   slogate lint --online    is this file right, and do its queries find what they should?
#   slogate budget           how much error budget is left?
#   slogate check            may this release go out?
version: 1

sources:
  metrics:
    type: prometheus            # or Thanos, Mimir, Cortex, VictoriaMetrics, Grafana Cloud
    url: ${PROMETHEUS_URL}      # from the environment, such as https://prometheus.example.com
    # auth: {bearer: "${PROMETHEUS_TOKEN}"}
    # headers: {X-Scope-OrgID: my-tenant}

services:
  SERVICE:
    owner: team-SERVICE  # who agrees where `policy.approvers` names nobody
    mode: advise  # its decisions fail nothing, missing evidence does; without it, it enforces
    slos:
      - name: availability
        objective: 99.9         # percent of all requests that have to be good
        window: 30d
        sli:                    # each query has to yield one series; {{window}} stays as it is
          bad: BAD
          total: TOTAL
"""

_LATENCY = """\
      - name: latency
        objective: 99
        window: 30d
        sli:                    # the histogram needs a bucket of exactly this bound
          latency: {histogram: 'HISTOGRAM', below: 250ms}
"""

_TAIL = """
# What the numbers mean, where the defaults do not suit you; every key is optional.
# policy:
#   status:
#     consumed: {attention: 50%, warning: 75%, critical: 90%}
#   matrix:
#     warning: {low: review, medium: defer, high: block}
#   freezes:
#     - {name: weekend, days: sat-sun, timezone: Europe/Berlin, decision: defer}
"""


def starter(service: str, metrics: str) -> str:
    """A commented configuration, as YAML, for metrics of one of the kinds in METRICS.

    Raises ValueError for a name that no service can have.
    """
    # NOTE: `on` and `null` are words to YAML, and no names.
    if not re.fullmatch(NAME, service) or yaml.safe_load(service) != service:
        raise ValueError(
            f"{service!r} is no name for a first service: take letters, digits, dots and dashes"
        )
    found = METRICS[metrics]
    text = _HEAD.replace("BAD", found.bad).replace("TOTAL", found.total)
    if found.histogram:
        text += _LATENCY.replace("HISTOGRAM", found.histogram)
    return (text + _TAIL).replace("SERVICE", service)
