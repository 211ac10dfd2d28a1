"""What can be told of an SLI's queries without asking a server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slogate.config.problems import shorten

WINDOW = "{{window}}"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\[\[[^\[\]]*\]\]|\$\{?[A-Za-z_]\w*\}?")
# NOTE: in quoted text a $ may end a regular expression, and [[:alpha:]] be part of one.
_PLACEHOLDER_IN_TEXT = re.compile(r"\{\{[^{}]*\}\}|\$\{?__\w+\}?")
_SELECTOR = re.compile(r"(?P<name>[A-Za-z_:][\w:]*)\s*(\{[^{}]*\})?", re.ASCII)
_FIXED_RANGE = re.compile(r"\[\s*\d+[a-z]", re.ASCII)
_RATE = re.compile(r"\bi?rate\s*\(")
_LE = re.compile(r"[{,]\s*le\s*[=!]")

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


def _same_text(sli: Mapping[str, Any]) -> Iterator[Remark]:
    total = sli.get("total")
    for key in ("good", "bad"):
        text = sli.get(key)
        if isinstance(text, str) and isinstance(total, str) and text.split() == total.split():
            yield (key,), "is the same as `total`, so the SLI would never change"


@dataclass(frozen=True)
class _Query:
    """A query without comments: its code, where quoted text is emptied, and that text."""

    code: str
    quoted: str
    unclosed: str

    @classmethod
    def read(cls, query: str) -> _Query:
        code: list[str] = []
        quoted: list[str] = []
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
                escaped = character == "\\" and not escaped and inside != "`"
        return cls("".join(code), "".join(quoted), inside.replace("#", ""))

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

    def foreign_placeholder(self) -> str | None:
        """What another tool would fill in."""
        found = [
            *_PLACEHOLDER.findall(self.code),
            *_PLACEHOLDER_IN_TEXT.findall(self.quoted),
        ]
        return next((shorten(text) for text in found if text != WINDOW), None)

    def has_window(self) -> bool:
        """Whether the range is left to the tool."""
        return WINDOW in self.code


def _with_window(query: _Query) -> Iterator[str]:
    foreign = query.foreign_placeholder()
    if unbalanced := query.unbalanced():
        yield unbalanced
    elif foreign:
        yield f"unknown placeholder {foreign}; the only one is {WINDOW}: write [{WINDOW}]"
    elif not query.has_window():
        what = "has a fixed range" if _FIXED_RANGE.search(query.code) else f"lacks {WINDOW}"
        yield f"{what}, but slogate sets the range: write [{WINDOW}]"


def _without_window(query: _Query) -> Iterator[str]:
    placeholder = query.foreign_placeholder() or (WINDOW if query.has_window() else None)
    if unbalanced := query.unbalanced():
        yield unbalanced
    elif placeholder:
        yield f"takes no placeholder, but there is {placeholder}"


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
