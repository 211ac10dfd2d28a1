"""A proxy that passes queries on to one server and keeps a record of them."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Request = tuple[str, str, str]
"""Method, path with query, body."""
KEPT = ("Content-Type", "Accept", "Accept-Encoding")
RETURNED = ("Content-Type", "Content-Encoding")


class Recorder(ThreadingHTTPServer):
    """Listens on a free loopback port; `requests` are in the order of their arrival.

    `sizes` are the bytes of the bodies that were answered.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.requests: list[Request] = []
        self.sizes: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Recorder
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(self.server.target)

    def finish(self) -> None:
        self.upstream.close()
        super().finish()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, body.decode()))
        headers = {name: self.headers[name] for name in KEPT if name in self.headers}
        self.upstream.request(self.command, self.path, body, headers)
        answer = self.upstream.getresponse()
        content = answer.read()
        self.server.sizes.append(len(content))
        self.send_response(answer.status)
        for name in RETURNED:
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815 - the name that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def recording(target: str) -> Iterator[Recorder]:
    """A proxy in a thread of its own."""
    with Recorder(target) as recorder:
        threading.Thread(target=recorder.serve_forever, daemon=True).start()
        try:
            yield recorder
        finally:
            recorder.shutdown()
