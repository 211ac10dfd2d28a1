"""A deploy freeze blocks, whatever the budgets and the risk say, and says so."""

from __future__ import annotations

import pytest

from slogate.core.governance import Freeze
from slogate.core.model import Decision, Missing, Risk, Status
from slogate.core.verdict import Outcome
from tests.core.builders import at_status, verdict

FREEZE = Freeze("of the tests")
SAID = "the freeze of the tests is on"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("risk", Risk)
def test_a_freeze_blocks_every_release(status: Status, risk: Risk) -> None:
    found = verdict(at_status(status), risk=risk, freeze=FREEZE)
    assert (found.decision, found.exit_code) == (Decision.BLOCK, 30)
    assert found.rationale[0] == "the freeze of the tests is on, which means block"
    (check,) = found.own_checks
    assert (check.name, check.outcome, check.detail) == ("freeze", Outcome.FAIL, SAID)
    assert found.checks[0] == check


def test_a_freeze_does_not_hide_that_evidence_is_missing() -> None:
    assert verdict(at_status(Missing.NO_DATA), freeze=FREEZE).exit_code == 40


def test_a_freeze_may_be_advised_away_like_any_decision() -> None:
    found = verdict(at_status(Status.HEALTHY), freeze=FREEZE, advise=True)
    assert (found.decision, found.exit_code) == (Decision.BLOCK, 0)


def test_nobody_is_told_to_wait_for_a_budget_that_is_not_what_blocks() -> None:
    found = verdict(at_status(Status.HEALTHY), risk=Risk.LOW, freeze=FREEZE)
    assert found.clearance.without_errors is None
    assert found.conditions[0] == "the freeze of the tests must have ended"
    assert found.alternatives == ("wait for the end of the freeze, then run the gate again",)


def test_what_the_budget_would_ask_for_is_said_too() -> None:
    found = verdict(at_status(Status.EXHAUSTED), risk=Risk.LOW, freeze=FREEZE)
    assert any("must be back" in condition for condition in found.conditions)
