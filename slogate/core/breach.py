"""After a breach: has an exhausted budget recovered far enough since?

Nothing is remembered between runs. The budget of each past moment is counted again from the history,
which therefore has to reach one window further back.
"""

from __future__ import annotations

from dataclasses import dataclass

from slogate.core.budget import Assessment
from slogate.core.history import History
from slogate.core.model import Policy, Status
from slogate.core.plan import Plan
from slogate.core.thresholds import SLACK


@dataclass(frozen=True)
class Breach:
    """A budget that has not recovered: it was exhausted until `at` (Unix seconds).

    Where that is not `known`, the history begins at `at`, which is too late to tell.
    """

    at: int
    known: bool = True


def breach(assessment: Assessment, policy: Policy) -> Breach | None:
    """The breach from which a budget has not recovered; None where there is none.

    Recovered is a remaining share of at least the policy's `recover_at`. A calendar window begins
    with a full budget, and inside of one only a budget that is exhausted now counts. A moment whose
    window has less than `min_coverage` of samples says nothing, and then a breach before it counts as
    one: nothing that is missing may let a release pass.
    """
    budget, plan, history = assessment.report.budget, assessment.plan, assessment.history
    recover_at = policy.governance.recover_at
    if recover_at is None or plan is None or history is None:
        return None
    # NOTE: without traffic nothing recovers, so what was before decides.
    if budget is not None and budget.remaining >= recover_at - SLACK:
        return None
    if budget is not None and budget.consumed >= policy.consumed[Status.EXHAUSTED] - SLACK:
        return Breach(plan.now)
    if not plan.rolling:
        return None
    return _before(assessment, plan, history, policy, recover_at)


def _before(
    assessment: Assessment, plan: Plan, history: History, policy: Policy, recover_at: float
) -> Breach | None:
    """What the last moment before now says that says anything."""
    length, track = plan.period.length, history.coarse
    least = policy.min_events if history.direct is None else 0
    first = track.start if track.first_covered is None else track.first_covered
    if track.counts(first, plan.now).bad <= 0:
        return None
    low = assessment.report.budget is not None
    for moment in reversed(track.edges):
        if not track.start + length <= moment < plan.now:
            continue
        if track.covered(moment - length, moment) < policy.min_coverage * length:
            return Breach(first, known=False)
        counts = track.counts(moment - length, moment)
        if counts.total <= 0 or counts.total < least:
            continue
        consumed = counts.bad / counts.total / assessment.slo.allowed_ratio
        if consumed >= policy.consumed[Status.EXHAUSTED] - SLACK:
            return Breach(moment)
        if 1 - consumed >= recover_at - SLACK:
            return None
        low = True
    # NOTE: a whole window long it has not recovered, and what was before is not in the history.
    return Breach(first, known=False) if low else None
