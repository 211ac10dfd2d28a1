"""The policy in a verdict for machines, so that they can recompute it."""

from __future__ import annotations

from slogate.core.model import Decision, Policy
from slogate.reports.json_governance import governance_object
from slogate.reports.json_text import Object


def policy_object(policy: Policy) -> Object:
    """All of it, with the words of the configuration."""
    return {
        "consumed": {status.word: limit for status, limit in policy.consumed.items()},
        "pace": {status.word: limit for status, limit in policy.pace.items()},
        "pace_after": policy.pace_after,
        "burn": [
            {"rate": rule.rate, "long": rule.long, "short": rule.short, "status": rule.status.word}
            for rule in policy.burn
        ],
        "matrix": {
            status.word: {risk.word: decision.word for risk, decision in row.items()}
            for status, row in policy.matrix.items()
        },
        "approvers": {key: list(people) for key, people in policy.approvers.items()},
        "on_no_data": _call(policy.on_no_data),
        "on_unreachable": _call(policy.on_unreachable),
        "on_no_traffic": _call(policy.on_no_traffic),
        "min_coverage": policy.min_coverage,
        "min_events": policy.min_events,
        "max_staleness": policy.max_staleness,
        **governance_object(policy.governance),
    }


def _call(decision: Decision | None) -> str:
    return decision.word if decision is not None else "error"
