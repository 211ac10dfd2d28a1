"""What is wrong and where: findings, how key paths are written, and how input is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slogate.errors import Problem

KeyPath = tuple[str | int, ...]

SHOWN_LENGTH = 60
MAX_SHOWN = 200
MAX_KNOWN = 200
_PLAIN_KEY = re.compile(r"[\w-]+")
_AUTH_KEYS = {"bearer", "basic", "username", "password"}


class Substituted(str):
    """Text that holds the value of an environment variable; never shown, it may be a secret."""

    __slots__ = ()


class Unset(Substituted):
    """Text with an environment variable that is not set, as it was written."""

    __slots__ = ()


@dataclass(frozen=True)
class Finding:
    """Something wrong at a key path; `line` where it is not the line of that key."""

    path: KeyPath
    message: str
    line: int | None = None


def to_problems(
    findings: Iterable[Finding], lines: Mapping[KeyPath, int], file: str
) -> tuple[Problem, ...]:
    """The findings as `Problem`s, sorted by line; at most 200."""
    placed = [(item.line or line_of(item.path, lines), item) for item in findings]
    placed.sort(key=lambda pair: pair[0])
    problems = [
        Problem(f"{file}:{line}", path_text(item.path), item.message) for line, item in placed
    ]
    if len(problems) > MAX_SHOWN:
        problems[MAX_SHOWN:] = [Problem(file, "", "more problems follow; correct these first")]
    return tuple(problems)


def line_of(path: KeyPath, lines: Mapping[KeyPath, int]) -> int:
    """The line of a key, or of the nearest key above it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def path_text(path: KeyPath) -> str:
    """A key path for people: `services.checkout.slos[0].objective`."""
    text = ""
    for part in _without_secrets(path):
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{shorten(part)}" if text else shorten(part)
        else:
            text += f"[{shown(part)}]"
    return text


def _without_secrets(path: KeyPath) -> KeyPath:
    """A slip of the pen turns a token into a key: where secrets live only right keys are shown."""
    if path[:1] != ("sources",) or path[2:3] not in (("auth",), ("headers",)):
        return path
    shown_keys = list(path[:3])
    for part in path[3:]:
        right = part in _AUTH_KEYS if path[2] == "auth" else _PLAIN_KEY.fullmatch(str(part))
        if not right:
            break
        shown_keys.append(part)
    return tuple(shown_keys)


def shorten(text: str) -> str:
    """Printable text of at most 60 characters."""
    clean = "".join(character for character in text if character.isprintable())
    return clean if len(clean) <= SHOWN_LENGTH else f"{clean[: SHOWN_LENGTH - 3]}..."


def shown(value: object) -> str:
    """A value for a message: text in quotes, never what the environment holds."""
    if isinstance(value, Substituted):
        return "what the environment variable holds"
    if isinstance(value, str):
        return f"'{shorten(value)}'"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return shorten(str(value))
    return kind(value)


def kind(value: object) -> str:
    """What sort of value it is, for messages that must not show it."""
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return f"{str(value).lower()} (as YAML reads it)"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a mapping" if isinstance(value, dict) else "a list"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, if any does."""
    import difflib  # costs 5 ms, and only a mistake needs it

    lower = {item.lower(): item for item in known}
    found = difflib.get_close_matches(shorten(word).lower(), list(lower), n=1)
    return lower[found[0]] if found else None


def suggestion(word: str, known: Iterable[str], noun: str) -> str:
    """`did you mean 'checkout'?`, or the list of what there is."""
    names = list(known)[:MAX_KNOWN]
    found = nearest(word, names)
    if found is not None:
        return f"did you mean {shown(found)}?"
    some = [shorten(name) for name in names[:20]] + ["..."] * (len(names) > 20)
    return f"known {noun}: {', '.join(some) or 'none'}"
