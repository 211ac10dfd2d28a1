"""The walls between the rooms, checked over the imports of every module."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from slogate.config.settings import AlertmanagerSettings, FileSettings, PrometheusSettings
from slogate.sources import SOURCES

PACKAGE = Path(__file__).parent.parent / "slogate"
STDLIB = sys.stdlib_module_names
IMPURE = {
    "os", "io", "sys", "subprocess", "socket", "ssl", "time", "random", "pathlib", "shutil",
    "tempfile", "logging", "threading", "asyncio", "http", "urllib", "secrets", "uuid", "zoneinfo",
}  # fmt: skip
"""Standard modules that reach a clock, a file, the network, the environment or chance."""

WALLS: dict[str, set[str]] = {
    "core": {"slogate.core", "slogate.errors"},
    "config": {"slogate.core", "slogate.errors", "slogate.files", "slogate.config", "dateutil", "pydantic_core",
               "yaml", "pathspec"},
    "sources": {"slogate", "slogate.core", "slogate.errors", "slogate.deadline", "slogate.files", "slogate.sources",
                "httpx"},
    "reports": {"slogate.core", "slogate.errors", "slogate.reports", "tabulate"},
    "changes": {"slogate.core", "slogate.errors", "slogate.deadline", "slogate.files", "slogate.changes", "pathspec"},
    "ci": {"slogate", "slogate.core", "slogate.errors", "slogate.deadline", "slogate.files", "slogate.ci",
           "slogate.reports", "httpx"},
    "gate.py": {"slogate.core", "slogate.errors", "slogate.deadline", "slogate.pool",
                "slogate.sources.interface"},
    "pool.py": {"slogate.deadline"},
    "deadline.py": set(),
    "errors.py": set(),
    "files.py": set(),
}  # fmt: skip


def modules(room: str) -> list[Path]:
    place = PACKAGE / room
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            assert node.module is not None
            yield from (
                (node.lineno, name)
                for alias in node.names
                for name in [_module(node.module, alias.name)]
            )


def _module(module: str, name: str) -> str:
    """`from slogate.core import words` imports slogate.core.words; other names are attributes."""
    place = PACKAGE.parent / Path(*module.split("."), name)
    is_module = place.is_dir() or place.with_suffix(".py").is_file()
    return f"{module}.{name}" if module.startswith("slogate") and is_module else module


def allowed(name: str, walls: set[str]) -> bool:
    if name.split(".", maxsplit=1)[0] in STDLIB:
        return True
    return any(
        name == wall or (wall != "slogate" and name.startswith(f"{wall}.")) for wall in walls
    )


@pytest.mark.parametrize("room", WALLS)
def test_a_room_imports_only_what_its_wall_lets_through(room: str) -> None:
    trespasses = [
        f"{path.relative_to(PACKAGE)}:{line}: {name}"
        for path in modules(room)
        for line, name in imports(path)
        if not allowed(name, WALLS[room])
    ]
    assert trespasses == []


@pytest.mark.parametrize("room", ["core", "reports"])
def test_pure_rooms_reach_no_clock_file_network_or_environment(room: str) -> None:
    reached = [
        f"{path.relative_to(PACKAGE)}:{line}: {name}"
        for path in modules(room)
        for line, name in imports(path)
        if name.split(".")[0] in IMPURE
    ]
    assert reached == []


def expressions(path: Path, kind: type[ast.expr]) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, kind)}


def test_only_the_front_door_reads_the_environment_and_ends_the_process() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if "cli" not in path.parts
        for name in expressions(path, ast.Attribute) & {"os.environ", "os.getenv", "sys.exit"}
    ]
    assert found == []


def test_nobody_prints() -> None:
    assert [path for path in PACKAGE.rglob("*.py") if "print" in expressions(path, ast.Name)] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path
        for path in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_configuration_knows_every_source_of_the_registry() -> None:
    settings = (PrometheusSettings, FileSettings, AlertmanagerSettings)
    assert {kind.type for kind in settings} == set(SOURCES)
