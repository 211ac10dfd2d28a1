"""The frame of JUnit XML: a document of suites of cases, and what came of each of them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from slogate.reports.escape import for_terminal

_ATTRIBUTES = {
    "testcase": "tests",
    "failure": "failures",
    "error": "errors",
    "skipped": "skipped",
}


def document(suites: Iterable[ET.Element], results: Iterable[str]) -> str:
    """The XML text; it counts its cases, and those with one of these results."""
    root = ET.Element("testsuites", name="slogate")
    root.extend(suites)
    _count(root, results)
    ET.indent(root)
    xml = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'


def suite(name: str, cases: Iterable[ET.Element], results: Iterable[str]) -> ET.Element:
    """Cases that belong together, counted as in the document."""
    element = ET.Element("testsuite", name=for_terminal(name))
    element.extend(cases)
    _count(element, results)
    return element


def case(group: str, name: str, **attributes: str) -> ET.Element:
    """A test that passes, until it is given another result."""
    told = {"classname": group, "name": name, **attributes}
    return ET.Element("testcase", {key: for_terminal(value) for key, value in told.items()})


def ended(case: ET.Element, result: str, message: str, body: Iterable[str]) -> ET.Element:
    """The case with its result: `failure`, `error` or `skipped`."""
    # NOTE: GitLab shows the body and not the message, Jenkins the message first.
    element = ET.SubElement(case, result, message=for_terminal(message))
    element.text = "\n".join(map(for_terminal, body))
    return case


def _count(element: ET.Element, results: Iterable[str]) -> None:
    for tag in ("testcase", *results):
        element.set(_ATTRIBUTES[tag], str(sum(1 for _ in element.iter(tag))))
