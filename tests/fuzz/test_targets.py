"""A few cases of each target of the bench, which runs hundreds of thousands; and that it sees faults."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.fuzz import TARGETS, fuzz, table
from bench.fuzz_target import SECRET, EscapeError, Target, outcome
from slogate.errors import ConfigError, NoDataError
from tests.core.builders import law

few = settings(law, max_examples=12, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", TARGETS)
@few
@given(draw=st.randoms(use_true_random=False))
def test_nothing_but_our_own_errors_comes_out(name: str, draw: Random) -> None:
    target = TARGETS[name]
    assert outcome(target, target.make(draw))


def refuse(message: str) -> Callable[[bytes], str]:
    def run(case: bytes) -> str:
        raise NoDataError(message)

    return run


def broken(case: bytes) -> str:
    raise KeyError(case)


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (broken, "KeyError"),
        (refuse("two\nlines"), "not printable"),
        (refuse("\x1b[2J"), "not printable"),
        (refuse("x" * 5000), "a message of 5000 characters"),
        (refuse(f"the token {SECRET} is wrong"), "a secret"),
    ],
)
def test_the_bench_sees_what_must_not_happen(run: Callable[[bytes], str], why: str) -> None:
    with pytest.raises(EscapeError, match=why):
        outcome(Target("x", lambda _: b"", run), b"case")


def test_the_table_counts_cases_and_escapes() -> None:
    def run(case: bytes) -> str:
        if case == b"0":
            raise ConfigError("case.csv:7: 'x' is wrong (5 of 9)")
        if case == b"1":
            raise KeyError(case)
        return "read"

    result = fuzz(Target("x", lambda draw: b"%d" % draw.randrange(3), run), 300, 1)
    assert result.cases == 300
    assert {"ConfigError: is wrong", "ESCAPE", "read"} == set(result.outcomes)
    assert table([result]).endswith(f" {result.outcomes['ESCAPE']} |")
    assert fuzz(Target("x", lambda draw: b"%d" % draw.randrange(3), run), 300, 1).outcomes == (
        result.outcomes
    )
