"""GitLab CI: report files for `artifacts`, among them the dotenv outputs, and folded log sections.

https://docs.gitlab.com/ci/yaml/artifacts_reports and https://docs.gitlab.com/ci/jobs/job_logs
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from slogate.ci.interface import Thread
from slogate.errors import OutputError
from slogate.files import write
from slogate.reports.annotations import Annotation
from slogate.reports.outputs import dotenv

FOLDER = "slogate-report"
TOKEN = "SLOGATE_GITLAB_TOKEN"


class GitLab:
    """The runner that this process is a job of."""

    name = "gitlab"
    summary_limit = 1_000_000

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.identity = environ.get("CI_JOB_NAME", "")
        self.comments_unasked = bool(environ.get(TOKEN))

    def folder(self) -> Path:
        """The folder that the template declares as an artifact."""
        project = Path(self._environ.get("CI_PROJECT_DIR", ""))
        # NOTE: a relative path where that is the same: another job has its artifacts elsewhere.
        elsewhere = project.is_dir() and not project.samefile(Path())
        folder = (project if elsewhere else Path()) / FOLDER
        try:
            # NOTE: a link that the repository holds would be written through.
            for path in (folder, *folder.glob("*")):
                if path.is_symlink():
                    path.unlink()
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{folder} cannot be made: {error.strerror}") from None
        return folder

    def give_outputs(self, outputs: Mapping[str, str]) -> None:
        """Variables of the jobs that need this one."""
        self._write("outputs.env", dotenv(outputs))

    def shows(self, path: Path) -> bool:
        """No file is shown by itself."""
        return False

    def give_summary(self, page: str) -> None:
        """A page among the artifacts."""
        self._write("summary.md", page)

    def _write(self, name: str, text: str) -> None:
        path = self.folder() / name
        try:
            write(path, text.encode("utf-8", "replace"))
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}") from None

    def annotated(self, annotations: Sequence[Annotation]) -> str:
        """GitLab has none; the tests of the merge request show the verdict."""
        return ""

    def folded(self, name: str, title: str, text: str, now: int) -> str:
        """A collapsed section."""
        start, end = (f"\x1b[0Ksection_{edge}:{now}:slogate_{name}" for edge in ("start", "end"))
        return f"{start}[collapsed=true]\r\x1b[0K{title}\n{text}{end}\r\x1b[0K\n"

    def thread(self, number: int) -> Thread:
        """The notes of the merge request; raises CommentError."""
        from slogate.ci.gitlab_comments import open_thread

        return open_thread(self._environ, number)
