"""Which selectors a query has, and where they are not to be relied on."""

from __future__ import annotations

import pytest

from slogate.sources.promql import selectors, understood


@pytest.mark.parametrize(
    "selector",
    ['x{a="b"}', "x{a='b\"c'}", "x{a=~`5\\d\\d`}", 'x{a=~"5..",b!="",c!~"\\\\d"}', "x{}"],
)
def test_a_selector_is_written_as_it_was(selector: str) -> None:
    (found,) = selectors(f"sum(increase({selector}[5m]))")
    assert str(found) == selector


@pytest.mark.parametrize(
    "query",
    [
        "1", "x", "x{}", 'x{a="b",}', 'sum by (a) (rate(x{a="b" , c=~"d}"}[5m])) / y',
        '{__name__="x",a="b"}', 'x{a="b"} # {what}', 'label_replace(x, "a", "{b or c}", "", "")',
    ],
)  # fmt: skip
def test_plain_queries_are_understood(query: str) -> None:
    assert understood(query)


@pytest.mark.parametrize(
    "query",
    [
        'x{a="b" or c="d"}', 'WITH (f = {a="b"}) x{f}', 'x{"a.b"="c"}', '{"x.y",a="b"}',
        'x{a="b"', 'x{a="b" c="d"}', "x{a}",
    ],
)  # fmt: skip
def test_what_a_dialect_puts_between_braces_is_not(query: str) -> None:
    assert not understood(query)
