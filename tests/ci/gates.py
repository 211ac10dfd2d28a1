"""Seven gates, one for each way in which a gate can end, on the history that the servers hold."""

from __future__ import annotations

import json
from dataclasses import dataclass

AS_OF = "2026-09-21T14:13:27Z"
"""The moment after the generated history ends."""


@dataclass(frozen=True)
class Gate:
    """What is asked, and how it must end."""

    name: str
    service: str
    risk: str
    decision: str
    code: int
    headline: str
    annotation: str
    advise: str = ""


GATES = (
    Gate("approved", "healthy", "low", "approve", 0, "✅ slogate: approve", "notice"),
    Gate("reviewed", "healthy", "high", "review", 0, "👀 slogate: review", "warning"),
    Gate("deferred", "fastburn", "low", "defer", 20, "⏳ slogate: defer", "error"),
    Gate("blocked", "exhausted", "low", "block", 30, "⛔ slogate: block", "error"),
    Gate("silent", "nobody", "low", "block", 40, "❓ slogate: no data", "error"),
    Gate("away", "unreachable", "low", "block", 50, "🔌 slogate: could not measure", "error"),
    Gate("advised", "exhausted", "low", "block", 0, "⛔ slogate advice: would be block", "warning",
         advise="true"),
)  # fmt: skip


def config(url: str) -> str:
    """A configuration with all services; JSON is YAML."""

    def service(name: str, source: str = "metrics") -> dict[str, object]:
        selector = f'http_requests_total{{service="{name}"%s}}'
        bad, total = (
            f"sum(increase({selector % more}[{{{{window}}}}]))" for more in (',code=~"5.."', "")
        )
        sli = {"bad": bad, "total": total}
        slo = {"name": "availability", "objective": 99.9, "window": "30d", "sli": sli}
        return {"source": source, "owner": "team-shop", "slos": [slo]}

    names = ("healthy", "fastburn", "exhausted", "nobody")
    return json.dumps({
        "version": 1,
        "sources": {
            "metrics": {"type": "prometheus", "url": url},
            "gone": {"type": "prometheus", "url": "http://127.0.0.1:9", "timeout": "1s"},
        },
        # NOTE: the commits of the platform's event are made up here, so git knows none of them.
        "risk": {"combine": "first"},
        "services": {
            **{name: service(name) for name in names},
            "unreachable": service("unreachable", "gone"),
        },
    })  # fmt: skip
