"""The composition root: builds real things from the command line, the environment and the clock."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from slogate.cli.options import unknown_variables
from slogate.cli.secrets import hide
from slogate.config.load import find_config, load
from slogate.config.settings import Config, PrometheusSettings
from slogate.core.model import Freeze, Service
from slogate.errors import ConfigError
from slogate.sources import open_source
from slogate.sources.interface import Source


def load_config(path: Path | None, *, allow_unset: bool = False) -> Config:
    """The configuration that was named or found; raises ConfigError."""
    try:
        found = path or find_config(Path.cwd())
    except FileNotFoundError:
        raise ConfigError("the working directory does not exist any more") from None
    config = load(found, os.environ, allow_unset=allow_unset)
    for source in config.sources.values():
        if isinstance(source, PrometheusSettings):
            hide(source.credentials())
    hide(config.register.credentials() if config.register else ())
    return config


def warnings(config: Config) -> list[object]:
    """What is doubtful about the configuration and the environment."""
    return [*config.warnings, *unknown_variables(click.get_current_context(), os.environ)]


def present(at: int | None) -> int:
    """The time of evaluation: the one that was asked for, or now."""
    return int(time.time()) if at is None else at


def select(config: Config, names: Sequence[str]) -> tuple[Service, ...]:
    """The named services in the order of the file, or all; raises click.UsageError."""
    known = {service.name: service for service in config.services}
    for name in names:
        if name not in known:
            raise click.UsageError(_unknown_service(name, list(known), config.path))
    return tuple(service for service in config.services if not names or service.name in names)


def _unknown_service(name: str, known: list[str], path: Path) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known[:10])}"
    return f"no service {name!r} in {path}; {hint}"


@contextmanager
def opened(config: Config, services: Sequence[Service]) -> Iterator[Mapping[str, Source]]:
    """The sources that these services use, by name."""
    names = dict.fromkeys(name for service in services for _, name in service.slos)
    sources: dict[str, Source] = {}
    try:
        for name in names:
            settings = config.sources[name]
            sources[name] = open_source(settings.type, settings)
        gc.freeze()
        gc.enable()
        yield sources
    finally:
        for source in sources.values():
            source.close()


def load_risk_config(path: Path | None) -> Config | None:
    """The configuration, good for its risk only; None where nobody named one and none is found."""
    try:
        found = path or find_config(Path.cwd())
    except (ConfigError, FileNotFoundError):
        return None
    config = load(found, os.environ, allow_unset=True, needed="risk")
    hide(config.register.credentials() if config.register else ())
    return replace(config, warnings=())


def service_paths(config: Config | None, name: str | None) -> tuple[str, ...]:
    """The paths of a service, none for the whole repository; raises click.UsageError."""
    if name is None:
        return ()
    if config is None:
        raise click.UsageError("--service needs a configuration, and none is found here")
    return select(config, [name])[0].paths


def deploy_freeze(environ: Mapping[str, str]) -> Freeze | None:
    """The deploy freeze that GitLab says is on (https://docs.gitlab.com/user/project/releases)."""
    if environ.get("CI_DEPLOY_FREEZE", "").strip().lower() in ("", "false", "0"):
        return None
    return Freeze("GitLab's deploy freeze is on (CI_DEPLOY_FREEZE)")
