"""The verdict for machines, `slogate/verdict/1`, and the budgets, `slogate/budget/1`.

Keys are only ever added. They are built here and not dumped from the model, which may change.
"""

from __future__ import annotations

from slogate.core import words
from slogate.core.model import Change
from slogate.core.verdict import (
    Budget,
    BudgetReport,
    BurnRate,
    Check,
    Counts,
    Excepted,
    Origin,
    Override,
    Reason,
    ServiceBudget,
    ServiceVerdict,
    SloReport,
    Verdict,
)
from slogate.core.window import Period
from slogate.reports.json_governance import asked_object
from slogate.reports.json_policy import policy_object
from slogate.reports.json_risk import risk_object
from slogate.reports.json_text import Object, json_text, number, time


def render(verdict: Verdict) -> str:
    """The JSON text of a verdict."""
    return json_text(verdict_object(verdict))


def render_budget(report: BudgetReport) -> str:
    """The JSON text of a budget report."""
    return json_text(budget_object(report))


def verdict_object(verdict: Verdict) -> Object:
    """The contract's object; unknown values are null."""
    return {
        "schema": "slogate/verdict/1",
        "decision": verdict.decision.word,
        "exit_code": verdict.exit_code,
        "evaluated_at": words.rfc3339(verdict.evaluated_at),
        "mode": _mode(advise=verdict.advise),
        "fail_on": "never" if verdict.fail_on is None else verdict.fail_on.word,
        "change": _change(verdict.change) if verdict.change else None,
        "asked": asked_object(verdict.situation) if verdict.situation else None,
        "configuration": _origin(verdict.configuration) if verdict.configuration else None,
        "services": [_service(service) for service in verdict.services],
        "policies": {policy.name: policy_object(policy) for policy in verdict.policies},
    }


def _origin(origin: Origin) -> Object:
    return {"ref": origin.ref, "commit": origin.commit}


def _change(change: Change) -> Object:
    return {
        "event": change.event,
        "base": change.base,
        "head": change.head,
        "ref": change.ref,
        "target": change.target,
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
        "configuration": _origin(report.configuration) if report.configuration else None,
        "services": [_service_budget(service) for service in report.services],
    }


def _service(service: ServiceVerdict) -> Object:
    clears = service.clearance
    return {
        "service": service.service,
        "status": service.status.word,
        "decision": service.decision.word,
        "exit_code": service.exit_code,
        "mode": _mode(advise=service.advise),
        "owner": service.owner,
        "policy": service.policy,
        "risk": risk_object(service.risk),
        "slos": [_slo(slo) for slo in service.slos],
        "checks": [_check(check) for check in service.checks],
        "canary": _canary(service),
        "rationale": list(service.rationale),
        "conditions": list(service.conditions),
        "alternatives": list(service.alternatives),
        "approvers": list(service.approvers),
        "clears_at": time(clears.without_errors),
        "forecast": {
            "clears_at_without_errors": time(clears.without_errors),
            "clears_at_if_errors_continue": time(clears.if_errors_continue),
        },
        "override": _override(service.override) if service.override else None,
        "exception": _exception(service.exception) if service.exception else None,
    }


def _mode(*, advise: bool) -> str:
    return "advise" if advise else "enforce"


def _override(override: Override) -> Object:
    return {
        "reason": override.reason,
        "by": override.by,
        "original_decision": override.original_decision,
    }


def _exception(exception: Excepted) -> Object:
    return {
        "change_type": exception.change_type,
        "origin": exception.origin,
        "original_decision": exception.original_decision,
    }


def _service_budget(service: ServiceBudget) -> Object:
    return {
        "service": service.service,
        "status": service.status.word,
        "exit_code": service.exit_code,
        "slos": [_slo(slo) for slo in service.slos],
        "checks": [_check(check) for check in service.checks],
    }


def _canary(service: ServiceVerdict) -> Object | None:
    if service.canary is None:
        return None
    from slogate.reports.json_canary import canary_object

    return canary_object(service.canary.verdict)


def _slo(slo: SloReport) -> Object:
    return {
        "name": slo.name,
        "objective": slo.objective,
        "window": slo.window,
        "period": _period(slo.period),
        "status": slo.status.word,
        "sli": number(slo.sli),
        "events": _events(slo.events) if slo.events else None,
        "budget": _budget(slo.budget) if slo.budget else None,
        "burn": [_burn(burn) for burn in slo.burn],
        "reasons": [_reason(reason) for reason in slo.reasons],
        "detail": slo.detail,
        "transient": slo.transient,
    }


def _events(events: Counts) -> Object:
    return {
        "good": number(events.good),
        "bad": number(events.bad),
        "total": number(events.total),
    }


def _period(period: Period | None) -> Object | None:
    """The running calendar period; null for rolling windows, which end at `evaluated_at`."""
    if period is None:
        return None
    return {"start": words.rfc3339(period.start), "end": words.rfc3339(period.end)}


def _budget(budget: Budget) -> Object:
    return {
        "consumed": number(budget.consumed),
        "consumed_unadjusted": number(budget.unadjusted),
        "remaining": number(budget.remaining),
        "allowed_bad": number(budget.allowed_bad),
        "remaining_bad": number(budget.remaining_bad),
        "exhausted_at": time(budget.exhausted_at),
        "pace": number(budget.pace),
    }


def _burn(burn: BurnRate) -> Object:
    return {
        "long": burn.rule.long,
        "short": burn.rule.short,
        "rate_long": number(burn.rate_long),
        "rate_short": number(burn.rate_short),
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
