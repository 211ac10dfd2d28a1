"""`slogate init`: writes a commented first configuration."""

from __future__ import annotations

from pathlib import Path

import click

from slogate.cli.output import log, publish, write_file
from slogate.config.starter import METRICS, starter
from slogate.errors import OutputError


@click.command("init")
@click.argument("service", default="my-service")
@click.option(
    "--metrics",
    type=click.Choice(list(METRICS)),
    default="http",
    show_default=True,
    envvar="SLOGATE_INIT_METRICS",
    help="Whose metrics the queries ask for.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("slogate.yaml"),
    show_default=True,
    envvar="SLOGATE_INIT_OUTPUT",
    help="Write to this file, - for stdout.",
)
def command(*, service: str, metrics: str, output: Path) -> int:
    """Write a commented first configuration for SERVICE.

    It only advises until you take `mode: advise` out. A file that is there already is left alone.
    """
    try:
        text = starter(service, metrics)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if str(output) == "-":
        publish(text, None)
        return 0
    try:
        with output.open("x", encoding="utf-8"):
            pass
    except FileExistsError:
        raise OutputError(f"{output} is there already; name another file with -o") from None
    except OSError as error:
        raise OutputError(f"{output} cannot be written: {error.strerror}") from None
    try:
        write_file(output, text)
    except OutputError:
        output.unlink(missing_ok=True)
        raise
    log(f"{output} is written: set PROMETHEUS_URL, then look at `slogate lint --online`\n")
    return 0
