"""What came of policy tests, as text, markdown or JSON (`slogate/test/1`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from slogate.core import words
from slogate.core.model import Risk, Status
from slogate.core.rehearsal import Rehearsed, exit_code, untouched
from slogate.reports import Formats
from slogate.reports.escape import for_markdown, for_terminal
from slogate.reports.json_text import Object, json_text
from slogate.reports.layout import BOLD, DIM, GREEN, RED, Line, page, wrapped

LISTED_PASSES = 20
"""With more tests than this, those that are right are only counted."""
_INDENT = "      "
_UNCUT = 10_000
"""Columns; places and names stay whole, so that they can be clicked and searched."""


def render(
    name: str, found: Sequence[Rehearsed], *, color: bool = False, verbose: bool = False
) -> str:
    """The report in the format of that name; it ends with a newline."""
    return Formats(
        text=lambda: page(_lines(found, verbose=verbose), color=color, width=_UNCUT),
        markdown=lambda: "\n".join(_markdown(found)) + "\n",
        json=lambda: json_text(_object(found)),
    ).made(name)


def difference(one: Rehearsed) -> list[str]:
    """What was expected and what was decided, as in a diff, and why."""
    expected, decided = one.test.expected, one.decided
    if not one.explained:
        expected += f", because: {one.test.because}"
    return [f"- expected: {expected}", f"+ decided:  {decided}", *explanation(one)]


def explanation(one: Rehearsed) -> tuple[str, ...]:
    """Why it was decided so, and what had no part in it."""
    return (*one.verdict.rationale, *one.notes)


def tally(found: Sequence[Rehearsed]) -> str:
    """`3 policy tests: 2 ok, 1 failed`."""
    wrong = sum(not one.passed for one in found)
    parts = [f"{len(found) - wrong:,} ok", *([f"{wrong:,} failed"] if wrong else [])]
    return f"{words.plural(len(found), 'policy test')}: {', '.join(parts)}"


def gaps(found: Sequence[Rehearsed]) -> Iterator[str]:
    """For each policy with cells of the matrix that no test decides by, a line that names them."""
    for policy, cells in untouched(found).items():
        count = sum(map(len, cells.values()))
        if count:
            whole = len(Status) * len(Risk)
            yield f"untested in {policy} ({count} of {whole} cells): {_named(cells)}"


def _named(cells: Mapping[Status, Sequence[Risk]]) -> str:
    """`warning low, high; critical`: of a status without risks no cell at all is tested."""
    rows = [
        [status.word, ", ".join(risk.word for risk in risks if len(risks) < len(Risk))]
        for status, risks in cells.items()
        if risks
    ]
    return "; ".join(" ".join(filter(None, row)) for row in rows)


def _lines(found: Sequence[Rehearsed], *, verbose: bool) -> Iterator[Line]:
    listed = [one for one in found if verbose or len(found) <= LISTED_PASSES or not one.passed]
    for one in listed:
        where = f"{for_terminal(one.test.name)}  ({for_terminal(one.test.where)})"
        if one.passed:
            yield Line(f"ok    {where}", GREEN, 2)
        else:
            yield Line(f"FAIL  {where}", RED, 4)
            yield from _difference(one)
        if one.passed and verbose:
            yield from _indented(explanation(one))
    if listed:
        yield Line()
    yield Line(tally(found), BOLD)
    yield from (Line(for_terminal(gap), DIM) for gap in gaps(found))


def _difference(one: Rehearsed) -> Iterator[Line]:
    expected, decided, *why = difference(one)
    yield Line(for_terminal(f"{_INDENT}{expected}"), RED)
    yield Line(f"{_INDENT}{decided}", GREEN)
    yield from _indented(why)


def _indented(sentences: Iterable[str]) -> Iterator[Line]:
    for said in sentences:
        yield from map(Line, wrapped(for_terminal(said), f"{_INDENT}  ", f"{_INDENT}    "))


def _markdown(found: Sequence[Rehearsed]) -> Iterator[str]:
    sign = "🟢" if exit_code(found) == 0 else "🔴"
    yield f"## {sign} {for_markdown(tally(found))}"
    for one in found:
        if not one.passed:
            name, where = for_markdown(one.test.name), for_markdown(one.test.where)
            yield from ("", f"**{name}** ({where})", "")
            yield from (f"- {for_markdown(said.lstrip('-+ '))}" for said in difference(one))
    yield from ("", *(f"{for_markdown(gap)}  " for gap in gaps(found)))


def _object(found: Sequence[Rehearsed]) -> Object:
    return {
        "schema": "slogate/test/1",
        "exit_code": exit_code(found),
        "passed": all(one.passed for one in found),
        "tests": [_test(one) for one in found],
        "untested": {
            policy: [
                {"status": status.word, "risk": risk.word}
                for status, risks in cells.items()
                for risk in risks
            ]
            for policy, cells in untouched(found).items()
        },
    }


def _test(one: Rehearsed) -> Object:
    return {
        "name": one.test.name,
        "file": one.test.file,
        "line": one.test.line,
        "service": one.test.named or None,
        "policy": one.verdict.policy,
        "expected": one.test.expected,
        "because": one.test.because or None,
        "decided": one.decided,
        "passed": one.passed,
        "rationale": list(one.verdict.rationale),
        "notes": list(one.notes),
    }
