"""One JSON API over HTTP: authenticated, bounded in time and size, patient with passing faults."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

import httpx

from slogate.deadline import Deadline
from slogate.errors import ConfigError, MeasurementError
from slogate.sources.answers import ApiError, TransientError, read, shorten, status_error
from slogate.sources.connection import HttpSettings, connect, tls_context

Form = Mapping[str, str | Sequence[str]]
"""Fields of a request; one with several values is sent once for each."""
MAX_REDIRECTS = 3
ATTEMPTS = 6
FIRST_PAUSE = 0.25
"""Seconds; each pause is twice the one before, so that six attempts outlast a restart."""


class JsonApi:
    """Calls of one server over kept connections; safe to share between threads.

    `url` is its address without credentials.
    """

    def __init__(
        self, settings: HttpSettings, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        try:
            self._base = httpx.URL(settings.url.rstrip("/"))
        except (ValueError, httpx.InvalidURL) as error:
            raise ConfigError(f"the address of the source cannot be used: {error}") from None
        self.url = _address(self._base)
        self._places: dict[str, httpx.URL] = {}
        self._timeout = settings.timeout
        self._sleep = sleep
        self._down: MeasurementError | None = None
        self._answered = False
        self._settings = settings
        self._credentials = [part.encode() for part in settings.credentials() if len(part) > 3]
        self._tls = tls_context(settings)
        # NOTE: a client of its own for each thread: a shared pool makes its threads queue for a lock.
        self._own = threading.local()
        self._clients: list[httpx.Client] = []

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients:
            client.close()

    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = connect(self._settings, self._tls)
            self._clients.append(client)
        return client

    def _parse(self, body: bytes) -> Any:
        try:
            return json.loads(body, object_pairs_hook=_unambiguous)
        except (ValueError, RecursionError):
            quoted = self._without_credentials(body)[:80].decode("utf-8", "replace")
            raise MeasurementError(
                f"the answer is not JSON (it starts with {shorten(quoted, 60)!r}); is `url` the "
                "address of the API?"
            ) from None

    def _without_credentials(self, body: bytes) -> bytes:
        """What is quoted of an answer, masked before it is cut: it may repeat what was sent."""
        for part in self._credentials:
            body = body.replace(part, b"***")
        return body

    def call(self, method: str, path: str, form: Form, deadline: Deadline, what: str) -> Any:
        """The parsed JSON of a successful answer.

        `what` says in a few words what is asked, for messages. Raises ApiError for an answer with
        an error status that a retry does not help, MeasurementError for everything else.
        """
        if self._down is not None:
            raise self._down
        where = f"{what} ({method} {self.url}{path})"
        attempt = 0
        while True:
            attempt += 1
            try:
                body = self._send(method, path, form, deadline)
                self._answered = True
                return self._parse(body)
            except TransientError as fault:
                self._pause_or_give_up(fault, attempt, deadline, where)
            except ApiError as error:
                raise ApiError(error.status, error.kind, str(error), where) from None
            except MeasurementError as error:
                raise MeasurementError(f"{error}: {where}", outage=error.outage) from None
            except httpx.HTTPError as error:
                raise MeasurementError(f"{_plain(error)}: {where}") from None
            except (httpx.InvalidURL, ValueError) as error:
                raise ConfigError(f"the request cannot be sent: {error}: {where}") from None

    def _pause_or_give_up(
        self, fault: TransientError, attempt: int, deadline: Deadline, where: str
    ) -> None:
        pause = FIRST_PAUSE * 2 ** (attempt - 1) * (1 + random.random() / 2)  # noqa: S311
        pause = max(pause, fault.pause or 0)
        remaining = deadline.remaining()
        if attempt < ATTEMPTS and pause < remaining:
            self._sleep(pause)
            return
        tried = f"tried {attempt} times" if attempt > 1 else "not tried again"
        if attempt < ATTEMPTS:
            tried += f", {max(remaining, 0):.0f} s of the deadline are left"
        error = MeasurementError(f"{fault} ({tried}): {where}", outage=True)
        if not self._answered:
            # NOTE: a server that never answered will not do so for the other SLOs of this run.
            self._down = error
        raise error

    def _send(self, method: str, path: str, form: Form, deadline: Deadline) -> bytes:
        url = self._place(path)
        for _ in range(MAX_REDIRECTS + 1):
            seconds = min(self._timeout, deadline.remaining())
            if seconds <= 0:
                raise TransientError("no time is left")
            try:
                location = self._once(method, url, form, seconds, deadline)
            except httpx.TimeoutException:
                raise TransientError(f"no answer within {seconds:.3g} s") from None
            except httpx.TransportError as error:
                if _is_permanent(error):
                    raise
                raise TransientError(_plain(error)) from None
            if isinstance(location, bytes):
                return location
            url = location
        raise MeasurementError(f"more than {MAX_REDIRECTS} redirects at {self.url}{path}")

    def _place(self, path: str) -> httpx.URL:
        """The address of a path; kept, because reading one takes as long as a tenth of a question."""
        if path not in self._places:
            raw = (self._base.path.rstrip("/") + path).encode()
            self._places[path] = self._base.copy_with(raw_path=raw)
        return self._places[path]

    def _once(
        self,
        method: str,
        url: httpx.URL,
        form: Form,
        seconds: float,
        deadline: Deadline,
    ) -> bytes | httpx.URL:
        fields = {"data": form} if method == "POST" else {"params": form}
        client = self._client()
        request = client.build_request(method, url, timeout=seconds, **fields)  # type: ignore[arg-type]
        try:
            response = client.send(request, stream=True)
        except httpx.InvalidURL:
            # NOTE: not our own address, which is built already: the library reads that of a redirect.
            raise _unreadable(url) from None
        with closing(response):
            if response.is_redirect:
                return _same_origin(url, response)
            body = read(response, deadline)
            if response.status_code == 200:
                return body
            raise status_error(response, self._without_credentials(body))


def _address(url: httpx.URL) -> str:
    bare = url.copy_with(username=None, password=None, query=None, fragment=None)
    return str(bare).rstrip("/")


def _same_origin(url: httpx.URL, response: httpx.Response) -> httpx.URL:
    """The target of a redirect; only within the same origin, where credentials may go again."""
    try:
        target = url.join(response.headers.get("Location", ""))
        same = (target.scheme, target.host, target.port) == (url.scheme, url.host, url.port)
    except (httpx.InvalidURL, ValueError):
        raise _unreadable(url) from None
    if not same:
        elsewhere = f"{target.scheme}://{target.netloc.decode(errors='replace')}"
        raise MeasurementError(
            f"{url.host} redirects to {shorten(elsewhere, 100)}, and credentials are not carried "
            "elsewhere: set `url` to the right address"
        )
    return target.copy_with(username=url.username or None, password=url.password or None)


def _unreadable(url: httpx.URL) -> MeasurementError:
    return MeasurementError(f"redirected to an unreadable address by {url.host}")


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; with a key twice, readers differ in what it says."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in found if names.count(name) > 1)
        raise MeasurementError(f"the answer has the key {shorten(twin, 60)!r} twice")
    return found


def _is_permanent(error: httpx.TransportError) -> bool:
    """Faults of TLS and of the request itself do not pass, and are no outage to be excused.

    A server that goes away in the middle of a handshake may come back.
    """
    return isinstance(error, (httpx.UnsupportedProtocol, httpx.LocalProtocolError)) or (
        "[SSL" in str(error) and "UNEXPECTED_EOF" not in str(error)
    )


def _plain(error: Exception) -> str:
    if isinstance(error, httpx.LocalProtocolError):
        # NOTE: its text quotes headers, and they hold credentials.
        return "the request cannot be sent: a header is malformed"
    text = shorten(str(error), 200) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"the server's certificate is not trusted ({text}); set tls.ca of the source"
    if "[SSL" in text:
        return f"TLS failed ({text}); is `url` right about https?"
    if isinstance(error, httpx.ConnectError):
        return f"the server cannot be reached ({text})"
    return f"the connection failed ({text})"
