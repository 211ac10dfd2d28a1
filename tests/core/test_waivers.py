"""Exceptions by the type of a change: who may say it, and what it betters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from slogate.core.budget import Assessment
from slogate.core.commits import Revisions
from slogate.core.governance import (
    GIT,
    LABEL,
    OPTION,
    ORIGINS,
    RELIABILITY,
    ROLLBACK,
    SECURITY,
    TRAILER,
    Exemption,
    Freeze,
    Governance,
)
from slogate.core.model import Decision, Missing, Status
from slogate.core.policy import decide
from slogate.core.release import ReleaseRisk, Required
from slogate.core.situation import Situation
from slogate.core.verdict import Clearance, Excepted, Outcome, ServiceVerdict
from slogate.core.waivers import settled
from tests.core.builders import (
    DAY,
    HOUR,
    NOW,
    Outage,
    Traffic,
    assessed,
    at_status,
    policy,
    release,
    serving,
)

APPROVE, REVIEW, DEFER, BLOCK = Decision
SPENT = at_status(Status.EXHAUSTED)
LABELS = {"rollback": ROLLBACK, "security": SECURITY, "hotfix": RELIABILITY, "chore": "normal"}


def leave(
    found: Assessment = SPENT,
    *,
    trusted: tuple[str, ...] = ORIGINS,
    meanings: Mapping[str, str] = LABELS,
    risk: ReleaseRisk | None = None,
    owner: str | None = "team-checkout",
    exceptions: tuple[Exemption, ...] = Governance().exceptions,
    **situation: Any,
) -> ServiceVerdict:
    governance = Governance(trusted=trusted, labels=meanings, exceptions=exceptions)
    service = serving(found, under=policy(governance=governance, approvers={}), owner=owner)
    asked = Situation(NOW, **situation)
    return settled(decide(service, [found], risk or release(), asked), service, asked)


def way_back() -> ReleaseRisk:
    return ReleaseRisk(
        release().level, GIT, revisions=Revisions("b", "a", NOW, "--base", rollback=True)
    )


@pytest.mark.parametrize(
    ("situation", "origin", "word", "decision"),
    [
        ({"stated": ROLLBACK}, OPTION, ROLLBACK, APPROVE),
        ({"stated": SECURITY}, OPTION, SECURITY, REVIEW),
        ({"stated": RELIABILITY}, OPTION, RELIABILITY, REVIEW),
        ({"labels": ("bug", "rollback")}, LABEL, ROLLBACK, APPROVE),
        ({"labels": ("hotfix",)}, LABEL, RELIABILITY, REVIEW),
        ({"trailers": (("change-type", " Security "),)}, TRAILER, SECURITY, REVIEW),
        ({"trailers": (("Reviewed-by", "x"), ("Change-Type", "rollback"))}, TRAILER, ROLLBACK, APPROVE),
        ({"risk": way_back()}, GIT, ROLLBACK, APPROVE),
    ],
)  # fmt: skip
def test_a_type_betters_the_decision_where_its_origin_is_trusted(
    situation: dict[str, Any], origin: str, word: str, decision: Decision
) -> None:
    found = leave(**situation)
    assert (found.decision, found.exit_code) == (decision, 0)
    assert found.exception == Excepted(word, origin, "block", found.rationale[0])
    others = tuple(one for one in ORIGINS if one != origin)
    refused = leave(**situation, trusted=others)
    assert (refused.decision, refused.exit_code, refused.exception) == (BLOCK, 30, None)
    (check,) = refused.own_checks
    assert (check.name, check.outcome) == ("change type", Outcome.SKIP)
    assert "does not count: this policy takes the change type from" in check.detail


@pytest.mark.parametrize(
    ("situation", "decision"),
    [
        # of contradictory labels the strictest
        ({"labels": ("rollback", "security")}, REVIEW),
        ({"labels": ("security", "rollback")}, REVIEW),
        # one that is no exception leaves none
        ({"labels": ("rollback", "chore")}, BLOCK),
        ({"labels": ("bug",)}, BLOCK),
        ({"labels": ("Rollback ",)}, BLOCK),
        # the most trustworthy one speaks
        ({"stated": "normal", "labels": ("rollback",)}, BLOCK),
        ({"stated": SECURITY, "risk": way_back()}, REVIEW),
        ({"labels": ("security",), "trailers": (("Change-Type", "rollback"),)}, REVIEW),
        ({"risk": way_back(), "labels": ("chore",)}, APPROVE),
        ({"trailers": (("Change-Type", "rollback"), ("Change-Type", "normal"))}, BLOCK),
        ({"trailers": (("Change-Type", "rollback please"),)}, BLOCK),
        ({"trailers": (("Type", "rollback"),)}, BLOCK),
        ({}, BLOCK),
    ],
)
def test_who_contradicts_whom(situation: dict[str, Any], decision: Decision) -> None:
    found = leave(**situation)
    assert found.decision is decision
    assert (found.exception is None) is (decision is BLOCK)


def test_a_policy_without_exceptions_makes_none() -> None:
    found = leave(stated=ROLLBACK, exceptions=())
    assert (found.decision, found.exit_code) == (BLOCK, 30)
    (check,) = found.own_checks
    assert (check.name, check.outcome) == ("change type", Outcome.SKIP)
    assert check.detail == "--change-type rollback: this policy has no exception for that"


def test_labels_are_the_same_in_any_case() -> None:
    assert leave(labels=("Rollback",), trusted=ORIGINS).exception is not None


@pytest.mark.parametrize("origin", ["labels", "trailers"])
def test_what_authors_write_is_not_enough_without_evidence(origin: str) -> None:
    told: dict[str, Any] = {"labels": (ROLLBACK,), "trailers": (("Change-Type", ROLLBACK),)}
    found = leave(at_status(Missing.NO_DATA), trusted=ORIGINS, **{origin: told[origin]})
    assert (found.exit_code, found.exception) == (40, None)


@pytest.mark.parametrize("why", [Missing.NO_DATA, Missing.UNMEASURED])
def test_the_way_back_is_open_without_evidence(why: Missing) -> None:
    found = leave(at_status(why), stated=ROLLBACK)
    assert (found.decision, found.exit_code) == (APPROVE, 0)
    assert found.exception == Excepted(ROLLBACK, OPTION, why.word, found.rationale[0])
    said = {Missing.NO_DATA: "no data", Missing.UNMEASURED: "unmeasured"}[why]
    assert found.rationale[0].endswith(f"without this exception: {said}")


@pytest.mark.parametrize("why", [Missing.NO_DATA, Missing.UNMEASURED])
def test_other_types_need_the_evidence(why: Missing) -> None:
    before = leave(at_status(why))
    found = leave(at_status(why), stated=SECURITY)
    assert (found.decision, found.exit_code) == (before.decision, before.exit_code)
    assert found.exception is None
    (check,) = found.own_checks
    assert (check.name, check.outcome) == ("exception", Outcome.WARN)
    assert check.detail == (
        "a change of type security (--change-type security) means review at most under this policy, "
        "but not without evidence"
    )


def test_the_way_back_is_open_in_a_freeze() -> None:
    found = leave(at_status(Status.HEALTHY), stated=ROLLBACK, deploy_freeze=Freeze("of GitLab"))
    assert (found.decision, found.exit_code) == (APPROVE, 0)
    assert any("the freeze of GitLab is on" in why for why in found.rationale)


def test_the_verdict_says_which_and_why_and_what_it_was() -> None:
    found = leave(risk=way_back())
    said = (
        "a rollback (git: head lies before base) means approve at most under this policy; "
        "without this exception: block"
    )
    assert found.rationale[0] == said
    assert any("exhausted" in why for why in found.rationale[1:])
    (check,) = found.own_checks
    assert (check.name, check.outcome, check.detail) == ("exception", Outcome.WARN, said)
    assert (found.conditions, found.alternatives, found.approvers) == ((), (), ())
    assert found.clearance == Clearance()


@pytest.mark.parametrize(
    ("owner", "people"), [("team-checkout", "team-checkout"), (None, "a second person")]
)
def test_who_agrees_to_a_review(owner: str | None, people: str) -> None:
    for found in (SPENT, at_status(Missing.NO_DATA)):
        lenient = (Exemption(SECURITY, REVIEW, without_evidence=True),)
        excepted = leave(found, stated=SECURITY, owner=owner, exceptions=lenient)
        assert excepted.conditions == (f"approval by {people}",)
        assert excepted.approvers == ((owner,) if owner else ())


def test_safeguards_stay_even_on_the_way_back() -> None:
    safeguard = Required("migrations", "a dump of the database", 1, "db/1.sql", None)
    risk = ReleaseRisk(release().level, "given", safeguards=(safeguard,))
    assert leave(stated=ROLLBACK, risk=risk).conditions == (str(safeguard),)


@pytest.mark.parametrize(
    ("status", "word", "decision"),
    [
        (Status.HEALTHY, SECURITY, APPROVE),
        (Status.WARNING, SECURITY, REVIEW),
        (Status.HEALTHY, ROLLBACK, APPROVE),
    ],
)
def test_what_is_no_worse_stays_as_it_is(status: Status, word: str, decision: Decision) -> None:
    before = leave(at_status(status))
    found = leave(at_status(status), stated=word)
    assert (found.decision, found.exit_code) == (decision, before.exit_code)
    assert (found.exception, found.rationale) == (None, before.rationale)
    (check,) = found.own_checks
    assert check.outcome is Outcome.PASS
    assert check.detail.endswith("at most under this policy; no exception is needed")


@pytest.mark.parametrize(
    ("fail_on", "advise", "code"),
    [(REVIEW, False, 10), (DEFER, False, 0), (None, False, 0), (REVIEW, True, 0)],
)
def test_a_review_fails_where_reviews_fail(
    fail_on: Decision | None,
    advise: bool,  # noqa: FBT001
    code: int,
) -> None:
    found = leave(stated=SECURITY, fail_on=fail_on, advise=advise)
    assert (found.decision, found.exit_code) == (REVIEW, code)


def test_what_still_fails_clears_when_the_budget_does() -> None:
    old = assessed(Traffic((Outage(20 * DAY, HOUR),)))
    plain, found = (leave(old, stated=word, fail_on=REVIEW) for word in (None, SECURITY))
    assert found.exit_code == 10
    assert found.clearance == plain.clearance != Clearance()
    assert leave(old, stated=SECURITY, fail_on=DEFER).clearance == Clearance()
