"""Policy tests: stated facts are decided as measured ones are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from slogate.core.calendars import Once, Outside
from slogate.core.governance import Freeze, Governance, OverrideRule, Readiness
from slogate.core.model import Decision, Missing, Policy, Risk, Service, Status
from slogate.core.policy import decide
from slogate.core.rehearsal import NO_FREEZE, Given, Rehearsal, Rehearsed, rehearse, untouched
from slogate.core.release import ReleaseRisk
from slogate.core.situation import Fact, Request, Situation
from slogate.core.upstream import Upstream
from slogate.core.verdict import Budget, SloReport
from slogate.core.waivers import settled
from slogate.core.window import Rolling
from tests.core.builders import DAY, HOUR, MONTH, NOW, POLICY, at_status, law, policy, slo

FROZEN = Freeze("sale", Once(NOW - HOUR, NOW + HOUR))
READY = Readiness(
    scrapes=4, alert_rules=("Burn",), rollback_command="make rollback", alerts_source="alerts"
)


def governed(**changes: Any) -> Policy:
    return policy(governance=Governance(**changes))


def service(under: Policy = POLICY, **changes: Any) -> Service:
    of = Service("checkout", ((slo(), "metrics"),), under, "team-checkout")
    return replace(of, **{"readiness": READY, "depends_on": ("payments",), **changes})


def tried(
    of: Service | None = None, expected: str = "approve", because: str = "", **facts: Any
) -> Rehearsed:
    given = Given(**{"risk": Risk.LOW, **facts})
    return rehearse(
        Rehearsal("a test", "tests.yml", 4, "checkout", of or service(), given, expected, because)
    )


def outcome(of: Service | None = None, **facts: Any) -> str:
    return tried(of, **facts).decided


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("risk", Risk)
def test_a_status_and_a_risk_are_a_cell_of_the_matrix(status: Status, risk: Risk) -> None:
    assert outcome(status=status, risk=risk) == POLICY.matrix[status][risk].word


@pytest.mark.parametrize(
    ("facts", "decided"),
    [
        ({"consumed": 0.5}, "approve"),
        ({"consumed": 0.76}, "review"),
        ({"consumed": 1.2}, "block"),
        ({"consumed": 0.7, "cost": 0.1}, "review"),
        ({"status": Status.WARNING, "cost": 0.2}, "defer"),
        ({"status": Status.HEALTHY, "cost": 0.2}, "approve"),
        ({"status": Missing.NO_TRAFFIC}, "approve"),
        ({"status": Missing.NO_DATA}, "no_data"),
        ({"status": Missing.UNMEASURED}, "unmeasured"),
        ({"deploy_freeze": True}, "block"),
        ({"checks": {"alerts": True}}, "approve"),
        ({"checks": {"alerts": False}}, "defer"),
        ({"checks": {"alerts": None}}, "unmeasured"),
        ({"upstreams": {"payments": Status.HEALTHY}}, "approve"),
        ({"upstreams": {"payments": Status.EXHAUSTED}}, "defer"),
        ({"upstreams": {"payments": Missing.NO_DATA}}, "defer"),
    ],
)
def test_facts_mean_what_the_policy_says(facts: dict[str, Any], decided: str) -> None:
    assert outcome(**facts) == decided


@pytest.mark.parametrize("status", Status)
def test_a_status_is_that_of_the_share_which_releases_may_spend(status: Status) -> None:
    reserved = service(governed(reserve={"incidents": 0.7, "releases": 0.3}))
    assert tried(reserved, status=status).verdict.status is status


def test_a_status_that_no_consumption_gives_counts_all_the_same() -> None:
    limits = {**POLICY.consumed, Status.ATTENTION: 0.75, Status.CRITICAL: 1.0}
    merged = service(policy(consumed=limits))
    for status in Status:
        assert tried(merged, status=status).verdict.status is status


def test_a_freeze_is_on_at_its_time_and_not_where_no_time_is_stated() -> None:
    frozen = service(governed(freezes=(FROZEN,)))
    found = tried(frozen, now=NOW, because="the freeze SALE", expected="block")
    assert found.passed
    assert outcome(frozen, now=NOW + HOUR) == "approve"
    assert outcome(frozen) == "approve"
    at_the_default = Freeze("then", Once(NO_FREEZE - DAY, NO_FREEZE + DAY))
    assert outcome(service(governed(freezes=(at_the_default,)))) == "approve"


def test_a_freeze_without_an_end_is_on_at_any_time() -> None:
    assert outcome(service(governed(freezes=(Freeze("ever", Outside(())),)))) == "block"


@pytest.mark.parametrize(
    ("consumed", "decided"), [(0.85, "review"), (0.95, "block"), (0.9, "review")]
)
def test_after_a_breach_the_budget_has_to_recover(consumed: float, decided: str) -> None:
    careful = service(governed(recover_at=0.1))
    assert outcome(careful, consumed=consumed, breached=True) == decided
    assert outcome(careful, consumed=consumed) != "block"


def test_a_breach_is_one_of_a_rolling_window() -> None:
    month = (slo(window=MONTH, name="month"), "metrics")
    hour = (slo(window=Rolling(HOUR), name="hour"), "metrics")
    careful = governed(recover_at=0.1)
    facts: dict[str, Any] = {"consumed": 0.95, "breached": True}
    assert outcome(service(careful, slos=(month, hour)), **facts) == "block"
    assert outcome(service(careful, slos=(month,)), **facts) == "defer"


@pytest.mark.parametrize(
    ("origin", "trusted", "decided"),
    [
        ("option", ("option", "git"), "approve"),
        ("git", ("option", "git"), "approve"),
        ("git", ("option",), "block"),
        ("label", ("option", "git"), "block"),
        ("label", ("label",), "approve"),
        ("trailer", ("trailer",), "approve"),
        ("trailer", ("label",), "block"),
    ],
)
def test_a_change_type_counts_from_whom_the_policy_trusts(
    origin: str, trusted: tuple[str, ...], decided: str
) -> None:
    of = service(governed(trusted=trusted))
    facts: dict[str, Any] = {"status": Status.EXHAUSTED, "change_type": "rollback"}
    assert outcome(of, **facts, origin=origin) == decided


def test_a_label_is_one_that_means_the_type() -> None:
    facts: dict[str, Any] = {"status": Status.EXHAUSTED, "origin": "label"}
    of = service(governed(trusted=("label",), labels={"hotfix": "security"}))
    assert outcome(of, **facts, change_type="security") == "review"
    assert outcome(of, **facts, change_type="reliability") == "block"


@pytest.mark.parametrize(
    ("actor", "reason", "decided"),
    [("ada", "OPS-1", "approve"), ("eve", "OPS-1", "block"), ("ada", "now", "block")],
)
def test_an_override_needs_its_actor_and_reason(actor: str, reason: str, decided: str) -> None:
    of = service(governed(override=OverrideRule(("ada",), r"OPS-\d+")))
    request = Request(reason, actor)
    assert outcome(of, status=Status.EXHAUSTED, override=request) == decided


def test_what_the_service_does_not_declare_counts_nothing_and_is_told() -> None:
    bare = service(readiness=None, depends_on=())
    found = tried(bare, checks={"alerts": False}, upstreams={"payments": Status.EXHAUSTED})
    assert found.decided == "approve"
    assert found.notes == (
        "alerts counts nothing: it is not in `readiness` of checkout",
        "payments counts nothing: it is not in `depends_on` of checkout",
    )


def test_the_decision_and_its_reason_must_be_those_expected() -> None:
    assert tried(expected="approve").passed
    assert not tried(expected="block").passed
    assert tried(because="Healthy Budget").passed
    assert not tried(because="Black Friday").passed


def test_a_service_that_only_advises_is_tested_by_what_it_advises() -> None:
    assert outcome(service(advise=True), status=Status.EXHAUSTED) == "block"


def test_cells_are_untouched_until_a_decision_hangs_on_them() -> None:
    frozen = service(governed(freezes=(FROZEN,)))
    found = [
        tried(status=Status.WARNING, risk=Risk.LOW),
        tried(frozen, now=NOW, status=Status.HEALTHY),
        tried(status=Status.EXHAUSTED, risk=Risk.HIGH, change_type="rollback"),
        tried(status=Missing.NO_DATA),
    ]
    cells = untouched(found)["default"]
    assert cells.pop(Status.WARNING) == (Risk.MEDIUM, Risk.HIGH)
    assert all(risks == tuple(Risk) for risks in cells.values())


statuses = st.sampled_from([*Status, *Missing])
shares = st.floats(0, 1.5).map(lambda value: round(value, 3))
policies = st.builds(
    lambda freeze, recover_at, share, cost: governed(
        freezes=(FROZEN,) * freeze,
        recover_at=recover_at,
        reserve={"incidents": 1 - share, "releases": share},
        cost=cost,
        trusted=("option", "git", "trailer"),
        override=OverrideRule(("ada",), "OPS"),
    ),
    st.booleans(),
    st.sampled_from([None, 0.1, 0.3]),
    st.sampled_from([1.0, 0.5, 0.3]),
    st.sampled_from([0.0, 0.05]),
)
facts = st.fixed_dictionaries(
    {
        "risk": st.sampled_from(Risk),
        "status": statuses,
        "now": st.sampled_from([NOW, NOW + DAY]),
        "cost": st.sampled_from([None, 0.0, 0.1]),
        "change_type": st.sampled_from([None, "normal", "rollback", "security"]),
        "origin": st.sampled_from(["option", "trailer"]),
        "override": st.sampled_from([None, Request("OPS-1", "ada"), Request("OPS-1", "eve")]),
        "checks": st.dictionaries(
            st.sampled_from(["metrics", "alerts"]), st.sampled_from([True, False, None])
        ),
        "upstreams": st.dictionaries(
            st.just("payments"), st.sampled_from([*Status, Missing.NO_DATA, Missing.UNMEASURED])
        ),
        "fail_on": st.sampled_from([None, *list(Decision)[1:]]),
    }
)


@law
@drawn(facts, shares, policies)
def test_a_test_decides_as_the_gate_does(
    stated: dict[str, Any], consumed: float, under: Policy
) -> None:
    given = Given(**stated, consumed=consumed)
    of = service(under)
    trailers = [("Change-Type", given.change_type)] if given.origin == "trailer" else []
    situation = Situation(
        given.now or 0,
        given.fail_on,
        stated=given.change_type if given.origin == "option" else None,
        trailers=tuple((key, word) for key, word in trailers if word),
        override=given.override,
        cost=given.cost,
    )
    measured = at_status(Status.HEALTHY)
    report = replace(
        measured.report, status=_status(under, consumed), budget=Budget(consumed, None, None)
    )
    verdict = decide(
        of,
        [replace(measured, report=report)],
        ReleaseRisk(given.risk, "--risk"),
        situation,
        facts=[
            Fact(name, holds, "why", outage=holds is None) for name, holds in given.checks.items()
        ],
        upstreams=[
            Upstream(name, burning, "why", outage=burning is Missing.UNMEASURED)
            for name, burning in given.upstreams.items()
        ],
    )
    expected = settled(verdict, of, situation)
    found = tried(of, **stated, consumed=consumed).verdict
    assert (found.decision, found.exit_code, found.status) == (
        expected.decision,
        expected.exit_code,
        expected.status,
    )


def _status(under: Policy, consumed: float) -> Status:
    limits = under.consumed
    over = [status for status in limits if consumed > limits[status]]
    return (
        Status.EXHAUSTED if consumed >= limits[Status.EXHAUSTED] else max(over, default=Status(0))
    )


@law
@drawn(facts, policies, shares, shares)
def test_more_spent_never_loosens_a_decision(
    stated: dict[str, Any], under: Policy, one: float, other: float
) -> None:
    calm = stated | {"override": None, "breached": True}
    less, more = (
        tried(service(under), **calm, consumed=share).verdict for share in sorted((one, other))
    )
    assert (less.decision, less.exit_code) <= (more.decision, more.exit_code)


@law
@drawn(facts, policies, st.sampled_from(Status), st.sampled_from(Status))
def test_a_worse_status_never_loosens_a_decision(
    stated: dict[str, Any], under: Policy, one: Status, other: Status
) -> None:
    calm = stated | {"override": None}
    better, worse = (
        tried(service(under), **(calm | {"status": status})).verdict
        for status in sorted((one, other))
    )
    assert (better.decision, better.exit_code) <= (worse.decision, worse.exit_code)


@law
@drawn(facts, policies, st.sampled_from(Risk), st.sampled_from(Risk))
def test_a_higher_risk_never_loosens_a_decision(
    stated: dict[str, Any], under: Policy, one: Risk, other: Risk
) -> None:
    calm = stated | {"override": None}
    low, high = (
        tried(service(under), **(calm | {"risk": risk})).verdict for risk in sorted((one, other))
    )
    assert (low.decision, low.exit_code) <= (high.decision, high.exit_code)


def test_a_report_of_a_stated_budget_is_told_like_a_measured_one() -> None:
    (report,) = tried(consumed=0.76).verdict.slos
    assert isinstance(report, SloReport)
    assert report.reasons[0].text == (
        "76.0 % of the error budget is consumed (above 75 % is warning)"
    )
