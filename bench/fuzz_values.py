"""Odd values, and mutations of data, text and bytes; everything is drawn from one `Random`.

A `Random` may be one of hypothesis, which then makes a case that was found smaller.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any

NUMBERS: tuple[Any, ...] = (
    *(0, -0.0, 1, -1, 0.5, 2, 100, 99.9, 1e-320, 1e308, -1e308, 2**31, 2**53 + 1, 2**63, -(2**63)),
    *(10**18, 10**40, 10**400, float("inf"), float("-inf"), float("nan")),
)
WORDS: tuple[str, ...] = (
    *("", " ", "\t", "\n", "a\nb", "\r\n", "\0", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e"),
    *("\ufeff", "\ud800", "\udcff", "\U0001f600", "e\u0301", "\u0130", "\u00b2", "\u0661\u0662"),
    *("NaN", "-nan", "Infinity", "-inf", "1e999", "1_000", "0x1f", "0o7", "1:30", "+1", "-0"),
    *(
        "1" * 400,
        "9" * 5000,
        "x" * 5000,
        "[" * 400,
        "*",
        "&a",
        "<<",
        "!x",
        "=",
        "~",
        "null",
        "true",
    ),
    *("2026-11-20", "2026-11-20T12:07:00Z", "2026-11-20 12:07", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:60Z", "2026-02-30T00:00:00Z", "2026-11-20T12:07:00.5+99:99", "24:00"),
    *("30d", "0s", "99999999999999999999w", "1d1d", "5 m", "50%", "150%", "-1%", "1e3%", "%"),
    *("${TOKEN}", "${NONE}", "${NONE:-5m}", "${", "$${", "${A:-${TOKEN}}", "{{window}}", "{{x}}"),
    *("::error::x", "##[group]", "<script>", "|", "`", "@ann", "../../etc", "/dev/zero", "C:\\x"),
    *("(", "a{1,99999}", "(a+)+$", "[[:alpha:]]", "up[5m]", "sum(x", "FREQ=DAILY", "BYDAY=-1FR"),
    *("http://[::1", "https://u:p@h/", "http://h:99999", "file:///etc", "success", "vector"),
)
KEYS = ("", "x", "type", "name", "time", "value", "<<", "__proto__", "a b", "ä", "\u202e", "0", "-")
NASTY_BYTES = (
    *(b"\0", b"\xff", b"\xc3\x28", b"\xef\xbb\xbf", b"\xff\xfe", b"\n", b"\r", b"\t", b'"', b"'"),
    *(b",", b";", b":", b"-", b"{", b"}", b"[", b"]", b"\x1b[2J", b"\x01", b"\xed\xa0\x80", b"\\"),
    *(b"\\ud800", b"9" * 5000, b"[" * 3000, b'{"a":' * 3000, b"1e999", b"NaN", b"-", b" "),
)


def odd(draw: Random) -> Any:
    """A value that somebody may have forgotten."""
    kind = draw.randrange(8)
    if kind < 3:
        return draw.choice(NUMBERS)
    if kind < 6:
        return draw.choice(WORDS)
    return draw.choice((None, True, False, [], {}, [[]], {"": None}, [1, "2", None], deep(60)))


def deep(levels: int) -> Any:
    """A list in a list in a list."""
    found: Any = 1
    for _ in range(levels):
        found = [found]
    return found


def places(data: Any) -> list[tuple[Any, Any]]:
    """Each mapping or list with each of its keys, wherever in the data."""
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys if isinstance(holder[key], (dict, list))]
    return found


def mutated(data: Any, draw: Random, most: int = 3) -> Any:
    """A copy with some mutations; now and then none, or something else altogether."""
    if draw.randrange(200) == 0:
        return odd(draw)
    copy = deepcopy(data)
    for _ in range(draw.randint(0, most)):
        found = places(copy)
        if not found:
            return copy
        holder, key = draw.choice(found)
        draw.choice(_MUTATIONS)(holder, key, draw, found)
    return copy


Mutation = Callable[[Any, Any, Random, Sequence[tuple[Any, Any]]], None]


def _replace(holder: Any, key: Any, draw: Random, _: Any) -> None:
    holder[key] = odd(draw)


def _wrap(holder: Any, key: Any, draw: Random, _: Any) -> None:
    value = holder[key]
    text = value if isinstance(value, str) else json.dumps(value, default=str)[:300]
    holder[key] = draw.choice((lambda: [value], lambda: {"x": value}, lambda: text))()


def _drop(holder: Any, key: Any, _: Random, __: Any) -> None:
    del holder[key]


def _rename(holder: Any, key: Any, draw: Random, _: Any) -> None:
    if isinstance(holder, dict):
        value = holder.pop(key)
        typo = f"{key}"[:-1] if draw.random() < 0.5 else f"{key}s"
        holder[draw.choice((typo, draw.choice(KEYS)))] = value


def _add(holder: Any, key: Any, draw: Random, _: Any) -> None:
    if isinstance(holder, dict):
        holder[draw.choice(KEYS)] = odd(draw)
    else:
        holder.insert(key, odd(draw))


def _repeat(holder: Any, key: Any, draw: Random, _: Any) -> None:
    if isinstance(holder, list):
        holder[key:key] = [deepcopy(holder[key])] * draw.choice((1, 2, 50))


def _change(holder: Any, key: Any, draw: Random, _: Any) -> None:
    value = holder[key]
    if isinstance(value, str) and value:
        holder[key] = text_mutated(value, draw)
    elif isinstance(value, (int, float)):
        holder[key] = draw.choice((-value, value + 1, value * 1000, str(value), value // 7, -1))


def _copy(holder: Any, key: Any, draw: Random, found: Sequence[tuple[Any, Any]]) -> None:
    other, at = draw.choice(found)
    if (at in other) if isinstance(other, dict) else at < len(other):
        holder[key] = deepcopy(other[at])


_MUTATIONS: tuple[Mutation, ...] = (
    *(_replace, _replace, _replace, _change, _change, _wrap, _drop, _rename, _add, _repeat, _copy),
)


def text_mutated(text: str, draw: Random) -> str:
    """Text with a word put in, taken out, doubled or cut."""
    first, second = sorted((draw.randint(0, len(text)), draw.randint(0, len(text))))
    match draw.randrange(5):
        case 0:
            return text[:first] + draw.choice(WORDS) + text[first:]
        case 1:
            return text[:first] + draw.choice(WORDS) + text[second:]
        case 2:
            return text[:first] + text[second:]
        case 3:
            return text[:second] + text[first:]
    return text.upper() if draw.random() < 0.5 else text[:first]


def bytes_mutated(raw: bytes, draw: Random, most: int = 3) -> bytes:
    """Bytes with some cut out, put in, doubled or turned."""
    for _ in range(draw.randint(1, most)):
        first = draw.randint(0, len(raw))
        second = min(len(raw), first + draw.choice((1, 2, 8, 40, len(raw))))
        match draw.randrange(5):
            case 0:
                raw = raw[:first] + draw.choice(NASTY_BYTES) + raw[first:]
            case 1:
                raw = raw[:first] + draw.choice(NASTY_BYTES) + raw[second:]
            case 2:
                raw = raw[:first] + raw[second:]
            case 3:
                raw = raw[:second] + raw[first:]
            case 4:
                raw = raw[:first] + bytes([draw.randrange(256)]) + raw[first + 1 :]
    return raw


def as_json(data: Any, draw: Random) -> bytes:
    """JSON, with NaN and lone surrogates as Python writes them; now and then with broken bytes."""
    raw = plain_json(data, ascii_only=draw.random() < 0.8)
    return bytes_mutated(raw, draw) if draw.randrange(6) == 0 else raw


def plain_json(data: Any, *, ascii_only: bool = True) -> bytes:
    """JSON of any data that there may be here."""
    try:
        return json.dumps(data, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    except ValueError:
        # NOTE: Python refuses to write very long numbers, and servers do not.
        return b"[" + b"9" * 5000 + b"]"
