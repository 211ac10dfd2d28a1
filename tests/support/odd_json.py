"""Answers of Prometheus that are JSON, or nearly, and odd: each is made from a good body."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Change = Callable[[bytes], bytes]


def points(answer: dict[str, Any]) -> list[list[Any]]:
    """All points of all series."""
    found: list[list[Any]] = []
    for one in answer["data"]["result"]:
        found += one["values"] if "values" in one else [one["value"]]
    return found


def changed(change: Callable[[dict[str, Any]], object]) -> Change:
    """The answer with something in it set anew."""

    def rewritten(text: bytes) -> bytes:
        answer = json.loads(text)
        change(answer)
        return json.dumps(answer).encode()

    return rewritten


def valued(value: str) -> Change:
    """Every value replaced by this JSON."""
    return lambda text: re.sub(rb'(\[\d+, )"[^"]*"\]', rb"\g<1>" + value.encode() + b"]", text)


def timed(value: str) -> Change:
    """Every time replaced by this JSON."""
    return lambda text: re.sub(rb'\[\d+, "', b"[" + value.encode() + b', "', text)


def prefixed(text: str) -> Change:
    """More keys in front of the answer's own."""
    return lambda body: b"{" + text.encode() + body[1:]


def suffixed(text: str) -> Change:
    """More keys after the answer's own."""
    return lambda body: body[:-1] + text.encode() + b"}"


def _each(answer: dict[str, Any], change: Callable[[list[Any]], object]) -> None:
    for point in points(answer):
        change(point)


def _series(answer: dict[str, Any], name: str, value: object) -> None:
    for one in answer["data"]["result"]:
        one[name] = value


UNREADABLE: dict[str, Change] = {
    "deep lists": lambda _: b"[" * 200_000,
    "deep objects": lambda _: b'{"a":' * 100_000,
    "deep and closed": lambda _: b"[" * 100_000 + b"]" * 100_000,
    "deep beside the answer": prefixed('"x": ' + "[" * 50_000 + "]" * 50_000 + ", "),
    "deep warnings": prefixed('"warnings": [' + "[" * 600 + "]" * 600 + "], "),
    "a number of 100 000 digits": prefixed('"x": ' + "9" * 100_000 + ", "),
    "two answers": lambda text: text + text,
    "nothing": lambda _: b"",
    "zero bytes": lambda text: b"\0" * len(text),
    "UTF-16 without its mark, cut": lambda text: text.decode().encode("utf-16-le")[:-1],
    "half a UTF-8 character": lambda text: text[:1] + b'"x": "\xc3", ' + text[1:],
    "JavaScript": lambda text: b"callback(" + text + b")",
    "single quotes": lambda text: text.replace(b'"', b"'"),
    "the status twice": suffixed(', "status": "success"'),
    "the data twice": suffixed(', "data": {"resultType": "matrix", "result": []}'),
    "isPartial twice": suffixed(', "isPartial": true, "isPartial": false'),
}
"""What nobody can read, or can read in two ways."""
UNPROMISED: dict[str, Change] = {
    "null": lambda _: b"null",
    "a number": lambda _: b"1e999",
    "a list": lambda text: b"[" + text + b"]",
    "a failure": changed(lambda a: a.update(status="error", error="\ud800")),
    "no status": changed(lambda a: a.pop("status")),
    "no data": changed(lambda a: a.pop("data")),
    "data is null": changed(lambda a: a.update(data=None)),
    "no result": changed(lambda a: a["data"].pop("result")),
    "the result is null": changed(lambda a: a["data"].update(result=None)),
    "the result is an object": changed(lambda a: a["data"].update(result={})),
    "the result is text": changed(lambda a: a["data"].update(result="")),
    "no type": changed(lambda a: a["data"].pop("resultType")),
    "unknown type": changed(lambda a: a["data"].update(resultType="streams")),
    "text": changed(lambda a: a["data"].update(resultType="string")),
    "series without values": changed(lambda a: a["data"].update(result=[{"metric": {}}])),
    "series without labels": changed(lambda a: [one.pop("metric") for one in a["data"]["result"]]),
    "labels are null": changed(lambda a: _series(a, "metric", None)),
    "labels are lists": changed(lambda a: _series(a, "metric", {"le": []})),
    "labels are pairs": changed(lambda a: _series(a, "metric", [[1, "x"], ["a", "y"]])),
    "values are null": changed(lambda a: _series(a, "values", None)),
    "points of three": changed(lambda a: _each(a, lambda p: p.append(1))),
    "points of one": changed(lambda a: _each(a, lambda p: p.pop())),
    "words": valued('"many"'),
    "null values": valued("null"),
    "lists": valued("[]"),
    "a value of 100 000 digits and a letter": valued('"' + "9" * 100_000 + 'x"'),
    "times are null": timed("null"),
    "times are words": timed('"now"'),
    "times are NaN": timed("NaN"),
    "times are infinite": timed("1e999"),
    "other times": timed("7"),
    "huge times": timed("9" * 400),
    "negative times": timed("-1e300"),
    "true values": valued("true"),
}
"""JSON, but nothing that the API promises."""
DOUBTFUL: dict[str, Change] = {
    "NaN": valued('"NaN"'),
    "bare NaN": valued("NaN"),
    "infinite": valued('"+Inf"'),
    "bare infinite": valued("-Infinity"),
    "beyond all floats": valued('"1e999"'),
    "beyond all floats, bare": valued("-1e999"),
    "beyond all counts": valued('"1e300"'),
    "negative": valued('"-5"'),
    "a number of 4000 digits": valued('"' + "9" * 4000 + '"'),
}
"""An answer as it is promised, with values that count nothing."""
HARMLESS: dict[str, Change] = {
    "UTF-16": lambda text: text.decode().encode("utf-16"),
    "UTF-8 with a mark": lambda text: b"\xef\xbb\xbf" + text,
    "white space around": lambda text: b" \r\n\t" * 1000 + text + b"\n" * 1000,
    "unknown keys": prefixed('"x": {"y": [1, "\\ud800", null]}, '),
    "lone surrogates": suffixed(', "warnings": ["\\ud800 \\udc00 \\u0000 \\u001b[31m"]'),
    "a hundred thousand warnings": suffixed(', "warnings": [' + '"x",' * 99_999 + '"y"]'),
}
"""Odd, but all there."""
