"""A small real HTTP server that misbehaves on purpose, on a loopback socket."""

from __future__ import annotations

import json
import os
import re
import socket
import socketserver
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

Answer = Callable[["Call"], bytes]
"""From a call to the raw bytes of a whole HTTP response."""


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    form: dict[str, str]
    write: Callable[[bytes], Any]
    reset: Callable[[], None]
    closing: threading.Event

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass
class FaultyServer:
    """Answers every request with `answer`; `calls` keeps what came in."""

    answer: Answer
    calls: list[Call] = field(default_factory=list)
    url: str = ""


class _Handler(socketserver.StreamRequestHandler):
    def setup(self) -> None:
        tls: ssl.SSLContext | None = self.server.tls  # type: ignore[attr-defined]
        if tls is not None:
            self.request = tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        owner: FaultyServer = self.server.owner  # type: ignore[attr-defined]
        closing: threading.Event = self.server.closing  # type: ignore[attr-defined]
        try:
            while (call := self._read(closing)) is not None:
                owner.calls.append(call)
                answer = owner.answer(call)
                if not answer:
                    return
                self.wfile.write(answer)
        except OSError:
            return

    def _read(self, closing: threading.Event) -> Call | None:
        request = self.rfile.readline().decode("latin-1").split()
        if len(request) != 3:
            return None
        method, target, _ = request
        headers = {}
        while (line := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0"))).decode()
        text = body or target.partition("?")[2]
        form = {name: values[0] for name, values in parse_qs(text).items()}
        return Call(method, target, headers, form, self.wfile.write, self._reset, closing)

    def _reset(self) -> None:
        """Close the connection with an RST in place of a FIN."""
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.request.detach())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away, or do not trust a certificate, are what these tests are about."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Server6(_Server):
    address_family = socket.AF_INET6


@contextmanager
def faulty(
    answer: Answer, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[FaultyServer]:
    """Serve until the block ends; hanging handlers are let go."""
    owner = FaultyServer(answer)
    shown = f"[{host}]" if ":" in host else host
    with (_Server6 if ":" in host else _Server)((host, 0), _Handler) as server:
        server.owner = owner  # type: ignore[attr-defined]
        server.tls = tls  # type: ignore[attr-defined]
        server.closing = threading.Event()  # type: ignore[attr-defined]
        owner.url = f"http{'s' if tls else ''}://{shown}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield owner
        finally:
            server.closing.set()  # type: ignore[attr-defined]
            server.shutdown()
            thread.join()


def respond(
    body: str | bytes, status: str = "200 OK", kind: str = "application/json", extra: str = ""
) -> bytes:
    """A whole response."""
    raw = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(raw)}\r\n{extra}\r\n"
    return head.encode() + raw


def error(status: str, kind: str, message: str) -> bytes:
    """An error as Prometheus sends it."""
    body = {"status": "error", "errorType": kind, "error": message}
    return respond(json.dumps(body), status)


def success(result: list[Any], kind: str, **more: Any) -> bytes:
    """A successful answer as Prometheus sends it."""
    data = {"resultType": kind, "result": result}
    return respond(json.dumps({"status": "success", "data": data, **more}))


def points(call: Call, value: str) -> list[list[Any]]:
    """That value at every time which a range query asks for."""
    start, end, step = (int(call.form[name]) for name in ("start", "end", "step"))
    return [[at, value] for at in range(start, end + 1, step)]


def constant(values: Callable[[Call], list[str]]) -> Answer:
    """A Prometheus whose queries yield one series for each of the values, everywhere the same."""

    def answer(call: Call) -> bytes:
        if "query" not in call.form:
            return error("404 Not Found", "not_found", "no such path")
        series = list(enumerate(values(call)))
        if "step" in call.form:
            matrix = [
                {"metric": {"n": str(n)}, "values": points(call, value)} for n, value in series
            ]
            return success(matrix, "matrix")
        at = int(call.form["time"])
        return success([{"metric": {"n": str(n)}, "value": [at, v]} for n, v in series], "vector")

    return answer


def healthy(call: Call) -> list[str]:
    """A hundred events a second, of which one in 100 000 is bad."""
    span = re.search(r"\[(\d+)s\]", call.form["query"])
    total = 100 * int(span[1]) if span else 100_000
    return [str(total / 100_000 if "5.." in call.form["query"] else total)]
