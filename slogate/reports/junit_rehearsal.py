"""Policy tests as JUnit XML: a suite for each file, with its tests at their lines."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from slogate.core.rehearsal import Rehearsed
from slogate.reports import junit_xml as xml
from slogate.reports.rehearsal import difference

_RESULTS = ("failure",)


def render(found: Sequence[Rehearsed]) -> str:
    """The XML document."""
    files: dict[str, list[Rehearsed]] = {}
    for one in found:
        files.setdefault(one.test.file, []).append(one)
    suites = [xml.suite(file, map(_case, tests), _RESULTS) for file, tests in files.items()]
    return xml.document(suites, _RESULTS)


def _case(one: Rehearsed) -> ET.Element:
    test = one.test
    group = test.named or one.verdict.policy
    case = xml.case(group, test.name, file=test.file, line=str(test.line))
    if one.passed:
        return case
    message = f"expected {test.expected}, decided {one.decided}"
    if not one.explained:
        message = f"{message}, and nothing says: {test.because}"
    return xml.ended(case, "failure", message, difference(one))
