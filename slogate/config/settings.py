"""The configuration as the rest of slogate sees it: frozen values, everything resolved."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from slogate.core.model import Policy, Service
from slogate.core.risk_policy import RiskPolicy
from slogate.errors import Problem

_SECRET_HEADER = re.compile(r"auth|token|key|secret|cookie|pass|credential|session", re.IGNORECASE)


@dataclass(frozen=True)
class HttpAccess:
    """How to reach a server; `timeout` is seconds.

    At most one of `bearer` and `username` is set. Secrets do not appear in the `repr`.
    """

    name: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    bearer: str | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None
    timeout: int = 10

    def credentials(self) -> tuple[str, ...]:
        """All that must not be shown, in each form in which it is sent; some may be empty."""
        password = self.password or ""
        login = b64encode(f"{self.username}:{password}".encode()).decode() if password else ""
        headers = [value for name, value in self.headers.items() if _SECRET_HEADER.search(name)]
        # NOTE: up to the last @, because a password with a slash in it ends the host too early.
        in_url = re.search(r"://[^/@:]*:(.+)@", self.url)
        parts = (word for value in headers for word in (value, *value.split()[-1:]))
        return (self.bearer or "", password, login, in_url[1] if in_url else "", *parts)


@dataclass(frozen=True)
class PrometheusSettings(HttpAccess):
    """How to reach a Prometheus HTTP API; `resolution` is seconds."""

    type: ClassVar[str] = "prometheus"

    resolution: int | None = None
    concurrency: int = 8


@dataclass(frozen=True)
class AlertmanagerSettings(HttpAccess):
    """How to reach the API of an Alertmanager."""

    type: ClassVar[str] = "alertmanager"


@dataclass(frozen=True)
class RegisterSettings(HttpAccess):
    """The team's risk register: a JSON file, or a URL with placeholders; `keys` lead to the level."""

    file: Path | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileSettings:
    """A file with counts; `resolution` is seconds."""

    type: ClassVar[str] = "file"

    name: str
    path: Path
    resolution: int | None = None


@dataclass(frozen=True)
class Config:
    """A configuration without errors; services are in file order."""

    path: Path
    services: tuple[Service, ...]
    sources: Mapping[str, PrometheusSettings | FileSettings | AlertmanagerSettings]
    policies: Mapping[str, Policy] = field(default_factory=dict)
    risk: RiskPolicy = field(default_factory=RiskPolicy)
    register: RegisterSettings | None = None
    warnings: tuple[Problem, ...] = ()
