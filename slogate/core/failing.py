"""Who fails a run, and until when: decided here, for all that report it or wait for it."""

from __future__ import annotations

from collections.abc import Iterable

from slogate.core.exit_codes import threshold
from slogate.core.verdict import ServiceVerdict, Verdict


def obeyed(services: Iterable[ServiceVerdict]) -> list[ServiceVerdict]:
    """Those that a pipeline has to obey; where it has to obey none, all of them.

    Evidence that is missing has to be obeyed where decisions are only advice, too.
    """
    every = list(services)
    return [one for one in every if not one.advise or one.stopped] or every


def fails(verdict: Verdict, service: ServiceVerdict) -> bool:
    """Does this service fail the run, or would it if decisions counted?"""
    return service.exit_code != 0 or service.decision >= threshold(verdict.fail_on)


def clears_at(verdict: Verdict) -> int | None:
    """When the last failing service clears, as Unix time; None unless each of them will."""
    failing = [one for one in obeyed(verdict.services) if fails(verdict, one)]
    times = [one.clearance.without_errors for one in failing]
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None
