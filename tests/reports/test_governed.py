"""Exceptions, overrides and advice: no report hides what was set aside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from slogate.core.governance import Governance, OverrideRule
from slogate.core.model import Decision, Service
from slogate.core.situation import Request, Situation
from slogate.core.verdict import BudgetReport, Check, Clearance, Origin, Outcome, Verdict
from slogate.core.waivers import settled
from slogate.reports import junit, labels, render
from slogate.reports.annotations import annotations as annotate
from slogate.reports.annotations import commands
from slogate.reports.escape import code, for_output
from slogate.reports.outputs import outputs
from slogate.reports.provenance import brief
from tests.reports import builders as build
from tests.reports import governed
from tests.reports.governed import TICKET, advising, excepted, frozen, overridden
from tests.reports.strategies import HOSTILE
from tests.reports.test_markdown import assert_well_formed


def parsed(report: Verdict | BudgetReport) -> Any:
    return json.loads(render("json", report))


OVERRIDDEN = "ada overrides block: OPS-4711: the shop is down, and this release mends it"


def test_every_report_shows_who_overrode_what() -> None:
    verdict = build.verdict(overridden(), build.approved())
    (warning, _) = annotate(verdict)
    assert (warning.kind, warning.title) == ("warning", "slogate: approve (was block) payments")
    assert warning.message.startswith(OVERRIDDEN)
    found = outputs(verdict)
    assert (found["decision"], found["override"]) == ("approve", "true")
    assert found["reason"].startswith(f"payments: {OVERRIDDEN}")
    page = render("markdown", verdict)
    assert page.startswith("## ⚠️ slogate: approve — payments (was block)\n")
    assert f"### ⚠️ approve (was block) — payments\n\n**{OVERRIDDEN}** · exit 0\n" in page
    screen = render("text", verdict)
    assert "APPROVE  2 services: 1 approve (was block), 1 approve   exit 0\n" in screen
    assert f"\n\n{OVERRIDDEN}\n\n" in screen
    service = parsed(verdict)["services"][0]
    assert service["override"] == {"reason": TICKET, "by": "ada", "original_decision": "block"}
    assert service["exception"] is None


@pytest.mark.parametrize("name", ["override", "exception", "freeze"])
def test_it_is_said_once(name: str) -> None:
    verdict = governed.CASES[name]
    assert isinstance(verdict, Verdict)
    (check, *_) = verdict.services[0].own_checks
    told = " ".join(render("text", verdict).split())
    assert told.count(check.detail) == 1
    above, _, _ = render("markdown", verdict).partition("<details>")
    assert above.count(check.detail) == 1


def test_a_release_that_passed_by_exception_and_override_shows_what_it_was_at_first() -> None:
    both = overridden(replace(excepted(), decision=Decision.REVIEW, exit_code=10))
    assert both.override is not None
    assert both.override.original_decision == "review"
    screen = render("text", build.verdict(both))
    assert screen.startswith("APPROVE (was BLOCK)  payments   ")
    assert "\nada overrides review: OPS-4711" in screen
    assert "\na rollback (--change-type rollback) is approve at most" in screen


def test_an_exception_that_still_fails_fails_in_junit_too() -> None:
    service = replace(excepted(), decision=Decision.REVIEW, exit_code=10)
    verdict = replace(build.verdict(service), fail_on=Decision.REVIEW)
    assert ET.fromstring(junit.render(verdict).encode()).get("failures") == "2"


def test_the_sentences_of_the_core_come_first() -> None:
    rule = OverrideRule(("ada",), decisions=("review", "block"))
    policy = replace(build.POLICY, governance=Governance(override=rule))
    situation = Situation(
        build.AT, Decision.REVIEW, stated="security", override=Request(TICKET, "ada")
    )
    found = settled(build.blocked(), Service("payments", (), policy), situation)
    details = [check.detail for check in reversed(found.own_checks)]
    assert labels.trace(found) == tuple(details)
    assert [detail.split()[0] for detail in details] == ["ada", "a"]
    assert labels.trace(build.blocked()) == ()


def test_a_release_is_not_about_services_that_only_advise() -> None:
    verdict = build.verdict(advising(build.blocked()), build.approved())
    assert (verdict.decision, verdict.advise) == (Decision.APPROVE, False)
    found = outputs(verdict)
    assert (found["decision"], found["mode"]) == ("approve", "enforce")
    assert found["reason"].startswith("checkout: healthy budget")
    screen = render("text", verdict).splitlines()
    assert screen[0] == "APPROVE  2 services: 1 would be block, 1 approve   exit 0"
    assert screen[4].startswith("would be BLOCK  payments ")
    assert screen[5].startswith("APPROVE         checkout ")
    assert any(line.startswith("ADVICE: would be BLOCK  payments ") for line in screen)
    page = render("markdown", verdict)
    assert page.startswith("## ✅ slogate: approve\n")
    assert "| payments | ⛔&nbsp;would be block, clears in 27d11h if quiet |" in page
    assert "### ⛔ would be block — payments\n\n**exhausted budget and low risk" in page
    modes = [service["mode"] for service in parsed(verdict)["services"]]
    assert (parsed(verdict)["mode"], modes) == ("enforce", ["advise", "enforce"])
    (warning, _) = annotate(verdict)
    assert (warning.kind, warning.title) == ("warning", "slogate: would be block payments")


def test_what_has_to_be_obeyed_comes_before_advice() -> None:
    verdict = build.verdict(advising(build.blocked()), build.approved("a"), build.reviewed())
    assert [item.service for item in labels.worst_first(verdict.services)] == [
        "search",
        "payments",
        "a",
    ]
    assert render("markdown", verdict).startswith("## 👀 slogate: review — search\n")


def test_advice_does_not_keep_the_others_from_clearing() -> None:
    never = replace(advising(build.blocked()), clearance=Clearance())
    assert outputs(build.verdict(never, build.deferred()))["retry-after"] == "140580"


def test_missing_evidence_of_a_service_that_advises_stops_the_run() -> None:
    missing = replace(build.no_data(), advise=True)
    verdict = build.verdict(missing, build.approved())
    assert outputs(verdict)["reason"].startswith("cart: ")
    assert render("text", verdict).startswith("NO DATA  2 services: 1 no data, 1 approve   exit 40")
    assert render("markdown", verdict).startswith("## ❓ slogate: no data — cart\n")


def test_approvals_are_advice_too() -> None:
    verdict = build.verdict(build.approved("a"), build.approved("b"), advise=True)
    assert annotate(verdict)[0].message == "2 services approved, 2 of them as advice only"
    assert outputs(verdict)["mode"] == parsed(verdict)["mode"] == "advise"


def test_an_override_of_missing_evidence_is_no_error() -> None:
    root = ET.fromstring(junit.render(build.verdict(overridden(build.no_data()))).encode())
    assert (root.get("errors"), root.get("failures"), root.get("skipped")) == ("0", "0", "2")
    skipped = [str(item.get("message")) for item in root.iter("skipped")]
    assert skipped[0].startswith("overridden by ada: would be an error: availability: ")
    assert skipped[1].startswith("overridden by ada: would fail: the query for total events")


def test_a_refused_override_fails() -> None:
    detail = "the override is refused, and the decision stands (block): only grace may"
    service = replace(
        build.blocked(),
        rationale=(*build.blocked().rationale, detail),
        own_checks=(Check("override", Outcome.FAIL, detail),),
    )
    verdict = build.verdict(service)
    assert outputs(verdict)["override"] == "false"
    assert render("text", verdict).startswith("BLOCK  payments   ")
    messages = [
        item.get("message")
        for item in ET.fromstring(junit.render(verdict).encode()).iter("failure")
    ]
    assert detail in messages


@pytest.mark.parametrize("name", [*HOSTILE, "%0A::error::x", "`code` <b>$(x)</b>"])
def test_hostile_reasons_actors_and_refs_stay_text(name: str) -> None:
    service = replace(overridden(reason=name, actor=name), own_checks=frozen().own_checks)
    verdict = replace(
        build.verdict(service, governed.excepted()),
        configuration=Origin(name, name),
        policies=(replace(build.POLICY, governance=governed.governance(name, name)),),
    )
    text = render("markdown", verdict).replace(code(name), "").replace(code(brief(name)), "")
    assert_well_formed(text)
    assert not re.search(r"@[\w.]|(?<!\\)\[a\]|(?<!\\)\]\(", text)
    assert text.count("<sub>") == text.count("</sub>") == 1
    for line in render("text", verdict).splitlines():
        assert line.isprintable()
        assert len(line) <= 80
    assert commands(annotate(verdict)).count("\n") == 2
    assert for_output(outputs(verdict)["reason"]) == outputs(verdict)["reason"]
    skipped = ET.fromstring(junit.render(verdict).encode()).find(".//skipped")
    assert skipped is not None
    assert str(skipped.get("message")).startswith("overridden by ")
    found = parsed(verdict)
    assert found["services"][0]["override"]["reason"] == name
    assert found["policies"]["default"]["freezes"][0]["reason"] == name
