"""Foreign text (labels, errors, names of branches) made harmless for the place it is shown in.

It comes out reading the same, but can neither steer a terminal or a CI runner nor break out of
markdown into markup, links, mentions or tables.
"""

from __future__ import annotations

import re

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
# NOTE: CI runners take lines of a log that hold these for commands: `##[group]`, `::add-mask::`.
_COMMAND = re.compile(r"##(?=\w*\[)|(?<!\S)::+")
_MARKUP = re.compile(
    r"://|www\.|GH-(?=\d)|:(?=[\w+-]+:)|[\\`*_\[\]|<>&$]|[#!~%](?=\w)|[#!~]|@",
    re.ASCII | re.IGNORECASE,
)
_LEADING = re.compile(r"[-+=]|(\d+)[.)](?=\s|$)", re.ASCII)
BREAK = "&#8203;"
"""Nothing to be seen, where a word may be broken and a mark loses its meaning."""
_FULLWIDTH = 0xFEE0
"""The distance of an ASCII character to its fullwidth form, which no shell knows."""
# NOTE: modifier letters look like quotes and are none; typographic quotes end a string of
# PowerShell just like the plain ones.
_INERT = str.maketrans(
    {
        **{mark: chr(ord(mark) + _FULLWIDTH) for mark in "!#$&*;<>?[\\]^{|}~"},
        **dict.fromkeys("'\u2018\u2019\u201a\u201b", "\u02bc"),
        **dict.fromkeys('"\u201c\u201d\u201e\u201f', "\u02ee"),
        "`": "\u02cb",
    }
)
# NOTE: `echo () (...)` defines a function, `-n` is an option, `@x` a file for curl; `%0A` becomes a
# line where a runner reads the text as a command's data. Below zero a number stays a number.
_PLACED = re.compile(r"\A(?:[(@]|-(?!\d))|%(?=[0-9A-Fa-f]{2})")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def for_terminal(text: str) -> str:
    """Without control characters, escape sequences, bidi overrides and CI commands; one line."""
    return _COMMAND.sub(lambda match: " ".join(match[0]), _clean(text))


def for_markdown(text: str) -> str:
    """Text that a markdown page shows as it is, in a table cell too."""
    escaped = _MARKUP.sub(_neutral, _clean(text).strip())
    leading = _LEADING.match(escaped)
    if leading is None:
        return escaped
    digits = leading[1] or ""
    return f"{digits}\\{escaped[len(digits) :]}"


def for_output(text: str) -> str:
    """One line for a value that people paste into scripts against all advice.

    It stays text within quotes and backticks of sh, bash, PowerShell and JavaScript and within
    quotes of YAML, and holds nothing that GitLab expands: active characters become lookalikes.
    Without quotes, as the arguments of a command of sh, it runs nothing either: parentheses are a
    syntax error there.
    """
    shown = for_terminal(text).strip().translate(_INERT)
    return _PLACED.sub(lambda match: chr(ord(match[0]) + _FULLWIDTH), shown)


def code(text: str) -> str:
    """An inline code span, whatever backticks the text holds."""
    clean = _clean(text)
    if "|" in clean or not clean.strip():
        # NOTE: a pipe needs a backslash in a table and must not have one elsewhere; HTML does both.
        return f"<code>{for_markdown(clean)}</code>"
    longest = max((len(run) for run in re.findall("`+", clean)), default=0)
    pad = " " if clean[0] in "` " or clean[-1] in "` " else ""
    fence = "`" * (longest + 1)
    return f"{fence}{pad}{clean}{pad}{fence}"


def _clean(text: str) -> str:
    if text.isprintable():
        return text
    plain = _SEQUENCE.sub("", text)
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in plain)


def _neutral(match: re.Match[str]) -> str:
    """One piece of markup as plain text."""
    piece = match[0]
    if piece in _ENTITIES:
        following = match.string[match.end() : match.end() + 1]
        return _ENTITIES[piece] + (BREAK if piece == "&" and following.isdigit() else "")
    if piece in ("$", ":"):
        # NOTE: math and emoji are made of the rendered text, where a backslash is gone.
        return f"<span>{piece}</span>"
    if piece == "://":
        return "\\://"
    if len(piece) > 1:
        return piece[:-1] + ("\\." if piece.endswith(".") else f"-{BREAK}")
    return _sigil(piece, match)


def _sigil(piece: str, match: re.Match[str]) -> str:
    """A mark that also begins a mention (`@ann`, `#12`, `!12`) is parted from what follows."""
    following = match.string[match.end() : match.end() + 1]
    escaped = piece if piece in "@%" else f"\\{piece}"
    # NOTE: names of GitLab may begin with `_` or `.` too.
    begins = following.isalnum() or (piece == "@" and following in ("_", "."))
    return escaped + (BREAK if piece in "@#!~%" and begins else "")
