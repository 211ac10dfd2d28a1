"""The summary page: whole pages, nothing that breaks out of a cell, never above the limit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slogate.core.model import Change
from slogate.core.verdict import BudgetReport, Check, Outcome, Verdict
from slogate.reports import Options, render
from slogate.reports.escape import code
from tests.reports import builders as build
from tests.reports import golden, governed
from tests.reports.strategies import HOSTILE, NAMES, verdicts

PAGES: dict[str, Verdict | BudgetReport] = {
    "approve": build.verdict(build.approved()),
    "review": build.verdict(build.reviewed()),
    "defer": build.verdict(build.deferred()),
    "defer-advise": build.verdict(build.deferred(), advise=True),
    "block": build.verdict(build.blocked()),
    "no-data": build.verdict(build.no_data()),
    "unmeasured": build.verdict(build.unmeasured()),
    "several": build.several(),
    "change": replace(build.verdict(build.deferred()), change=build.change()),
    **governed.CASES,
    "budget": build.budgets(build.deferred()),
    "budget-several": build.budgets(build.approved("accounts"), build.blocked(), build.no_data()),
}
FENCE = "```"


def page(report: Verdict | BudgetReport, limit: int = 1_000_000) -> str:
    return render("markdown", report, Options(limit=limit))


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str) -> None:
    golden.check(f"{name}.md", page(PAGES[name]))


CHANGES = st.builds(
    Change,
    event=NAMES,
    base=st.none() | NAMES,
    head=st.none() | NAMES,
    ref=NAMES,
    number=st.none() | st.integers(),
    title=NAMES,
    labels=st.lists(NAMES, max_size=12).map(tuple),
    actor=NAMES,
    url=NAMES,
    run_url=NAMES,
)


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
@given(verdicts(), CHANGES)
def test_no_name_breaks_tables_or_charts(verdict: Verdict, change: Change) -> None:
    assert_well_formed(page(replace(verdict, change=change)))
    assert_well_formed(page(build.budgets(*verdict.services)))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    report = replace(build.exhausted_slo(), name=name, window=name)
    service = replace(build.blocked(name), slos=(report,), policy=name, rationale=(name, name))
    verdict = replace(build.verdict(service, service), change=build.hostile_change(name))
    text = page(verdict).replace(code(name), "")
    assert_well_formed(text)
    assert text.count("<details>") == text.count("</details>") == 2
    assert not re.search(r"@[\w.]|(?<!\\)\[a\]|(?<!\\)\]\(", text)


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
    text = page(report, len(page(report).encode()) // 4)
    assert "<details>" not in text
    assert text.endswith("services that need no attention left out._\n")


def test_a_bare_report_unfolds_to_its_slis() -> None:
    report = replace(build.slo(), burn=(), checks=(), burn_down=())
    text = page(build.verdict(replace(build.approved(), slos=(report,))))
    assert "<details><summary>Evidence: SLIs</summary>" in text


def test_what_to_do_comes_before_the_numbers_and_evidence_last() -> None:
    text = page(PAGES["defer"])
    marks = (
        "## ⏳ slogate: defer — checkout",
        "mean defer** · exit 20",
        "**What must hold**",
        "**What you can do**",
        "**Clears**",
        "| SLO | budget left | burn |",
        "**Why**",
        "<details>",
        "```mermaid",
        "</details>",
        "<sub>as of",
    )
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)
    assert text.count("<details>") == 1


def test_checks_of_the_service_itself_are_evidence_too() -> None:
    freeze = Check("freeze", Outcome.FAIL, "the change freeze of December")
    text = page(build.verdict(replace(build.blocked(), own_checks=(freeze,))))
    assert "- fail: freeze: the change freeze of December\n" in text
    assert "| ❌&nbsp;fail | freeze | the change freeze of December |" in text


def told(**changes: object) -> str:
    """The line of a change."""
    verdict = replace(build.verdict(build.approved()), change=build.change(**changes))
    match = re.search(r"<sub>(.*)<br>\nas of", page(verdict))
    return match[1] if match else ""


def test_a_change_is_one_line() -> None:
    assert told() == (
        "pull request [\\#&#8203;12](https://github.com/acme/shop/pull/12) "
        "Answer carts from memory · 1a2b3c4...5e6f7a8 on faster-carts by ada · "
        "labels: database, needs review · [run](https://github.com/acme/shop/actions/runs/7001)"
    )


def test_a_merge_request_has_the_sign_of_gitlab() -> None:
    assert told(event="merge_request_event").startswith("merge request [\\!&#8203;12](")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"event": "push", "url": ""}, "push"),
        ({"event": "release", "url": "https://x.example/r"}, "release [page](https://x.example/r)"),
        ({"base": "v1.2"}, "v1.2"),
        ({"base": "v1.2", "head": "main", "ref": "main"}, "v1.2...main on main"),
        ({"actor": "@_ann"}, "by @&#8203;\\_ann"),
        ({"labels": tuple("abcdefghijklm")}, "labels: a, b, c, d, e, f, g, h, i, j and 3 more"),
        ({"title": "x" * 101}, "x" * 99 + "…"),
        ({"title": "\x1b[1mone\ntwo"}, "one two"),
        ({}, ""),
    ],
)
def test_what_is_not_known_is_left_out(changes: dict[str, object], line: str) -> None:
    verdict = replace(build.verdict(build.approved()), change=Change(**changes))  # type: ignore[arg-type]
    start = f"<sub>{line}<br>\nas of" if line else "<sub>as of"
    assert start in page(verdict)


@settings(deadline=None)
@given(CHANGES | NAMES.map(build.hostile_change))
def test_only_its_own_addresses_become_links(change: Change) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("gfm-like")
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    html = parser.render(page(replace(build.verdict(build.approved()), change=change)))
    assert set(re.findall(r'href="([^"]*)"', html)) <= {change.url, change.run_url}
    assert html.count("<sub>") == html.count("</sub>") == 1
    assert html.endswith("</sub></p>\n")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT://x.example/%0aalert(1)",
        "data:text/html,x",
        "//x.example/1",
        "https://x.example/a)b",
        "https://x.example/a b",
        "https://x.example/a\nb",
        "https://x.example/1\n",
        "https://x.example/<b>",
        'https://x.example/"onerror=x',
        "https://x.example/a|b",
        "https://x.example/`",
        "https://x.example/\\",
        "https://github.com@x.example/1",
        "https://x.example/\u202e",
        "https://é.example/",
        "https://",
        "https://x.example/" + "a" * 1000,
    ],
)
def test_an_address_that_may_do_more_than_lead_somewhere_is_no_link(url: str) -> None:
    assert told(url=url, run_url=url).startswith("pull request \\#&#8203;12 Answer")
    assert "](" not in told(url=url, run_url=url)


@pytest.mark.parametrize("limit", [0, 10, 60, 100, 700])
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
