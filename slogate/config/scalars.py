"""How single values are read: each reader takes what YAML gave and returns the value.

A reader raises ValueError with a sentence that starts with `must`. Secrets are never part of it,
nor is what an environment variable holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from slogate.config.problems import Substituted, kind, nearest, shown
from slogate.core.window import format_duration, parse_duration
from slogate.core.words import listing

NAME_PATTERN = r"^\w[\w ./:-]{0,99}$"
DURATION_PATTERN = r"^([0-9]+[wdhms])+$"
PERCENT_PATTERN = r"^[0-9]+(\.[0-9]+)?\s*%$"
LATENCY_PATTERN = r"^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$"
OWN_HEADERS = {
    "connection",
    "content-length",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
}
MOST_NINES = 99.99999
HEADER_PATTERN = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
YEAR = 366 * 86_400
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_LATENCY_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def one_of(*words: str) -> Callable[[object], str]:
    """A reader of one of these words."""

    def read(value: object) -> str:
        if isinstance(value, str) and value in words:
            return str(value)
        near = nearest(value, words) if isinstance(value, str) else None
        hint = f"; did you mean {near}?" if near else ""
        raise ValueError(f"must be {listing(words, 'or')}, not {shown(value)}{hint}")

    return read


def text(value: object) -> str:
    """Text that is not blank; not shown, so secrets may be read with it."""
    if not isinstance(value, str):
        raise ValueError(f"must be text, but is {kind(value)}; put it in quotes")
    if not value.strip():
        raise ValueError("must not be empty")
    return str(value)


def line(value: object) -> str:
    """Text of one line without control characters."""
    content = text(value)
    if not content.isprintable():
        raise ValueError("must be one line of printable text")
    return content


def name(value: object) -> str:
    """The name of a service, SLO, source or policy."""
    content = text(value)
    if not re.fullmatch(NAME_PATTERN, content):
        raise ValueError(
            f"must be a name, not {shown(value)}: "
            "at most 100 letters, digits, spaces and _ . / : - with a letter or digit first"
        )
    return content


def label(value: object) -> str:
    """A short line, such as the name of a team."""
    content = line(value)
    if len(content) > 200:
        raise ValueError("must be at most 200 characters long")
    return content


def ascii_line(value: object) -> str:
    """A header value or token."""
    content = line(value)
    if not content.isascii():
        raise ValueError("must be one line of ASCII text")
    if content != content.strip():
        raise ValueError("must not begin or end with a space")
    return content


def header_name(value: object) -> str:
    """The name of an HTTP header."""
    content = text(value)
    if not re.fullmatch(HEADER_PATTERN, content):
        raise ValueError("must be the name of an HTTP header, such as X-Scope-OrgID")
    if content.lower() in OWN_HEADERS:
        raise ValueError("is a header that the HTTP client sets itself")
    return content


def url(value: object) -> str:
    """An http or https URL; never shown, it may hold credentials."""
    content = line(value)
    parts = http_parts(content)
    if parts is None or " " in content:
        raise ValueError("must be a URL such as https://prometheus.example.com:9090")
    if parts.query or parts.fragment:
        raise ValueError("must be a URL without a query (?...) or a fragment (#...)")
    if api := re.search(r"/(graph|api/v[0-9](/query(_range)?)?)$", parts.path.rstrip("/")):
        raise ValueError(f"must be the base URL, without {api[0]}")
    return content


def http_parts(content: str) -> SplitResult | None:
    """The parts of an http or https address; None where it is none."""
    try:
        parts = urlsplit(content)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if right else None


def data_file(value: object) -> str:
    """The path of a file with counts."""
    content = line(value)
    if not content.endswith((".csv", ".jsonl")):
        raise ValueError(f"must be a file that ends in .csv or .jsonl, not {shown(value)}")
    return content


def number(value: object) -> float:
    """A finite number; text only where it came from the environment."""
    read = float(value) if isinstance(value, Substituted) and _NUMBER.fullmatch(value) else value
    if isinstance(read, bool) or not isinstance(read, (int, float)):
        raise ValueError(f"must be a number, not {shown(value)}")
    # NOTE: false for NaN and infinity as well.
    if not abs(read) < 1e300:
        raise ValueError(f"must be a finite number, not {shown(value)}")
    return float(read)


def positive(value: object) -> float:
    """A number above zero."""
    read = number(value)
    if read <= 0:
        raise ValueError(f"must be a number above 0, not {shown(value)}")
    return read


def whole(least: int, most: int) -> Callable[[object], int]:
    """A reader of whole numbers between two limits."""

    def read(value: object) -> int:
        found = number(value)
        if not least <= found <= most or found != int(found):
            limits = f"between {least} and {most}"
            raise ValueError(f"must be a whole number {limits}, not {shown(value)}")
        return int(found)

    return read


def version(value: object) -> int:
    """The version of the file format."""
    if number(value) != 1:
        raise ValueError(f"must be 1, the only version there is, not {shown(value)}")
    return 1


def percent(value: object) -> float:
    """`90%` or 0.9 as 0.9; only text may say more than 100 %."""
    if isinstance(value, str) and re.fullmatch(PERCENT_PATTERN, value):
        return float(value.rstrip("% \t")) / 100
    if isinstance(value, str) and not isinstance(value, Substituted):
        raise ValueError(f"must be a percentage such as 90%, not {shown(value)}")
    read = number(value)
    if not 0 <= read <= 1:
        hint = f"; did you mean {read:.10g}%?" if 1 < read <= 1000 else ""
        raise ValueError(f"must be a percentage such as 90%, not {shown(value)}{hint}")
    return read


def share(value: object) -> float:
    """A percentage of at most 100 %."""
    read = percent(value)
    if read > 1:
        raise ValueError(f"must be at most 100%, not {shown(value)}")
    return read


def threshold(value: object) -> float:
    """A percentage above zero; it may exceed 100 %."""
    read = percent(value)
    if not 0 < read < 1e6:
        raise ValueError(f"must be more than 0%, not {shown(value)}")
    return read


def objective(value: object) -> float:
    """The target of an SLO in percent."""
    in_percent = isinstance(value, str) and re.fullmatch(PERCENT_PATTERN, value)
    target = percent(value) * 100 if in_percent else number(value)
    if target == 100:
        raise ValueError("must be below 100: an objective of 100 leaves no error budget")
    if 0.01 < target < 1:
        asked = f"{target * 100:.10g}"
        raise ValueError(f"must be in percent, not {shown(value)}; did you mean {asked}?")
    if MOST_NINES < target < 100:
        raise ValueError(f"must be at most {MOST_NINES}: beyond that hardly an event may fail")
    if not 1 < target < 100:
        raise ValueError(f"must be a percentage such as 99.9, not {shown(value)}")
    return target


def duration(least: int = 1, most: int = YEAR, hint: str = "") -> Callable[[object], int]:
    """A reader of durations such as `30d`, in seconds, between two limits."""

    def read(value: object) -> int:
        right = isinstance(value, str) and len(value) < 50 and re.fullmatch(DURATION_PATTERN, value)
        if not isinstance(value, str) or not right:
            raise ValueError(f"must be a duration such as 5m or 30d{hint}, not {shown(value)}")
        seconds = 0 if not value.strip("0wdhms") else parse_duration(value)
        if not least <= seconds <= most:
            limits = f"between {format_duration(least)} and {format_duration(most)}"
            raise ValueError(f"must be a duration {limits}, not {shown(value)}")
        return seconds

    return read


def latency_limit(value: object) -> float:
    """A duration in seconds that may be a fraction: `300ms`, `1.5s`."""
    match = re.fullmatch(LATENCY_PATTERN, value) if isinstance(value, str) else None
    if match is None or not 0 < float(match[1]) < 1e9:
        raise ValueError(f"must be a duration such as 300ms or 1.5s, not {shown(value)}")
    return float(match[1]) * _LATENCY_UNITS[match[2]]


def zone(value: object) -> str:
    """The name of an IANA time zone."""
    from zoneinfo import ZoneInfo, available_timezones  # only calendar windows need it

    content = text(value)
    if content == "UTC":
        return content
    try:
        ZoneInfo(content)
    except (KeyError, ValueError, OSError):
        known = available_timezones()
        near = nearest(content, known)
        hint = f"; did you mean {near}?" if near else ""
        hint = hint if known else "; no zones are installed here (pip install tzdata)"
        message = f"must be a time zone such as Europe/Berlin, not {shown(value)}{hint}"
        raise ValueError(message) from None
    return content
