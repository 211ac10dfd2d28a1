"""A judged canary for machines, in the verdict and by itself (`slogate/canary/1`)."""

from __future__ import annotations

from collections.abc import Sequence

from slogate.core.arms import Arm
from slogate.core.canary import CanaryVerdict, MetricVerdict
from slogate.core.canary_report import CanaryReport
from slogate.core.canary_words import sentence
from slogate.reports.json_text import Object, json_text, number, time


def render(report: CanaryReport) -> str:
    """The JSON text."""
    return json_text(
        {
            "schema": "slogate/canary/1",
            "service": report.service or None,
            "phase": report.phase or None,
            "baseline": report.baseline,
            "canary": report.canary,
            "start": time(report.start),
            "end": time(report.end),
            "decision": report.decision.word,
            "exit_code": report.exit_code,
            "unfinished": report.unfinished or None,
            **canary_object(report.verdict),
            "notes": list(report.notes),
        }
    )


def failed(code: int, messages: Sequence[str]) -> str:
    """The JSON text of a canary that could not be judged: what nobody knows is no pass."""
    return json_text(
        {
            "schema": "slogate/canary/1",
            "verdict": "inconclusive",
            "recommendation": "hold",
            "decision": "block",
            "exit_code": code,
            "metrics": [],
            "errors": list(messages),
        }
    )


def canary_object(verdict: CanaryVerdict) -> Object:
    """The verdict with its metrics."""
    return {
        "verdict": verdict.outcome.value,
        "recommendation": verdict.recommendation,
        "score": verdict.score,
        "metrics": [_metric(one) for one in verdict.metrics],
    }


def _metric(one: MetricVerdict) -> Object:
    found, policy = one.judgement, one.policy
    return {
        "name": policy.name,
        "verdict": one.outcome.value,
        "reason": "over_limit" if one.over_limit else found.reason,
        "severity": one.severity.word,
        "of": found.what,
        "ratio": number(found.ratio),
        "ratio_low": number(found.low),
        "ratio_high": number(found.high),
        "n": found.n,
        "baseline": _arm(found.baseline),
        "canary": _arm(found.canary),
        "limit": number(policy.limit),
        "over_limit": one.over_limit,
        "critical": policy.critical,
        "weight": policy.weight,
        "detail": sentence(one),
    }


def _arm(arm: Arm) -> Object:
    return {"n": arm.n, "center": number(arm.center)}
