"""The REST API of a CI platform, for comments only: bounded in time and size, and never retried.

A comment is not worth a long wait: the verdict stands already. Whoever calls bounds the whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from slogate import __version__
from slogate.ci.comments import SECONDS
from slogate.deadline import Deadline
from slogate.errors import CommentError

MAX_BODY = 64 * 1024 * 1024
"""Bytes; a page of thirty notes of a million characters each takes less."""
PAGE = 30
"""Items that are asked for at once."""
PAGES = 100
_LONGEST = 100
"""Characters of what the server calls its answer."""
_HINTS = {
    401: "the token is not valid",
    403: "the token may not do this; on pull requests from forks it never may",
    404: "the token may not see this",
}


class Api:
    """Requests to one address; `headers` hold the token. Raises CommentError for every fault."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        try:
            base = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise CommentError(f"the address of the API is wrong: {type(error).__name__}") from None
        if base.scheme != "https" and base.host not in ("127.0.0.1", "::1", "localhost"):
            raise CommentError(f"no token is sent to {base.scheme}://{base.host}: it is not https")
        self._url = str(base.copy_with(username=None, password=None)).rstrip("/")
        self._deadline = Deadline(SECONDS)
        try:
            self._client = httpx.Client(
                # NOTE: compressed answers could grow without bound while they are unpacked.
                headers={
                    "User-Agent": f"slogate/{__version__}",
                    "Accept-Encoding": "identity",
                    **headers,
                },
                timeout=SECONDS / 2,
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            text = "the HTTP client cannot be set up; are HTTPS_PROXY and SSL_CERT_FILE right?"
            raise CommentError(f"{text} ({type(error).__name__})") from None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        """The JSON of the answer."""
        where = f"{method} {self._url}{path}"
        if self._deadline.remaining() <= 0:
            raise CommentError(f"no answer within {SECONDS} s: {where}")
        try:
            with self._client.stream(method, f"{self._url}{path}", json=body) as response:
                text = self._read(response)
                status, phrase = response.status_code, response.reason_phrase[:_LONGEST]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise CommentError(f"{_said(error)}: {where}") from None
        if status not in (200, 201):
            hint = f" ({_HINTS[status]})" if status in _HINTS else ""
            raise CommentError(f"the answer was {status} {phrase}{hint}: {where}")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise CommentError(f"the answer is not JSON: {where}") from None

    def pages(self, path: str) -> Iterator[object]:
        """The items of a list that comes in pages, as far as the pages go."""
        mark = "&" if "?" in path else "?"
        for page in range(1, PAGES + 1):
            found = self.call("GET", f"{path}{mark}per_page={PAGE}&page={page}")
            if not isinstance(found, list):
                raise CommentError(f"the list cannot be read: GET {self._url}{path}")
            yield from found
            if len(found) < PAGE:
                return

    def _read(self, response: httpx.Response) -> bytes:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise ValueError("the answer is compressed, which was not asked for")
        parts, size = [], 0
        for part in response.iter_raw():
            size += len(part)
            if size > MAX_BODY or self._deadline.remaining() <= 0:
                raise ValueError("the answer is too long")
            parts.append(part)
        return b"".join(parts)


def _said(error: Exception) -> str:
    # NOTE: a malformed header is quoted in the error, and the header is the token.
    if isinstance(error, httpx.LocalProtocolError):
        return "the token holds characters that no header may have"
    return f"{type(error).__name__} {str(error)[:_LONGEST]}".strip()
