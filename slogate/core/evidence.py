"""What a source hands over: raw stepped values per role, before anybody trusts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slogate.core.plan import Plan

Values = Sequence[float | None]
"""Oldest first; None where the source had no sample. NaN and infinities stay what they are."""


@dataclass(frozen=True)
class RoleSeries:
    """One role (`good`, `bad`, `total` or `ratio`) over the grids and the window of a plan.

    `whole` is the value over the window, asked at once; None where there is none to be had, and
    then the steps are added up. `excluded` are the values over the plan's excluded spans: the whole
    has them in it, the steps have not.
    """

    coarse: Values
    fine: Values = ()
    whole: float | None = None
    excluded: Values = ()

    @property
    def absent(self) -> bool:
        """True when there is no value at all."""
        return self.whole is None and all(
            value is None for values in (self.coarse, self.fine) for value in values
        )


@dataclass(frozen=True)
class Evidence:
    """The answer to a plan.

    `roles` holds `total` and one of `good` and `bad`, or `ratio` alone. `direct` has the error
    ratios over burn windows (seconds -> ratio), which cannot be added up from steps.
    `no_failures` is the source's reason to believe that an absent `bad` means zero.
    `retention` is how far back the source remembers at all, if it says so, `older` whether it has
    samples from before the window. Where single samples are known, `last_sample` is the time of
    the newest one and `interval` their usual distance in seconds.
    """

    plan: Plan
    roles: Mapping[str, RoleSeries]
    direct: Mapping[int, float | None] = field(default_factory=dict)
    no_failures: str = ""
    retention: int | None = None
    older: bool = False
    last_sample: int | None = None
    interval: int = 0
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
