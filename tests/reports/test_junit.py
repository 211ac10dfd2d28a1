"""JUnit XML: whole files, counts that are right, and valid whatever the names."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from slogate.core.model import Decision, Missing, Status
from slogate.core.verdict import Check, Outcome, ServiceVerdict, Verdict
from slogate.reports.escape import for_terminal
from slogate.reports.junit import failed, render
from tests.reports import builders as build
from tests.reports import golden, governed
from tests.reports.strategies import HOSTILE, verdicts

FILES = {
    "approve": build.verdict(build.approved()),
    "defer": build.verdict(build.deferred()),
    "defer-advise": build.verdict(build.deferred(), advise=True),
    "no-data": build.verdict(build.no_data()),
    "several": build.several(),
    **{name: governed.CASES[name] for name in ("override", "exception", "mixed")},
}


@pytest.mark.parametrize("name", FILES)
def test_file(name: str) -> None:
    golden.check(f"{name}.xml", render(FILES[name]))


def parsed(verdict: Verdict) -> ET.Element:
    text = render(verdict)
    assert text.endswith("</testsuites>\n")
    return ET.fromstring(text.encode())


PASSED = {f"{name}: {check}" for name in ("availability", "latency") for check in
          ("coverage", "freshness")}  # fmt: skip


def results(verdict: Verdict) -> dict[str, str]:
    """What became of each test; empty where it passed. Checks that passed are left out."""
    found = {
        str(case.get("name")): "".join(child.tag for child in case)
        for case in parsed(verdict).iter("testcase")
    }
    return {name: result for name, result in found.items() if result or name not in PASSED}


def test_each_slo_and_each_check_is_a_test() -> None:
    cases = parsed(build.verdict(build.approved())).iter("testcase")
    assert [case.get("name") for case in cases] == [
        "decision",
        "availability: 99.9 % over 30d",
        "latency: 95 % over 30d",
        "availability: coverage",
        "availability: freshness",
        "latency: coverage",
        "latency: freshness",
    ]


def test_without_a_verdict_the_decision_is_an_error() -> None:
    root = ET.fromstring(failed("slogate: wrong configuration", ["a\x1b[31m is wrong", "]]>"]))
    assert_counts(root)
    error = root.find("testsuite/testcase[@name='decision']/error")
    assert error is not None
    assert (error.get("message"), error.text) == ("slogate: wrong configuration", "a is wrong\n]]>")


def assert_counts(element: ET.Element) -> None:
    for count, tag in (
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        assert element.get(count) == str(len(list(element.iter(tag))))


def known(verdict: Verdict) -> Verdict:
    """The same with the policies that its services name."""
    names = {service.policy for service in verdict.services}
    return replace(verdict, policies=tuple(replace(build.POLICY, name=name) for name in names))


@settings(max_examples=80, deadline=None)
@given(verdicts())
def test_counts_are_right_whatever_the_names(verdict: Verdict) -> None:
    root = parsed(known(verdict))
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == [
        for_terminal(service.service) for service in verdict.services
    ]
    for element in (root, *suites):
        assert_counts(element)
    for case in root.iter("testcase"):
        assert len(case) <= 1
    for suite, service in zip(suites, verdict.services, strict=True):
        if service.exit_code == 0:
            assert suite.get("failures") == "0"


@pytest.mark.parametrize(
    "name", [*HOSTILE, "]]>", "\ufffe\x00\x0b", "&amp;<a b='c\"'>", "\U0010ffff"]
)
def test_hostile_names_stay_text(name: str) -> None:
    report = replace(build.exhausted_slo(), name=name, window=name)
    said = (name, name)
    service = replace(build.blocked(name), slos=(report,), rationale=said, conditions=said)
    case, *others = parsed(build.verdict(service)).iter("testcase")
    shown = for_terminal(name)
    assert case.get("classname") == shown
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == shown
    assert str(failure.text).startswith("\n".join([shown] * 4))
    assert others[0].get("name") == for_terminal(f"{name}: 99.9 % over {name}")


def test_it_is_the_same_every_time() -> None:
    assert render(build.several()) == render(build.several())


def test_advice_fails_nothing() -> None:
    verdict = build.verdict(build.blocked(), build.approved(), advise=True)
    root = parsed(verdict)
    assert (root.get("failures"), root.get("errors"), root.get("skipped")) == ("0", "0", "2")
    skipped = root.find(".//skipped")
    assert skipped is not None
    assert str(skipped.get("message")).startswith("advice: would be block: exhausted budget")


def test_never_failing_is_advice_too() -> None:
    service = replace(build.blocked(), exit_code=0)
    root = parsed(replace(build.verdict(service), fail_on=None))
    assert (root.get("failures"), root.get("skipped")) == ("0", "2")


def test_missing_evidence_is_an_error_in_advice_too() -> None:
    root = parsed(build.verdict(build.unmeasured(), advise=True))
    assert (root.get("errors"), root.get("failures"), root.get("skipped")) == ("2", "1", "0")


@pytest.mark.parametrize(
    ("fail_on", "code", "result"), [("REVIEW", 10, "failure"), ("DEFER", 0, "")]
)
def test_the_threshold_of_the_run_says_what_fails(fail_on: str, code: int, result: str) -> None:
    service = replace(build.reviewed(), exit_code=code)
    found = results(replace(build.verdict(service), fail_on=Decision[fail_on]))
    assert found == {
        "decision": result,
        "availability: 99.9 % over 30d": result,
        "availability: coverage": "system-out",
    }


def test_the_policy_of_the_service_decides_about_its_slos() -> None:
    lenient = replace(build.POLICY, name="lenient", on_no_data=Decision.APPROVE)
    service = replace(
        build.no_data(),
        policy="lenient",
        decision=Decision.APPROVE,
        exit_code=0,
        status=Status.HEALTHY,
    )
    found = results(replace(build.verdict(service), policies=(build.POLICY, lenient)))
    assert found == {
        "decision": "",
        "availability: 99.9 % over 30d": "",
        "latency: 95 % over 30d": "",
        "availability: data": "system-out",
    }


def frozen(code: int) -> ServiceVerdict:
    checks = (
        Check("freeze", Outcome.FAIL, "the freeze of December"),
        Check("resets", Outcome.SKIP, "not asked for"),
    )
    return replace(build.approved(), decision=Decision.BLOCK, exit_code=code, own_checks=checks)


@pytest.mark.parametrize(("advise", "result"), [(False, "failure"), (True, "skipped")])
def test_checks_of_the_service_itself(advise: bool, result: str) -> None:  # noqa: FBT001
    found = results(build.verdict(frozen(30), advise=advise))
    assert found == {
        "decision": result,
        "availability: 99.9 % over 30d": "",
        "latency: 95 % over 30d": "",
        "freeze": result,
        "resets": "skipped",
    }


def test_the_worst_reason_comes_first() -> None:
    report = build.exhausted_slo()
    mild = replace(build.warning_slo().reasons[1], status=Status.ATTENTION)
    report = replace(report, reasons=(mild, *report.reasons))
    root = parsed(build.verdict(replace(build.blocked(), slos=(report,))))
    failure = root.findall(".//failure")[1]
    assert str(failure.get("message")).startswith("availability is exhausted: 171.3 %")
    assert "availability is attention" in str(failure.text)
    assert "budget left: -71.3 %" in str(failure.text)


def test_a_healthy_slo_does_not_fail_though_the_release_may() -> None:
    matrix = {**build.POLICY.matrix, Status.HEALTHY: build.POLICY.matrix[Status.EXHAUSTED]}
    verdict = replace(
        build.verdict(
            replace(build.approved(), decision=Decision.BLOCK, exit_code=30, rationale=())
        ),
        policies=(replace(build.POLICY, matrix=matrix),),
    )
    messages = [item.get("message") for item in parsed(verdict).iter("failure")]
    assert messages == ["healthy budget x low risk"]


def test_no_traffic_that_blocks_fails() -> None:
    strict = replace(build.POLICY, on_no_traffic=Decision.BLOCK)
    service = replace(build.quiet(), decision=Decision.BLOCK, exit_code=30)
    assert service.status is Missing.NO_TRAFFIC
    found = results(replace(build.verdict(service), policies=(strict,)))
    assert found == {
        "decision": "failure",
        "availability: 99.9 % over 30d": "failure",
        "availability: traffic": "system-out",
    }
