"""A judged canary with the decision that follows, as reports show it."""

from __future__ import annotations

from dataclasses import dataclass

from slogate.core.arms import Outcome
from slogate.core.canary import CanaryVerdict
from slogate.core.model import Decision


@dataclass(frozen=True)
class CanaryReport:
    """A verdict with its decision; `start` and `end` are Unix seconds, where they are known.

    `unfinished` says why the verdict is not that of the whole time, if it is not.
    """

    verdict: CanaryVerdict
    decision: Decision
    exit_code: int
    baseline: str
    canary: str
    service: str = ""
    phase: str = ""
    start: int | None = None
    end: int | None = None
    unfinished: str = ""
    notes: tuple[str, ...] = ()


def decision(verdict: CanaryVerdict, on_inconclusive: Decision) -> Decision:
    """What the verdict means for the release."""
    if verdict.outcome is Outcome.FAIL:
        return Decision.BLOCK
    return Decision.APPROVE if verdict.outcome is Outcome.PASS else on_inconclusive
