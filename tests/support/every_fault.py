"""Every fault of HTTP that the tests know, by what comes of it."""

from __future__ import annotations

import gzip
import zlib
from functools import partial

from tests.support.faults import (
    Fault,
    always,
    body,
    chunked,
    closing,
    cut,
    drip,
    drip_body,
    endless,
    hang,
    head_and_body,
    header,
    length,
    redirect,
    reset,
    status,
    truncated_gzip,
    with_headers,
)  # fmt: skip
from tests.support.faulty import respond

HUGE = 8 << 20
"""Bytes; twice of what the clients read of an answer."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
BOMB, DEFLATED = gzip.compress(b" " * HUGE), zlib.compress(b" " * HUGE)
NESTED = gzip.compress(BOMB)
SLOW: dict[str, Fault] = {
    "nothing, for ever": hang,
    "the head drips": partial(drip, 0),
    "the body drips": drip_body,
    "chunks drip": lambda call, good: drip(len(CHUNKED), call, CHUNKED + b"1\r\n \r\n" * 10_000),
    "longer than it is, and hanging": lambda call, good: hang(
        call,
        bytes(call.write(with_headers(good, "Content-Length: 99999999", without=b"Content-Le"))),
    ),
}
"""Nothing comes to its end."""
POURING: dict[str, Fault] = {
    "endless chunks": endless(CHUNKED, b"10000\r\n" + b" " * 0x10000 + b"\r\n"),
    "endless tiny chunks": endless(CHUNKED, b"2\r\n  \r\n" * 4096),
    "endless chunk extension": endless(CHUNKED + b"1;", b"x" * 4096),
    "endless trailers": endless(CHUNKED + b"0\r\n", b"X-More: x\r\n" * 4096),
    "endless body without a length": endless(OK + b"\r\n", b" " * 65536),
    "endless headers": endless(OK, b"X-More: x\r\n" * 4096),
    "endless header": endless(OK + b"X-More: ", b"x" * 4096),
    "endless status line": endless(b"HTTP/1.1 200 ", b"x" * 4096),
    "100 Continue, for ever": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1024),
    "103 Early Hints, for ever": endless(
        b"", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" * 512
    ),
}
"""Too much comes."""
BROKEN: dict[str, Fault] = {
    "closed at once": cut(0),
    "reset at once": reset(0),
    "cut in the head": cut(20),
    "cut before the body": lambda call, good: cut(good.index(b"\r\n\r\n") + 4)(call, good),
    "cut before the last byte": cut(-1),
    "reset before the last byte": reset(-1),
    "too short a length": length("10"),
    "too long a length": length("99999999"),
    "negative length": length("-1"),
    "length in words": length("many"),
    "length with an exponent": length("1e3"),
    "two lengths": length("5", "6"),
    "length of 30 digits": length("9" * 30),
    "length and chunks": closing(lambda _, good: with_headers(chunked(good), "Content-Length: 7")),
    "chunk size in words": closing(lambda _, good: chunked(good, size=b"zz")),
    "negative chunk size": closing(lambda _, good: chunked(good, size=b"-5")),
    "too small a chunk size": closing(lambda _, good: chunked(good, size=b"5")),
    "huge chunk size": closing(lambda _, good: chunked(good, size=b"f" * 16)),
    "no last chunk": closing(lambda _, good: chunked(good, end=b"")),
    "unknown transfer encoding": closing(header("Transfer-Encoding: gzip, chunked")),
    "HTTP/0.9": closing(lambda _, good: head_and_body(good)[1]),
    "HTTP/7": closing(lambda _, good: good.replace(b"HTTP/1.1", b"HTTP/7.3", 1)),
    "SSH": always(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "a TLS alert": closing(always(b"\x15\x03\x01\x00\x02\x02\x16")),
    "a zero byte in a header": header("X-Odd: \0"),
    "a header without a name": header(": x"),
    "a huge header": header("X-Huge: " + "x" * 200_000),
    "gzip bomb": body(lambda _: BOMB, "Content-Encoding: gzip"),
    "deflate bomb": body(lambda _: DEFLATED, "Content-Encoding: deflate"),
    "nested gzip bomb": body(lambda _: NESTED, "Content-Encoding: gzip, gzip"),
    "truncated gzip": body(truncated_gzip, "Content-Encoding: gzip"),
    "gzip that is none": body(lambda text: text, "Content-Encoding: x-gzip"),
    "gzip that nobody tells": body(gzip.compress),
    "a very long encoding": body(lambda text: text, "Content-Encoding: " + "br, " * 10_000),
    "more than its length": lambda _, good: good + b"HTTP/1.1 200 O",
}
"""What comes is no answer."""
REFUSED: dict[str, Fault] = {
    "204": always(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "204 with a body": lambda _, good: good.replace(b"200 OK", b"204 No Content", 1),
    "205": lambda _, good: good.replace(b"200 OK", b"205 Reset Content", 1),
    "206": lambda _, good: good.replace(b"200 OK", b"206 Partial Content", 1),
    "101": always(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    ),
    "304": always(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "407": status("407 Proxy Authentication Required"),
    "408": status("408 Request Timeout"),
    "425": status("425 Too Early"),
    "500": status("500 Internal Server Error", text="oh"),
    "500 with a deep error": always(
        respond('{"error": ' + "[" * 600 + "]" * 600 + "}", "500 Internal Server Error")
    ),
    "503 with the answer": lambda _, good: good.replace(b"200 OK", b"503 Busy", 1),
    "503 with a very long reason": status("503 " + "busy " * 10_000),
    "507": status("507 Insufficient Storage"),
    "599": status("599 What"),
    "429": status("429 Too Many Requests"),
    "429, once more in a second": status("429 Slow Down", "Retry-After: 1\r\n"),
    "429, in an age": status("429 Slow Down", "Retry-After: " + "9" * 50 + "\r\n"),
    "429, at a date": status("429 Slow Down", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n"),
    "429, at a date that is gone": status(
        "429 No", "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
    ),
    "429, at a date that is none": status("429 No", "Retry-After: Fri, 99 Foo 99999 99:99:99\r\n"),
    "429, in less than nothing": status("429 Slow Down", "Retry-After: -5\r\n"),
    "429, soon": status("429 Slow Down", "Retry-After: so\xf6n\r\n"),
    "503, in many ways": status("503 No", "Retry-After: 0\r\nRetry-After: 60\r\n"),
    "redirect to a file": redirect("file:///etc/passwd"),
    "redirect to a script": redirect("javascript:alert(1)"),
    "redirect to another scheme": redirect("gopher://127.0.0.1/x"),
    "redirect to TLS": redirect("https://127.0.0.1/api/v1/query"),
    "redirect to a very long host": redirect(f"http://{'a' * 50_000}/"),
    "redirect to no address": redirect("http://[::1"),
    "redirect to nothing": redirect(""),
    "redirect to a port that is none": redirect("http://127.0.0.1:99999999/"),
    "redirect without a place": status("302 Found"),
    "redirect in a circle": lambda call, _: redirect(call.target, "307 Temporary Redirect")(
        call, b""
    ),
}
"""An answer that says no."""
HARMLESS: dict[str, Fault] = {
    "in one chunk": lambda _, good: chunked(good),
    "chunk extensions and trailers": lambda _, good: chunked(
        good, size=b"%x;a=b", end=b"0\r\nX: y\r\n\r\n"
    ),
    "until the connection closes": closing(header("Connection: close", without=b"Content-Length")),
    "after hints": lambda _, good: b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" * 50 + good,
    "the same length twice": lambda _, good: with_headers(good, *head_and_body(good)[0][2:3]),
    "a cookie": header("Set-Cookie: sid=1; Path=/"),
    "a cookie beyond ASCII": header("Set-Cookie: sid=sch\xf6n".encode("latin-1")),
    "a cookie in UTF-8": header("Set-Cookie: s\xefd=\u2603; Expires=never; Max-Age=x"),
    "a thousand cookies": header(*(f"Set-Cookie: c{n}={'x' * 20}" for n in range(1000))),
    "a header beyond ASCII": header("X-Odd: \u2603".encode()),
}
"""Odd, but the answer is there."""
