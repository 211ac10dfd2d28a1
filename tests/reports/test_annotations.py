"""Annotations: few, the worst first, and no text of theirs becomes a command."""

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.core.verdict import Verdict
from slogate.errors import Problem
from slogate.reports.annotations import Annotation, annotations, commands, problems
from tests.reports import builders as build
from tests.reports.strategies import HOSTILE, NAMES, verdicts

TITLE = "slogate: wrong configuration"
NUMBER = (
    "availability is at warning: 79.0 % of the error budget is consumed (75 %: more than that is "
    "warning)"
)
WAIT = "wait until 2026-11-22 03:10 UTC, if no further errors come"


def titles(verdict: Verdict) -> list[tuple[str, str]]:
    return [(item.kind, item.title) for item in annotations(verdict)]


def test_a_deferred_service() -> None:
    said = "warning budget and medium risk (--risk) mean defer"
    assert annotations(build.verdict(build.deferred())) == [
        Annotation("error", "slogate: defer checkout", f"{said} - {NUMBER}\n{WAIT}")
    ]


def test_it_says_when_it_clears_unless_the_advice_does() -> None:
    service = replace(build.deferred(), alternatives=(), rationale=())
    (found,) = annotations(build.verdict(service))
    assert found.message.splitlines() == [
        "warning budget x medium risk",
        build.deferred().conditions[0],
        "clears 2026-11-22 03:10 UTC (in 1d15h) if no further errors come",
    ]


def test_one_of_each_kind() -> None:
    assert titles(build.several()) == [
        ("error", "slogate: no data for cart"),
        ("error", "slogate: block payments"),
        ("error", "slogate: defer checkout"),
        ("warning", "slogate: review search"),
        ("notice", "slogate: approve"),
    ]
    assert annotations(build.several())[-1].message == "3 services approved"


def test_advice_is_a_warning_but_for_missing_evidence() -> None:
    verdict = build.verdict(build.blocked(), build.unmeasured(), build.approved(), advise=True)
    assert titles(verdict) == [
        ("error", "slogate: could not measure profile"),
        ("warning", "slogate: would be block payments"),
        ("notice", "slogate: would be approve checkout"),
    ]


def test_an_approved_service() -> None:
    (found,) = annotations(build.verdict(build.approved()))
    said = "checkout approved: healthy budget and low risk (git) mean approve - availability is "
    assert (found.kind, found.title) == ("notice", "slogate: approve checkout")
    assert found.message.startswith(said)


@pytest.mark.parametrize(("number", "last"), [(10, None), (11, 2), (30, 21)])
def test_no_more_than_are_shown(number: int, last: int | None) -> None:
    services = [build.deferred(f"bad-{index}") for index in range(number)]
    found = annotations(build.verdict(*services, build.reviewed()))
    assert Counter(item.kind for item in found) == {"error": 10, "warning": 1}
    said = found[9].message
    assert (said == f"and {last} more services: see the summary") == (last is not None)


@pytest.mark.parametrize(
    ("where", "file", "line"),
    [
        ("slogate.yaml:12", "slogate.yaml", 12),
        ("slogate.yaml:12:7", "slogate.yaml", 12),
        ("C:\\a\\slogate.yaml:3", "C:\\a\\slogate.yaml", 3),
        ("slogate.yaml", "slogate.yaml", None),
        ("C:\\slogate.yaml", "C:\\slogate.yaml", None),
        (":3", ":3", None),
        ("a:\u0663", "a:\u0663", None),
        ("", "", None),
    ],
)
def test_a_problem_is_shown_at_its_line(where: str, file: str, line: int | None) -> None:
    (found,) = problems([Problem(where, "services.checkout", "is wrong")], TITLE)
    said = "services.checkout: is wrong"
    assert found == Annotation("error", "slogate: wrong configuration", said, file, line)


def test_problems_are_counted_too() -> None:
    found = problems(
        (Problem(f"slogate.yaml:{line}", "a", "is wrong") for line in range(1, 21)), TITLE
    )
    assert len(found) == 10
    assert found[9].message == "and 11 more problems: see the log"


def test_commands() -> None:
    found = [
        Annotation("error", "a: b, c", "50 %\nd: e, f\r", "x,y:z.yaml", 7),
        Annotation("notice", "", "g"),
    ]
    assert commands(found) == (
        "::error title=a%3A b%2C c,file=x%2Cy%3Az.yaml,line=7::50 %25%0Ad: e, f%0D\n::notice ::g\n"
    )
    assert commands([]) == ""


CODES = {"%0A": "\n", "%0D": "\r", "%3A": ":", "%2C": ",", "%25": "%"}


def decoded(text: str) -> str:
    return re.sub("|".join(CODES), lambda match: CODES[match[0]], text)


def read(line: str) -> Annotation:
    """The command the way the runner reads it."""
    match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line, re.DOTALL)
    assert match is not None
    pairs = dict(pair.split("=", 1) for pair in match[2].split(",") if pair)
    fields = {name: decoded(value) for name, value in pairs.items()}
    number = int(fields["line"]) if "line" in fields else None
    title, file = fields.get("title", ""), fields.get("file", "")
    return Annotation(match[1], title, decoded(match[3]), file, number)  # type: ignore[arg-type]


def assert_read_back(found: list[Annotation]) -> None:
    text = commands(found)
    assert "\r" not in text
    lines = text.split("\n")
    assert lines.pop() == ""
    assert [read(line) for line in lines] == found


@settings(max_examples=80, deadline=None)
@given(verdicts())
def test_no_text_of_a_verdict_is_a_command(verdict: Verdict) -> None:
    found = annotations(verdict)
    assert_read_back(found)
    assert max(Counter(item.kind for item in found).values()) <= 10
    for item in found:
        assert item.title.isprintable()
        assert all(line.isprintable() for line in item.message.split("\n"))
        assert len(item.message.split("\n")) <= 3


@settings(max_examples=80, deadline=None)
@given(st.lists(st.builds(Problem, NAMES | st.just("a.yaml:7"), NAMES, NAMES), max_size=12))
def test_no_text_of_a_problem_is_a_command(found: list[Problem]) -> None:
    assert_read_back(problems(found, TITLE))


TEXTS = st.sampled_from([*HOSTILE, "%0A::error::x", "a,line=7", "%25", "\r\n"]) | st.text()


@given(
    st.lists(
        st.builds(
            Annotation,
            st.sampled_from(["error", "warning", "notice"]),
            TEXTS,
            TEXTS,
            TEXTS,
            st.none() | st.integers(0, 10**6),
        )
    )
)
def test_any_annotation_is_read_back(found: list[Annotation]) -> None:
    assert_read_back(found)
