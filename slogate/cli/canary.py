"""`slogate canary`: is the new version worse than the one that runs?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from slogate.cli.announce import Files, begin, withdraw
from slogate.cli.canary_compare import CanaryOptions, Compared, from_files, reported
from slogate.cli.options import FAIL_ON, Budget, Duration, Ratio, Time, common, mildest
from slogate.cli.output import publish, wants_color, warn, write_file
from slogate.cli.secrets import without_secrets
from slogate.core.canary_report import CanaryReport
from slogate.errors import OutputError, SlogateError

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("canary")
@click.argument("service", required=False)
@common("canary", by_ref=True)
@click.option("--baseline", metavar="VERSION", help="The version that runs.")
@click.option("--canary", metavar="VERSION", help="The new version.")
@click.option("--start", type=Time(), help="Compare from this RFC 3339 time on.")
@click.option("--end", type=Time(), help="Compare until this time [default: now, or --at].")
@click.option("--since", type=Duration(), help="Compare this long before the end.")
@click.option("--duration", type=Duration(), help="The same; with --watch how long to look.")
@click.option("--interval", type=Duration(), help="Distance of two instants [default: 1m].")
@click.option("--phase", help="Judge this phase of the configuration: its duration and limits.")
@click.option(
    "--mode",
    type=click.Choice(("balanced", "strict")),
    help="strict: only what is proven worse than the tolerance fails [default: balanced].",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Look after every interval, and stop early when the canary is proven worse.",
)
@click.option(
    "--baseline-file",
    type=FILE,
    help="Instead of a backend: what the baseline measured, CSV, JSON lines or output of k6.",
)
@click.option("--canary-file", type=FILE, help="What the canary measured.")
@click.option(
    "--kind",
    type=click.Choice(("samples", "series", "counts")),
    help="What the files hold [default: told from their columns].",
)
@click.option("--metric", help="Which metric of the files, or column; or the only metric to judge.")
@click.option("--baseline-metric", metavar="NAME", help="The same, of the baseline's file only.")
@click.option("--canary-metric", metavar="NAME", help="The same, of the canary's file only.")
@click.option(
    "--direction",
    type=click.Choice(("increase", "decrease")),
    help="Which way is worse [default: increase].",
)
@click.option("--tolerance", type=Ratio(), help="A change below never fails [default: 5%].")
@click.option("--margin", type=Ratio(), help="Passes what is surely below [default: 10%].")
@click.option(
    "--limit",
    type=Budget(),
    help="Absolute budget of the canary: its mean, the p95 of samples, its error ratio.",
)
@click.option(
    "--fail-on",
    type=click.Choice(FAIL_ON),
    default="defer",
    show_default=True,
    help="The mildest decision that ends with a code other than 0.",
)
@click.option("--summary", type=FILE, help="Also write the markdown report to this file.")
@click.option("--json", "json_file", type=FILE, help="Also write the JSON report to this file.")
@click.option("--junit", type=FILE, help="Also write the report as JUnit XML to this file.")
def command(
    *,
    fail_on: str,
    summary: Path | None,
    json_file: Path | None,
    junit: Path | None,
    format_: str,
    output: Path | None,
    color: str,
    verbose: bool,
    quiet: bool,
    config_ref: str | None,
    **given: Any,
) -> int:
    """Is the new version worse than the one that runs? pass, fail or inconclusive.

    Compares two versions in a backend (--baseline, --canary), or two files (--baseline-file,
    --canary-file). Exits 0 for a pass, 30 for a fail, 40 and 50 without evidence; an inconclusive
    canary is a review (0, or 10 with --fail-on review) unless the configuration says otherwise.
    """
    del verbose  # common to all commands, without meaning here
    asked = CanaryOptions(**given)
    files = begin(Files(summary, json_file, junit, output), None)
    try:
        compared = _compared(asked, config_ref, quiet=quiet)
        report = without_secrets(reported(compared, mildest(fail_on)))
        _write(report, files)
        colored = format_ == "text" and wants_color(color, output)
        publish(_rendered(format_, report, color=colored), output)
    except BaseException as error:
        withdraw(files)
        if isinstance(error, SlogateError) and not isinstance(error, OutputError):
            _write_failure(error, files, format_)
        raise
    return report.exit_code


def _rendered(format_: str, report: CanaryReport, *, color: bool) -> str:
    from slogate.reports.canary import render

    return render(format_, report, color=color)


def _compared(asked: CanaryOptions, config_ref: str | None, *, quiet: bool) -> Compared:
    if asked.has_files:
        return from_files(asked)
    # NOTE: imported here, because files need no backend.
    from slogate.cli.canary_versions import from_source

    return from_source(asked, config_ref, quiet=quiet)


def _write(report: CanaryReport, files: Files) -> None:
    from slogate.reports.canary import render

    if files.summary is not None:
        write_file(files.summary, render("markdown", report))
    if files.json is not None:
        write_file(files.json, render("json", report))
    if files.junit is not None:
        # NOTE: imported here, because few runs want it and XML takes its time to load.
        from slogate.reports import junit_canary

        write_file(files.junit, junit_canary.render(report))


def _write_failure(error: SlogateError, files: Files, format_: str) -> None:
    """Write the reports of a canary that could not be judged; what fails there is a warning."""
    from slogate.reports import failure, junit
    from slogate.reports.json_canary import failed

    messages = [str(problem) for problem in without_secrets(error.problems)]
    text = failed(error.exit_code, messages)
    try:
        if files.summary is not None:
            write_file(files.summary, failure.markdown(error.exit_code, messages))
        if files.json is not None:
            write_file(files.json, text)
        if files.junit is not None:
            write_file(files.junit, junit.failed(failure.title(error.exit_code), messages))
        if format_ == "json":
            publish(text, files.output)
    except OutputError as unwritten:
        warn([unwritten], quiet=False)
