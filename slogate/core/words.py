"""How numbers, times and names are written for people, the same in every sentence and table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone

from slogate.core.window import format_duration


def percent(ratio: float, digits: int = 1) -> str:
    """0.4123 -> `41.2 %`."""
    return f"{ratio * 100:.{digits}f} %"


def objective(value: float) -> str:
    """99.9 -> `99.9 %`; the digits are the user's own."""
    return f"{value:.10g} %"


def sli(ratio: float, objective_percent: float) -> str:
    """An SLI with one digit more than its objective, cut, so that 99.8999 % never reads 99.9 %."""
    digits = len(f"{objective_percent:.10g}".partition(".")[2]) + 1
    scale = 10**digits
    return f"{int(ratio * 100 * scale + 1e-9) / scale:.{digits}f} %"


def rate(value: float) -> str:
    """A burn rate: 14.4 -> `14.4x`."""
    if 0 < value < 0.005:
        return "<0.01x"
    return f"{value:.0f}x" if value >= 100 else f"{value:.3g}x"


def count(value: float) -> str:
    """A number of events: 1234567.8 -> `1,234,568`; small ones keep a digit."""
    if abs(value) < 10 and abs(value - round(value)) >= 0.05:
        return f"{value:.1f}"
    return f"{value:,.0f}"


def plural(number: int, noun: str) -> str:
    """`1 series` and `2 hours`: the noun takes an s unless it ends in one."""
    return f"{number:,} {noun}" if number == 1 or noun.endswith("s") else f"{number:,} {noun}s"


def moment(unix: int) -> str:
    """A time for people: `2026-11-20 12:07 UTC`."""
    return datetime.fromtimestamp(unix, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def rfc3339(unix: int) -> str:
    """A time for machines: `2026-11-20T12:07:00Z`."""
    return datetime.fromtimestamp(unix, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def span(seconds: int) -> str:
    """A duration in at most its two largest units: 100000 -> `1d3h`; under a minute in seconds."""
    if seconds >= 86_400:
        return format_duration(round(seconds / 3_600) * 3_600)
    return format_duration(round(seconds / 60) * 60) if seconds >= 60 else f"{seconds}s"


def listing(items: tuple[str, ...] | list[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def signed_percent(ratio: float) -> str:
    """Like `percent`, but what is overspent never reads zero: -0.0004 -> `-0.04 %`."""
    if -0.0005 < ratio < 0:
        return f"{ratio * 100:.1g} %" if ratio <= -1e-6 else "0.0 %"
    return f"{ratio * 100:,.0f} %" if abs(ratio) >= 100 else percent(ratio)


def relative(seconds: int) -> str:
    """How far away a time is: `in 1d3h`, `now` when it has come."""
    return f"in {span(seconds)}" if seconds > 0 else "now"


def tally(items: list[str]) -> str:
    """How many of each, in the order of their first: `1 block, 2 approve`."""
    return ", ".join(f"{items.count(word):,} {word}" for word in dict.fromkeys(items))


def cut(text: str, most: int) -> str:
    """At most so many characters, of which the last says that there were more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one; empty where none does."""
    from difflib import get_close_matches  # loads slowly, and only a mistake needs it

    return "".join(get_close_matches(name, list(known), n=1))
