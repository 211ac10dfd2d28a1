"""`slogate lint`: is the configuration right? Offline, unless the queries are to be tried too."""

from __future__ import annotations

from pathlib import Path

import click

from slogate.cli.compose import Loaded, Wanted, configured
from slogate.cli.options import common
from slogate.cli.output import publish
from slogate.cli.secrets import without_secrets
from slogate.core.words import plural
from slogate.errors import EXIT_CONFIG, ConfigError
from slogate.reports.lint import Findings, render


@click.command("lint")
@click.option(
    "--online/--offline",
    envvar=["SLOGATE_LINT_ONLINE", "SLOGATE_ONLINE"],
    help="Also ask the sources for every SLO, and say what is found.",
)
@common("lint", by_ref=True)
def command(
    *,
    online: bool,
    config: Path | None,
    config_ref: str | None,
    at: int | None,
    timeout: int,
    format_: str,
    output: Path | None,
    color: str,
    verbose: bool,
    quiet: bool,
) -> int:
    """Is the configuration right? With --online, are its queries too?

    Offline no source is asked, and variables that are not set are warnings. Exits 0 when it is
    right, and 2 when it is not, with every problem at its line; --online also 40 where an SLO has no
    trustworthy data and 50 where a source could not be asked.
    """
    del color, verbose  # common to all commands, without meaning here
    wanted = Wanted(config, config_ref, timeout=timeout, quiet=quiet)
    try:
        with configured(wanted, allow_unset=not online) as loaded:
            found = _counted(loaded)
            if online:
                found = _asked(loaded, found, at, timeout)
    except ConfigError as error:
        found = Findings(error.problems, code=EXIT_CONFIG)
    publish(render(format_, without_secrets(found), quiet=quiet), output)
    return found.code


def _counted(loaded: Loaded) -> Findings:
    services = loaded.config.services
    slos = sum(len(service.slos) for service in services)
    said = f"{loaded.shown} is right: {plural(len(services), 'service')}, {plural(slos, 'SLO')}"
    return Findings(warnings=loaded.config.warnings, said=said)


def _asked(loaded: Loaded, found: Findings, at: int | None, timeout: int) -> Findings:
    """The findings with what the sources answer for every SLO; raises ConfigError for wrong queries."""
    from slogate import gate
    from slogate.cli.compose import opened, present
    from slogate.deadline import Deadline
    from slogate.reports.lint_online import measured

    services = loaded.config.services
    with opened(loaded.config, services) as sources:
        report = gate.budgets(services, sources, present(at), Deadline(timeout))
    return measured(found, report)
