"""Faults of HTTP: each takes a call and its good answer, and sends something else in its place.

A fault gives the bytes to send on a connection that stays open, or writes by itself and gives
nothing, which closes the connection.
"""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable

from tests.support.faulty import Answer, Call, respond

Fault = Callable[[Call, bytes], bytes]
Breaks = Callable[[int], Fault]
TICK = 0.02
"""Seconds between the bytes of a server that drips."""


def struck(answer: Answer, fault: Fault, hits: Callable[[int], bool]) -> Answer:
    """The answer, with the fault at those requests, counted from zero, that are hit."""
    numbers = itertools.count()

    def answered(call: Call) -> bytes:
        good = answer(call)
        return fault(call, good) if hits(next(numbers)) else good

    return answered


def head_and_body(answer: bytes) -> tuple[list[bytes], bytes]:
    """The status line and headers, and the body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


def with_headers(good: bytes, *headers: str | bytes, without: bytes = b"") -> bytes:
    """The answer with more headers, and without those that begin so."""
    lines, body = head_and_body(good)
    kept = [line for line in lines if not (without and line.startswith(without))]
    more = [line.encode() if isinstance(line, str) else line for line in headers]
    return b"\r\n".join([*kept, *more]) + b"\r\n\r\n" + body


def header(*headers: str | bytes, without: bytes = b"") -> Fault:
    """The good answer under other headers."""
    return lambda _, good: with_headers(good, *headers, without=without)


def length(*values: str) -> Fault:
    """The good body under these lengths; then the connection closes."""
    lines = [f"Content-Length: {value}" for value in values]
    return closing(header(*lines, without=b"Content-Length"))


def body(change: Callable[[bytes], bytes], *headers: str) -> Fault:
    """A changed body of the right length."""
    return lambda _, good: respond(
        change(head_and_body(good)[1]), extra="".join(f"{line}\r\n" for line in headers)
    )


def always(raw: bytes) -> Fault:
    """The same bytes whatever is asked."""
    return lambda _, __: raw


def status(line: str, extra: str = "", text: str = "") -> Fault:
    """An error without an envelope."""
    return always(respond(text, line, "text/plain", extra))


def closing(fault: Fault) -> Fault:
    """The same, and then the connection closes."""

    def closed(call: Call, good: bytes) -> bytes:
        call.write(fault(call, good))
        return b""

    return closed


def cut(at: int) -> Fault:
    """The connection closes after so many bytes; negative ones are counted from the end."""
    return closing(lambda _, good: good[:at])


def reset(at: int) -> Fault:
    """The connection breaks after so many bytes."""

    def broken(call: Call, good: bytes) -> bytes:
        call.write(good[:at])
        call.reset()
        return b""

    return broken


def late(seconds: float) -> Fault:
    """The good answer after a while."""

    def waited(call: Call, good: bytes) -> bytes:
        call.closing.wait(seconds)
        return good

    return waited


def hang(call: Call, good: bytes) -> bytes:
    """Nothing, for ever."""
    call.closing.wait(60)
    return b""


def drip(start: int, call: Call, good: bytes) -> bytes:
    """The good answer byte by byte from there on."""
    call.write(good[:start])
    for byte in good[start:]:
        if call.closing.wait(TICK):
            break
        call.write(bytes([byte]))
    return b""


def drip_body(call: Call, good: bytes) -> bytes:
    """The head at once, the body byte by byte."""
    return drip(good.index(b"\r\n\r\n") + 4, call, good)


def endless(start: bytes, more: bytes) -> Fault:
    """A start, and then the same for ever."""

    def poured(call: Call, _: bytes) -> bytes:
        call.write(start)
        while not call.closing.is_set():
            call.write(more)
        return b""

    return poured


def chunked(good: bytes, *, size: bytes = b"%x", end: bytes = b"0\r\n\r\n") -> bytes:
    """The good answer in one chunk."""
    lines, text = head_and_body(good)
    kept = [line for line in lines if not line.startswith(b"Content-Length")]
    head = b"\r\n".join([*kept, b"Transfer-Encoding: chunked"])
    shown = size % len(text) if b"%" in size else size
    return head + b"\r\n\r\n" + shown + b"\r\n" + text + b"\r\n" + end


def truncated_gzip(text: bytes) -> bytes:
    """Half of a gzip stream."""
    packed = gzip.compress(text)
    return packed[: len(packed) // 2]


def redirect(to: str, line: str = "302 Found") -> Fault:
    """Sends the client elsewhere."""
    return status(line, f"Location: {to}\r\n")
