"""The verdict as JUnit XML, the way the parsers of GitLab and Jenkins read it.

A test for the decision on each service, one for each of its SLOs, and one for each check. Nothing
fails here that does not fail the run: what merely would is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

from slogate.core import words
from slogate.core.exit_codes import threshold
from slogate.core.failing import fails
from slogate.core.model import Policy, Status
from slogate.core.policy import slo_decision
from slogate.core.verdict import Check, Outcome, ServiceVerdict, SloReport, Verdict
from slogate.reports import cells, labels
from slogate.reports import junit_xml as xml
from slogate.reports.escape import for_terminal
from slogate.reports.outlook import outlook

_RESULTS = ("failure", "error", "skipped")


def render(verdict: Verdict) -> str:
    """The XML document, with a suite for each service."""
    return xml.document((_suite(verdict, service) for service in verdict.services), _RESULTS)


def failed(title: str, messages: Sequence[str]) -> str:
    """The document where there is no verdict: one test, that of the decision, with an error."""
    case = xml.ended(xml.case("slogate", "decision"), "error", title, messages)
    return xml.document([xml.suite("slogate", [case], _RESULTS)], _RESULTS)


def _suite(verdict: Verdict, service: ServiceVerdict) -> ET.Element:
    policy = next(policy for policy in verdict.policies if policy.name == service.policy)
    cases = [
        _decision(verdict, service),
        *(_slo(verdict, service, slo, policy) for slo in service.slos),
        *(_check(verdict, service, check) for check in service.checks),
    ]
    suite = xml.suite(service.service, cases, _RESULTS)
    if verdict.configuration is not None:
        origin = verdict.configuration
        read = f"{origin.ref} ({origin.commit})"
        suite.insert(0, ET.Element("properties"))
        ET.SubElement(suite[0], "property", name="configuration", value=for_terminal(read))
    suite.set("timestamp", words.rfc3339(verdict.evaluated_at))
    return suite


def _decision(verdict: Verdict, service: ServiceVerdict) -> ET.Element:
    outcome = labels.outcome(service)
    case = xml.case(service.service, "decision")
    if not fails(verdict, service):
        return _noted(case, labels.trace(service))
    said = service.rationale or (labels.facts(service),)
    later = (": ".join(filter(None, pair)) for pair in outlook(verdict, service))
    body = (*said, *service.conditions, *service.alternatives, *later)
    if service.stopped:
        return xml.ended(case, "error", said[0], body)
    return _failing(case, service, f"be {outcome}", body)


def _slo(verdict: Verdict, service: ServiceVerdict, slo: SloReport, policy: Policy) -> ET.Element:
    case = xml.case(
        service.service, f"{slo.name}: {words.objective(slo.objective)} over {slo.window}"
    )
    call = slo_decision(slo, service.risk.level, policy)
    body = (*_reasons(slo), *_numbers(slo))
    if call is None and _let_off(service):
        return _failing(case, service, "be an error", body)
    if call is None:
        return xml.ended(case, "error", body[0], body)
    if call < threshold(verdict.fail_on) or slo.status is Status.HEALTHY:
        # NOTE: where a high risk alone decides, the decision fails and not a healthy SLO.
        return case
    return _failing(case, service, f"be {call.word}", body)


def _reasons(slo: SloReport) -> list[str]:
    """At least one sentence, that of the worst status first."""
    worst_first = tuple(sorted(slo.reasons, key=lambda reason: -reason.status))
    sentences = list(labels.reasons([replace(slo, reasons=worst_first)]))
    return sentences or [f"{slo.name} is {labels.status_word(slo.status)}"]


def _numbers(slo: SloReport) -> Iterator[str]:
    numbers = {
        "SLI": cells.sli(slo),
        "budget left": cells.slo_left(slo),
        "bad events": cells.bad_events(slo),
        "burn rate": cells.burn(slo),
    }
    return (f"{name}: {text}" for name, text in numbers.items() if text != cells.UNKNOWN)


def _check(verdict: Verdict, service: ServiceVerdict, check: Check) -> ET.Element:
    case = xml.case(service.service, f"{check.slo}: {check.name}" if check.slo else check.name)
    if check.outcome is Outcome.PASS:
        return case
    if check.outcome is Outcome.SKIP:
        return xml.ended(case, "skipped", check.detail, [check.detail])
    if check.outcome is Outcome.FAIL and (_let_off(service) or fails(verdict, service)):
        return _failing(case, service, "fail", [check.detail])
    return _noted(case, [labels.finding(check)])


def _let_off(service: ServiceVerdict) -> bool:
    """Does an override or exception let it pass?"""
    return service.exit_code == 0 and bool(labels.waived(service))


def _failing(
    case: ET.Element, service: ServiceVerdict, effect: str, body: Iterable[str]
) -> ET.Element:
    """The case with a failure; where the run passes all the same, with what it would have been."""
    lines = list(body)
    if service.exit_code != 0:
        return xml.ended(case, "failure", lines[0], lines)
    advice = f"{labels.waived(service) or 'advice'}: would {effect}: {lines[0]}"
    return xml.ended(case, "skipped", advice, [advice, *lines[1:]])


def _noted(case: ET.Element, sentences: Sequence[str]) -> ET.Element:
    """The case with what there is to say, though it passes."""
    if sentences:
        said = ET.SubElement(case, "system-out")
        said.text = "\n".join(map(for_terminal, sentences))
    return case
