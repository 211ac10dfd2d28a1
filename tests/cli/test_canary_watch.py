"""Looking after a canary while it runs, with a clock that nobody waits for."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from slogate.cli.canary_compare import Compared, reported
from slogate.cli.canary_watch import Watched, watch
from slogate.cli.progress import Progress
from slogate.core.arms import Counts, MetricPolicy, Outcome, Samples, Series
from slogate.core.canary import Measured
from slogate.core.model import Decision
from slogate.errors import ConfigError, MeasurementError, NoDataError
from slogate.sources.canary import instants_between

MINUTE = 60
BEGIN = 1_790_000_040
"""A whole minute."""
POLICY = MetricPolicy(name="latency")
Look = Callable[[int, int, float], tuple[Measured, ...]]


class Clock:
    """Time passes only when somebody waits."""

    def __init__(self, start: float = BEGIN) -> None:
        self.time = start
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += max(0.0, seconds)


def value(arm: str, at: int, level: float = 1.0) -> float:
    return level * Random(f"{arm}{at}").lognormvariate(0, 0.05)


def series(level: Callable[[int], float], policy: MetricPolicy = POLICY) -> Look:
    """What a backend answers: the canary's level hangs on how long the watch has lasted."""

    def look(start: int, end: int, seconds: float = 60) -> tuple[Measured, ...]:
        times = instants_between(start, end, MINUTE)
        arms = (
            Series(times, [value("a", at) for at in times]),
            Series(times, [value("b", at, level(at - start)) for at in times]),
        )
        return (Measured(policy, *arms),)

    return look


def counts(bad: float) -> Look:
    """Errors of 1000 events a minute; the baseline has ten."""

    def look(start: int, end: int, seconds: float = 60) -> tuple[Measured, ...]:
        n = len(instants_between(start, end, MINUTE))
        arms = (Counts([10.0] * n, [1000.0] * n), Counts([bad] * n, [1000.0] * n))
        return (Measured(MetricPolicy(name="errors"), *arms),)

    return look


def failing(look: Look, *numbers: int, error: BaseException | None = None) -> Look:
    """The same, but these looks fail."""
    made = 0

    def sometimes(start: int, end: int, seconds: float = 60) -> tuple[Measured, ...]:
        nonlocal made
        made += 1
        if made in numbers:
            raise error or MeasurementError("the server is away", outage=True)
        return look(start, end, seconds)

    return sometimes


def watched(
    look: Look, *, minutes: int = 30, clock: Clock | None = None, said: list[str] | None = None
) -> Watched:
    lines: list[str] = [] if said is None else said
    return watch(
        look,
        duration=minutes * MINUTE,
        interval=MINUTE,
        timeout=60,
        least_score=1.0,
        clock=clock or Clock(),
        progress=lines.append,
    )


@pytest.mark.parametrize("late", [0, 0.5, 1, 29, 59.9])
@pytest.mark.parametrize("look", [series(lambda _: 1.0), counts(10)])
def test_what_is_as_good_passes_at_the_end_whenever_it_began(look: Look, late: float) -> None:
    clock, said = Clock(BEGIN + late), list[str]()
    found = watched(look, clock=clock, said=said)
    assert (found.verdict.outcome, found.ended, found.code) == (Outcome.PASS, "", None)
    assert len(said) == 30
    assert all(": inconclusive: " in line for line in said[:-1])
    assert said[-1].startswith("look 30 of 30, ")
    assert said[-1].endswith(": pass: 1 metric of 1 surely no worse")
    assert 30 * MINUTE - 1 < clock.time - BEGIN - late < 31 * MINUTE


@pytest.mark.parametrize("look", [series(lambda _: 2.0), counts(40)])
def test_a_proven_regression_stops_the_watch_early(look: Look) -> None:
    clock, said = Clock(), list[str]()
    found = watched(look, clock=clock, said=said)
    assert found.verdict.outcome is Outcome.FAIL
    assert found.ended == f"worse after {len(said)} of 30 looks"
    assert len(said) < 20
    assert clock.time == found.end == BEGIN + len(said) * MINUTE
    assert ": fail: worse in " in said[-1]


def test_what_becomes_worse_only_later_is_found() -> None:
    found = watched(series(lambda age: 1.0 if age <= 15 * MINUTE else 2.0), minutes=60)
    assert found.verdict.outcome is Outcome.FAIL
    assert found.end > BEGIN + 15 * MINUTE


def test_each_look_sees_everything_since_the_start() -> None:
    asked: list[tuple[int, int]] = []
    good = series(lambda _: 1.0)

    def look(start: int, end: int, seconds: float = 60) -> tuple[Measured, ...]:
        asked.append((start - BEGIN, end - BEGIN))
        return good(start, end, seconds)

    found = watched(look, minutes=12)
    assert asked == [(0, MINUTE * number) for number in range(1, 13)]
    assert (found.start, found.end) == (BEGIN, BEGIN + 12 * MINUTE)


def test_a_slow_backend_does_not_move_the_looks() -> None:
    clock = Clock()
    good = series(lambda _: 1.0)

    def slow(start: int, end: int, seconds: float = 60) -> tuple[Measured, ...]:
        clock.time += 45
        return good(start, end, seconds)

    watched(slow, minutes=12, clock=clock)
    assert clock.waits == [60.0, *[15.0] * 11]


def test_a_watch_shorter_than_the_interval_is_one_look() -> None:
    said: list[str] = []
    found = watched(series(lambda _: 1.0), minutes=0, said=said)
    assert found.verdict.outcome is Outcome.INCONCLUSIVE
    assert len(said) == 1


@pytest.mark.parametrize(("planned", "passes"), [(7, False), (60, True)])
def test_one_scrape_beyond_the_limit_is_no_proof_of_a_mean(planned: int, *, passes: bool) -> None:
    spiky = series(lambda age: 9.0 if age == MINUTE else 1.0, MetricPolicy(limit=2.5))
    found = watched(spiky, minutes=planned)
    assert found.end == BEGIN + planned * MINUTE
    assert (found.verdict.outcome is Outcome.PASS) is passes
    over = series(lambda _: 3.0, MetricPolicy(limit=2.5, tolerance=5, margin=5))
    found = watched(over, minutes=30)
    assert found.verdict.metrics[0].over_limit
    assert found.ended


def test_samples_never_pass_while_it_is_unknown_how_many_there_will_be() -> None:
    def look(start: int, end: int, seconds: float = 60) -> tuple[Measured, ...]:
        n = 500 * (end - start) // MINUTE
        arms = (Samples([value(arm, at) for at in range(n)]) for arm in "ab")
        return (Measured(POLICY, *arms),)

    found = watched(look, minutes=3)
    assert found.verdict.outcome is Outcome.INCONCLUSIVE
    assert not found.ended


@pytest.mark.parametrize(
    "error", [MeasurementError("the server is away", outage=True), NoDataError("no traffic yet")]
)
def test_a_look_that_fails_is_passed_over(error: Exception) -> None:
    said: list[str] = []
    found = watched(failing(series(lambda _: 1.0), 1, 2, 17, error=error), said=said)
    assert found.verdict.outcome is Outcome.PASS
    for number in (1, 2, 17):
        assert said[number - 1] == f"look {number} of 30: {error}"


def test_without_the_last_look_what_is_known_is_told_and_is_no_pass() -> None:
    found = watched(failing(series(lambda _: 1.0), 30))
    assert found.verdict.outcome is Outcome.INCONCLUSIVE
    assert (found.code, found.ended) == (50, "the last look failed: the server is away")


@pytest.mark.parametrize("seconds", [45.0, 400.0])
def test_a_watch_is_over_when_its_time_is(seconds: float) -> None:
    """A backend that hangs: each look has until the next one, the last one a whole time-out."""
    clock = Clock()
    begin = clock.time
    given: list[float] = []

    def hangs(start: int, end: int, limit: float) -> tuple[Measured, ...]:
        given.append(limit)
        clock.time += min(limit, seconds)
        raise MeasurementError("no answer", outage=True)

    with pytest.raises(MeasurementError):
        watched(hangs, minutes=12, clock=clock)
    assert max(given) <= 60
    assert clock.time - begin <= 14 * MINUTE


def test_what_was_never_measured_is_no_verdict() -> None:
    with pytest.raises(NoDataError, match="no traffic"):
        watched(failing(counts(10), *range(1, 31), error=NoDataError("no traffic")))


def test_a_wrong_query_ends_the_watch_at_once() -> None:
    said: list[str] = []
    with pytest.raises(ConfigError, match="parse error"):
        watched(failing(counts(10), 3, error=ConfigError("parse error")), said=said)
    assert len(said) == 2


def test_an_interruption_before_the_first_look_is_no_verdict() -> None:
    with pytest.raises(KeyboardInterrupt):
        watched(failing(counts(10), 1, error=KeyboardInterrupt()))


def test_after_an_interruption_what_is_known_is_told_and_is_no_pass() -> None:
    found = watched(failing(counts(10), 9, error=KeyboardInterrupt()))
    assert found.code == 130
    assert found.ended == "interrupted at look 9 of 30"
    assert (found.start, found.end) == (BEGIN, BEGIN + 8 * MINUTE)
    assert found.verdict.outcome is Outcome.INCONCLUSIVE
    compared = Compared(found.metrics, ("v1", "v2"), verdict=found.verdict, code=found.code)
    for fail_on in (None, Decision.REVIEW, Decision.BLOCK):
        assert reported(compared, fail_on).exit_code == 130


def test_an_interruption_while_waiting_counts_too() -> None:
    class Impatient(Clock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            if len(self.waits) == 4:
                raise KeyboardInterrupt

    assert watched(counts(10), clock=Impatient()).ended == "interrupted at look 4 of 30"


# progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: Any, *texts: str, quiet: bool = False) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    progress = Progress(quiet=quiet)
    for text in texts:
        progress(text)
    progress.end()
    found: str = stream.getvalue()
    return found


def test_on_a_terminal_one_line_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal(), "a long first line", "short", "x" * 200)
    assert text == f"\ra long first line\rshort            \r{'x' * 79}\n"


def test_elsewhere_each_look_is_a_whole_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO(), "one", "two") == "slogate: one\nslogate: two\n"


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_quiet_says_nothing(monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]) -> None:
    assert shown(monkeypatch, stream(), "one", "two", quiet=True) == ""


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_progress_steers_no_terminal(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO]
) -> None:
    text = shown(monkeypatch, stream(), "\x1b[2J\u202ex\n::error::y\r")
    assert not {"\x1b", "\u202e"} & set(text)
    assert "\n::" not in text
    assert " ::error" not in text


def test_without_a_stderr_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    progress = Progress(quiet=False)
    progress("one")
    progress.end()
