"""Where reports go: stdout carries the report only, everything else goes to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from slogate.cli.secrets import masked
from slogate.core.verdict import BudgetReport, Verdict
from slogate.errors import OutputError
from slogate.reports import Options, render
from slogate.reports.escape import for_terminal


def write_file(path: Path, text: str) -> None:
    """Write a report file; raises OutputError when that fails."""
    try:
        path.write_text(masked(text), encoding="utf-8", errors="replace")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from None


def publish(text: str, output: Path | None) -> None:
    """The report to the named file, or to stdout; raises OutputError when that fails."""
    if output is not None and str(output) != "-":
        write_file(output, text)
        return
    if sys.stdout is None:
        raise OutputError("the report cannot be written: stdout is closed")
    try:
        # NOTE: names from the command line may hold bytes that are no text.
        sys.stdout.buffer.write(masked(text).encode("utf-8", "replace"))
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(f"the report cannot be written to stdout: {error.strerror}") from None


def show(
    report: Verdict | BudgetReport, format_: str, output: Path | None, *, color: str, verbose: bool
) -> None:
    """Publish a verdict or budgets in the wanted format; raises OutputError when that fails."""
    colored = format_ == "text" and wants_color(color, output)
    publish(render(format_, report, Options(color=colored, verbose=verbose)), output)


def warn(warnings: Iterable[object], *, quiet: bool) -> None:
    """Warnings, one a line, unless the user wants none."""
    for warning in () if quiet else warnings:
        complain(f"warning: {for_terminal(str(warning))}")


def complain(text: str) -> None:
    """One line on stderr."""
    log(f"slogate: {text}\n")


def log(text: str) -> None:
    """Lines for people or for the CI runner, on stderr."""
    # NOTE: click.echo would take the escape sequences out that fold GitLab's logs.
    with suppress(OSError, AttributeError):  # nobody listens, and there is nobody else to tell
        sys.stderr.write(masked(text))
        sys.stderr.flush()


def wants_color(choice: str, output: Path | None) -> bool:
    """Colour on a terminal only, unless asked for; https://no-color.org is respected."""
    if choice != "auto":
        return choice == "always"
    if output is not None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout is not None and sys.stdout.isatty()
