"""What is fuzzed: how a case is made, how it is run, and what must hold of every outcome.

A case is bytes, so that it can be kept in a file and made by other fuzzers too.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import FrameType

from slogate.errors import SlogateError

SECRET = "hunter2-5f1b"
"""What the environment of every case holds, and no message may."""
LONGEST_MESSAGE = 2_000
MOST_SECONDS = 5.0
"""Processor time of one case, after which it counts as endless."""
_VARIABLE = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`|\([^)]*\)|[-+]?\d[\w.,:+-]*|\[[^\]]*\]""")
_PLACE = re.compile(r"^(\S*/)?\S*(slogate|table|case)\.(yaml|yml|csv|jsonl|json)[\d:]*\s*")


@dataclass(frozen=True)
class Target:
    """One kind of foreign input.

    `make` draws a case. `run` reads it as slogate does, says in a few words what came of it, and
    raises SlogateError where it is refused; AssertionError where a law does not hold.
    """

    name: str
    make: Callable[[Random], bytes]
    run: Callable[[bytes], str]


class EscapeError(Exception):
    """Something that must not happen; the text says what."""


class _EndlessError(BaseException):
    """The case has had its time; no `except Exception` may take it."""


def outcome(target: Target, case: bytes) -> tuple[str, float]:
    """What came of a case in a few words, and its processor time in seconds; raises EscapeError."""
    start = time.process_time()
    try:
        with _bounded():
            words = target.run(case)
    except SlogateError as error:
        words = _refused(error)
    except (_EndlessError, Exception) as error:
        raise EscapeError(f"{type(error).__name__}: {str(error)[:300]}") from error
    return words, time.process_time() - start


def check_message(text: str) -> None:
    """One printable line of bearable length, without a secret; AssertionError where it is not."""
    assert len(text) < LONGEST_MESSAGE, f"a message of {len(text)} characters: {text[:200]}"
    assert text.isprintable(), f"a message that is not printable: {text[:300]!r}"
    assert SECRET not in text, f"a message with a secret: {text[:300]!r}"


def _refused(error: SlogateError) -> str:
    try:
        for problem in error.problems:
            check_message(str(problem))
    except AssertionError as broken:
        raise EscapeError(f"{type(error).__name__}: {broken}") from error
    first = error.problems[0].message if error.problems else ""
    return f"{type(error).__name__}: {_gist(first)}"


def _gist(message: str) -> str:
    """The first words of a message, without what changes from case to case."""
    plain = _VARIABLE.sub("", _PLACE.sub("", message))
    return " ".join(plain.split()[:6])


@contextmanager
def _bounded() -> Iterator[None]:
    def stop(_: int, __: FrameType | None) -> None:
        raise _EndlessError(f"not done after {MOST_SECONDS:g} s of processor time")

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
