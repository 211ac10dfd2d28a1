"""Reports: a finished verdict or budget report in, one string out.

Nothing here reads, writes or decides. Only the module of the wanted format is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slogate.core.verdict import BudgetReport, Verdict


@dataclass(frozen=True)
class Options:
    """How a report is to look; a format ignores what does not concern it."""

    color: bool = False
    width: int = 80
    verbose: bool = False
    limit: int = 1_000_000


def _text(report: Verdict | BudgetReport, options: Options) -> str:
    from slogate.reports import text, text_budget

    if isinstance(report, BudgetReport):
        return text_budget.render_budget(
            report, color=options.color, width=options.width, verbose=options.verbose
        )
    return text.render(report, color=options.color, width=options.width, verbose=options.verbose)


def _markdown(report: Verdict | BudgetReport, options: Options) -> str:
    from slogate.reports import markdown, markdown_budget

    if isinstance(report, BudgetReport):
        return markdown_budget.render_budget(report, limit=options.limit)
    return markdown.render(report, limit=options.limit)


def _json(report: Verdict | BudgetReport, _options: Options) -> str:
    from slogate.reports import json_v1

    if isinstance(report, BudgetReport):
        return json_v1.render_budget(report)
    return json_v1.render(report)


FORMATS: dict[str, Callable[[Verdict | BudgetReport, Options], str]] = {
    "text": _text,
    "markdown": _markdown,
    "json": _json,
}


def render(name: str, report: Verdict | BudgetReport, options: Options | None = None) -> str:
    """The report in the format of that name; it ends with a newline."""
    return FORMATS[name](report, options or Options())
