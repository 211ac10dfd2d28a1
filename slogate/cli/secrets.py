"""What must never be shown: credentials of sources, tokens of the environment, temporary places.

A server, a configuration or an error may repeat them, so all that leaves the program passes here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from slogate.reports.escape import for_markdown, for_output, for_terminal

T = TypeVar("T")
MASK = "***"
_SHORTEST = 4
"""Characters; hiding a shorter one would hide half of every sentence and protect nothing."""
_SHORTEST_OF_ENVIRONMENT = 6
"""Of values that only the names of variables make suspicious."""
_NAME = re.compile(
    r"(TOKENS?|SECRETS?|PASS(WORD|WD|PHRASE)|(API|ACCESS|PRIVATE|SECRET|SIGNING|SSH)_?KEY"
    r"|CREDENTIALS?|COOKIE|AUTHORIZATION|(?<![A-Z])(PASS|AUTH|PAT))$",
    re.IGNORECASE,
)
_hidden: dict[str, None] = {}
_renamed: dict[str, str] = {}


def hide_environment(environ: Mapping[str, str]) -> None:
    """Hide the values of variables that are named like secrets."""
    named = (value.strip() for name, value in environ.items() if _NAME.search(name))
    hide(value for value in named if len(value) >= _SHORTEST_OF_ENVIRONMENT)


def hide(values: Iterable[str]) -> None:
    """Hide these values wherever they are shown from now on."""
    for value in map(str.strip, values):
        if len(value) >= _SHORTEST:
            shown = (form for form in _forms(value) if len(form) >= _SHORTEST)
            _hidden.update(dict.fromkeys(shown))


def _forms(value: str) -> Iterable[str]:
    """As it is, and as it looks in the formats of the reports and in an address."""
    from html import escape
    from urllib.parse import quote

    yield from (value, for_markdown(value), for_output(value), json.dumps(value)[1:-1])
    yield from (escape(value), for_terminal(value), quote(value, safe="", errors="replace"))
    yield quote(value, safe="!$&'()*+,;=:@/|", errors="replace")


def rename(place: str, shown: str) -> None:
    """Name files below this temporary place as people know them, from now on.

    In values only, before they are rendered: the new name may be foreign and must be escaped.
    """
    _renamed[place] = shown


def _known(text: str) -> str:
    for place, shown in _renamed.items():
        text = text.replace(place, shown)
    return masked(text)


def masked(text: str) -> str:
    """The text without what is hidden."""
    # NOTE: the longest first, or a secret that begins with another would show its rest.
    for value in sorted(_hidden, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


def without_secrets(value: T) -> T:
    """The same value with every text in it masked, before a report wraps or shortens any."""
    hidden: Any = value
    if not _hidden and not _renamed:
        return value
    if isinstance(value, str):
        hidden = _known(value)
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        hidden = tuple(map(without_secrets, value))
    elif isinstance(value, Mapping):
        hidden = {name: without_secrets(item) for name, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        changed = {name: without_secrets(part) for name, part in parts.items()}
        hidden = replace(value, **changed) if changed != parts else value
    return cast("T", hidden)
