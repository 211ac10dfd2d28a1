"""docs/messages.md names every check, and says every message of a measurement as users see it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from slogate.core import situation
from slogate.core.model import Missing, Status

PACKAGE = Path(__file__).parents[2] / "slogate"
PAGE = (PACKAGE.parent / "docs/messages.md").read_text(encoding="utf-8")
HOLE = "…"
ENOUGH, LEAST = 12, 8
"""So many letters in a row tell one message from another; with fewer, a pattern says nothing."""
RAISED = {"NoDataError", "MeasurementError", "ConfigError", "TransientError", "Unclear", "wrong"}
MEASURING = ("sources/", "core/", "gate.py")
READINESS = {
    situation.METRICS,
    situation.ALERT_RULES,
    situation.ROLLBACK_PLAN,
    situation.ALERTS,
}
UNNAMED = {"name": {"data", "measurement", "traffic"}, "fact.name": READINESS}
"""Checks whose name is no literal, by the expression that has it."""


def tables(marker: str) -> Iterator[list[str]]:
    """The cells of each row of every table with this marker."""
    for after in PAGE.split(f"<!-- table: {marker} -->\n")[1:]:
        for line in after.split("\n\n")[0].splitlines()[2:]:
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def template(node: ast.expr) -> str:
    """A literal text, with a hole for each value in it; empty for what is none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        parts = (template(part) if isinstance(part, ast.Constant) else HOLE for part in node.values)
        return "".join(parts)
    if isinstance(node, ast.BinOp):
        return f"{template(node.left)}{template(node.right) or HOLE}"
    return ""


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


@cache
def trees() -> dict[str, ast.Module]:
    """Every file of the program, by its place in the package."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def raised() -> Iterator[str]:
    """The first argument of each error of a measurement; by name, what the file sets it to."""
    for tree in (tree for place, tree in trees().items() if place.startswith(MEASURING)):
        named = {
            target.id: template(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in RAISED and node.args:
                first = node.args[0]
                yield named.get(first.id, "") if isinstance(first, ast.Name) else template(first)


def texts() -> str:
    """Every text in the program, a line each."""
    nodes = (node for tree in trees().values() for node in ast.walk(tree))
    kinds = (ast.Constant, ast.JoinedStr, ast.BinOp)
    found = (template(node) for node in nodes if isinstance(node, kinds))
    return "\n".join({text.replace("\n", " ") for text in found if len(text) >= LEAST})


def pieces(message: str) -> list[str]:
    return [piece for piece in message.replace("\\|", "|").split(HOLE) if piece.strip(" :;,()`")]


def pattern(message: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pieces(message))))


DOCUMENTED = [
    message for row in tables("messages") for message in re.findall(r"`` (.+?) ``", row[0])
]


def test_every_message_is_explained() -> None:
    known = [pattern(message) for message in DOCUMENTED]
    telling = {text for text in raised() if max(map(len, pieces(text)), default=0) >= ENOUGH}
    assert len(telling) > 100
    unknown = {text for text in telling if not any(one.search(text) for one in known)}
    assert unknown == set(), "docs/messages.md does not explain these"


def test_every_explained_message_exists() -> None:
    said = texts()
    lost = [known for known in DOCUMENTED if not pattern(known).search(said)]
    vague = [known for known in DOCUMENTED if max(map(len, pieces(known))) < LEAST]
    twice = [known for known in set(DOCUMENTED) if DOCUMENTED.count(known) > 1]
    assert (lost, vague, twice) == ([], [], [])


def test_every_check_is_explained() -> None:
    names: set[str] = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) == "Check":
                first = node.args[0]
                names |= UNNAMED.get(ast.unparse(first)) or {template(first)}
    assert "" not in names, "the name of a check is neither a literal nor in UNNAMED"
    assert sorted(names) == sorted(row[0].strip("`") for row in tables("checks"))


def test_every_status_is_explained() -> None:
    words = [*(status.word for status in Status), *(missing.word for missing in Missing)]
    assert [row[0].strip("`") for row in tables("statuses")] == words
