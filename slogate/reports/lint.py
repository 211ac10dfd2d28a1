"""What is wrong with a configuration, as text, markdown or JSON (`slogate/lint/1`)."""

from __future__ import annotations

from collections.abc import Sequence

from slogate.errors import EXIT_CONFIG, Problem
from slogate.reports.escape import for_markdown, for_terminal
from slogate.reports.json_text import json_text


def render(name: str, errors: Sequence[Problem], warnings: Sequence[Problem], found: str) -> str:
    """The report in the format of that name; `found` says what a right file holds."""
    if name == "json":
        return _json(errors, warnings)
    kinds = [("error", problem) for problem in errors]
    kinds += [("warning", problem) for problem in warnings]
    if name == "markdown":
        lines = [f"- **{kind}** {for_markdown(str(problem))}" for kind, problem in kinds]
        return "\n".join([*lines, "", for_markdown(found)]).strip() + "\n"
    lines = [f"{kind}: {for_terminal(str(problem))}" for kind, problem in kinds]
    return "\n".join([*lines, *([for_terminal(found)] if found else [])]) + "\n"


def _json(errors: Sequence[Problem], warnings: Sequence[Problem]) -> str:
    report = {
        "schema": "slogate/lint/1",
        "ok": not errors,
        "exit_code": EXIT_CONFIG if errors else 0,
        "errors": [_problem(problem) for problem in errors],
        "warnings": [_problem(problem) for problem in warnings],
    }
    return json_text(report)


def _problem(problem: Problem) -> dict[str, str]:
    return {"where": problem.where, "path": problem.path, "message": problem.message}
