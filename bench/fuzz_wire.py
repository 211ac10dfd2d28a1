"""A server in memory behind the real HTTP client: one answer of a run is wrong, or each is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

import httpx

from bench.fuzz_files import split
from bench.fuzz_target import SECRET
from bench.fuzz_values import WORDS, as_json, mutated
from slogate.sources import http
from slogate.sources.http import JsonApi

NOW = 1_795_176_420
STATUSES = (*[200] * 40, 204, 206, 301, 302, 304, 400, 401, 404, 418, 422, 429, 500, 503, 999)
S = TypeVar("S")
T = TypeVar("T")
Answer = Callable[[int, httpx.Request], httpx.Response]


class Wire(httpx.BaseTransport):
    """Answers requests from memory; the requests of a case are counted."""

    def __init__(self) -> None:
        self.count = 0
        self.answer: Answer = lambda _, __: httpx.Response(200)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer."""
        number, self.count = self.count, self.count + 1
        return self.answer(number, request)


_WIRE = Wire()
CLIENT = httpx.Client(transport=_WIRE, headers={"Authorization": f"Bearer {SECRET}"})


def client(answer: Answer) -> httpx.Client:
    """The HTTP client, whose server is this one from now on; to make one takes long."""
    _WIRE.count, _WIRE.answer = 0, answer
    return CLIENT


def served(kind: Callable[[S], T], settings: S, answer: Answer) -> T:
    """A new source, whose server is this one; to set up TLS takes longer than a case.

    The network and time are what is left out; all that lies between is the real thing.
    """
    with patch.object(http, "tls_context", lambda _: None):
        found = kind(settings)
    api: JsonApi = found._api  # type: ignore[attr-defined]  # noqa: SLF001
    kept = client(answer)
    api._client = lambda: kept  # type: ignore[method-assign]  # noqa: SLF001
    api._sleep = lambda _: None  # noqa: SLF001
    return found


def made(word: str, body: bytes, draw: Random, most: int, seed: str = "-") -> bytes:
    """A case: status, which request gets it (-1: each), a word, a seed, a header; then the body.

    With a seed the body is the right answer, mutated.
    """
    at = -1 if draw.random() < 0.3 else draw.randrange(most)
    header = draw.choice(("", "", "", "", *WORDS[:40])).encode("ascii", "ignore").hex()
    return f"{draw.choice(STATUSES)} {at} {word} {seed} {header}\n".encode() + body


def replied(case: bytes, right: Callable[[httpx.Request], bytes]) -> tuple[Answer, str]:
    """The server of a case, and the word of it."""
    head, body = split(case)
    status, at, word, seed, header = (f"{head} - - - - -").split(" ")[:5]
    code = int(status) if re.fullmatch("[2-9][0-9][0-9]", status) else 200
    headers = _headers(header, code)

    def answer(number: int, request: httpx.Request) -> httpx.Response:
        if at not in ("-1", str(number)):
            return httpx.Response(200, stream=httpx.ByteStream(right(request)))
        raw = body if seed == "-" else _odd_answer(right(request), seed)
        return httpx.Response(code, headers=headers, stream=httpx.ByteStream(raw))

    return answer, word


def _headers(text: str, status: int) -> dict[str, str]:
    value = bytes.fromhex(text) if re.fullmatch("([0-9a-f]{2})+", text) else b""
    plain = "".join(chr(byte) for byte in value if 32 <= byte < 127)
    if not plain:
        return {}
    if 300 <= status < 400:
        return {"Location": plain}
    return {"Retry-After" if len(plain) % 7 else "Content-Encoding": plain}


def _odd_answer(raw: bytes, seed: str) -> bytes:
    draw = Random(seed)
    data = json.loads(raw)
    if draw.random() < 0.5:
        _odd_values(data, draw)
    return as_json(mutated(data, draw, 2), draw)


def _odd_values(data: Any, draw: Random) -> None:
    """Values that are numbers and odd, which only the last checks can tell."""
    result = data.get("data", {}).get("result", [])
    for one in result if isinstance(result, list) else []:
        value = draw.choice(("NaN", "+Inf", "-1", "1e308", "1e-320", "0", "1e300", "0.5"))
        if isinstance(one, dict) and "values" in one:
            for point in one["values"][draw.randrange(20) :]:
                point[1] = value
        elif isinstance(one, dict):
            one["value"] = [NOW, value]
