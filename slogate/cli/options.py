"""Options that commands share, and the types of their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from slogate.core import words
from slogate.core.model import Decision
from slogate.core.window import parse_duration, parse_time
from slogate.reports import FORMATS

F = TypeVar("F", bound=Callable[..., Any])
LONGEST = 86_400
"""Seconds; a longer deadline is a typing error."""
FAIL_ON = ("review", "defer", "block", "never")
COMMANDS = ("check", "budget", "risk", "canary", "lint", "init", "schema", "test")
_FOREIGN = {
    *("SLOGATE_TRACEBACK", "SLOGATE_PACKAGE", "SLOGATE_PYTHON"),
    *("SLOGATE_GITHUB_TOKEN", "SLOGATE_GITLAB_TOKEN"),
}
"""Variables that no option reads: those of the pipelines."""
_COMMON = ("CONFIG", "CONFIG_REF", "AT", "TIMEOUT", "FORMAT", "OUTPUT", "COLOR", "VERBOSE", "QUIET")
"""Options that are set for all commands, though not each command has them."""


class Duration(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """A Prometheus duration; the value is seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Seconds of a duration such as `45m`."""
        if isinstance(value, int):
            return value
        try:
            seconds = parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if seconds > LONGEST:
            self.fail(f"{value} is longer than a day", param, ctx)
        return seconds


class Time(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """An RFC 3339 time; the value is Unix seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Unix seconds of a time such as `2026-11-20T12:00:00Z`."""
        if isinstance(value, int):
            return value
        try:
            return parse_time(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Ratio(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """A share such as `5%`; the value is 0.05."""

    name = "ratio"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number of a percentage that is not negative."""
        if isinstance(value, float):
            return value
        text = str(value).strip()
        number = text[:-1].rstrip()
        # NOTE: 0.5 could mean half a percent or a half.
        if (
            not text.endswith("%")
            or not number.replace(".", "", 1).isdecimal()
            or not text.isascii()
        ):
            self.fail(f"{value!r} is no percentage such as 5%", param, ctx)
        return float(number) / 100


class Budget(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """A number, or a share such as `1%`."""

    name = "budget"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; of a percentage the share."""
        if isinstance(value, str) and value.strip().endswith("%"):
            return Ratio().convert(value, param, ctx)
        return float(click.FLOAT.convert(value, param, ctx))


_EXPLAIN = ", and ask the source for what explains the numbers"


def mildest(fail_on: str) -> Decision | None:
    """The mildest decision that fails, as `--fail-on` names it; None for none."""
    return None if fail_on == "never" else Decision[fail_on.upper()]


def common(command: str, *, timed: bool = True, by_ref: bool = False) -> Callable[[F], F]:
    """The common options of a command, each with SLOGATE_<COMMAND>_<NAME> and SLOGATE_<NAME>.

    With `by_ref` the command can read its configuration from a git ref.
    """

    def option(*names: str, **settings: Any) -> Callable[[F], F]:
        long = next(name for name in names if name.startswith("--"))
        word = long[2:].replace("-", "_").upper()
        variables = [f"SLOGATE_{command.upper()}_{word}", f"SLOGATE_{word}"]
        return click.option(*names, envvar=variables, **settings)

    options = [
        option("-c", "--config", type=click.Path(path_type=Path), help="Configuration file "
               "[default: slogate.yaml, .slogate.yaml or .slogate/config.yaml, searched upward]."),
        *([
            option("--config-ref", metavar="REF|auto|none", help="Read the configuration and its "
                   "files from this git ref, not from the work tree; auto: from the target branch "
                   "of a pull or merge request.  [default: none]"),
        ] if by_ref else []),
        *([
            option("--at", type=Time(), help="Evaluate as of this RFC 3339 time [default: now]."),
            option("--timeout", type=Duration(), default="60s", show_default=True,
                   help="Deadline for all measurements together."),
        ] if timed else []),
        option("-f", "--format", "format_", type=click.Choice(FORMATS), default="text",
               show_default=True, help="Format of the report."),
        option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
               help="Write the report to this file instead of stdout."),
        option("--color", type=click.Choice(("auto", "always", "never")), default="auto",
               show_default=True, help="Colours in text; NO_COLOR is respected."),
        option("-v", "--verbose", is_flag=True, help=f"Show everything{_EXPLAIN if timed else ''}."),
        option("-q", "--quiet", is_flag=True, help="No warnings on stderr."),
    ]  # fmt: skip

    return _together(options)


def _together(options: Sequence[Callable[[F], F]]) -> Callable[[F], F]:
    """One decorator that adds the options in their order."""

    def decorate(function: F) -> F:
        for add in reversed(options):
            function = add(function)
        return function

    return decorate


def of_range(command: str) -> Callable[[F], F]:
    """The options that say what is released."""

    def variables(word: str) -> list[str]:
        return [f"SLOGATE_{command.upper()}_{word}"]

    options = [
        click.option("--base", metavar="REF", envvar=variables("BASE"),
                     help="What runs now [default: from the platform's event, else the last release "
                     "tag, else where this branch left the default branch]."),
        click.option("--head", metavar="REF", envvar=variables("HEAD"),
                     help="What is released [default: from the platform's event, else HEAD]."),
        click.option("--fetch/--no-fetch", envvar=variables("FETCH"),
                     help="Fetch the history that a shallow clone lacks from origin."),
    ]  # fmt: skip

    return _together(options)


def reads_inputs(command: click.Command) -> click.Command:
    """Each parameter reads SLOGATE_INPUT_<NAME> first: what the GitHub action was given.

    So an input goes before the environment; an empty one, as the action passes it, is none.
    """
    for parameter in command.params:
        word = max(parameter.opts, key=len).lstrip("-").replace("-", "_").upper()
        own = f"SLOGATE_{str(command.name).upper()}_{word}"
        others = [name for name in _variables(parameter) if name != own]
        parameter.envvar = [f"SLOGATE_INPUT_{word}", own, *others]
    return command


def unknown_variables(context: click.Context, environ: Mapping[str, str]) -> list[str]:
    """A warning for each SLOGATE_ variable that this command does not read: a typo, most likely."""
    command = str(context.info_name).upper()
    known = {
        name
        for option in context.command.params
        for name in (f"SLOGATE_{command}_{option.name}".upper(), *_variables(option))
    }
    # NOTE: alone, SLOGATE_RISK is an option that somebody got wrong.
    foreign = _FOREIGN | {f"SLOGATE_{word}" for word in _COMMON}
    foreign |= _handed_on() if "SLOGATE_EXIT_CODE" in environ else set()
    others = tuple(f"SLOGATE_{name.upper()}_" for name in COMMANDS if name.upper() != command)
    return [
        f"the environment variable {name} is no option of `slogate {context.info_name}`"
        f"{_nearest(name, command, known)}"
        for name in sorted(environ)
        if name.startswith("SLOGATE_") and not name.startswith(others)
        if name not in known and name not in foreign
    ]


def _handed_on() -> set[str]:
    """What an earlier gate of a GitLab pipeline gives to this job."""
    from slogate.reports.outputs import NAMES, REPORTS

    return {f"SLOGATE_{name.upper().replace('-', '_')}" for name in (*NAMES, *REPORTS)}


def _variables(option: click.Parameter) -> Sequence[str]:
    return [option.envvar] if isinstance(option.envvar, str) else option.envvar or []


def _nearest(name: str, command: str, known: set[str]) -> str:
    longer = name.replace("SLOGATE_", f"SLOGATE_{command}_", 1)
    near = longer if longer in known else words.nearest(name, known)
    return f"; did you mean {near}?" if near else ""
