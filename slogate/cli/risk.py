"""`slogate risk`: how risky is what is released?"""

from __future__ import annotations

import os
from pathlib import Path

import click

from slogate.ci.detect import detect
from slogate.cli.announce import find_change
from slogate.cli.compose import load_risk_config, service_paths, warnings
from slogate.cli.options import common, of_range
from slogate.cli.output import publish, wants_color, warn
from slogate.cli.risks import Question, release_risks
from slogate.cli.secrets import without_secrets
from slogate.core.risk_policy import RiskPolicy
from slogate.deadline import Deadline
from slogate.errors import EXIT_NO_DATA


@click.command("risk")
@common("risk")
@of_range("risk")
@click.option("--service", help="Only what touches the paths of this service [default: all].")
def command(
    *,
    config: Path | None,
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
) -> int:
    """How risky is what is released? A score that predicts, with what made it.

    Works in any git repository; a configuration is not needed. Exits 40 when the risk is unknown.
    """
    from slogate.reports.risk import render

    del at, verbose  # common to all commands, without meaning here
    deadline = Deadline(timeout)
    settings = load_risk_config(config)
    if settings is not None:
        warn(warnings(settings), quiet=quiet)
    scopes = {service or "": service_paths(settings, service)}
    change = find_change(detect(os.environ), os.environ)
    question = Question(base=base, head=head, fetch=fetch, change=change)
    policy = settings.risk if settings else RiskPolicy()
    register = settings.register if settings else None
    found = release_risks(scopes, question, policy, register, deadline)
    risk = without_secrets(found[service or ""])
    colored = format_ == "text" and wants_color(color, output)
    publish(render(format_, risk, color=colored), output)
    return 0 if risk.known else EXIT_NO_DATA
