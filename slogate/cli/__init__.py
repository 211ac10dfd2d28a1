"""The front door: one file per command, and the only place where the process ends.

Nothing heavy is imported here, because every CI job pays for it.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import NoReturn, TextIO

import click

from slogate import __version__
from slogate.cli.options import COMMANDS
from slogate.cli.secrets import hide_environment, without_secrets
from slogate.errors import (
    EXIT_BUG,
    EXIT_CONFIG,
    EXIT_INTERRUPTED,
    EXIT_UNMEASURED,
    ISSUES,
    Problem,
    SlogateError,
)
from slogate.reports.escape import for_terminal


class _LazyGroup(click.Group):
    """Imports a command's module when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"slogate.cli.{cmd_name}").command
        return command

    def _main_shell_completion(self, *_: object, **__: object) -> None:
        """Nothing: a variable that turns the gate into a printer of completions ends with 0."""


@click.group(
    cls=_LazyGroup,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "auto_envvar_prefix": "SLOGATE",
        "max_content_width": 80,
    },
    epilog="Exit codes: 0 go on, 2 wrong usage or configuration, 10 review, 20 defer, 30 block, "
    "40 no data, 50 could not measure, 130 interrupted, 1 a bug in slogate.",
)
@click.version_option(
    __version__,
    prog_name="slogate",
    message="%(prog)s %(version)s",
    # NOTE: a pipeline may well keep the version it wants in SLOGATE_VERSION.
    allow_from_autoenv=False,
)
def cli() -> None:
    """A deployment gate: how much error budget is left, and how risky is this change?"""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and end the process with its exit code."""
    # NOTE: imports make no garbage, and looking for it takes 15 ms; on again before measuring.
    gc.disable()
    _answer_signals(_interrupt)
    try:
        code = run(arguments)
    except KeyboardInterrupt:
        # NOTE: the next one, before all was told of the first; the outputs say block already.
        code = EXIT_INTERRUPTED
    _answer_signals(signal.SIG_IGN)
    if not _flushed(sys.stdout):
        code = code or EXIT_CONFIG
    _flushed(sys.stderr)
    sys.exit(code)


def _answer_signals(answer: Callable[..., object] | signal.Handlers) -> None:
    """Answer all that asks this process to end alike: git ends with it, and the outputs say why."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # NOTE: what the caller has told to be ignored stays so, as under nohup.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, answer)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _flushed(stream: TextIO | None) -> bool:
    if stream is None:
        return True
    try:
        stream.flush()
    except OSError:
        # NOTE: nobody reads any more; without this the interpreter fails again at exit, with 120.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return False
    return True


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program; every way in which it can end becomes an exit code."""
    try:
        hide_environment(os.environ)
        code = cli.main(args=arguments, prog_name="slogate", standalone_mode=False)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx is not None:
            from slogate.cli.output import log

            log(f"{error.ctx.get_usage()}\nTry `{error.ctx.command_path} --help`.\n")
        return _failed(EXIT_CONFIG, [_plain(error.format_message())], arguments)
    except (SlogateError, OSError) as error:
        code = error.exit_code if isinstance(error, SlogateError) else EXIT_CONFIG
        found = error.problems if isinstance(error, SlogateError) else (_plain(error),)
        return _failed(code, found, arguments)
    except (KeyboardInterrupt, click.Abort):
        return _failed(EXIT_INTERRUPTED, [_plain("interrupted")], arguments)
    except Exception as error:  # noqa: BLE001 - the last boundary: a bug must not look like a verdict
        if _is_exhausted(error):
            text = f"the machine has no memory or no threads left: {type(error).__name__} {error}"
            return _failed(EXIT_UNMEASURED, [_plain(text.strip())], arguments)
        return _report_bug(error, arguments)
    return code if isinstance(code, int) else EXIT_BUG


def _is_exhausted(error: Exception) -> bool:
    # NOTE: Python has no class of its own for a thread that the system does not give.
    without_thread = isinstance(error, RuntimeError) and "start new thread" in str(error)
    return isinstance(error, MemoryError) or without_thread


def _plain(said: object) -> Problem:
    return Problem("", "", str(said))


def _failed(code: int, found: Iterable[Problem], arguments: Sequence[str] | None) -> int:
    """Say what is wrong, where the user looks: on stderr, and where the CI platform shows it."""
    from slogate.cli.output import complain

    problems = [without_secrets(problem) for problem in found]
    for problem in problems:
        complain(f"error: {for_terminal(str(problem))}")
    _announce(code, problems, arguments)
    return code


def _report_bug(error: Exception, arguments: Sequence[str] | None) -> int:
    from slogate.cli.output import complain, log

    if os.environ.get("SLOGATE_TRACEBACK"):
        import traceback

        log("".join(traceback.format_exception(error)))
    text = (
        f"this is a bug in slogate {__version__} ({type(error).__name__}: "
        f"{for_terminal(str(error))}); run again with SLOGATE_TRACEBACK=1 and report what it prints "
        f"at {ISSUES}"
    )
    complain(text)
    _announce(EXIT_BUG, [_plain(text)], arguments)
    return EXIT_BUG


def _announce(code: int, problems: list[Problem], arguments: Sequence[str] | None) -> None:
    words = sys.argv[1:] if arguments is None else arguments
    if next((word for word in words if not word.startswith("-")), "") == "check":
        from slogate.cli.announce import announce_failure

        announce_failure(code, problems, os.environ)
