"""Reports: a finished verdict or budget report in, one string out.

Nothing here reads, writes or decides. Only the module of the wanted format is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    # NOTE: the texts of errors are escaped in this package too, before there is any verdict.
    from slogate.core.verdict import BudgetReport, Verdict


class Formats(NamedTuple):
    """One report in every format; only the wanted one is made, and it ends with a newline."""

    text: Callable[[], str]
    markdown: Callable[[], str]
    json: Callable[[], str]

    def made(self, name: str) -> str:
        """The report in the format of that name."""
        make: Callable[[], str] = self._asdict()[name]
        return make()


FORMATS = Formats._fields
"""What every command can be asked for."""


@dataclass(frozen=True)
class Options:
    """How a report is to look; a format ignores what does not concern it."""

    color: bool = False
    verbose: bool = False
    limit: int = 1_000_000


def _text(report: Verdict | BudgetReport, options: Options) -> str:
    from slogate.core.verdict import BudgetReport
    from slogate.reports import text, text_budget

    if isinstance(report, BudgetReport):
        return text_budget.render_budget(report, color=options.color, verbose=options.verbose)
    return text.render(report, color=options.color, verbose=options.verbose)


def _markdown(report: Verdict | BudgetReport, options: Options) -> str:
    from slogate.core.verdict import BudgetReport
    from slogate.reports import markdown, markdown_budget

    if isinstance(report, BudgetReport):
        return markdown_budget.render_budget(report, limit=options.limit)
    return markdown.render(report, limit=options.limit)


def _json(report: Verdict | BudgetReport) -> str:
    from slogate.core.verdict import BudgetReport
    from slogate.reports import json_v1

    if isinstance(report, BudgetReport):
        return json_v1.render_budget(report)
    return json_v1.render(report)


def render(name: str, report: Verdict | BudgetReport, options: Options | None = None) -> str:
    """The report in the format of that name."""
    chosen = options or Options()
    return Formats(
        text=partial(_text, report, chosen),
        markdown=partial(_markdown, report, chosen),
        json=partial(_json, report),
    ).made(name)
