"""The machine's verdict: every key of the contract, plain numbers, recomputable."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from slogate.core.exit_codes import exit_code
from slogate.core.model import Decision, Risk, Status
from slogate.core.verdict import BudgetReport, Verdict
from slogate.reports import render
from tests.reports import builders as build
from tests.reports import golden, governed
from tests.reports.strategies import verdicts

KEYS = {
    "": "schema decision exit_code evaluated_at mode fail_on change configuration services",
    "services": (
        "service status decision risk slos checks canary rationale conditions alternatives "
        "approvers clears_at mode override exception"
    ),
    "services.risk": "level score source factors",
    "services.slos": "name objective window status sli events budget burn",
    "services.slos.events": "good bad total",
    "services.slos.budget": (
        "consumed consumed_unadjusted remaining allowed_bad remaining_bad exhausted_at pace"
    ),
    "services.slos.burn": "long short rate_long rate_short threshold status firing",
    "services.checks": "name outcome detail",
}
FILES: dict[str, Verdict | BudgetReport] = {
    "defer": build.verdict(build.deferred()),
    "no-data": build.verdict(build.no_data()),
    "several": build.several(),
    "budget-several": build.budgets(build.approved("accounts"), build.blocked(), build.no_data()),
}


def parsed(report: Verdict | BudgetReport) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(render("json", report), parse_constant=refuse)


def objects(report: Any, path: str) -> list[Any]:
    found = [report]
    for key in path.split(".") if path else []:
        found = [value for item in found if (value := item[key]) is not None]
        found = [
            each for value in found for each in (value if isinstance(value, list) else [value])
        ]
    return found


@pytest.mark.parametrize("name", FILES)
def test_file(name: str) -> None:
    golden.check(f"{name}.json", render("json", FILES[name]))


@settings(max_examples=50, deadline=None)
@given(verdicts())
def test_every_key_of_the_contract_is_there(verdict: Verdict) -> None:
    report = parsed(verdict)
    for path, keys in KEYS.items():
        for item in objects(report, path):
            assert set(keys.split()) <= set(item), path


def test_every_object_is_seen_by_that_test() -> None:
    report = parsed(build.several())
    assert all(objects(report, path) for path in KEYS)


def test_budgets_are_made_of_the_same_objects() -> None:
    verdict = parsed(build.several())
    report = parsed(build.budgets(*build.several().services))
    assert set(report) == {"schema", "exit_code", "evaluated_at", "configuration", "services"}
    for budget, service in zip(report["services"], verdict["services"], strict=True):
        assert set(budget) == {"service", "status", "exit_code", "slos", "checks"}
        assert budget["slos"] == service["slos"]
        assert budget["checks"] == service["checks"]


def test_the_decision_can_be_recomputed_from_the_file() -> None:
    report = parsed(
        build.verdict(build.approved(), build.reviewed(), build.deferred(), build.blocked())
    )
    for service in report["services"]:
        matrix = report["policies"][service["policy"]]["matrix"]
        statuses = [
            status_of(slo, report["policies"][service["policy"]]) for slo in service["slos"]
        ]
        assert max(statuses).word == service["status"]
        assert matrix[service["status"]][service["risk"]["level"]] == service["decision"]
        decision = Decision[service["decision"].upper()]
        assert exit_code(decision, Decision.DEFER) == service["exit_code"]


def test_an_exception_can_be_recomputed_from_the_file() -> None:
    report = parsed(build.verdict(governed.excepted()))
    (service,) = report["services"]
    exceptions = {
        item["type"]: item for item in report["policies"][service["policy"]]["exceptions"]
    }
    found = service["exception"]
    assert exceptions[found["change_type"]]["decision"] == service["decision"] == "approve"
    assert found == {
        "change_type": "rollback",
        "origin": "option",
        "original_decision": "block",
    }


def status_of(slo: Any, policy: Any) -> Status:
    consumed = slo["budget"]["consumed"]
    limits = policy["consumed"].items()
    found = [
        word
        for word, limit in limits
        if consumed > limit or (word, consumed) == ("exhausted", limit)
    ]
    found += [rate["status"] for rate in slo["burn"] if rate["firing"]]
    return max((Status[word.upper()] for word in found), default=Status.HEALTHY)


def test_times_are_utc_and_windows_seconds() -> None:
    service = parsed(build.verdict(build.deferred()))["services"][0]
    assert service["clears_at"] == "2026-11-22T03:10:00Z"
    assert service["forecast"] == {
        "clears_at_without_errors": "2026-11-22T03:10:00Z",
        "clears_at_if_errors_continue": "2026-11-26T12:07:00Z",
    }
    assert service["slos"][0]["burn"][0]["long"] == 3600
    assert service["slos"][0]["window"] == "30d"
    assert service["slos"][0]["events"]["total"] == 20_000_000


def test_a_stop_is_an_error_in_the_policy() -> None:
    policy = parsed(build.verdict(build.no_data()))["policies"]["default"]
    assert (policy["on_no_data"], policy["on_no_traffic"]) == ("error", "approve")


def test_hostile_names_come_through_but_no_command_does() -> None:
    text = render("json", build.verdict(build.approved("##[group]::\x1b[1m", Risk.HIGH)))
    assert "##[" not in text
    assert "\x1b" not in text
    assert json.loads(text)["services"][0]["service"] == "##[group]::\x1b[1m"
