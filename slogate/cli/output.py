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
from slogate.files import write
from slogate.reports import Options, render
from slogate.reports.escape import for_terminal


def write_file(path: Path, text: str) -> None:
    """Write a report file; raises OutputError when that fails, and where it would leave the workspace."""
    _require_own_folder(path)
    try:
        write(path, masked(text).encode("utf-8", "replace"))
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise OutputError(f"{path} cannot be written: {said}") from None


def _require_own_folder(path: Path) -> None:
    """OutputError where folders of a CI workspace lead elsewhere: links that came with the change."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    if not root:
        return
    named, home = Path(os.path.abspath(path)), Path(root).resolve()  # noqa: PTH100 - keeps links
    if not any(named.is_relative_to(place) for place in (home, Path(os.path.abspath(root)))):  # noqa: PTH100
        return
    real = named.parent.resolve()
    if not real.is_relative_to(home) or ".git" in real.relative_to(home).parts:
        raise OutputError(f"{path} cannot be written: a link leads out of the workspace, to {real}")


def empty_files(*paths: Path | None) -> None:
    """Take away what an earlier run has written, or it might be taken for what this one says.

    Raises OutputError where that is not possible.
    """
    for path in paths:
        if path is not None and str(path) != "-" and _holds_something(path):
            write_file(path, "")


def _holds_something(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size > 0
    except (OSError, ValueError):
        return False


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
