"""Freezes, maintenance, the configuration and the policy as the reports show them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timezone
from typing import Any

import pytest

from slogate.core.model import Missing, Status
from slogate.core.verdict import BudgetReport, Clearance, Verdict
from slogate.reports import render
from slogate.reports.annotations import annotations as annotate
from tests.reports import builders as build
from tests.reports import golden, governed
from tests.reports.governed import frozen, maintained


def parsed(report: Verdict | BudgetReport) -> Any:
    return json.loads(render("json", report))


CALENDAR = "Clears     2026-11-30 23:00 UTC (in 10d11h)\n"


@pytest.mark.parametrize("status", [Status.HEALTHY, Status.ATTENTION, Missing.NO_TRAFFIC])
def test_a_freeze_ends_whatever_errors_come(status: Status | Missing) -> None:
    service = replace(frozen(), slos=(build.slo(status=status),))
    verdict = build.verdict(service)
    assert CALENDAR in render("text", verdict)
    assert "clears in 10d11h |" in render("markdown", build.verdict(service, build.approved()))
    assert "if no further errors" not in annotate(verdict)[0].message


def test_a_freeze_with_a_budget_that_fails_clears_only_if_errors_stay_away() -> None:
    ends = frozen().clearance.without_errors
    service = replace(
        frozen(),
        slos=(build.warning_slo(),),
        risk=build.deferred().risk,
        clearance=Clearance(ends, ends),
    )
    assert f"{CALENDAR[:-1]}, even if errors go on as lately\n" in render(
        "text", build.verdict(service)
    )


def test_a_freeze_on_breach_is_a_matter_of_errors() -> None:
    screen = render("text", build.verdict(governed.recovering()))
    assert "Clears     2026-11-22 12:07 UTC (in 2d), even if errors go on as lately\n" in screen


def test_maintenance_is_beside_the_number_without_it() -> None:
    service = replace(build.approved(), slos=(maintained(), build.latency()))
    line = "availability: 29.0 % left if maintenance counted\n"
    for report in (build.verdict(service), build.budgets(service)):
        assert line in render("text", report)
        page = render("markdown", report)
        assert "| 8,200 of&nbsp;20,000 | 59.0 % | 29.0 % |\n" in page
        budgets = [slo["budget"] for slo in parsed(report)["services"][0]["slos"]]
        assert [budget["consumed_unadjusted"] for budget in budgets] == [0.71, None]
    long = replace(service, slos=(replace(maintained(), name="a" * 60),))
    cut = f"{'a' * 22}…{'a' * 21}: 29.0 % left if maintenance counted\n"
    assert cut in render("text", build.verdict(long))


def test_the_configuration_has_a_line_of_its_own_where_it_is_long() -> None:
    verdict = replace(build.verdict(build.approved()), configuration=governed.ORIGIN)
    told = "as of 2026-11-20 12:07 UTC, policy default, configuration of origin/main (5e6f7a8)"
    assert f"\n{told}\n".replace(", configuration", "\nconfiguration") in render("text", verdict)
    origin = replace(governed.ORIGIN, ref="main")
    assert f"\n{told.replace('origin/', '')}\n" in render(
        "text", replace(verdict, configuration=origin)
    )
    assert parsed(verdict)["configuration"] == {"ref": "origin/main", "commit": "5e6f7a8b" * 5}
    assert parsed(build.several())["configuration"] is None


def test_the_policy_has_its_governance_in_the_words_of_the_configuration() -> None:
    policy = replace(build.POLICY, governance=governed.governance())
    found = parsed(replace(build.verdict(build.approved()), policies=(policy,)))["policies"]
    golden.check("governance.json", json.dumps(found["default"], indent=2) + "\n")


@pytest.mark.parametrize(
    ("name", "schedule"),
    [
        ("Black Friday", {"from": "2026-11-20T12:07:00Z", "to": "2026-11-30T12:07:00Z"}),
        ("weekend", {"days": ["fri", "sat", "sun"], "hours": "16:00-24:00", "timezone": "UTC"}),
        ("night", {"days": ["fri", "sat", "sun"], "hours": "22:00-06:00", "timezone": "UTC"}),
        (
            "month end",
            {"rrule": str(governed.Monthly()), "duration": 43_200, "timezone": "UTC"},
        ),
        (
            "office hours",
            {"allow": [{"days": ["mon", "tue"], "hours": "09:00-16:00", "timezone": "UTC"}]},
        ),
        ("CI_DEPLOY_FREEZE", None),
    ],
)
def test_a_schedule_is_readable(name: str, schedule: Any) -> None:
    assert str(timezone.utc) == "UTC"
    policy = replace(build.POLICY, governance=governed.governance())
    found = parsed(replace(build.verdict(build.approved()), policies=(policy,)))
    freezes = {item["name"]: item for item in found["policies"]["default"]["freezes"]}
    assert freezes[name]["schedule"] == schedule
