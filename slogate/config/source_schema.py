"""The schema of `sources`: how to reach what holds the measurements."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from slogate.config import fields
from slogate.config.sections import (
    Choice,
    DictOf,
    Nested,
    Section,
    defaulted,
    optional,
    required,
)


class Basic(Section):
    """User name and password."""

    username = required(fields.LINE, "User name.")
    password = required(fields.LINE, "Password; write ${NAME}, never the secret itself.")


class Auth(Section):
    """How to log in: exactly one way."""

    bearer = optional(fields.ASCII_LINE, "Bearer token; write ${NAME}.")
    basic = optional(Nested(Basic), "HTTP basic authentication.")

    def check(self) -> None:
        """There is one way."""
        if (self.bearer is None) == (self.basic is None):
            raise ValueError("needs exactly one of: bearer, basic")


class Tls(Section):
    """Files in PEM format, relative to the configuration file."""

    ca = optional(fields.LINE, "Certificates of the trusted authorities.")
    cert = optional(fields.LINE, "Client certificate.")
    key = optional(fields.LINE, "Private key of the client certificate.")

    def check(self) -> None:
        """The key is the key of a certificate."""
        if self.key is not None and self.cert is None:
            raise ValueError("`key` needs a `cert`")


class HttpSource(Section):
    """A server."""

    type = required(fields.PROMETHEUS, "Kind of source.")
    url = required(fields.URL, "Base URL, without /api/v1.")
    headers = optional(
        DictOf(fields.HEADER_NAME, fields.ASCII_LINE),
        "HTTP headers to send, such as X-Scope-OrgID.",
    )
    auth = optional(Nested(Auth), "How to log in.")
    tls = optional(Nested(Tls), "Certificates, when they are not public ones.")
    timeout = defaulted(fields.TIMEOUT, 10, "Longest wait for an answer, default 10s.")

    def check(self) -> None:
        """The login is given once."""
        in_header = any(name.lower() == "authorization" for name in self.headers or {})
        if [self.auth is not None, in_header, "@" in urlsplit(self.url).netloc].count(True) > 1:
            raise ValueError(
                "credentials are given twice: keep one of `auth`, "
                "the Authorization header and those in the URL"
            )


class PrometheusSource(HttpSource):
    """A server that speaks the Prometheus HTTP API."""

    resolution = optional(fields.RESOLUTION, "Step of all queries; left out, it fits the window.")
    concurrency = defaulted(fields.CONCURRENCY, 8, "Queries at the same time, default 8.")


class AlertmanagerSource(HttpSource):
    """A Prometheus Alertmanager, which says what alerts fire; SLOs are not measured there."""

    type = required(fields.ALERTMANAGER, "Kind of source.")
    url = required(fields.URL, "Base URL, without /api/v2.")


class FileSource(Section):
    """A file with a row of counts per interval."""

    type = required(fields.FILE, "Kind of source.")
    path = required(fields.DATA_FILE, "CSV or JSON lines, relative to this file.")
    resolution = optional(
        fields.RESOLUTION, "Step of the calculation; left out, it fits the window."
    )


def _source_tag(value: Any) -> str:
    """`type` decides; without a usable one, the keys do, so that only `type` is reported."""
    if not isinstance(value, dict) or value.get("type") == "prometheus":
        return "\0prometheus"
    if value.get("type") == "alertmanager":
        return "\0alertmanager"
    is_file = value.get("type") == "file" or ("path" in value and "url" not in value)
    return "\0file" if is_file else "\0prometheus"


# NOTE: tags in angle brackets cannot be keys, which lets explain.py take them out of a path.
SOURCE: Choice[PrometheusSource | FileSource | AlertmanagerSource] = Choice(
    _source_tag,
    {
        "\0prometheus": Nested(PrometheusSource),
        "\0file": Nested(FileSource),
        "\0alertmanager": Nested(AlertmanagerSource),
    },
)
