"""Policy tests as JUnit XML: a suite for each file, with its tests at their lines."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from slogate.core.rehearsal import Rehearsed
from slogate.reports.escape import for_terminal
from slogate.reports.rehearsal import difference

_COUNTS = (("tests", "testcase"), ("failures", "failure"))


def render(found: Sequence[Rehearsed]) -> str:
    """The XML document."""
    root = ET.Element("testsuites", name="slogate")
    for file in dict.fromkeys(one.test.file for one in found):
        suite = ET.SubElement(root, "testsuite", name=for_terminal(file))
        for one in found:
            if one.test.file == file:
                _case(suite, one)
    for element in (root, *root):
        for attribute, tag in _COUNTS:
            element.set(attribute, str(sum(1 for _ in element.iter(tag))))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, one: Rehearsed) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=for_terminal(one.test.named or one.verdict.policy),
        name=for_terminal(one.test.name),
        file=for_terminal(one.test.file),
        line=str(one.test.line),
    )
    if one.passed:
        return
    message = f"expected {one.test.expected}, decided {one.decided}"
    if not one.explained:
        message = f"{message}, and nothing says: {one.test.because}"
    failure = ET.SubElement(case, "failure", message=for_terminal(message))
    # NOTE: GitLab shows the body and not the message.
    failure.text = "\n".join(map(for_terminal, difference(one)))
