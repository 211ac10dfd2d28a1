"""What is wrong with a configuration, as text, markdown or JSON (`slogate/lint/1`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from slogate.errors import Problem
from slogate.reports import Formats
from slogate.reports.escape import for_markdown, for_terminal
from slogate.reports.json_text import Object, json_text


@dataclass(frozen=True)
class Findings:
    """What was found in a file; `said` is what a right one holds, `code` how the run ends.

    `slos` has a line for each SLO whose queries were tried.
    """

    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    said: str = ""
    slos: tuple[str, ...] = ()
    code: int = 0


def render(name: str, found: Findings, *, quiet: bool = False) -> str:
    """The report in the format of that name, without warnings where `quiet`."""
    if quiet:
        found = replace(found, warnings=())
    return Formats(
        text=lambda: "\n".join(map(for_terminal, _lines(found))) + "\n",
        markdown=lambda: "\n".join(_markdown(found)).strip() + "\n",
        json=lambda: json_text(_object(found)),
    ).made(name)


def _kinds(found: Findings) -> list[tuple[str, Problem]]:
    return [
        *(("error", problem) for problem in found.errors),
        *(("warning", problem) for problem in found.warnings),
    ]


def _lines(found: Findings) -> Iterator[str]:
    yield from (f"{kind}: {problem}" for kind, problem in _kinds(found))
    yield from found.slos
    if found.said:
        yield found.said


def _markdown(found: Findings) -> Iterator[str]:
    yield from (f"- **{kind}** {for_markdown(str(problem))}" for kind, problem in _kinds(found))
    yield from (f"- {for_markdown(line)}" for line in found.slos)
    yield from ("", for_markdown(found.said))


def _object(found: Findings) -> Object:
    return {
        "schema": "slogate/lint/1",
        "ok": not found.errors,
        "exit_code": found.code,
        "errors": [_parts(problem) for problem in found.errors],
        "warnings": [_parts(problem) for problem in found.warnings],
        "slos": list(found.slos),
    }


def _parts(problem: Problem) -> Object:
    return {"where": problem.where, "path": problem.path, "message": problem.message}
