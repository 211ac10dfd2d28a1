"""What becomes of a verdict, or of a run without one, outside stdout: files and the CI platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slogate.ci.comments import LIMIT, SECONDS, keep
from slogate.ci.detect import detect
from slogate.ci.interface import Platform
from slogate.cli.output import empty_files, log, warn, write_file
from slogate.cli.secrets import masked
from slogate.core.model import Change
from slogate.core.verdict import Verdict
from slogate.deadline import Deadline
from slogate.errors import EXIT_BUG, CommentError, OutputError, Problem, SlogateError
from slogate.pool import run_all
from slogate.reports import Options, failure, outputs, render
from slogate.reports.annotations import Annotation, problems
from slogate.reports.annotations import annotations as annotate
from slogate.reports.escape import for_terminal
from slogate.reports.labels import outcome


@dataclass(frozen=True)
class Files:
    """Where reports are to go; None where nobody asked."""

    summary: Path | None
    json: Path | None
    junit: Path | None
    output: Path | None = None


@dataclass(frozen=True)
class Commenting:
    """Whether and as whom to comment; `choice` is None where nobody asked."""

    choice: str | None
    identity: str | None
    services: Sequence[str]
    config: Path | None


def find_change(platform: Platform | None, environ: Mapping[str, str]) -> Change | None:
    """What the platform says of the change; without its payload there is a warning, no error."""
    from slogate.changes.event import read_change

    if platform is None:
        return None
    change, problem = read_change(platform.name, environ)
    warn([problem] if problem else [], quiet=False)
    return change


def write_reports(verdict: Verdict, files: Files) -> None:
    """Write the reports that somebody asked for; raises OutputError."""
    if files.json is not None:
        write_file(files.json, render("json", verdict))
    if files.summary is not None:
        write_file(files.summary, render("markdown", verdict))
    if files.junit is not None:
        from slogate.reports import junit

        write_file(files.junit, junit.render(verdict))


def _completed(files: Files, platform: Platform) -> Files:
    folder = platform.folder()
    asked = files.summary if files.summary and not platform.shows(files.summary) else None
    return Files(
        asked or folder / "summary.md",
        files.json or folder / "verdict.json",
        files.junit or folder / "junit.xml",
        files.output,
    )


def begin(files: Files, platform: Platform | None) -> Files:
    """Let the outputs say block, and the reports nothing, until there is a verdict.

    So they stay however the run may end. Gives the files to write, on a platform all of them.
    Raises OutputError.
    """
    if platform is not None:
        _give(outputs.failed(EXIT_BUG, "the gate did not come to its end"), platform)
        files = _completed(files, platform)
    empty_files(*_all(files))
    return files


def withdraw(files: Files) -> None:
    """Empty the reports that are there; what cannot be written is a warning."""
    for path in _all(files):
        try:
            empty_files(path)
        except OutputError as error:
            warn([error], quiet=False)


def _all(files: Files) -> tuple[Path | None, ...]:
    return (files.summary, files.json, files.junit, files.output)


def give_outputs(verdict: Verdict, files: Files, platform: Platform) -> None:
    """Hand the verdict on to later steps; the last of all, so that nothing can go wrong after it."""
    _give(outputs.outputs(verdict) | _reports(str(files.json), str(files.summary)), platform)


def _reports(json: str, markdown: str) -> dict[str, str]:
    return dict(zip(outputs.REPORTS, (json, markdown), strict=True))


def _give(found: Mapping[str, str], platform: Platform) -> None:
    platform.give_outputs({name: masked(value) for name, value in found.items()})


def announce(verdict: Verdict, platform: Platform, *, folded: bool) -> None:
    """Feed the channels that people see; raises OutputError."""
    page = render("markdown", verdict, Options(limit=platform.summary_limit))
    platform.give_summary(masked(page))
    if folded:
        from slogate.reports.text import evidence

        title = "Every check and burn rate"
        log(platform.folded("evidence", title, evidence(verdict), verdict.evaluated_at))
    log(platform.annotated(annotate(verdict)))


def announce_failure(code: int, wrong: Sequence[Problem], environ: Mapping[str, str]) -> None:
    """Tell the platform that there is no verdict; what fails on the way is a warning."""
    platform = detect(environ)
    if platform is None:
        return
    messages = [str(problem) for problem in wrong]
    found = outputs.failed(code, messages[0] if messages else "")
    page = failure.markdown(code, messages)
    # NOTE: one by one, so that what cannot be written keeps nobody from the rest.
    steps: tuple[Callable[[], None], ...] = (
        lambda: _give(found, platform),
        lambda: platform.give_summary(masked(page)),
        lambda: _give(found | _failure_reports(code, messages, platform), platform),
    )
    for tell in steps:
        try:
            tell()
        except OutputError as error:
            warn([error], quiet=False)
    log(platform.annotated(problems(wrong, failure.title(code))))


def _failure_reports(code: int, messages: Sequence[str], platform: Platform) -> dict[str, str]:
    """Write the reports that a run without a verdict can have, and name them as outputs."""
    from slogate.reports import junit

    folder = platform.folder()
    empty_files(folder / "verdict.json")
    write_file(folder / "junit.xml", junit.failed(failure.title(code), messages))
    write_file(folder / "summary.md", failure.markdown(code, messages))
    return _reports("", str(folder / "summary.md"))


def comment(verdict: Verdict, asked: Commenting, platform: Platform | None) -> None:
    """Keep the comment on the change's request up to date; what fails there is a warning."""
    room = Options(limit=LIMIT)
    word = outcome(verdict)
    _comment(word, lambda: render("markdown", verdict, room), asked, platform, verdict.change)


def comment_failure(
    error: SlogateError, asked: Commenting, platform: Platform | None, change: Change | None
) -> None:
    """Say in the comment that there is no verdict: the one before does not hold any more."""
    messages = [str(problem) for problem in error.problems]
    _comment(
        "no verdict",
        lambda: failure.markdown(error.exit_code, messages),
        asked,
        platform,
        change,
    )


def _comment(
    word: str,
    page: Callable[[], str],
    asked: Commenting,
    platform: Platform | None,
    change: Change | None,
) -> None:
    choice = asked.choice
    if choice is None and platform is not None and platform.comments_unasked:
        choice = "on-fail"
    if choice in (None, "never"):
        return
    if platform is None or change is None:
        warn(["no comment: this is neither GitHub Actions nor GitLab CI"], quiet=False)
        return
    number = change.number
    if number is None:
        log("slogate: no comment: this run belongs to no pull or merge request\n")
        return
    parts = (platform.identity, str(asked.config or ""), *sorted(asked.services))
    identity = asked.identity or "/".join(parts)

    def write() -> bool:
        thread = platform.thread(number)
        try:
            return keep(thread, identity, word, masked(page()), always=choice == "always")
        finally:
            thread.close()

    # NOTE: in a thread of its own, because a server that drips bytes can hold any other for ever;
    # and whatever happens there, the verdict stands.
    (result,) = run_all([("comment", write)], workers={"comment": 1}, deadline=Deadline(SECONDS))
    if not isinstance(result, bool):
        said = f"no answer within {SECONDS} s" if result is None else str(result)
        if isinstance(result, Exception) and not isinstance(result, CommentError):
            said = f"{type(result).__name__}: {result}"
        text = for_terminal(f"no comment was written, which changes nothing else: {said}")
        log(
            platform.annotated([Annotation("warning", "slogate", masked(text))])
            or f"slogate: warning: {text}\n"
        )
