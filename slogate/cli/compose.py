"""The composition root: builds real things from the command line, the environment and the clock."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import click

from slogate.cli.options import unknown_variables
from slogate.cli.secrets import hide
from slogate.config.load import find_config, load
from slogate.config.settings import Config, HttpAccess
from slogate.core import words
from slogate.core.governance import Freeze
from slogate.core.model import Change, Service
from slogate.core.verdict import Origin
from slogate.core.window import LATEST
from slogate.errors import ConfigError
from slogate.sources import open_source
from slogate.sources.interface import Source


@dataclass(frozen=True)
class Wanted:
    """Which configuration: its path, None to look for it, and the git ref that holds it.

    The ref is that of `--config-ref`: none reads the work tree. `change` is None where nobody has
    asked the platform yet; `fetch` gets what a shallow clone lacks within so many seconds.
    """

    path: Path | None = None
    ref: str | None = None
    change: Change | None = None
    fetch: bool = False
    timeout: int = 60
    quiet: bool = False


@dataclass(frozen=True)
class Loaded:
    """A configuration, the commit that it was read from (None for the work tree), and its name.

    Its `path` is where it is, or would be, in the work tree; `shown` is how people name it.
    """

    config: Config
    origin: Origin | None
    shown: str


@contextmanager
def configured(wanted: Wanted, *, allow_unset: bool = False) -> Iterator[Loaded]:
    """The configuration that is wanted; raises ConfigError.

    Out of a git ref, the files that it names are there only until the block ends.
    """
    with _protected(wanted, allow_unset=allow_unset) as found:
        yield found or _from_work_tree(wanted.path, allow_unset=allow_unset)


def _from_work_tree(path: Path | None, *, allow_unset: bool) -> Loaded:
    config = load_config(path, allow_unset=allow_unset)
    return Loaded(config, None, str(config.path))


@contextmanager
def risk_configured(wanted: Wanted) -> Iterator[Config | None]:
    """The configuration, good for its risk only; None where nobody named one and none is found."""
    with _protected(wanted, allow_unset=True, needed="risk") as loaded:
        yield replace(loaded.config, warnings=()) if loaded else _risk_config(wanted.path)


def _protected(
    wanted: Wanted, *, allow_unset: bool, needed: str = ""
) -> AbstractContextManager[Loaded | None]:
    if wanted.ref == "":
        # NOTE: an empty variable of a pipeline, which must not mean the work tree in silence.
        raise click.UsageError(
            "--config-ref: the name is empty: name a branch, a tag, a commit, auto or none"
        )
    if wanted.ref in (None, "none"):
        return nullcontext()
    # NOTE: imported here, because git is not asked for the work tree.
    from slogate.cli.config_ref import protected

    return protected(wanted, allow_unset=allow_unset, needed=needed)


def load_config(path: Path | None, *, allow_unset: bool = False) -> Config:
    """The configuration of the work tree that was named or found; raises ConfigError."""
    try:
        found = path or find_config(Path())
    except FileNotFoundError:
        raise ConfigError("the working directory does not exist any more") from None
    return hidden(load(found, os.environ, allow_unset=allow_unset))


def hidden(config: Config) -> Config:
    """The same, once its credentials are hidden from all that is shown."""
    for source in config.sources.values():
        if isinstance(source, HttpAccess):
            hide(source.credentials())
    hide(config.register.credentials() if config.register else ())
    return config


def warnings(config: Config) -> list[object]:
    """What is doubtful about the configuration and the environment."""
    return [*config.warnings, *unknown_variables(click.get_current_context(), os.environ)]


def present(at: int | None) -> int:
    """The time of evaluation: the one that was asked for, or now; raises ConfigError."""
    if at is not None:
        return at
    now = time.time()
    if not 0 <= now < LATEST:
        raise ConfigError(
            f"the clock of this machine is not between 1970 and 2199 ({now:g} seconds since 1970): "
            "set it, or name the time with --at"
        )
    return int(now)


def select(config: Config, names: Sequence[str], shown: str = "") -> tuple[Service, ...]:
    """The named services in the order of the file, or all; raises click.UsageError.

    `shown` is how people name the configuration, if not by its path.
    """
    known = {service.name: service for service in config.services}
    for name in names:
        if name not in known:
            raise click.UsageError(_unknown_service(name, list(known), shown or str(config.path)))
    return tuple(service for service in config.services if not names or service.name in names)


def depended_on(config: Config, chosen: Sequence[Service]) -> tuple[Service, ...]:
    """The services that the chosen ones depend on and that are not among them."""
    names = {name for service in chosen for name in service.depends_on}
    return tuple(one for one in config.services if one.name in names and one not in chosen)


def _unknown_service(name: str, known: list[str], place: str) -> str:
    near = words.nearest(name, known)
    hint = f"did you mean {near!r}?" if near else f"it has {', '.join(known[:10])}"
    return f"no service {name!r} in {place}; {hint}"


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
        # NOTE: each answer is thousands of lists that are gone at once, and none of them garbage.
        gc.set_threshold(50_000)
        gc.enable()
        yield sources
    finally:
        for source in sources.values():
            source.close()


def _risk_config(path: Path | None) -> Config | None:
    try:
        found = path or find_config(Path())
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
    return Freeze("of GitLab (CI_DEPLOY_FREEZE)")
