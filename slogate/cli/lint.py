"""`slogate lint`: is the configuration right? Offline."""

from __future__ import annotations

from pathlib import Path

import click

from slogate.cli.compose import Wanted, configured
from slogate.cli.options import common
from slogate.cli.output import publish
from slogate.core.words import plural
from slogate.errors import EXIT_CONFIG, ConfigError, Problem
from slogate.reports.lint import render


@click.command("lint")
@common("lint", timed=False, by_ref=True)
def command(
    *,
    config: Path | None,
    config_ref: str | None,
    format_: str,
    output: Path | None,
    color: str,
    verbose: bool,
    quiet: bool,
) -> int:
    """Is the configuration right? Offline.

    No source is asked, and variables that are not set are warnings. Exits 0 when it is right, and
    2 when it is not, with every problem at its line.
    """
    del color, verbose  # common to all commands, without meaning here
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    found = ""
    try:
        with configured(Wanted(config, config_ref, quiet=quiet), allow_unset=True) as loaded:
            settings, shown = loaded.config, loaded.shown
        warnings = settings.warnings
        slos = sum(len(service.slos) for service in settings.services)
        services = plural(len(settings.services), "service")
        found = f"{shown} is right: {services}, {plural(slos, 'SLO')}"
    except ConfigError as error:
        errors = error.problems
    publish(render(format_, errors, () if quiet else warnings, found), output)
    return EXIT_CONFIG if errors else 0
