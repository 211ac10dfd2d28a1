"""What comes back over HTTP: read within bounds, and its errors told apart."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime

import httpx

from slogate.core import words
from slogate.deadline import Deadline
from slogate.errors import MeasurementError

MAX_BODY = 4 * 1024 * 1024
"""Bytes; the 11 000 points that a server gives in one answer take less than half a MiB."""
TRANSIENT = (429, 502, 503, 504)


class ApiError(Exception):
    """An answer with an error status: the code, and the envelope's errorType and error if any."""

    def __init__(self, status: int, kind: str, message: str, where: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.where = where


class TransientError(Exception):
    """A fault that may pass, with the pause in seconds that the server asked for."""

    def __init__(self, message: str, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause


def read(response: httpx.Response, deadline: Deadline) -> bytes:
    """The whole body; raises MeasurementError and TransientError."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity":
        raise MeasurementError(
            f"the answer is encoded as {shorten(encoding, 40)!r}, which was not asked for"
        )
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MAX_BODY:
            raise MeasurementError(
                f"the answer is longer than {MAX_BODY // 2**20} MiB: narrow the query"
            )
        if deadline.remaining() <= 0:
            raise TransientError("no whole answer before the deadline")
    return bytes(body)


def status_error(response: httpx.Response, body: bytes) -> Exception:
    """What an answer with an error status is to be raised as."""
    status = response.status_code
    kind, message = _envelope(body)
    if status in TRANSIENT:
        text = f"the server answered {status} {shorten(response.reason_phrase, 60)}".rstrip()
        return TransientError(f"{text}: {message}" if message else text, _retry_after(response))
    return ApiError(status, kind, message)


def _envelope(body: bytes) -> tuple[str, str]:
    """errorType and error of a Prometheus error answer; empty where it is none."""
    try:
        answer = json.loads(body[:65536])
        if not isinstance(answer, dict):
            return "", ""
        return str(answer.get("errorType", "")), shorten(str(answer.get("error", "")), 300)
    except (ValueError, RecursionError):
        return "", ""


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (OverflowError, TypeError, ValueError):
        return None


def shorten(text: str, limit: int) -> str:
    """Foreign text on one line, without control characters, at most `limit` characters."""
    if len(text) <= limit and text.isprintable():
        return text
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words.cut(line, limit)
