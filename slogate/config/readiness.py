"""From a service's section `readiness` to what must hold; everything wrong was found before."""

from __future__ import annotations

from slogate.config import readiness_schema as schema
from slogate.core.governance import Readiness
from slogate.core.model import Decision

SEVERITY = "critical"


def readiness(
    written: schema.Readiness, service: str, rules_source: str, alerts_source: str
) -> Readiness:
    """What must hold of the service of this name, asked of the sources of these names."""
    metrics, rules = written.metrics, written.alert_rules
    rollback = written.rollback or schema.Rollback()
    return Readiness(
        decision=Decision[written.decision.upper()],
        scrapes=metrics.scrapes if metrics else None,
        interval=metrics.interval if metrics else None,
        alert_rules=tuple(rules.names) if rules else (),
        rules_source=rules_source if rules else "",
        rollback_command=rollback.command or "",
        rollback_file=rollback.file or "",
        alerts_source=alerts_source if written.alerts else "",
        alerts=_labels(written.alerts, service),
    )


def _labels(written: schema.Alerts | None, service: str) -> dict[str, tuple[str, ...]]:
    if written is None:
        return {}
    if written.match is None:
        return {"service": (service,), "severity": (SEVERITY,)}
    return {
        label: (values,) if isinstance(values, str) else tuple(values)
        for label, values in written.match.items()
    }
