"""The configuration as the rest of slogate sees it: frozen values, everything resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from slogate.core.model import Risk, Service
from slogate.errors import Problem


@dataclass(frozen=True)
class PrometheusSettings:
    """How to reach a Prometheus HTTP API; `timeout` and `resolution` are seconds.

    At most one of `bearer` and `username` is set. Secrets do not appear in the `repr`.
    """

    type: ClassVar[str] = "prometheus"

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
    resolution: int | None = None
    concurrency: int = 8


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
    sources: Mapping[str, PrometheusSettings | FileSettings]
    default_risk: Risk | None = None
    warnings: tuple[Problem, ...] = ()
