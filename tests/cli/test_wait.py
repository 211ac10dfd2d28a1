"""`--wait`: checks again until the release passes, or the time is up; on a clock that is no wall clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from slogate.cli.wait import LONGEST, SHORTEST, until_it_passes
from slogate.core.model import Decision
from slogate.core.verdict import Clearance, Verdict
from slogate.errors import ConfigError
from tests.reports import builders as build

START = build.AT
MINUTE = 60


@dataclass
class Clock:
    """A clock that moves only when somebody waits, or when a check takes its time."""

    time: float = START
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        assert seconds > 0
        self.waits.append(seconds)
        self.time += seconds


def failing(clears: int | None = None) -> Verdict:
    service = replace(build.deferred(), clearance=Clearance(clears, clears), exit_code=20)
    return build.verdict(service)


def passing_from(moment: float, clears: int | None = None) -> Callable[[int], Verdict]:
    return lambda now: build.verdict(build.approved()) if now >= moment else failing(clears)


def waited(
    check: Callable[[int], Verdict], seconds: int, clock: Clock
) -> tuple[Verdict, list[str]]:
    said: list[str] = []
    return until_it_passes(check, seconds, clock, said.append), said


def test_a_release_that_passes_at_once_waits_for_nothing() -> None:
    clock = Clock()
    verdict, said = waited(passing_from(0), 45 * MINUTE, clock)
    assert (verdict.exit_code, clock.waits, said) == (0, [], [])


@pytest.mark.parametrize(
    ("clears", "pauses"),
    [
        (START + 1800, LONGEST),
        (START + 120, 120),
        (START + 3, SHORTEST),
        (None, SHORTEST),
    ],
)
def test_the_next_check_comes_when_it_clears_within_bounds(clears: int | None, pauses: int) -> None:
    clock = Clock()
    waited(passing_from(START + 1, clears), 45 * MINUTE, clock)
    assert clock.waits == [pauses]


def test_it_goes_on_until_the_release_passes_and_says_so_each_time() -> None:
    clock = Clock()
    verdict, said = waited(passing_from(START + 700, START + 660), 45 * MINUTE, clock)
    assert verdict.decision is Decision.APPROVE
    assert clock.waits == [300, 300, 60, 30, 30]
    assert len(said) == 5
    assert "defer (exit 20), clears" in said[0]
    assert "checking again in 5m, for 45m more" in said[0]


def test_when_the_time_is_up_the_last_verdict_stands() -> None:
    clock = Clock()
    verdict, _ = waited(lambda _: failing(), 75, clock)
    assert verdict.exit_code == 20
    assert clock.waits == [30, 30, 15]
    assert clock.time == START + 75


def test_the_last_check_is_at_the_end_of_the_time() -> None:
    clock = Clock()
    verdict, _ = waited(passing_from(START + 75), 75, clock)
    assert verdict.exit_code == 0


def test_nobody_waits_for_what_clears_only_after_the_time_is_up() -> None:
    clock = Clock()
    verdict, said = waited(passing_from(START + 60, START + 3600), 45 * MINUTE, clock)
    assert (verdict.exit_code, clock.waits) == (20, [])
    assert said[0].endswith("at the earliest, so waiting 45m is in vain")


def test_a_check_that_takes_its_time_counts_too() -> None:
    clock = Clock()

    def slow(now: int) -> Verdict:
        clock.time += 50
        return failing()

    waited(slow, 120, clock)
    assert clock.waits == [30]


def test_an_outage_is_waited_for_too() -> None:
    clock = Clock()
    outage = build.verdict(build.unmeasured())
    verdict, said = waited(
        lambda now: build.verdict(build.approved()) if now > START else outage, 60, clock
    )
    assert verdict.exit_code == 0
    assert "could not measure (exit 50): checking again in 30s" in said[0]


def test_a_wrong_configuration_ends_the_wait() -> None:
    def wrong(now: int) -> Verdict:
        raise ConfigError("wrong query")

    with pytest.raises(ConfigError):
        waited(wrong, 60, Clock())
