"""The part of a budget that releases may spend, and what this one is expected to cost.

With a share s for releases and a cost c, a budget of which x is consumed counts as (x + c) / s. That
is the same as a limit t at t * s - c, so the policy's limits are moved and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from slogate.core import words
from slogate.core.model import Policy, Status
from slogate.core.thresholds import consumed_status
from slogate.core.verdict import Check, Outcome, Reason, SloReport


def charged(policy: Policy, cost: float | None) -> Policy:
    """The policy as it is for a release that costs this share of the budget (None: the policy's)."""
    governance = policy.governance
    spent = governance.cost if cost is None else cost
    share = governance.release_share
    if spent == 0 and share == 1:
        return policy
    limits = {status: limit * share - spent for status, limit in policy.consumed.items()}
    return replace(policy, consumed=limits, governance=replace(governance, cost=spent))


def after_spending(report: SloReport, policy: Policy, moved: Policy) -> SloReport:
    """The report with the status that is left for this release; never a better one."""
    if moved is policy or report.budget is None or not isinstance(report.status, Status):
        return report
    consumed = report.budget.consumed
    status = consumed_status(moved, consumed)
    raises = status > consumed_status(policy, consumed)
    found = status if raises else None
    checks = (*report.checks, *_checks(report, consumed, moved, found))
    if not raises:
        return replace(report, checks=checks)
    others = (reason for reason in report.reasons if reason.kind != "consumed")
    reasons = [Reason(status, "consumed", _sentence(consumed, moved, policy, status)), *others]
    return replace(
        report,
        status=max(report.status, status),
        reasons=tuple(sorted(reasons, key=lambda reason: -reason.status)),
        checks=checks,
    )


def _checks(
    report: SloReport, consumed: float, moved: Policy, found: Status | None
) -> Iterator[Check]:
    outcome = Outcome.PASS if found is None else Outcome.WARN
    outcome = Outcome.FAIL if found is Status.EXHAUSTED else outcome
    cost, share = moved.governance.cost, moved.governance.release_share
    if cost:
        after = words.percent(consumed + cost)
        detail = (
            f"this release is expected to cost {words.percent(cost)}: {after} are consumed then"
        )
        yield Check("cost", outcome, detail, report.name)
    if share < 1:
        now = "with this one " if cost else ""
        detail = (
            f"releases may spend {words.percent(share)} of the budget, and {now}"
            f"{words.percent((consumed + cost) / share)} of that is spent"
        )
        yield Check("reserve", outcome, detail, report.name)


def _sentence(consumed: float, moved: Policy, policy: Policy, status: Status) -> str:
    cost, share = moved.governance.cost, moved.governance.release_share
    parts = [f"{words.percent(consumed)} of the error budget is consumed"]
    if cost:
        parts.append(f"this release is expected to cost {words.percent(cost)}")
    if share < 1:
        parts.append(f"releases may spend {words.percent(share)}")
    limit = words.percent(policy.consumed[status], 0)
    relation = f"{limit} or more" if status is Status.EXHAUSTED else f"above {limit}"
    whose = "that share" if share < 1 else "it"
    spent = words.percent((consumed + cost) / share)
    then = "is spent then" if cost else "is spent"
    return f"{words.listing(parts)}: {spent} of {whose} {then} ({relation} is {status.word})"
