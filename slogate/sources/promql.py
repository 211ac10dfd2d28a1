"""Just enough of PromQL's grammar to find the selectors of a query, for explaining absent series."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    |(?P<comment>\#[^\n]*)
    |(?P<range>\[[^\]]*\])
    |(?P<number>\d[\w.]*)
    |(?P<name>[a-zA-Z_:][\w:]*)
    |(?P<op>=~|!~|!=|=|[{}(),])""",
    re.VERBOSE,
)
_GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_MATCHES = ("=", "!=", "=~", "!~")
_KEYWORDS = _GROUPING | {"and", "or", "unless", "bool", "offset", "inf", "nan", "atan2"}


@dataclass(frozen=True)
class Matcher:
    """`label op "value"`; the value without its quotes, escapes as they were written."""

    label: str
    op: str
    value: str
    quote: str = field(default='"', compare=False)

    def __str__(self) -> str:
        return f"{self.label}{self.op}{self.quote}{self.value}{self.quote}"


@dataclass(frozen=True)
class Selector:
    """A metric with its label matchers."""

    metric: str
    matchers: tuple[Matcher, ...] = ()

    def __str__(self) -> str:
        return f"{self.metric}{{{','.join(map(str, self.matchers))}}}"


def filled(query: str, texts: Mapping[str, str]) -> str:
    """A query with texts in place of placeholders inside its quotes, whatever they hold.

    In a regular expression (`=~`) the text stands for itself as well. In backticks, where nothing
    can be escaped, and outside of quotes nothing is filled in.
    """
    placeholder = re.compile("|".join(map(re.escape, texts)))
    operator = ""

    def fill(match: re.Match[str]) -> str:
        nonlocal operator
        before, operator = operator, match.group()
        if match.lastgroup != "string" or match.group().startswith("`"):
            return match.group()
        regex = before in ("=~", "!~")
        return placeholder.sub(lambda name: _text(texts[name.group()], regex=regex), match.group())

    return _TOKEN.sub(fill, query)


def _text(text: str, *, regex: bool) -> str:
    """A text as it is written between quotes of either kind."""
    plain = re.escape(text) if regex else text
    return "".join(
        character if character.isprintable() and character not in "\"'\\" else _escape(character)
        for character in plain
    )


def _escape(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def selectors(query: str) -> list[Selector]:
    """The vector selectors of a query, in their order, each once."""
    return list(dict.fromkeys(_selectors(_tokens(query))))


def understood(query: str) -> bool:
    """Is there nothing but plain matchers between the braces? Dialects put other things there."""
    tokens = _tokens(query)
    opening = [index for index, (_, text) in enumerate(tokens) if text == "{"]
    return all(_is_plain(tokens[index : _after(tokens, index, "}")]) for index in opening)


def _is_plain(braces: list[tuple[str, str]]) -> bool:
    """Tokens as one letter each: `{a="b",}` is `{n=s,}`."""
    kinds = {"name": "n", "string": "s"}
    letters = "".join(
        kinds.get(kind, "=" if text in _MATCHES else text[0]) for kind, text in braces
    )
    return re.fullmatch(r"\{(n=s(,n=s)*,?)?\}", letters) is not None


def _tokens(query: str) -> list[tuple[str, str]]:
    return [
        (match.lastgroup or "", match.group())
        for match in _TOKEN.finditer(query)
        if match.lastgroup not in ("comment", "range", "number")
    ]


def _selectors(tokens: list[tuple[str, str]]) -> Iterator[Selector]:
    index = 0
    while index < len(tokens):
        kind, text = tokens[index]
        following = tokens[index + 1][1] if index + 1 < len(tokens) else ""
        index += 1
        if kind == "name" and text.lower() in _GROUPING and following == "(":
            index = _after(tokens, index, ")")
        elif text == "{":
            end = _after(tokens, index, "}")
            yield from _named_inside(_matchers(tokens[index:end]))
            index = end
        elif kind == "name" and following == "{":
            end = _after(tokens, index + 1, "}")
            yield Selector(text, _matchers(tokens[index:end]))
            index = end
        elif kind == "name" and _is_metric(text, following):
            yield Selector(text)


def _is_metric(text: str, following: str) -> bool:
    if text.lower() in _KEYWORDS or following == "(":
        return False
    return following.lower() not in ("by", "without")


def _after(tokens: list[tuple[str, str]], index: int, closing: str) -> int:
    while index < len(tokens) and tokens[index][1] != closing:
        index += 1
    return index + 1


def _matchers(tokens: list[tuple[str, str]]) -> tuple[Matcher, ...]:
    return tuple(
        Matcher(label, op, value[1:-1], value[0])
        for (kind, label), (_, op), (value_kind, value) in zip(
            tokens, tokens[1:], tokens[2:], strict=False
        )
        if kind == "name" and op in _MATCHES and value_kind == "string"
    )


def _named_inside(matchers: tuple[Matcher, ...]) -> Iterator[Selector]:
    """`{__name__="x", ...}` is the selector `x{...}`."""
    for matcher in matchers:
        if matcher.label == "__name__" and matcher.op == "=":
            yield Selector(matcher.value, tuple(m for m in matchers if m.label != "__name__"))
