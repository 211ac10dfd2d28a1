"""A judged canary as JUnit XML: a test for the whole, and one for each metric."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from slogate.core.arms import Outcome
from slogate.core.canary_report import CanaryReport
from slogate.core.canary_words import headline, sentence
from slogate.reports import junit_xml as xml

_RESULTS = ("failure", "skipped")


def render(report: CanaryReport) -> str:
    """The XML document; what does not fail the run is skipped."""
    found = report.verdict
    cases = [
        _case(report, "canary", found.outcome, headline(found)),
        *(_case(report, one.policy.name, one.outcome, sentence(one)) for one in found.metrics),
    ]
    return xml.document([xml.suite(_group(report), cases, _RESULTS)], _RESULTS)


def _case(report: CanaryReport, name: str, outcome: Outcome, said: str) -> ET.Element:
    case = xml.case(_group(report), name)
    if outcome is Outcome.PASS:
        return case
    fails = outcome is report.verdict.outcome and report.exit_code != 0
    return xml.ended(case, "failure" if fails else "skipped", said, [said])


def _group(report: CanaryReport) -> str:
    return report.service or "canary"
