"""GitHub Actions: outputs, step summary and annotations.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Mapping, Sequence
from os import SEEK_END
from pathlib import Path

from slogate.ci.interface import Thread
from slogate.errors import OutputError
from slogate.files import write
from slogate.reports.annotations import Annotation, commands

_SUMMARY = 1024 * 1024
"""Bytes of a step's whole summary file; GitHub drops a longer one without showing any of it."""


class GitHub:
    """The runner that this process is a step of."""

    name = "github"
    comments_unasked = False

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.identity = f"{environ.get('GITHUB_WORKFLOW', '')}/{environ.get('GITHUB_JOB', '')}"

    @property
    def summary_limit(self) -> int:
        """What is left when earlier commands of this step have written to the file too."""
        path = self._environ.get("GITHUB_STEP_SUMMARY", "")
        try:
            written = Path(path).stat().st_size if path else 0
        except OSError:
            written = 0
        return max(0, _SUMMARY - 1024 - written)

    def folder(self) -> Path:
        """A new folder that the runner removes after the job."""
        temporary = self._environ.get("RUNNER_TEMP") or None
        try:
            return Path(tempfile.mkdtemp(prefix="slogate-", dir=temporary))
        except OSError as error:
            where = temporary or "the temporary folder"
            raise OutputError(f"no folder can be made in {where}: {error.strerror}") from None

    def give_outputs(self, outputs: Mapping[str, str]) -> None:
        """Outputs of the step; the last value of a name counts."""
        # NOTE: a delimiter nobody can foresee, or a value could end itself and add another output.
        end = f"slogate_{secrets.token_hex(16)}"
        lines = [f"{name}<<{end}\n{value}\n{end}\n" for name, value in outputs.items()]
        self._append("GITHUB_OUTPUT", "".join(lines))

    def shows(self, path: Path) -> bool:
        """Is this the file of the step's summary?"""
        return str(path) == self._environ.get("GITHUB_STEP_SUMMARY")

    def give_summary(self, page: str) -> None:
        """A page under what this step has shown already."""
        self._append("GITHUB_STEP_SUMMARY", page)

    def _append(self, variable: str, text: str) -> None:
        path = self._environ.get(variable, "")
        if not path:
            return
        try:
            # NOTE: an earlier command of the step may have ended without a line's end.
            separator = "\n" if _ends_within_a_line(Path(path)) else ""
            write(Path(path), f"{separator}{text}".encode("utf-8", "replace"), append=True)
        except OSError as error:
            raise OutputError(f"{variable} ({path}) cannot be written: {error.strerror}") from None

    def annotated(self, annotations: Sequence[Annotation]) -> str:
        """Workflow commands, which the runner reads from stdout and stderr alike."""
        return commands(annotations)

    def folded(self, name: str, title: str, text: str, now: int) -> str:
        """A group."""
        return f"::group::{title}\n{text}::endgroup::\n"

    def thread(self, number: int) -> Thread:
        """The comments of the pull request; raises CommentError."""
        from slogate.ci.github_comments import open_thread

        return open_thread(self._environ, number)


def _ends_within_a_line(path: Path) -> bool:
    if not path.is_file() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, SEEK_END)
        return file.read(1) != b"\n"
