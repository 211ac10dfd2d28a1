"""From decisions to exit codes, and the words for runs that end without a decision."""

from __future__ import annotations

from slogate.core.model import Decision, Missing
from slogate.errors import EXIT_NO_DATA, EXIT_UNMEASURED

DECISION_CODES = {Decision.REVIEW: 10, Decision.DEFER: 20, Decision.BLOCK: 30}
LACKING = {EXIT_NO_DATA: Missing.NO_DATA.word, EXIT_UNMEASURED: Missing.UNMEASURED.word}


def exit_code(decision: Decision, fail_on: Decision | None) -> int:
    """0, or the decision's code when it is at least as bad as `fail_on` (None: never)."""
    if fail_on is None or decision < fail_on:
        return 0
    return DECISION_CODES.get(decision, 0)


def threshold(fail_on: Decision | None) -> Decision:
    """The mildest decision that fails, or would where decisions fail nothing."""
    return fail_on or Decision.DEFER


class Ended:
    """What a decision and its exit code say together."""

    decision: Decision
    exit_code: int

    @property
    def stopped(self) -> bool:
        """Is evidence missing, so that nothing was decided?"""
        return self.exit_code in LACKING

    @property
    def word(self) -> str:
        """The decision, or what is missing: `no_data` or `unmeasured`."""
        return LACKING.get(self.exit_code, self.decision.word)
