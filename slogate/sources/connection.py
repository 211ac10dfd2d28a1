"""The HTTP client of a source: TLS, credentials and headers from its settings."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Protocol
from urllib.request import getproxies

import httpx

from slogate import __version__
from slogate.errors import ConfigError


class HttpSettings(Protocol):
    """What this module reads of a source's settings."""

    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def bearer(self) -> str | None: ...
    @property
    def username(self) -> str | None: ...
    @property
    def password(self) -> str | None: ...
    @property
    def ca(self) -> Path | None: ...
    @property
    def cert(self) -> Path | None: ...
    @property
    def key(self) -> Path | None: ...
    @property
    def timeout(self) -> float: ...
    def credentials(self) -> tuple[str, ...]: ...


class _NoCookies(CookieJar):
    """Keeps none: what a server sets with one answer must not spoil the next question."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Nothing."""


def connect(settings: HttpSettings, tls: ssl.SSLContext) -> httpx.Client:
    """A client with one kept connection; proxies come from the environment.

    Raises ConfigError when the proxies cannot be used.
    """
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    try:
        return httpx.Client(
            verify=tls,
            limits=limits,
            headers=_headers(settings),
            auth=_auth(settings),
            cookies=_NoCookies(),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise ConfigError(
            f"the HTTP client cannot be set up ({type(error).__name__}); are HTTP_PROXY, HTTPS_PROXY, ALL_PROXY "
            "and NO_PROXY right?"
        ) from None


def tls_context(settings: HttpSettings) -> ssl.SSLContext:
    """How to verify the server; raises ConfigError when the TLS files cannot be used."""
    proxies = (url for scheme, url in getproxies().items() if scheme != "no")
    if not any(url.startswith("https:") for url in (settings.url, *proxies)):
        # NOTE: trusts nobody, so it is safe; loading the system's authorities costs 30 ms.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context = ssl.create_default_context(cafile=settings.ca)
        if not settings.ca and not context.cert_store_stats()["x509_ca"]:
            # NOTE: a system that trusts nobody, as some small images do; httpx brings authorities.
            context = httpx.create_ssl_context()
        if settings.cert:
            # NOTE: an encrypted key must fail, never ask for its password on a terminal.
            context.load_cert_chain(settings.cert, settings.key, password="")
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(str(p) for p in (settings.ca, settings.cert, settings.key) if p)
        raise ConfigError(f"the TLS files cannot be used ({files}): {error}") from None
    return context


def _headers(settings: HttpSettings) -> dict[str, str]:
    headers = {
        "User-Agent": f"slogate/{__version__}",
        "Accept": "application/json",
        # NOTE: compressed answers could grow without bound while they are unpacked.
        "Accept-Encoding": "identity",
        **settings.headers,
    }
    if settings.bearer is not None:
        headers["Authorization"] = f"Bearer {settings.bearer}"
    return headers


def _auth(settings: HttpSettings) -> httpx.BasicAuth | None:
    if settings.username is None:
        return None
    return httpx.BasicAuth(settings.username, settings.password or "")
