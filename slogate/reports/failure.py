"""The page when there is no verdict: the gate could not run, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from slogate.core import words
from slogate.errors import (
    EXIT_BUG,
    EXIT_CONFIG,
    EXIT_INTERRUPTED,
    EXIT_NO_DATA,
    EXIT_UNMEASURED,
    ISSUES,
)
from slogate.reports.escape import for_markdown

LISTED = 20
_LONGEST = 1_000
_CASES = {
    EXIT_BUG: (
        "🐞 slogate: a bug",
        f"This is a fault of slogate, not of the release. [Report it]({ISSUES}) with the job's log.",
    ),
    EXIT_CONFIG: (
        "⚙️ slogate: wrong configuration",
        "Correct this and run the gate again: `slogate lint` shows all problems and asks no server.",
    ),
    EXIT_NO_DATA: (
        "❓ slogate: no data",
        "Complete the evidence and run the gate again: `slogate check -v` shows what was found.",
    ),
    EXIT_UNMEASURED: (
        "🔌 slogate: could not measure",
        "Run the gate again when the backend answers: this says nothing about the release.",
    ),
    EXIT_INTERRUPTED: (
        "✋ slogate: interrupted",
        "Run the gate again. If the job was cut off by its time limit, give it more time.",
    ),
}
_OTHER = ("❌ slogate: no verdict", "The job's log says more.")


def title(code: int) -> str:
    """What happened, in a few words."""
    return _CASES.get(code, _OTHER)[0].partition(" ")[2]


def markdown(code: int, messages: Sequence[str]) -> str:
    """The page for a run that ended with this exit code before there was a verdict."""
    heading, advice = _CASES.get(code, _OTHER)
    blocks = [
        f"## {heading}",
        f"**nothing was judged, so nothing may pass** · exit {code}",
        "\n".join(_items(messages)),
        advice,
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _items(messages: Sequence[str]) -> list[str]:
    """The first of them; a page of hundreds hides the one that began it all."""
    said = [message for message in messages if message.strip()]
    items = [f"- {for_markdown(words.cut(message, _LONGEST))}" for message in said[:LISTED]]
    more = len(said) - LISTED
    return [*items, f"- and {words.plural(more, 'more message')}"] if more > 0 else items
