"""From numbers to a status: the thresholds of a policy."""

from __future__ import annotations

from slogate.core import words
from slogate.core.model import Policy, Status
from slogate.core.verdict import Reason

SLACK = 1e-9
"""Rounding of floating point that must not decide at a threshold."""


def consumed_reasons(policy: Policy, consumed: float) -> tuple[Reason, ...]:
    """The status that the consumed share alone gives; empty when healthy."""
    status = consumed_status(policy, consumed)
    if status is Status.HEALTHY:
        return ()
    limit = policy.consumed[status]
    from_here = f"{words.percent(limit, 0)} or more"
    if status is not Status.EXHAUSTED:
        from_here = f"above {words.percent(limit, 0)}"
    text = (
        f"{words.percent(consumed)} of the error budget is consumed ({from_here} is {status.word})"
    )
    return (Reason(status, "consumed", text),)


def consumed_status(policy: Policy, consumed: float) -> Status:
    """Exhausted at its threshold or above, every other status above its own."""
    if consumed >= policy.consumed[Status.EXHAUSTED] - SLACK:
        return Status.EXHAUSTED
    over = (s for s, limit in policy.consumed.items() if consumed > limit + SLACK)
    return max(over, default=Status.HEALTHY)


def pace_status(policy: Policy, elapsed_share: float, pace: float | None) -> Status:
    """Status by pace, once enough of the calendar period has passed."""
    if pace is None or elapsed_share < policy.pace_after:
        return Status.HEALTHY
    return max(
        (s for s, limit in policy.pace.items() if pace > limit + SLACK), default=Status.HEALTHY
    )


def pace_reasons(policy: Policy, share: float, pace: float | None) -> tuple[Reason, ...]:
    """The status that the pace alone gives after a share of the period; empty when healthy."""
    status = pace_status(policy, share, pace)
    if pace is None or status is Status.HEALTHY:
        return ()
    text = (
        f"the budget is being spent {pace:.2f} times as fast as the period passes "
        f"({words.percent(share, 0)} of it has passed; above {policy.pace[status]:g} is "
        f"{status.word})"
    )
    return (Reason(status, "pace", text),)


def reached(rate: float | None, threshold: float) -> bool:
    """Is a burn rate at its threshold or above? No events burn nothing."""
    return rate is not None and rate >= threshold * (1 - SLACK)
