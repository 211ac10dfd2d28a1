"""`slogate risk`: how risky is what is released?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from slogate.ci.detect import detect
from slogate.cli.announce import find_change
from slogate.cli.compose import Wanted, risk_configured, service_paths, warnings
from slogate.cli.options import common, of_range
from slogate.cli.output import empty_files, publish, wants_color, warn
from slogate.cli.risks import Question, release_risks
from slogate.cli.secrets import without_secrets
from slogate.config.settings import Config
from slogate.core.risk_policy import RiskPolicy
from slogate.deadline import Deadline
from slogate.errors import EXIT_NO_DATA


@click.command("risk")
@common("risk", by_ref=True)
@of_range("risk")
@click.option(
    "--service",
    help="Only what touches the paths of this service [default: the only one, else all].",
)
@click.option(
    "--calibrate",
    is_flag=True,
    help="Read how past releases turned out, and print constants for the configuration.",
)
@click.option(
    "--outcomes",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="For --calibrate: the columns release and failed (yes, no) [default: a release failed "
    "of which something was reverted later, or that a tag of risk.hotfix_tags is built upon].",
)
def command(
    *,
    config: Path | None,
    config_ref: str | None,
    at: int | None,
    timeout: int,
    format_: str,
    output: Path | None,
    color: str,
    verbose: bool,
    quiet: bool,
    base: str | None,
    head: str | None,
    fetch: bool,
    service: str | None,
    calibrate: bool,
    outcomes: Path | None,
) -> int:
    """How risky is what is released? A score that predicts, with what made it.

    Works in any git repository; a configuration is not needed. Exits 40 when the risk is unknown.
    """
    from slogate.reports.risk import render

    del at, verbose  # common to all commands, without meaning here
    _refuse(base, outcomes, calibrate=calibrate)
    empty_files(output)
    deadline = Deadline(timeout)
    colored = format_ == "text" and wants_color(color, output)
    change = find_change(detect(os.environ), os.environ)
    with risk_configured(Wanted(config, config_ref, change, fetch, timeout, quiet)) as settings:
        if settings is not None:
            warn(warnings(settings), quiet=quiet)
        policy = settings.risk if settings else RiskPolicy()
        scope, paths = _scope(settings, service)
        if calibrate:
            from slogate.cli.calibrate import calibration
            from slogate.reports.calibration import render as render_calibration

            found = calibration(head, outcomes, paths, policy, fetch=fetch, deadline=deadline)
            publish(render_calibration(format_, without_secrets(found), color=colored), output)
            return 0
        question = Question(base=base, head=head, fetch=fetch, change=change)
        register = settings.register if settings else None
        risks = release_risks({scope: paths}, question, policy, register, deadline)
    risk = without_secrets(risks[scope])
    publish(render(format_, risk, color=colored), output)
    return 0 if risk.known else EXIT_NO_DATA


def _refuse(base: str | None, outcomes: Path | None, *, calibrate: bool) -> None:
    if outcomes is not None and not calibrate:
        raise click.UsageError("--outcomes goes with --calibrate")
    if calibrate and base:
        raise click.UsageError("--calibrate reads the whole history of --head, without --base")


def _scope(settings: Config | None, service: str | None) -> tuple[str, Sequence[str]]:
    """The service that is meant, the only one unless another is named, and its paths."""
    if service is None and settings is not None and len(settings.services) == 1:
        service = settings.services[0].name
    return service or "", service_paths(settings, service)
