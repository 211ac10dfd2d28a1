"""`slogate check`: the gate."""

from __future__ import annotations

from pathlib import Path

import click

from slogate import gate
from slogate.cli.compose import load_config, opened, present, release_risk, select, warnings
from slogate.cli.options import common
from slogate.cli.output import show, warn, write_file
from slogate.core.model import Decision, Risk
from slogate.core.verdict import Verdict
from slogate.deadline import Deadline
from slogate.reports import render

FAIL_ON = ("review", "defer", "block", "never")


@click.command("check")
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@common("check")
@click.option(
    "--risk",
    type=click.Choice([risk.word for risk in Risk]),
    help="How risky the change is [default: risk.default of the configuration, else high].",
)
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    default="defer",
    show_default=True,
    help="The mildest decision that ends with a code other than 0.",
)
@click.option(
    "--advise",
    is_flag=True,
    help="Say what would happen; a decision exits 0 (missing evidence does not).",
)
@click.option(
    "--summary",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the markdown summary to this file.",
)
@click.option(
    "--json",
    "json_file",
    envvar="SLOGATE_CHECK_JSON",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the JSON verdict to this file.",
)
def command(
    *,
    services: tuple[str, ...],
    config: Path | None,
    at: int | None,
    timeout: int,
    format_: str,
    output: Path | None,
    color: str,
    verbose: bool,
    quiet: bool,
    risk: str | None,
    fail_on: str,
    advise: bool,
    summary: Path | None,
    json_file: Path | None,
) -> int:
    """May this release go out? Budgets x risk x policy -> verdict and exit code.

    Exits 0 to go on (review too, unless --fail-on review), 10 review, 20 defer, 30 block,
    40 no data, 50 could not measure, 2 wrong configuration. All services unless named.
    """
    deadline = Deadline(timeout)
    settings = load_config(config)
    warn(warnings(settings), quiet=quiet)
    chosen = select(settings, services)
    with opened(settings, chosen) as sources:
        verdict = gate.check(
            chosen,
            sources,
            release_risk(risk, settings),
            present(at),
            deadline,
            fail_on=None if fail_on == "never" else Decision[fail_on.upper()],
            advise=advise,
            explain=verbose,
        )
    _write_files(verdict, summary, json_file)
    show(verdict, format_, output, color=color, verbose=verbose)
    return verdict.exit_code


def _write_files(verdict: Verdict, summary: Path | None, json_file: Path | None) -> None:
    if summary is not None:
        write_file(summary, render("markdown", verdict))
    if json_file is not None:
        write_file(json_file, render("json", verdict))
