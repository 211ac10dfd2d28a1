"""A judged canary in every format: what it says, how wide it is, and what foreign names cannot do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slogate.core.arms import Counts, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary import CanaryVerdict, Measured, judge
from slogate.core.canary_report import CanaryReport, decision
from slogate.core.exit_codes import exit_code
from slogate.core.model import Decision
from slogate.reports import junit_canary
from slogate.reports.canary import render
from slogate.reports.chart import two_lines
from tests.core.builders import law
from tests.reports import golden
from tests.reports.strategies import HOSTILE
from tests.reports.test_markdown import assert_well_formed

AT = 1_795_176_420  # 2026-11-20 12:07 UTC
NASTY = "\x1b[2J\x1b]0;x\x07::error::x ::error::y | <img src=x> @all `x` ![a](http://b) \u202e\nz"
NAMES = (*HOSTILE, NASTY)
FORMATS = ("text", "markdown", "json")


def series(level: float, seed: int, n: int = 60) -> Series:
    random = Random(seed)
    times = range(AT - n * 60 + 60, AT + 60, 60)
    return Series(times, [level * random.lognormvariate(0, 0.05) for _ in range(n)])


def latency(level: float = 1.0, name: str = "latency_p99", **policy: Any) -> Measured:
    given = MetricPolicy(**{"name": name, "unit": "ms", **policy})
    return Measured(given, series(420.0, 1), series(420.0 * level, 2))


def errors(baseline: float, canary: float, name: str = "errors", **policy: Any) -> Measured:
    arms = [Counts([bad] * 60, [1000.0] * 60) for bad in (baseline, canary)]
    return Measured(MetricPolicy(name=name, **policy), *arms)


def report(*metrics: Measured, fail_on: Decision | None = Decision.DEFER, **more: Any) -> Any:
    verdict = judge(metrics)
    means = decision(verdict, Decision.REVIEW)
    given = {"baseline": "v1.4.0", "canary": "v1.5.0", **more}
    return CanaryReport(verdict, means, exit_code(means, fail_on), **given)


SAMPLES = Measured(
    MetricPolicy(name="duration", unit="s"), Samples([0.1] * 30), Samples([0.2] * 30)
)
LIVE: dict[str, Any] = {"service": "checkout", "start": AT - 3600, "end": AT}
REPORTS: dict[str, CanaryReport] = {
    "canary-pass": report(latency(), errors(2, 2), **LIVE),
    "canary-fail": report(
        latency(1.18, critical=True), errors(2, 2), errors(0, 0, "timeouts"), phase="10 %", **LIVE
    ),
    "canary-limit": report(
        latency(limit=400), latency(1.01, "latency_p50", limit=450), notes=("one note",)
    ),
    "canary-open": report(SAMPLES, unfinished="interrupted after 3 of 60 looks", **LIVE),
}


@pytest.mark.parametrize("name", REPORTS)
def test_text(name: str) -> None:
    golden.check(f"{name}.txt", render("text", REPORTS[name]))


@pytest.mark.parametrize("name", REPORTS)
def test_page(name: str) -> None:
    text = render("markdown", REPORTS[name])
    golden.check(f"{name}.md", text)
    assert_well_formed(text)


def test_junit() -> None:
    golden.check("canary-fail.xml", junit_canary.render(REPORTS["canary-fail"]))


# text


LONG = "checkout_request_duration_seconds_of_the_payment_provider_p99_without_retries"


@pytest.mark.parametrize("name", [LONG, "x" * 300, "word " * 40])
def test_no_line_is_wider_than_a_terminal(name: str) -> None:
    found = report(
        latency(1.3, name, unit="milliseconds of wall time", limit=1.0),
        errors(0, 30, name),
        latency(name=name),
        service=name,
        phase=name,
        notes=(name,),
        unfinished=name,
        baseline=name,
        canary=name,
    )
    lines = render("text", found).splitlines()
    assert max(map(len, lines)) <= 80
    assert max(len(line) for line in render("text", report(latency(name=name))).splitlines()) <= 80


def test_a_long_name_does_not_push_the_verdicts_out() -> None:
    text = render("text", report(latency(1.3, LONG), errors(2, 2, "errors")))
    rows = text.splitlines()
    (failed,) = (line for line in rows if line.endswith("fail (high)"))
    assert failed.startswith("chec")
    assert any(line.endswith("  pass") for line in rows)
    assert LONG in "".join(line.strip() for line in rows)


@pytest.mark.parametrize("name", REPORTS)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    plain = render("text", REPORTS[name])
    colored = render("text", REPORTS[name], color=True)
    assert "\x1b" not in plain
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == plain


def test_the_worst_comes_first_and_what_was_not_measured_is_no_number() -> None:
    empty = Measured(MetricPolicy(name="empty"), Samples([]), Samples([1.0]))
    found = report(latency(name="fine"), empty, latency(1.5, "worse"), errors(2, 2))
    rows = render("text", found).split("------\n")[1].splitlines()[:4]
    assert [row.split()[0] for row in rows] == ["worse", "empty", "fine", "errors"]
    assert rows[1].split() == ["empty", "?", "1", "inconclusive"]


# what foreign names cannot do


def everything(name: str) -> CanaryReport:
    """A report that has this text in every place of foreign text."""
    found: CanaryReport = report(
        latency(1.5, name, unit=name, limit=1.0),
        errors(2, 2, name),
        latency(name=name),
        baseline=name,
        canary=name,
        service=name,
        phase=name,
        notes=(name, name),
        unfinished=name,
    )
    return found


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_names_steer_no_terminal_and_no_runner(name: str, *, color: bool) -> None:
    text = render("text", everything(name), color=color)
    bare = re.sub(r"\x1b\[(?:1;3[0-9]|1|2|0)m", "", text) if color else text
    assert all(char.isprintable() or char == "\n" for char in bare)
    assert not any(line.lstrip().startswith(("::", "##[")) for line in bare.splitlines())
    assert not re.search(r"(?<!\S)::|##\w*\[", bare)
    assert max(map(len, bare.splitlines())) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_text_on_a_page(name: str) -> None:
    text = render("markdown", everything(name))
    assert_well_formed(text)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert not re.search(r"@[\w.]|(?<!\\)\[a\]|(?<!\\)\]\(|(?<!\\)<img|(?<!\\)://", text)
    assert text.count("<details>") == text.count("</details>") == 1
    assert text.count("```") == 4


@pytest.mark.parametrize("name", NAMES)
def test_names_are_data_in_json_and_junit(name: str) -> None:
    text = render("json", everything(name))
    assert text.isascii()
    assert "##" not in text
    document = json.loads(text)
    assert document["service"] == (name or None)
    assert [one["name"] for one in document["metrics"]] == [name] * 3
    xml = junit_canary.render(everything(name))
    root = ET.fromstring(xml.encode())
    assert not {"\x1b", "\x07", "\u202e"} & set(xml)
    assert not re.search(r"(?<!\S)::", xml)
    assert len(list(root.iter("testcase"))) == 4


def test_a_page_reads_the_same_when_rendered() -> None:
    markdown_it = pytest.importorskip("markdown_it")
    pytest.importorskip("linkify_it")
    parser = markdown_it.MarkdownIt("gfm-like")
    name = "latency_p99_of_a|b <b>x</b> `y` *z* http://x.example/?a=1&b=2 #12"
    html = parser.render(render("markdown", report(latency(1.5, name), service=name)))
    seen = re.sub(r"<[^>]+>", "", html).replace("\u200b", "")
    shown = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert seen.startswith(f"🔴 FAIL  canary of {shown} · rollback · exit 30\n")
    # in the title, the verdict, the table, the reason and above the chart
    assert seen.count(shown) == 5
    assert "\\" not in seen
    assert "<a " not in html


# JSON


def test_the_document_has_the_keys_of_the_contract() -> None:
    document = json.loads(render("json", REPORTS["canary-fail"]))
    assert document["schema"] == "slogate/canary/1"
    assert (document["verdict"], document["recommendation"]) == ("fail", "rollback")
    assert (document["exit_code"], document["decision"]) == (30, "block")
    assert (document["start"], document["end"]) == ("2026-11-20T11:07:00Z", "2026-11-20T12:07:00Z")
    assert [one["name"] for one in document["metrics"]] == ["latency_p99", "errors", "timeouts"]
    worse, same, silent = document["metrics"]
    for one in (worse, same, silent):
        assert {
            *("name", "verdict", "severity", "ratio", "ratio_low", "ratio_high", "baseline"),
            *("canary", "limit", "over_limit", "critical"),
        } <= set(one)
        assert set(one["baseline"]) == set(one["canary"]) == {"n", "center"}
    assert (worse["verdict"], worse["severity"], worse["critical"]) == ("fail", "medium", True)
    assert 1 < worse["ratio_low"] < worse["ratio"] < worse["ratio_high"] < 1.25
    assert (same["verdict"], same["severity"], same["limit"]) == ("pass", "none", None)
    assert (silent["reason"], silent["ratio"]) == ("all_zero", None)


def test_what_is_over_its_limit_is_told_as_such() -> None:
    over, near = json.loads(render("json", REPORTS["canary-limit"]))["metrics"]
    assert (over["verdict"], over["reason"], over["over_limit"]) == ("fail", "over_limit", True)
    assert (near["verdict"], near["reason"], near["over_limit"]) == (
        "pass",
        "within_margin",
        False,
    )
    assert over["limit"] == 400


@pytest.mark.parametrize("limit", [nan, inf, -inf])
def test_no_number_breaks_the_document(limit: float) -> None:
    empty = Measured(MetricPolicy(name="m", limit=limit), Series([], []), Series([], []))
    (found,) = json.loads(render("json", report(empty)))["metrics"]
    assert (found["limit"], found["baseline"]) == (None, {"n": 0, "center": None})


# JUnit


def results(found: CanaryReport) -> tuple[dict[str, str], tuple[str, ...]]:
    root = ET.fromstring(junit_canary.render(found).encode())
    suite = root[0]
    for element in (root, suite):
        for name, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
            assert int(element.get(name, "")) == len(list(element.iter(tag)))
    told = tuple(suite.get(name, "") for name in ("tests", "failures", "skipped"))
    return {
        case.get("name", ""): "".join(child.tag for child in case) for case in root.iter("testcase")
    }, told


@pytest.mark.parametrize(
    ("metrics", "fail_on", "found"),
    [
        ((latency(), errors(2, 2)), Decision.DEFER, ("", "", "")),
        ((latency(1.5), errors(2, 2)), Decision.DEFER, ("failure", "failure", "")),
        ((latency(1.5), errors(2, 2)), None, ("skipped", "skipped", "")),
        ((latency(), SAMPLES), Decision.DEFER, ("skipped", "", "skipped")),
        ((latency(), SAMPLES), Decision.REVIEW, ("failure", "", "failure")),
        ((latency(1.5), SAMPLES), Decision.REVIEW, ("failure", "failure", "skipped")),
    ],
)
def test_junit_fails_only_where_the_run_fails(
    metrics: tuple[Measured, ...], fail_on: Decision | None, found: tuple[str, ...]
) -> None:
    seen, told = results(report(*metrics, fail_on=fail_on))
    names = ("canary", *(one.policy.name for one in metrics))
    assert seen == dict(zip(names, found, strict=True))
    assert told == ("3", str(found.count("failure")), str(found.count("skipped")))


# charts


def axes(baseline: Series, canary: Series) -> list[str]:
    return [line.strip() for line in two_lines(baseline, canary).splitlines()[3:-1]]


def test_a_chart_shows_both_arms_where_both_have_values() -> None:
    baseline = Series([0, 60, 120, 180], [1.0, 2.0, nan, 4.0])
    canary = Series([60, 120, 180, 240], [3.0, 3.0, 5.0, 9.0])
    assert axes(baseline, canary) == [
        'x-axis "minutes" 0 --> 2',
        'y-axis "value" 1.85 --> 5.15',
        "line [2, 4]",
        "line [3, 5]",
    ]


@pytest.mark.parametrize(("step", "minutes"), [(1, "0.1"), (30, "1"), (60 * 600_000, "1200000")])
def test_the_axis_of_a_chart_fits_its_time(step: int, minutes: str) -> None:
    arm = Series([0, step, 2 * step], [1.0, 2.0, 3.0])
    assert axes(arm, arm)[0] == f'x-axis "minutes" 0 --> {minutes}'


@pytest.mark.parametrize("times", [[], [0], [0, 600]])
def test_no_chart_of_less_than_two_common_points(times: list[int]) -> None:
    baseline = Series([0, 60, 120], [1.0, 2.0, 3.0])
    assert two_lines(baseline, Series(times, [1.0] * len(times))) == ""


NUMBERS = st.floats(-1e15, 1e15) | st.sampled_from([1e-12, 2.5e-6, 12_345_678.9, 0.0, nan, inf])


@law
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=200))
def test_charts_hold_plain_numbers_of_few_points(values: list[tuple[float, float]]) -> None:
    times = range(0, 60 * len(values), 60)
    drawn = two_lines(*(Series(times, [pair[arm] for pair in values]) for arm in (0, 1)))
    if not drawn:
        return
    assert_well_formed(drawn)
    *_, one, two, _ = drawn.splitlines()
    for line in (one, two):
        numbers = line.removeprefix("  line [").removesuffix("]").split(", ")
        assert 2 <= len(numbers) <= 60
        assert all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in numbers)
    (low, high) = re.findall(r"-?[\d.]+", next(x for x in drawn.splitlines() if "y-axis" in x))
    assert float(low) < float(high)


def test_at_most_three_metrics_are_drawn() -> None:
    found = report(*(latency(1.5, f"m{at}") for at in range(5)))
    text = render("markdown", found)
    assert text.count("```mermaid") == 3
    assert text.count("<details>") == 1
    assert "<details>" not in render("markdown", report(errors(2, 2)))


@law
@given(
    st.sampled_from(FORMATS),
    st.sampled_from(list(Outcome)),
    st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=4),
)
def test_every_verdict_has_a_report(
    format_: str, outcome: Outcome, outcomes: list[Outcome]
) -> None:
    kinds: dict[Outcome, Callable[[], Measured]] = {
        Outcome.PASS: latency,
        Outcome.FAIL: lambda: latency(1.5),
        Outcome.INCONCLUSIVE: lambda: SAMPLES,
    }
    found: CanaryReport = report(*(kinds[one]() for one in outcomes))
    verdict = CanaryVerdict(outcome, "hold", found.verdict.metrics, 0.5, found.verdict.metrics)
    text = render(format_, replace(found, verdict=verdict))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
