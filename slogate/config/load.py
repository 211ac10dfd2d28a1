"""Finding the configuration file and reading it; all problems are told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from slogate.config.document import read_document
from slogate.config.environment import substitute
from slogate.config.files import read_named
from slogate.config.problems import to_problems
from slogate.config.settings import Config
from slogate.errors import ConfigError

NAMES = ("slogate.yaml", ".slogate.yaml", ".slogate/config.yaml")


def find_config(start: Path) -> Path:
    """The first configuration file from `start` upward to the repository's root.

    Raises ConfigError, which says where it looked.
    """
    here = start.resolve()
    for directory in (here, *here.parents):
        for name in NAMES:
            if _exists(directory / name):
                return start / name if directory == here else directory / name
        if _exists(directory / ".git"):
            break
    upward = f" and upward to {directory}" if directory != here else ""
    raise ConfigError(
        f"no configuration: there is no {NAMES[0]}, {NAMES[1]} or {NAMES[2]} in "
        f"{here}{upward}; --config names another place, and `slogate init` writes one"
    )


def _exists(path: Path) -> bool:
    # NOTE: a link that leads nowhere counts, or another file would take its place in silence.
    return os.path.lexists(path)


def load(
    path: Path, environ: Mapping[str, str], *, allow_unset: bool = False, needed: str = ""
) -> Config:
    """Read a configuration file; see `parse`."""
    return parse(read_named(path), path, environ, allow_unset=allow_unset, needed=needed)


def parse(
    raw: bytes,
    path: Path,
    environ: Mapping[str, str],
    *,
    allow_unset: bool = False,
    needed: str = "",
) -> Config:
    """The configuration in `raw`, which is, or would be, the file at `path`.

    With `allow_unset`, variables that are not set become warnings, and what depends on them is
    not checked; the result is then good for checking only, but for the top-level section that is
    `needed`. Raises ConfigError with all problems.
    """
    document = read_document(raw, str(path))
    values = substitute(document.data, environ)
    # NOTE: pydantic's engine takes 40 ms to import; a file that is no YAML need not wait for it.
    from slogate.config.check import check
    from slogate.config.hints import advise

    config, findings = check(values, path)
    unset = [item for item in values.unset if not allow_unset or item.path[0] == needed]
    findings += [*document.findings, *values.broken, *unset]
    if config is None or findings:
        raise ConfigError(to_problems(findings, document.lines, str(path)))
    warnings = [*(values.unset if allow_unset else []), *advise(values.data, values.substituted)]
    return replace(config, warnings=to_problems(warnings, document.lines, str(path)))
