"""Fuzzed configuration, and files of policy tests.

What is accepted is read again and linted, with the same result; tests that are bound are run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bench.fuzz_files import on_disk
from bench.fuzz_target import SECRET, Target, check_message
from bench.fuzz_values import WORDS, bytes_mutated, mutated, odd
from slogate.config.load import parse
from slogate.config.rehearsals import bound, read_table
from slogate.core.rehearsal import rehearse
from slogate.errors import ConfigError

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
WHOLE = Path(__file__).with_name("fuzz_config.yaml")
ENVIRON = {"TOKEN": SECRET, "PROMETHEUS_URL": f"https://ann:{SECRET}@prometheus", "N": "5m"}
_TOKENS = (
    *("&a ", "*a", "*b", "<<: *a", "<<: [*a, *b]", "<<: 1", "!!binary |", "!!python/name:os.x ''"),
    *(
        "!!set {a, b}",
        "!!omap [a: 1]",
        "!!int 0b_",
        "!!float x",
        "!!timestamp 1",
        "!<x> ",
        "!!bool x",
    ),
    *(
        "? ",
        "? [a]: b",
        "--- ",
        "...",
        "%YAML 9.9\n---",
        "%TAG ! x",
        "- - - ",
        "{a: {",
        "[[[",
        ": ",
    ),
    *(
        "#",
        "|",
        ">",
        "|2+",
        "0o7",
        "0b1",
        "1:30",
        ".inf",
        "-.inf",
        ".nan",
        "~",
        "yes",
        "=",
        "1e400",
    ),
    *("'", '"', "\\", '"\\ud800"', '"\\x00"', '"\\U0010ffff"', "\t", "@", "`", "${TOKEN}", "${N}"),
    *("2026-11-20", "2026-11-20T12:00:00", "0x" + "f" * 500, "1" * 5000, "1_", "1._", "+.e1", "-"),
)
_LAUGHS = "\n".join(
    [
        "a0: &a0 [x, x, x, x, x, x, x, x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]" for n in range(1, 9)),
    ]
)


@lru_cache
def seeds() -> tuple[Any, ...]:
    """Right configurations as data."""
    paths = [*sorted(EXAMPLES.glob("*/slogate.yaml")), WHOLE, WHOLE, WHOLE]
    return tuple(yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths)


@lru_cache
def tables() -> tuple[Any, ...]:
    """Right files of policy tests as data, without the name of a configuration."""
    data = yaml.safe_load((EXAMPLES / "policy-tests" / "tests.yml").read_text(encoding="utf-8"))
    return ({"tests": data["tests"]},)


@lru_cache
def _tested() -> Any:
    path = EXAMPLES / "policy-tests" / "slogate.yaml"
    return parse(path.read_bytes(), path, {})


def as_yaml(data: Any, draw: Random) -> bytes:
    """YAML in one of its styles, with anchors where a value is there twice."""
    style = draw.randrange(4)
    try:
        if style == 0:
            return json.dumps(data, default=str).encode()
        dumped = yaml.dump(
            data,
            Dumper=yaml.CSafeDumper,
            default_flow_style=None if style == 1 else False,
            allow_unicode=style == 2,
            sort_keys=False,
        )
        return str(dumped).encode(errors="surrogatepass")
    except (ValueError, yaml.YAMLError):
        return repr(data).encode(errors="surrogatepass")


def lines_mutated(raw: bytes, draw: Random) -> bytes:
    """YAML with lines that are doubled, lost, swapped, indented, or that hold odd tokens."""
    lines = raw.decode(errors="surrogateescape").split("\n")
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(lines))
        line = lines[at]
        place = draw.choice((0, len(line), line.find(":") + 1, draw.randint(0, len(line))))
        match draw.randrange(7):
            case 0:
                lines.insert(draw.randrange(len(lines)), line)
            case 1:
                lines[at] = ""
            case 2:
                lines[at] = draw.choice(("  ", "\t", " ")) + line
            case 3:
                lines[at] = f"{line[: line.find(':') + 1]} {draw.choice((*_TOKENS, *WORDS))}"
            case 4:
                lines.append(_LAUGHS if draw.random() < 0.1 else draw.choice(_TOKENS))
            case _:
                lines[at] = line[:place] + draw.choice(_TOKENS) + line[place:]
    return "\n".join(lines).encode(errors=draw.choice(("replace", "surrogatepass")))


def make_config(draw: Random) -> bytes:
    """A configuration with some mutations, of its data, its lines or its bytes."""
    data = draw.choice(seeds())
    return _made(_smaller(data, draw) if draw.random() < 0.9 else data, draw)


def _smaller(data: Any, draw: Random) -> Any:
    """A part of a configuration that is right by itself."""
    part = {**_some(data, ("risk", "canary", "policy"), draw)}
    part["services"] = {
        name: _some(service, ("readiness", "canary", "paths"), draw)
        for name, service in data["services"].items()
    }
    if "policies" in data:
        part["policies"] = {
            name: _some(policy, [key for key in policy if key != "extends"], draw)
            for name, policy in data["policies"].items()
        }
    return part


def _some(data: Any, optional: Iterable[str], draw: Random) -> Any:
    gone = {key for key in optional if draw.random() < 0.7}
    return {key: value for key, value in data.items() if key not in gone}


def make_table(draw: Random) -> bytes:
    """A file of policy tests, a few of them, with some mutations."""
    tests = draw.choice(tables())["tests"]
    few = [draw.choice(tests) for _ in range(draw.randint(1, 4))]
    return _made({"tests": [{**test, "name": f"{n}"} for n, test in enumerate(few)]}, draw)


def _made(data: Any, draw: Random) -> bytes:
    how = draw.randrange(10)
    if how == 0:
        return as_yaml(odd(draw), draw)
    raw = as_yaml(mutated(data, draw, 3 if how < 7 else 0), draw)
    if how in (6, 7, 8):
        raw = lines_mutated(raw, draw)
    return bytes_mutated(raw, draw) if how == 9 else raw


def run_config(case: bytes) -> str:
    """Read, and if it is right read again and lint; its warnings are messages too."""
    path = Path("slogate.yaml")
    try:
        found = parse(case, path, ENVIRON)
    except ConfigError as error:
        _lint_refused(case, path, error)
        raise
    linted = parse(case, path, ENVIRON, allow_unset=True)
    again = parse(case, path, ENVIRON)
    assert _plain(again) == _plain(found), "read twice, it is not the same"
    assert _plain(linted) == _plain(found), "linted, it is not the same"
    for problem in found.warnings:
        check_message(str(problem))
    return "accepted"


def _lint_refused(case: bytes, path: Path, error: ConfigError) -> None:
    """What cannot be used is right for lint only where nothing but a variable is missing."""
    unset = all("is not set" in problem.message for problem in error.problems)
    # NOTE: reading it twice is half of the time, so most cases are read once.
    if not unset and len(case) % 8:
        return
    try:
        warnings = parse(case, path, ENVIRON, allow_unset=True).warnings
    except ConfigError:
        return
    assert unset, "lint sees less"
    for problem in warnings:
        check_message(str(problem))


def _plain(config: Any) -> str:
    # NOTE: rules of recurrence are equal to themselves only.
    return re.sub(r" at 0x[0-9a-f]+", "", repr(config))


def run_table(case: bytes) -> str:
    """Read, bind and run the tests."""
    with on_disk(case, "table.yml") as path:
        table = read_table(path)
        tests = bound(table, _tested())
    results = [rehearse(test) for test in tests]
    for result in results:
        assert result.decided, "a test without a decision"
    return f"ran, {'all' if all(result.passed for result in results) else 'not all'} passed"


TARGETS = (
    Target("configuration", make_config, run_config),
    Target("policy tests", make_table, run_table),
)
