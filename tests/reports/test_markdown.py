"""The summary page: whole pages, nothing that breaks out of a cell, never above the limit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from slogate.core.verdict import BudgetReport, Verdict
from slogate.reports import Options, render
from slogate.reports.escape import code
from tests.reports import builders as build
from tests.reports import golden
from tests.reports.strategies import HOSTILE, verdicts

PAGES: dict[str, Verdict | BudgetReport] = {
    "approve": build.verdict(build.approved()),
    "review": build.verdict(build.reviewed()),
    "defer": build.verdict(build.deferred()),
    "defer-advise": build.verdict(build.deferred(), advise=True),
    "block": build.verdict(build.blocked()),
    "no-data": build.verdict(build.no_data()),
    "unmeasured": build.verdict(build.unmeasured()),
    "several": build.several(),
    "budget": build.budgets(build.deferred()),
    "budget-several": build.budgets(build.approved("accounts"), build.blocked(), build.no_data()),
}
FENCE = "```"


def page(report: Verdict | BudgetReport, limit: int = 1_000_000) -> str:
    return render("markdown", report, Options(limit=limit))


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str) -> None:
    golden.check(f"{name}.md", page(PAGES[name]))


def cells(row: str) -> int:
    return len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) - 1


def assert_well_formed(text: str) -> None:
    """Outside of code spans nothing of a name is left that means something."""
    columns = 0
    inside = False
    for line in text.splitlines():
        if line.startswith(FENCE):
            inside = line == "```mermaid"
        elif inside:
            assert re.fullmatch(
                r'%%\{.*\}%%|xychart-beta|  [xy]-axis "[a-z, %]+" [-\d. >]+|  line .*', line
            )
        elif line.startswith("|"):
            columns = columns or cells(line)
            assert cells(line) == columns
        else:
            columns = 0
            assert not line.startswith("    ")
            assert "<img" not in re.sub(r"`.*`", "", line)


@settings(max_examples=40, deadline=None)
@given(verdicts())
def test_no_name_breaks_tables_or_charts(verdict: Verdict) -> None:
    assert_well_formed(page(verdict))
    assert_well_formed(page(build.budgets(*verdict.services)))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    report = replace(build.exhausted_slo(), name=name, window=name)
    service = replace(build.blocked(name), slos=(report,), policy=name, rationale=(name, name))
    text = page(build.verdict(service, service))
    text = text.replace(code(name), "")
    assert_well_formed(text)
    assert text.count("<details>") == text.count("</details>") == 2
    assert not re.search(r"@\w|(?<!\\)\[a\]", text)


CROWD = build.verdict(
    *(build.approved(f"svc-{index}") for index in range(30)),
    *(build.deferred(f"bad-{index}") for index in range(12)),
)


def test_what_matters_least_goes_first() -> None:
    whole = page(CROWD)
    assert whole.count("```mermaid") == 3
    assert "left out" not in whole
    size = len(whole.encode())
    seen = []
    for limit in range(size - 1, 0, -500):
        text = page(CROWD, limit)
        assert len(text.encode()) <= limit
        note = re.search(r"_Shortened to fit this page: (.*) left out\._\n\Z", text)
        if note and note[1] not in seen:
            seen.append(note[1])
    assert seen == [
        "charts",
        "charts and details",
        "charts, details and services that need no attention",
        "everything but the overview",
        "the rest",
    ]


def test_a_budget_page_is_shortened_too() -> None:
    report = build.budgets(*CROWD.services)
    text = page(report, len(page(report).encode()) // 3)
    assert "<details>" not in text
    assert text.endswith("services that need no attention left out._\n")


def test_a_bare_report_has_nothing_to_unfold() -> None:
    report = replace(build.slo(), burn=(), checks=())
    text = page(build.verdict(replace(build.approved(), slos=(report,))))
    assert "<details>" not in text


@pytest.mark.parametrize("limit", [0, 10, 60, 100, 1000])
def test_the_smallest_page_is_within_its_limit(limit: int) -> None:
    text = page(CROWD, limit)
    assert len(text.encode()) <= limit
    assert not text or text.endswith("the rest left out._\n")


def test_many_approvals_are_counted() -> None:
    text = page(CROWD)
    assert "✅ 30 approved, not listed" in text
    assert "## ⏳ slogate: defer — bad-0, bad-1, bad-2 and 9 more\n" in text


def test_it_reads_the_same_when_rendered() -> None:
    markdown_it = pytest.importorskip("markdown_it")
    pytest.importorskip("linkify_it")
    parser = markdown_it.MarkdownIt("gfm-like")
    name = "a|b @ann <b>x</b> `y` *z* http://x.example/?a=1&b=2 #12"
    html = parser.render(page(build.verdict(replace(build.blocked(name), slos=(build.slo(name),)))))
    seen = re.sub(r"<[^>]+>", "", html).replace("\u200b", "")
    shown = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert seen.startswith(f"⛔ slogate: block — {shown}\n")
    assert f"Error budget of {shown} over 30d" in seen
    assert "<a " not in html
