"""What a pipeline reads of a verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.core.model import Decision, Missing, Risk, Status
from slogate.core.verdict import Budget, Clearance, Verdict
from slogate.reports import labels
from slogate.reports.escape import for_output
from slogate.reports.outputs import NAMES, dotenv, failed, outputs
from tests.reports import builders as build
from tests.reports.strategies import verdicts


def test_a_deferred_service() -> None:
    assert outputs(build.verdict(build.deferred())) == {
        "decision": "defer",
        "exit-code": "20",
        "status": "warning",
        "risk": "medium",
        "budget-remaining": "0.21",
        "clears-at": "2026-11-22T03:10:00Z",
        "retry-after": str(39 * build.HOUR + 180),
        "mode": "enforce",
        "override": "false",
        "reason": "warning budget and medium risk (--risk) mean defer - availability is at warning: "
        "79.0 % of the error budget is consumed (75 %: more than that is warning)",
    }


def test_an_approved_service() -> None:
    found = outputs(build.verdict(build.approved()))
    assert (found["decision"], found["exit-code"], found["risk"]) == ("approve", "0", "low")
    assert found["clears-at"] == found["retry-after"] == ""


def test_the_worst_of_several() -> None:
    found = outputs(
        build.verdict(build.approved(risk=Risk.HIGH), build.deferred(), build.blocked())
    )
    assert (found["decision"], found["status"]) == ("block", "exhausted")
    assert (found["risk"], found["budget-remaining"]) == ("high", "-0.713")
    assert found["reason"].startswith(
        "payments: exhausted budget and low risk (git) mean block - availability is at exhausted"
    )


@settings(max_examples=80, deadline=None)
@given(verdicts())
def test_every_value_is_one_harmless_line(verdict: Verdict) -> None:
    found = outputs(verdict)
    assert tuple(found) == NAMES
    assert all(for_output(value) == value for value in found.values())
    assert len(found["reason"]) <= 300
    if verdict.exit_code >= 40:
        assert found["decision"] == "block"


@pytest.mark.parametrize("code", [40, 50])
def test_what_was_not_judged_never_reads_as_approved(code: int) -> None:
    verdict = build.verdict(replace(build.approved(), exit_code=code))
    assert outputs(verdict)["decision"] == "block"


def test_the_worst_status_is_what_nobody_knows() -> None:
    ordered = [Missing.NO_TRAFFIC, *Status, Missing.NO_DATA, Missing.UNMEASURED]
    assert sorted({*Status, *Missing}, key=labels.severity) == ordered


@pytest.mark.parametrize(
    ("remaining", "text"),
    [
        (0.37, "0.37"),
        (-0.71318, "-0.7132"),
        (1.0, "1"),
        (0.0, "0"),
        (-1e-9, "0"),
        (1e-9, "0"),
        (-12345.5, "-12345.5"),
        (float("nan"), ""),
        (float("-inf"), ""),
    ],
)
def test_budget_remaining(remaining: float, text: str) -> None:
    report = build.slo(budget=Budget(1 - remaining, None, None))
    found = outputs(build.verdict(replace(build.approved(), slos=(report,))))
    assert found["budget-remaining"] == text


def test_no_budget_is_known() -> None:
    assert outputs(build.verdict(build.unmeasured()))["budget-remaining"] == ""


CLEARING = build.deferred()
NEVER = replace(build.deferred(), clearance=Clearance())
PAST = replace(build.deferred(), clearance=Clearance(build.AT - 5))


@pytest.mark.parametrize(
    ("verdict", "clears", "after"),
    [
        (build.verdict(CLEARING, build.blocked()), "2026-12-17T23:31:00Z", "2373840"),
        (build.verdict(CLEARING, build.approved()), "2026-11-22T03:10:00Z", "140580"),
        (build.verdict(CLEARING, advise=True), "2026-11-22T03:10:00Z", "140580"),
        (build.verdict(PAST), "2026-11-20T12:06:55Z", "0"),
        (build.verdict(CLEARING, NEVER), "", ""),
        (build.verdict(CLEARING, build.no_data()), "", ""),
        (build.verdict(build.reviewed()), "", ""),
    ],
)
def test_it_clears_when_all_that_fail_do(verdict: Verdict, clears: str, after: str) -> None:
    found = outputs(verdict)
    assert (found["clears-at"], found["retry-after"]) == (clears, after)


def test_without_a_threshold_that_counts_it_still_clears() -> None:
    service = replace(CLEARING, exit_code=0)
    verdict = replace(build.verdict(service), fail_on=None)
    assert outputs(verdict)["clears-at"] == "2026-11-22T03:10:00Z"
    verdict = replace(verdict, fail_on=Decision.BLOCK)
    assert outputs(verdict)["clears-at"] == ""


def test_a_long_reason_is_cut() -> None:
    reason = outputs(build.verdict(replace(build.blocked(), rationale=("a'" * 300,))))["reason"]
    assert reason == "a\u02bc" * 149 + "a…"


def test_without_a_sentence_the_facts_are_the_reason() -> None:
    service = replace(build.blocked(), rationale=())
    assert outputs(build.verdict(service))["reason"] == "exhausted budget x low risk"


def test_a_run_without_a_verdict() -> None:
    found = failed(2, "slogate.yaml:3: a: b\nslogate.yaml:4: $(c)")
    assert tuple(found) == NAMES
    assert {name: value for name, value in found.items() if value} == {
        "decision": "block",
        "exit-code": "2",
        "mode": "enforce",
        "override": "false",
        "reason": "slogate.yaml:3: a: b slogate.yaml:4: \uff04(c)",
    }


def test_dotenv() -> None:
    lines = dotenv(failed(50, "no route")).splitlines()
    assert lines[:3] == ["SLOGATE_DECISION=block", "SLOGATE_EXIT_CODE=50", "SLOGATE_STATUS="]
    assert lines[-1] == "SLOGATE_REASON=no route"
    assert dotenv({"a-b": "c"}) == "SLOGATE_A_B=c\n"


@given(st.text(max_size=2000))
def test_all_names_fit_into_a_dotenv_file(message: str) -> None:
    text = dotenv(failed(130, message * 20))
    assert text.count("\n") == len(NAMES)
    assert len(text.encode()) < 2000


def test_a_dotenv_file_leaves_out_what_gitlab_would_refuse() -> None:
    text = dotenv({"decision": "block", "path": "x" * 5100, "reason": "y"})
    assert text == "SLOGATE_DECISION=block\nSLOGATE_REASON=y\n"
