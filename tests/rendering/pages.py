"""The pages that a browser is to show: every kind of report, hostile ones, and a broken one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from slogate.core.model import Missing
from slogate.core.verdict import ServiceVerdict
from slogate.reports import render
from slogate.reports.failure import markdown
from tests.reports import builders as build
from tests.reports.strategies import HOSTILE
from tests.reports.test_markdown import PAGES as REPORTS

ACTIVE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    "](javascript:alert(1)) [",
    "https://evil.example/)<img src=x onerror=alert(1)>",
    "![x](https://evil.example/x.png)",
    "[x]: https://evil.example",
    "@ada @_ada @org/team ada@evil.example",
    "https://evil.example www.evil.example #12 !12 GH-12",
    "</sub></details><h1>approved</h1>",
    "`</code>`<style>*{display:none}</style>",
)
WIDE = "a" * 100
BROKEN = f"""# Everything that no page may have

```mermaid
xychart-beta
  x-axis "days 30
```

<img src="https://evil.example/x.png" onerror="this.alt=1">
<a href="javascript:alert(1)">@ada</a>
<pre style="width: 2000px">wide</pre>

| a | b |
| --- | --- |
| {WIDE} | {WIDE} |
"""


def everything(text: str) -> ServiceVerdict:
    """A service that has this text in every place of foreign text."""
    report = replace(build.exhausted_slo(), name=text, window=text)
    return replace(
        build.blocked(text),
        slos=(report, build.missing_slo(text, Missing.NO_DATA, text)),
        rationale=(text, text),
        conditions=(text,),
        alternatives=(text,),
        approvers=(text,),
        policy=text,
    )


def pages() -> Iterator[tuple[str, str]]:
    """Names of files, and their markdown."""
    yield from ((name, render("markdown", report)) for name, report in REPORTS.items())
    services = build.verdict(*map(everything, (*ACTIVE, *HOSTILE)))
    yield "hostile", render("markdown", services)
    for index, text in enumerate(ACTIVE):
        verdict = replace(build.verdict(build.quiet()), change=build.hostile_change(text))
        yield f"hostile-change-{index}", render("markdown", verdict)
    yield "hostile-failure", markdown(2, ACTIVE)
    wide = replace(build.verdict(everything(WIDE)), change=build.hostile_change(WIDE))
    yield "wide", render("markdown", wide)
    yield "failure", markdown(2, ["slogate.yaml:14: services: checkout is given twice"] * 3)
    yield "broken", BROKEN
