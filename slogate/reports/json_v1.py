"""The verdict for machines, `slogate/verdict/1`, and the budgets, `slogate/budget/1`.

Keys are only ever added. They are built here and not dumped from the model, which may change.
"""

from __future__ import annotations

import json
import math
from typing import Any

from slogate.core import words
from slogate.core.bands import Limit
from slogate.core.model import Change, Decision, Policy
from slogate.core.release import ReleaseRisk, Required
from slogate.core.verdict import (
    Budget,
    BudgetReport,
    BurnRate,
    Check,
    Counts,
    Reason,
    ServiceBudget,
    ServiceVerdict,
    SloReport,
    Verdict,
)
from slogate.core.window import Period

Object = dict[str, Any]


def render(verdict: Verdict) -> str:
    """The JSON text of a verdict."""
    return json_text(verdict_object(verdict))


def render_budget(report: BudgetReport) -> str:
    """The JSON text of a budget report."""
    return json_text(budget_object(report))


def json_text(report: Object) -> str:
    """Indented JSON that no CI runner takes for a command."""
    text = json.dumps(report, indent=2, allow_nan=False)
    # NOTE: a runner that sees `##[...]` in its log takes it for a command; JSON has a way around.
    return text.replace("##", "#\\u0023") + "\n"


def verdict_object(verdict: Verdict) -> Object:
    """The contract's object; unknown values are null."""
    return {
        "schema": "slogate/verdict/1",
        "decision": verdict.decision.word,
        "exit_code": verdict.exit_code,
        "evaluated_at": words.rfc3339(verdict.evaluated_at),
        "mode": "advise" if verdict.advise else "enforce",
        "fail_on": "never" if verdict.fail_on is None else verdict.fail_on.word,
        "change": _change(verdict.change) if verdict.change else None,
        "services": [_service(service) for service in verdict.services],
        "policies": {policy.name: _policy(policy) for policy in verdict.policies},
    }


def _change(change: Change) -> Object:
    return {
        "event": change.event,
        "base": change.base,
        "head": change.head,
        "ref": change.ref,
        "number": change.number,
        "title": change.title,
        "labels": list(change.labels),
        "actor": change.actor,
        "url": change.url,
        "run_url": change.run_url,
    }


def budget_object(report: BudgetReport) -> Object:
    """Budgets without a decision, made of the same objects."""
    return {
        "schema": "slogate/budget/1",
        "exit_code": report.exit_code,
        "evaluated_at": words.rfc3339(report.evaluated_at),
        "services": [_service_budget(service) for service in report.services],
    }


def _service(service: ServiceVerdict) -> Object:
    clears = service.clearance
    return {
        "service": service.service,
        "status": service.status.word,
        "decision": service.decision.word,
        "exit_code": service.exit_code,
        "owner": service.owner,
        "policy": service.policy,
        "risk": risk_object(service.risk),
        "slos": [_slo(slo) for slo in service.slos],
        "checks": [_check(check) for check in service.checks],
        "canary": None,
        "rationale": list(service.rationale),
        "conditions": list(service.conditions),
        "alternatives": list(service.alternatives),
        "approvers": list(service.approvers),
        "clears_at": _time(clears.without_errors),
        "forecast": {
            "clears_at_without_errors": _time(clears.without_errors),
            "clears_at_if_errors_continue": _time(clears.if_errors_continue),
        },
        "override": None,
    }


def _service_budget(service: ServiceBudget) -> Object:
    return {
        "service": service.service,
        "status": service.status.word,
        "exit_code": service.exit_code,
        "slos": [_slo(slo) for slo in service.slos],
        "checks": [_check(check) for check in service.checks],
    }


def risk_object(risk: ReleaseRisk) -> Object:
    """The risk of a release, in the verdict and by itself."""
    known, range_ = risk.likelihood, risk.revisions
    return {
        "level": risk.level.word,
        "known": risk.known,
        "score": _number(known.score) if known else None,
        "probability": known.probability if known else None,
        "expected": known.expected if known else None,
        "calibrated": known.calibrated if known else False,
        "source": risk.source,
        "sources": [
            {
                "name": item.source,
                "level": None if item.level is None else item.level.word,
                "detail": item.detail,
            }
            for item in risk.opinions
        ],
        "change_type": risk.change_type,
        "base": range_.base if range_ else None,
        "head": range_.head if range_ else None,
        "range": range_.found if range_ else None,
        "commits": known.commits if known else None,
        "limits": [_limit(item) for item in known.limits] if known and known.limits else [],
        "factors": [vars(item) for item in known.factors] if known else [],
        "carriers": [vars(item) for item in known.carriers] if known else [],
        "lowering": list(known.lowering) if known else [],
        "safeguards": [_safeguard(item) for item in risk.safeguards],
        "notes": list(risk.notes),
    }


def _limit(limit: Limit) -> Object:
    return {"scale": limit.scale, "value": limit.value, "origin": limit.words}


def _safeguard(item: Required) -> Object:
    return {
        "name": item.name,
        "require": item.require,
        "files": item.files,
        "example": item.example,
        "floor": item.floor.word if item.floor is not None else None,
    }


def _slo(slo: SloReport) -> Object:
    return {
        "name": slo.name,
        "objective": slo.objective,
        "window": slo.window,
        "period": _period(slo.period),
        "status": slo.status.word,
        "sli": _number(slo.sli),
        "events": _events(slo.events) if slo.events else None,
        "budget": _budget(slo.budget) if slo.budget else None,
        "burn": [_burn(burn) for burn in slo.burn],
        "reasons": [_reason(reason) for reason in slo.reasons],
        "detail": slo.detail,
        "transient": slo.transient,
    }


def _events(events: Counts) -> Object:
    return {
        "good": _number(events.good),
        "bad": _number(events.bad),
        "total": _number(events.total),
    }


def _period(period: Period | None) -> Object | None:
    """The running calendar period; null for rolling windows, which end at `evaluated_at`."""
    if period is None:
        return None
    return {"start": words.rfc3339(period.start), "end": words.rfc3339(period.end)}


def _budget(budget: Budget) -> Object:
    return {
        "consumed": _number(budget.consumed),
        "remaining": _number(budget.remaining),
        "allowed_bad": _number(budget.allowed_bad),
        "remaining_bad": _number(budget.remaining_bad),
        "exhausted_at": _time(budget.exhausted_at),
        "pace": _number(budget.pace),
    }


def _burn(burn: BurnRate) -> Object:
    return {
        "long": burn.rule.long,
        "short": burn.rule.short,
        "rate_long": _number(burn.rate_long),
        "rate_short": _number(burn.rate_short),
        "threshold": burn.rule.rate,
        "status": burn.rule.status.word,
        "firing": burn.firing,
    }


def _reason(reason: Reason) -> Object:
    return {"status": reason.status.word, "kind": reason.kind, "text": reason.text}


def _check(check: Check) -> Object:
    return {
        "name": check.name,
        "outcome": check.outcome.value,
        "detail": check.detail,
        "slo": check.slo,
    }


def _policy(policy: Policy) -> Object:
    """The policy with the words of the configuration, so that the verdict can be recomputed."""
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
    }


def _call(decision: Decision | None) -> str:
    return decision.word if decision is not None else "error"


def _time(unix: int | None) -> str | None:
    return words.rfc3339(unix) if unix is not None else None


def _number(value: float | None) -> float | None:
    """A plain number: NaN and infinity are unknown, whole counts have no `.0`."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value
