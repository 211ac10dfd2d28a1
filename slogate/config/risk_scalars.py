"""How the single values of `risk` are read; see scalars.py for what a reader is."""

from __future__ import annotations

import re
import warnings

from slogate.config.problems import Substituted, shorten, shown
from slogate.config.scalars import http_parts, line, number, percent, text
from slogate.core.risk_policy import Band

BAND_PATTERN = r"^(p[0-9]{1,2}(\.[0-9]+)?|[0-9]+(\.[0-9]+)?\s*%)$"
PLACEHOLDERS = ("{{service}}", "{{base}}", "{{head}}")


def band(value: object) -> Band:
    """`p80`, a percentile of the past; `40%`, a probability; 12.5, a score."""
    if isinstance(value, str) and re.fullmatch(r"p[0-9]{1,2}(\.[0-9]+)?", value):
        return Band("percentile", float(value[1:]))
    if isinstance(value, str) and value.rstrip().endswith("%"):
        chance = percent(value)
        if not 0 < chance < 1:
            raise ValueError(f"must be a probability between 0% and 100%, not {shown(value)}")
        return Band("probability", chance)
    if isinstance(value, str):
        raise ValueError(f"must be a percentile such as p80, 40% or a score, not {shown(value)}")
    return Band("score", number(value))


def weight(value: object) -> float:
    """A number that is not negative."""
    read = number(value)
    if read < 0:
        raise ValueError(f"must not be negative, but is {shown(value)}")
    return read


def rate(value: object) -> float:
    """A percentage between 0 and 100, neither of which can be."""
    read = percent(value)
    if not 0 < read < 1:
        raise ValueError(f"must be a percentage between 0% and 100%, not {shown(value)}")
    return read


def pattern(value: object) -> str:
    """A pattern of paths as in .gitignore."""
    from pathspec import GitIgnoreSpec  # only a configuration with paths needs it

    content = line(value)
    try:
        GitIgnoreSpec.from_lines([content])
    except ValueError:
        raise ValueError(f"must be a pattern as in .gitignore, not {shown(value)}") from None
    return content


def tag(value: object) -> str:
    """A glob of tags."""
    content = line(value)
    if " " in content:
        raise ValueError(f"must be a pattern of tags such as v*, not {shown(value)}")
    return content


def expression(value: object) -> str:
    """A regular expression."""
    content = text(value)
    try:
        with warnings.catch_warnings():
            # NOTE: Python warns of what other engines read differently, such as [[:alpha:]].
            warnings.simplefilter("error")
            re.compile(content)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        why = "" if isinstance(value, Substituted) else f" ({shorten(str(error))})"
        raise ValueError(f"must be a regular expression{why}") from None
    return content


def register_url(value: object) -> str:
    """An http or https URL that may hold placeholders; never shown, it may hold credentials."""
    content = line(value)
    bare = content
    for name in PLACEHOLDERS:
        bare = bare.replace(name, "x")
    if http_parts(bare) is None or " " in bare or "{{" in bare or "#" in bare:
        raise ValueError(
            "must be a URL such as https://risk.example.com/changes/{{head}}; "
            f"placeholders are {', '.join(PLACEHOLDERS)}"
        )
    return content
