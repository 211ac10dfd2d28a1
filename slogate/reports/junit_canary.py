"""A judged canary as JUnit XML: a test for the whole, and one for each metric."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from slogate.core.arms import Outcome
from slogate.core.canary_report import CanaryReport
from slogate.core.canary_words import headline, sentence
from slogate.reports.escape import for_terminal


def render(report: CanaryReport) -> str:
    """The XML document; what does not fail the run is skipped."""
    root = ET.Element("testsuites", name="slogate")
    suite = ET.SubElement(root, "testsuite", name=for_terminal(report.service or "canary"))
    _case(suite, "canary", report.verdict.outcome, headline(report.verdict), report)
    for one in report.verdict.metrics:
        _case(suite, one.policy.name, one.outcome, sentence(one), report)
    for element in (root, suite):
        for attribute, tag in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("skipped", "skipped"),
        ):
            element.set(attribute, str(sum(1 for _ in element.iter(tag))))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, name: str, outcome: Outcome, said: str, report: CanaryReport) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=suite.get("name", ""), name=for_terminal(name)
    )
    if outcome is Outcome.PASS:
        return
    fails = outcome is report.verdict.outcome and report.exit_code != 0
    result = ET.SubElement(case, "failure" if fails else "skipped", message=for_terminal(said))
    result.text = for_terminal(said)
