"""What is to be expected: when a release clears, when a budget is exhausted, who approves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slogate.core import words
from slogate.core.budget import PRESENT
from slogate.core.verdict import ServiceVerdict, SloReport, Verdict


def outlook(verdict: Verdict, service: ServiceVerdict) -> Iterator[tuple[str, str]]:
    """Label and sentence: when it clears, when a budget is exhausted, who approves."""
    yield from _clears(verdict, service)
    yield from exhaustion(verdict.evaluated_at, service.slos)
    if service.approvers:
        yield "Approval", words.listing(service.approvers)


def _clears(verdict: Verdict, service: ServiceVerdict) -> Iterator[tuple[str, str]]:
    at, clearance = verdict.evaluated_at, service.clearance
    quiet, going_on = clearance.without_errors, clearance.if_errors_continue
    lately = "if errors go on as lately"
    if quiet is None:
        return
    if quiet == going_on:
        even = "" if clearance.calendar else f", even {lately}"
        yield "Clears", when(at, quiet) + even
        return
    yield "Clears", f"{when(at, quiet)} without further errors"
    foreseen = when(at, going_on) if going_on is not None else "not in sight"
    yield "", f"{foreseen} {lately}"


def clears_in(verdict: Verdict, service: ServiceVerdict) -> str:
    """`in 1d3h if quiet`, `in 10d` where no errors play a role; empty if not foreseeable."""
    clears = service.clearance.without_errors
    if clears is None:
        return ""
    quiet = "" if service.clearance.calendar else " if quiet"
    return words.relative(clears - verdict.evaluated_at) + quiet


def exhaustion(at: int, slos: Sequence[SloReport]) -> Iterator[tuple[str, str]]:
    """When budgets run out if the burn rate of the present goes on."""
    label = "Exhausted"
    for slo in slos:
        if slo.budget is not None and slo.budget.exhausted_at is not None:
            moment = when(at, slo.budget.exhausted_at)
            lately = f"if errors go on as in the last {words.span(PRESENT)}"
            yield label, f"{slo.name}: {moment} {lately}"
            label = ""


def when(at: int, moment: int) -> str:
    """A time with its distance: `2026-11-22 03:10 UTC (in 1d3h)`."""
    return f"{words.moment(moment)} ({words.relative(moment - at)})"
