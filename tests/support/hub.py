"""A small GitHub and GitLab on a loopback socket: just their comments, and they remember them.

with hub() as server:
    server.seed(7, "a comment of somebody else")
    ... GITHUB_API_URL=server.url, CI_API_V4_URL=server.url + "/api/v4" ...
    assert server.comments(7)[-1]["body"] == ...
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-the-tests"
"""Of a person, on both platforms. GitHub has INSTALLATION besides."""
INSTALLATION = "installation"
"""What workflows get: it may comment, but may not ask who it is."""
LONGEST = 65_536
"""Characters of a comment on GitHub."""
BOT = {"login": "github-actions[bot]", "type": "Bot"}
PERSON = {"login": "robot", "type": "User"}
ACCOUNT = {"id": 4711, "username": "project_bot"}
HANG, RESET = "hang", "reset"
"""Faults: never answer, and close the connection without an answer."""

Answer = tuple[int, Any, dict[str, str]]


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Fault:
    """What happens instead, to requests of that method (all if empty), so many times."""

    answer: tuple[int, Any] | str
    method: str = ""
    times: float = float("inf")


@dataclass
class Hub:
    """`requests` keeps what came in; `fail` lets it go wrong."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    _comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last_id: int = 1000

    def comments(self, number: int = 7) -> list[dict[str, Any]]:
        """Of that pull request or merge request, oldest first."""
        return self._comments.setdefault(number, [])

    def seed(self, number: int, body: str, login: str = "someone", **more: Any) -> dict[str, Any]:
        """A comment that somebody wrote before; `more` are other members of it, as `system`."""
        author = {"id": len(login), "username": login}
        user = {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}
        return self._add(number, body, user=user, author=author, **more)

    def fail(self, answer: tuple[int, Any] | str, method: str = "", *, times: float = 0) -> None:
        """Answer so, HANG or RESET from now on, or so many times."""
        self._faults.append(Fault(answer, method, times or float("inf")))

    def written(self) -> list[Request]:
        """The requests that wrote something."""
        return [request for request in self.requests if request.method != "GET"]

    def _add(self, number: int, body: str, **more: Any) -> dict[str, Any]:
        self._last_id += 1
        comment = {"id": self._last_id, "body": body, "system": False, **more}
        self.comments(number).append(comment)
        return comment

    def take(self, request: Request) -> Answer | str:
        """Keep the request, and answer it."""
        with self._lock:
            self.requests.append(request)
            for index, fault in enumerate(self._faults):
                if fault.method in ("", request.method):
                    self._faults[index : index + 1] = _rest(fault)
                    return fault.answer if isinstance(fault.answer, str) else (*fault.answer, {})
            for method, pattern, handler in _ROUTES:
                if method == request.method and (found := re.fullmatch(pattern, request.path)):
                    return handler(self, request, *map(int, found.groups()))
        return 404, {"message": "Not Found"}, {}


def _rest(fault: Fault) -> list[Fault]:
    return [Fault(fault.answer, fault.method, fault.times - 1)] if fault.times > 1 else []


def _login(request: Request) -> str:
    """The token that was shown, if it is a good one for this platform."""
    if request.path.startswith("/api/v4/"):
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = request.headers.get("private-token") or bearer
        return token if token == TOKEN else ""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind in ("Bearer", "token") and token in (TOKEN, INSTALLATION) else ""


_Handler = Callable[..., Answer]


def _private(answer: _Handler) -> _Handler:
    def checked(hub: Hub, request: Request, *numbers: int) -> Answer:
        if not _login(request):
            return 401, {"message": "Bad credentials"}, {}
        return answer(hub, request, *numbers)

    return checked


def _user(hub: Hub, request: Request) -> Answer:
    if request.path.startswith("/api/v4/"):
        return 200, ACCOUNT, {}
    if _login(request) == INSTALLATION:
        return 403, {"message": "Resource not accessible by integration"}, {}
    return 200, PERSON, {}


def _list(hub: Hub, request: Request, number: int) -> Answer:
    size = min(int(request.query.get("per_page", "30")), 100)
    page = int(request.query.get("page", "1"))
    everything = hub.comments(number)
    gitlab = request.path.startswith("/api/v4/")
    # GitLab lists the newest first unless it is asked otherwise.
    ordered = everything
    if gitlab and request.query.get("sort", "desc") == "desc":
        ordered = everything[::-1]
    more = len(ordered) > page * size
    address = f"{hub.url}{request.path}?per_page={size}&page={page + 1}"
    headers = {"X-Next-Page": str(page + 1) if more else ""} if gitlab else {}
    if more:
        headers["Link"] = f'<{address}>; rel="next"'
    return 200, ordered[(page - 1) * size : page * size], headers


def _create(hub: Hub, request: Request, number: int) -> Answer:
    if (refused := _refused(request)) is not None:
        return refused
    user = BOT if _login(request) == INSTALLATION else PERSON
    return 201, hub._add(number, request.body["body"], user=user, author=ACCOUNT), {}


def _change(hub: Hub, request: Request, *numbers: int) -> Answer:
    if (refused := _refused(request)) is not None:
        return refused
    # GitLab's path names the merge request too; GitHub's has the comment alone.
    threads = [hub.comments(numbers[0])] if len(numbers) == 2 else list(hub._comments.values())
    for comment in (comment for thread in threads for comment in thread):
        if comment["id"] == numbers[-1]:
            if len(numbers) == 2 and comment["author"] != ACCOUNT:
                return 403, {"message": "403 Forbidden"}, {}
            comment["body"] = request.body["body"]
            return 200, comment, {}
    return 404, {"message": "Not Found"}, {}


def _refused(request: Request) -> Answer | None:
    body = request.body.get("body") if isinstance(request.body, dict) else None
    if not isinstance(body, str) or not body.strip():
        status = 400 if request.path.startswith("/api/v4/") else 422
        return status, {"message": "body is missing"}, {}
    if len(body) > LONGEST and not request.path.startswith("/api/v4/"):
        return 422, {"message": f"Body is too long (maximum is {LONGEST} characters)"}, {}
    return None


def _viewer(hub: Hub, request: Request) -> Answer:
    """GraphQL, of which the hub knows one question; it answers apps too."""
    if "viewer" not in request.body.get("query", ""):
        return 200, {"errors": [{"message": "no such field"}]}, {}
    login = BOT["login"] if _login(request) == INSTALLATION else PERSON["login"]
    return 200, {"data": {"viewer": {"login": login}}}, {}


_GITHUB = r"/repos/[^/]+/[^/]+/issues"
_GITLAB = r"/api/v4/projects/[^/]+/merge_requests/(\d+)/notes"
_ROUTES: list[tuple[str, str, _Handler]] = [
    ("GET", r"(?:/api/v4)?/user", _private(_user)),
    ("POST", r"/graphql", _private(_viewer)),
    ("GET", rf"{_GITHUB}/(\d+)/comments", _private(_list)),
    ("POST", rf"{_GITHUB}/(\d+)/comments", _private(_create)),
    ("PATCH", rf"{_GITHUB}/comments/(\d+)", _private(_change)),
    ("GET", _GITLAB, _private(_list)),
    ("POST", _GITLAB, _private(_create)),
    ("PUT", rf"{_GITLAB}/(\d+)", _private(_change)),
]


class _Listener(BaseHTTPRequestHandler):
    hub: Hub

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        raw = self.rfile.read(int(headers.get("content-length", "0")))
        body = json.loads(raw) if raw else None
        answer = self.hub.take(Request(self.command, parts.path, query, headers, body))
        if isinstance(answer, str):
            if answer == HANG:
                self.hub.closing.wait()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        status, content, more = answer
        text = content if isinstance(content, str) else json.dumps(content)
        self.send_response(status)
        sized = {"Content-Type": "application/json", "Content-Length": str(len(text.encode()))}
        for name, value in {**sized, **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the requests are kept."""


@contextmanager
def hub() -> Iterator[Hub]:
    """Serve until the block ends; hanging requests are let go."""
    owner = Hub()
    handler = type("Listener", (_Listener,), {"hub": owner})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        owner.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield owner
        finally:
            owner.closing.set()
            server.shutdown()
            thread.join()
