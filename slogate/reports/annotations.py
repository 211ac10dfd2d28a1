"""Messages beside the run: errors, warnings and notices, and the commands that make them."""

# NOTE: no `from __future__ import annotations` here, it would take the function's name.

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from slogate.core import words
from slogate.core.model import Decision
from slogate.core.verdict import ServiceVerdict, Verdict
from slogate.errors import EXIT_NO_DATA, Problem
from slogate.reports import labels
from slogate.reports.escape import for_terminal
from slogate.reports.outlook import when
from slogate.reports.outputs import reason

Kind = Literal["error", "warning", "notice"]

SHOWN = 10
"""So many of each kind are shown for a step; GitHub drops what follows without a word."""
_PLACE = re.compile(r"(.+?):([0-9]{1,9})(?::[0-9]+)?", re.DOTALL)
"""`file:line`, or `file:line:column` where YAML itself is wrong."""
_KINDS: tuple[Kind, ...] = ("error", "warning", "notice")
_STOPPED = {**labels.STOPS, EXIT_NO_DATA: "no data for"}


@dataclass(frozen=True)
class Annotation:
    """A title and a few lines of plain text, at a line of a file of the repository if known."""

    kind: Kind
    title: str
    message: str
    file: str = ""
    line: int | None = None


def annotations(verdict: Verdict) -> list[Annotation]:
    """One for each service that is not approved, the worst first; one for all that are."""
    services = labels.worst_first(verdict.services)
    concerning = [service for service in services if labels.needs_attention(service)]
    approved = [service for service in services if not labels.needs_attention(service)]
    return [
        *_capped([_concern(verdict, service) for service in concerning], "service", "summary"),
        *_approval(approved),
    ]


def problems(found: Iterable[Problem], title: str) -> list[Annotation]:
    """Why there is no verdict, each problem at its line where it has one."""
    return list(_capped([_problem(problem, title) for problem in found], "problem", "log"))


def commands(found: Iterable[Annotation]) -> str:
    """Workflow commands of GitHub, a line for each; nothing for none."""
    return "".join(f"{_command(annotation)}\n" for annotation in found)


def _concern(verdict: Verdict, service: ServiceVerdict) -> Annotation:
    mild = service.advise or service.decision <= Decision.REVIEW
    kind: Kind = "warning" if mild and not service.stopped else "error"
    return Annotation(
        kind,
        _title(service),
        "\n".join(map(for_terminal, _sentences(verdict, service))),
    )


def _title(service: ServiceVerdict) -> str:
    said = _STOPPED.get(service.exit_code) or labels.said(service)
    return f"slogate: {for_terminal(said)} {for_terminal(service.service)}"


def _sentences(verdict: Verdict, service: ServiceVerdict) -> Iterator[str]:
    yield reason(service)
    advice = (*service.alternatives, *service.conditions)[:1]
    yield from advice
    clears = service.clearance.without_errors
    if clears is not None and not any(words.moment(clears) in sentence for sentence in advice):
        quiet = "" if service.clearance.calendar else " if no further errors come"
        yield f"clears {when(verdict.evaluated_at, clears)}{quiet}"


def _approval(approved: Sequence[ServiceVerdict]) -> Iterator[Annotation]:
    if not approved:
        return
    only = approved[0]
    if len(approved) == 1:
        said = for_terminal(f"{only.service} {labels.would(only)}approved: {reason(only)}")
        yield Annotation("notice", _title(only), said)
        return
    advising = sum(item.advise for item in approved)
    advice = f", {advising:,} of them as advice only" if advising else ""
    said = f"{words.plural(len(approved), 'service')} approved{advice}"
    yield Annotation("notice", "slogate: approve", said)


def _problem(problem: Problem, title: str) -> Annotation:
    placed = _PLACE.fullmatch(problem.where)
    return Annotation(
        "error",
        title,
        for_terminal(str(replace(problem, where=""))),
        for_terminal(placed[1] if placed else problem.where),
        int(placed[2]) if placed else None,
    )


def _capped(found: Sequence[Annotation], noun: str, place: str) -> Iterator[Annotation]:
    """By kind; where there are too many of one, its last says how many more there are."""
    for kind in _KINDS:
        same = [annotation for annotation in found if annotation.kind == kind]
        if len(same) <= SHOWN:
            yield from same
            continue
        yield from same[: SHOWN - 1]
        more = words.plural(len(same) - SHOWN + 1, f"more {noun}")
        yield Annotation(kind, "slogate", f"and {more}: see the {place}")


def _command(annotation: Annotation) -> str:
    line = "" if annotation.line is None else str(annotation.line)
    named = {"title": annotation.title, "file": annotation.file, "line": line}
    properties = ",".join(f"{name}={_property(value)}" for name, value in named.items() if value)
    return f"::{annotation.kind} {properties}::{_data(annotation.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
