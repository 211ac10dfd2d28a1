"""`slogate budget`: how much error budget is left."""

from __future__ import annotations

from pathlib import Path

import click

from slogate import gate
from slogate.cli.compose import Wanted, configured, opened, present, select, warnings
from slogate.cli.options import common
from slogate.cli.output import empty_files, show, warn
from slogate.cli.secrets import without_secrets
from slogate.deadline import Deadline


@click.command("budget")
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@common("budget", by_ref=True)
def command(
    *,
    services: tuple[str, ...],
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
    """How much error budget is left? No decision; exits 0 unless it cannot be evaluated.

    Exits 40 without trustworthy data and 50 when a source could not be asked.
    """
    empty_files(output)
    deadline = Deadline(timeout)
    with configured(Wanted(config, config_ref, timeout=timeout, quiet=quiet)) as loaded:
        settings = loaded.config
        warn(warnings(settings), quiet=quiet)
        chosen = select(settings, services, loaded.shown)
        with opened(settings, chosen) as sources:
            report = gate.budgets(
                chosen,
                sources,
                present(at),
                deadline,
                explain=verbose,
                configuration=loaded.origin,
            )
    report = without_secrets(report)
    show(report, format_, output, color=color, verbose=verbose)
    return report.exit_code
