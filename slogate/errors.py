"""Every way in which a run can fail, one class per exit code.

    SlogateError
    ├── ConfigError        2   the configuration, an option or a query is wrong: correct it
    ├── OutputError        2   a report could not be written where it was asked for
    ├── ChangeError        -   what the CI platform says of the change cannot be read: a warning
    ├── CommentError       -   a comment could not be written: a warning, never an exit code
    ├── NoDataError       40   the evidence is missing or not to be trusted
    └── MeasurementError  50   the backend could not be asked: a retry may help

A message says what happened, where, and what to do. Decisions (10, 20, 30) are not errors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ISSUES = "https://github.com/slogate/slogate/issues"

EXIT_BUG = 1
EXIT_CONFIG = 2
EXIT_NO_DATA = 40
EXIT_UNMEASURED = 50
EXIT_INTERRUPTED = 130


class SlogateError(Exception):
    """Base of all errors a user can meet; `exit_code` is the process' exit code."""

    exit_code = EXIT_BUG

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each thing that is wrong; of most errors there is one."""
        return (Problem("", "", str(self)),)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a configuration file.

    `where` is `file:line`, `path` the key path (`services.checkout.slos[0].objective`).
    """

    where: str
    path: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.path, self.message) if part)


class ConfigError(SlogateError):
    """The configuration (or a query in it) is wrong; carries every problem that was found."""

    exit_code = EXIT_CONFIG

    def __init__(self, problems: str | Iterable[Problem]) -> None:
        self._problems = (
            (Problem("", "", problems),) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(str(problem) for problem in self._problems))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Each thing that is wrong, at its place in the file."""
        return self._problems


class OutputError(SlogateError):
    """A file or stream that the user named could not be written."""

    exit_code = EXIT_CONFIG


class ChangeError(SlogateError):
    """What the CI platform says of the change cannot be read; whoever catches it warns."""


class CommentError(SlogateError):
    """A comment could not be read or written; whoever catches it warns, the verdict stays."""


class NoDataError(SlogateError):
    """The backend answered, but the evidence is missing or not to be trusted."""

    exit_code = EXIT_NO_DATA


class MeasurementError(SlogateError):
    """The backend could not be asked, refused, or gave an answer nobody can read.

    `outage` is true for faults that pass by themselves (unreachable, timed out, 429, 5xx): only
    these are what the policy's `on_unreachable` speaks of. `too_large` is true where the server
    refused to execute a query that it understood, as it does with too many samples.
    """

    exit_code = EXIT_UNMEASURED

    def __init__(self, message: str, *, outage: bool = False, too_large: bool = False) -> None:
        super().__init__(message)
        self.outage = outage
        self.too_large = too_large
