"""`slogate test`: does the policy decide what these tables expect? Offline."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click

from slogate.cli.options import common, unknown_variables
from slogate.cli.output import empty_files, publish, wants_color, warn, write_file
from slogate.cli.secrets import without_secrets
from slogate.config.load import find_config, load
from slogate.config.rehearsals import LoadedTable, bound, read_table
from slogate.config.settings import Config
from slogate.core.rehearsal import Rehearsal, exit_code, rehearse
from slogate.errors import ConfigError, Problem


@click.command("test")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@common("test", timed=False)
@click.option(
    "--junit",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the results as JUnit XML to this file.",
)
def command(
    *,
    files: tuple[Path, ...],
    config: Path | None,
    format_: str,
    output: Path | None,
    color: str,
    verbose: bool,
    quiet: bool,
    junit: Path | None,
) -> int:
    """Does the policy decide what these tables of given and expected say? Offline.

    Exits 0 when it does, 30 when a test fails, 2 when a file is wrong.
    """
    from slogate.reports.rehearsal import render

    empty_files(output, junit)
    warn(unknown_variables(click.get_current_context(), os.environ), quiet=quiet)
    found = without_secrets(tuple(map(rehearse, _tests(dict.fromkeys(files), config))))
    if junit is not None:
        from slogate.reports import junit_rehearsal

        write_file(junit, junit_rehearsal.render(found))
    colored = format_ == "text" and wants_color(color, output)
    publish(render(format_, found, color=colored, verbose=verbose), output)
    return exit_code(found)


def _tests(files: Iterable[Path], config: Path | None) -> list[Rehearsal]:
    """The tests of all files; raises ConfigError with what is wrong in any of them."""
    tests: list[Rehearsal] = []
    problems: dict[Problem, None] = {}
    loaded: dict[Path, Config | ConfigError] = {}
    for file in files:
        try:
            table = read_table(file)
            tests += bound(table, _config_of(table, config, loaded))
        except ConfigError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise ConfigError(problems)
    return tests


def _config_of(
    table: LoadedTable, config: Path | None, loaded: dict[Path, Config | ConfigError]
) -> Config:
    """The configuration of a table: that of the command line, its own, or the one that is found."""
    path = config or table.config or find_config(Path())
    if path not in loaded:
        try:
            loaded[path] = _load(path)
        except ConfigError as error:
            loaded[path] = error
    found = loaded[path]
    if isinstance(found, ConfigError):
        raise found
    return found


def _load(path: Path) -> Config:
    """The configuration, of which policies may not hang on variables that are not set."""
    load(path, os.environ, allow_unset=True, needed="policy")
    return load(path, os.environ, allow_unset=True, needed="policies")
