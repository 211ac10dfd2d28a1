"""What can be told of the queries of SLIs and canaries without asking a server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slogate.config.problems import shorten
from slogate.core.canary_plan import INTERVAL, SERVICE, VERSION

WINDOW = "{{window}}"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\[\[[^\[\]]*\]\]|\$\{?[A-Za-z_]\w*\}?")
# NOTE: in quoted text a $ may end a regular expression, and [[:alpha:]] be part of one.
_PLACEHOLDER_IN_TEXT = re.compile(r"\{\{[^{}]*\}\}|\$\{?__\w+\}?")
_SELECTOR = re.compile(r"(?P<name>[A-Za-z_:][\w:]*)\s*(\{[^{}]*\})?", re.ASCII)
_FIXED_RANGE = re.compile(r"\[\s*\d+[a-z]", re.ASCII)
_RATE = re.compile(r"\bi?rate\s*\(")
_LE = re.compile(r"[{,]\s*le\s*[=!]")
_MATCHER = r"\s*[A-Za-z_]\w*\s*(?:=~|!~|!=|=)\s*(?:\"\"|''|``)\s*"
_MATCHERS = re.compile(f"{_MATCHER}(?:,{_MATCHER})*,?\\s*", re.ASCII)

Remark = tuple[tuple[str, ...], str]


def check_prometheus(sli: Mapping[str, Any]) -> Iterator[Remark]:
    """Key and problem of each query that Prometheus could not answer as it is meant."""
    for key in ("good", "bad", "total", "ratio"):
        if isinstance(sli.get(key), str):
            query = _Query.read(sli[key])
            wrong = [*_with_window(query)]
            if not wrong and key != "ratio" and _RATE.search(query.code):
                wrong.append("is a rate, not a number of events: use increase(...)")
            yield from _at((key,), iter(wrong))
    slices = sli.get("slices")
    if isinstance(slices, dict) and isinstance(slices.get("query"), str):
        query = _Query.read(slices["query"])
        yield from _at(("slices", "query"), _without_window(query))
    latency = sli.get("latency")
    if isinstance(latency, dict) and isinstance(latency.get("histogram"), str):
        query = _Query.read(latency["histogram"])
        yield from _at(("latency", "histogram"), _histogram(query))
    yield from _same_text(sli)


def check_canary(asked: Mapping[str, Any]) -> Iterator[Remark]:
    """Key and problem of each query of an arm; of a metric, or the traffic of a canary."""
    for key in ("query", "bad", "total", "traffic"):
        if isinstance(asked.get(key), str):
            query = _Query.read(asked[key])
            wrong = [*_of_arm(query)]
            if not wrong and key != "query":
                wrong += _of_interval(query)
            yield from _at((key,), iter(wrong))
    yield from _same_text(asked, "every event would be a bad one")


def check_preset(canary: Mapping[str, Any]) -> Iterator[Remark]:
    """Key and problem of each part that a preset could not make a query of."""
    for key, rule in (("latency", _histogram), ("requests", _counter), ("errors", _matchers)):
        if isinstance(canary.get(key), str):
            yield from _at((key,), rule(_Query.read(canary[key])))
    labels = canary.get("labels")
    for label, value in labels.items() if isinstance(labels, dict) else ():
        found = _PLACEHOLDER_IN_TEXT.findall(value) if isinstance(value, str) else []
        foreign = next((shorten(text) for text in found if text != SERVICE), None)
        if foreign:
            message = f"unknown placeholder {foreign}; the only one here is {SERVICE}"
            yield ("labels", label), message


def check_file(sli: Mapping[str, Any]) -> Iterator[Remark]:
    """Key and problem of each part that a file with counts cannot answer."""
    for key in ("latency", "slices", "ratio"):
        if sli.get(key) is not None:
            yield (key,), "a file source has counts only; use bad + total or good + total"
    for key in ("good", "bad", "total"):
        if isinstance(sli.get(key), str) and re.search(r"\{\{|\(|\[", sli[key]):
            yield (key,), "must be the name of a column: the source is a file, not a server"
    yield from _same_text(sli)


def _at(path: tuple[str, ...], messages: Iterator[str]) -> Iterator[Remark]:
    return ((path, message) for message in messages)


def _same_text(sli: Mapping[str, Any], so: str = "the SLI would never change") -> Iterator[Remark]:
    total = sli.get("total")
    for key in ("good", "bad"):
        text = sli.get(key)
        if isinstance(text, str) and isinstance(total, str) and text.split() == total.split():
            yield (key,), f"is the same as `total`, so {so}"


@dataclass(frozen=True)
class _Query:
    """A query without comments: its code, where quoted text is emptied, and that text.

    `raw` is the part of it in backticks, where nothing can be escaped.
    """

    code: str
    quoted: str
    raw: str
    unclosed: str

    @classmethod
    def read(cls, query: str) -> _Query:
        code: list[str] = []
        quoted: list[str] = []
        raw: list[str] = []
        inside = ""
        escaped = False
        for character in query:
            if not inside:
                code.append("" if character == "#" else character)
                inside = character if character in "\"'`#" else ""
            elif inside == "#":
                inside = "" if character == "\n" else inside
            elif character == inside and not escaped:
                code.append(character)
                inside = ""
            else:
                quoted.append(character)
                raw.append(character if inside == "`" else "")
                escaped = character == "\\" and not escaped and inside != "`"
        return cls("".join(code), "".join(quoted), "".join(raw), inside.replace("#", ""))

    def unbalanced(self) -> str | None:
        """What is wrong with its quotes and brackets."""
        opened = [self.unclosed] if self.unclosed else []
        for character in "" if self.unclosed else self.code:
            if character in "([{":
                opened.append(character)
            elif character in _PAIRS:
                last = opened.pop() if opened else "nothing"
                if last != _PAIRS[character]:
                    return f"a {character} closes {last}"
        return f"a {opened[-1]} is never closed" if opened else None

    def foreign_placeholder(self, *known: str) -> str | None:
        """What another tool would fill in."""
        found = [
            *_PLACEHOLDER.findall(self.code),
            *_PLACEHOLDER_IN_TEXT.findall(self.quoted),
        ]
        return next((shorten(text) for text in found if text not in known), None)

    def has_window(self) -> bool:
        """Whether the range is left to the tool."""
        return WINDOW in self.code


def _with_window(query: _Query) -> Iterator[str]:
    foreign = query.foreign_placeholder(WINDOW)
    if unbalanced := query.unbalanced():
        yield unbalanced
    elif foreign:
        yield f"unknown placeholder {foreign}; the only one is {WINDOW}: write [{WINDOW}]"
    elif not query.has_window():
        what = "has a fixed range" if _FIXED_RANGE.search(query.code) else f"lacks {WINDOW}"
        yield f"{what}, but slogate sets the range: write [{WINDOW}]"


def _without_window(query: _Query) -> Iterator[str]:
    placeholder = query.foreign_placeholder(WINDOW) or (WINDOW if query.has_window() else None)
    if unbalanced := query.unbalanced():
        yield unbalanced
    elif placeholder:
        yield f"takes no placeholder, but there is {placeholder}"


def _of_arm(query: _Query) -> Iterator[str]:
    foreign = query.foreign_placeholder(VERSION, SERVICE, INTERVAL)
    bare = next((name for name in (VERSION, SERVICE) if name in query.code), None)
    if unbalanced := query.unbalanced():
        yield unbalanced
    elif foreign == WINDOW:
        yield f"takes {INTERVAL}, not {WINDOW}, which belongs to SLOs"
    elif foreign:
        yield f"unknown placeholder {foreign}; known are {VERSION}, {SERVICE} and {INTERVAL}"
    elif bare:
        yield f'{bare} must stand in quotes, as in version="{VERSION}"'
    elif VERSION in query.raw or SERVICE in query.raw:
        yield "a placeholder must stand in double quotes: in backticks nothing can be escaped"
    elif INTERVAL in query.quoted:
        yield f"{INTERVAL} must not stand in quotes"
    elif VERSION not in query.quoted:
        yield f'lacks {VERSION}, so both arms would be the same: write version="{VERSION}"'


def _of_interval(query: _Query) -> Iterator[str]:
    if INTERVAL not in query.code:
        what = "has a fixed range" if _FIXED_RANGE.search(query.code) else f"lacks {INTERVAL}"
        yield f"{what}, but the events of each interval are counted: write [{INTERVAL}]"
    elif _RATE.search(query.code):
        yield "is a rate, not a number of events: use increase(...)"


def _counter(query: _Query) -> Iterator[str]:
    if message := next(_without_window(query), None):
        yield message
    elif not _SELECTOR.fullmatch(query.code.strip()):
        yield "must be a bare selector such as http_requests_total"


def _matchers(query: _Query) -> Iterator[str]:
    if message := next(_without_window(query), None):
        yield message
    elif not _MATCHERS.fullmatch(query.code):
        yield "must be matchers such as code=~'5..', without braces"


def _histogram(query: _Query) -> Iterator[str]:
    match = _SELECTOR.fullmatch(query.code.strip())
    if message := next(_without_window(query), None):
        yield message
    elif "[" in query.code:
        yield "must be a selector without a range; leave out the [...]"
    elif match is None:
        yield "must be a bare selector such as http_request_duration_seconds{job='api'}"
    elif match["name"].endswith(("_bucket", "_count", "_sum")):
        bare, _, suffix = match["name"].rpartition("_")
        yield f"must be without the suffix _{suffix}: {shorten(bare)}"
    elif _LE.search(query.code):
        yield "must not select on `le`; `below` does"
