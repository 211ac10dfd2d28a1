"""`${NAME}` and `${NAME:-default}` in any text; `$${` stands for a literal `${`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slogate.config.problems import Finding, KeyPath, Substituted, Unset, shorten

_REFERENCE = re.compile(
    r"(?P<literal>\$\$\{)|\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>[^}]*))?\}|(?P<broken>\$\{)",
    re.ASCII,
)
_BROKEN = "a ${ here names no variable; write ${NAME} or ${NAME:-default}, or $${ for a literal ${"


@dataclass
class Substitution:
    """The data with variables filled in; a text that lacks one is `Unset`."""

    data: dict[str, Any] = field(default_factory=dict)
    substituted: set[KeyPath] = field(default_factory=set)
    broken: list[Finding] = field(default_factory=list)
    unset: list[Finding] = field(default_factory=list)


def substitute(data: Mapping[str, Any], environ: Mapping[str, str]) -> Substitution:
    """Fill in the environment variables; an empty one counts as not set."""
    result = Substitution()
    result.data = {key: _value(value, (key,), environ, result) for key, value in data.items()}
    return result


def _value(value: Any, path: KeyPath, environ: Mapping[str, str], result: Substitution) -> Any:
    if isinstance(value, dict):
        return {key: _value(item, (*path, key), environ, result) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, (*path, index), environ, result) for index, item in enumerate(value)]
    if isinstance(value, str) and "${" in value:
        return _text(value, path, environ, result)
    return value


def _text(text: str, path: KeyPath, environ: Mapping[str, str], result: Substitution) -> str:
    references = list(_REFERENCE.finditer(text))
    if any(ref["broken"] or "${" in (ref["default"] or "") for ref in references):
        result.broken.append(Finding(path, _BROKEN))
        return Unset(text)
    names = [reference["name"] for reference in references if reference["name"]]
    missing = [
        reference["name"]
        for reference in references
        if reference["name"] and reference["default"] is None and not environ.get(reference["name"])
    ]
    for name in dict.fromkeys(missing):
        result.unset.append(Finding(path, _unset_message(name)))
    if names and not any(reference["default"] for reference in references):
        result.substituted.add(path)
    if missing:
        return Unset(text)
    filled = _REFERENCE.sub(lambda reference: _replacement(reference, environ), text)
    return Substituted(filled) if names else filled


def _unset_message(name: str) -> str:
    short = shorten(name)
    return (
        f"the environment variable {short} is not set (or empty); "
        f"set it, or write ${{{short}:-default}}"
    )


def _replacement(reference: re.Match[str], environ: Mapping[str, str]) -> str:
    if reference["literal"]:
        return "${"
    return environ.get(reference["name"]) or reference["default"]
