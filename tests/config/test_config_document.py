"""YAML: every way in which a file cannot be read, with its place; hostile files end quickly."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import yaml

from slogate.config import document
from slogate.config.document import MAX_BYTES, read_document
from slogate.errors import ConfigError
from tests.config.builders import BASE, base, config, problems

LOADERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]


@pytest.fixture(params=LOADERS, ids=["python", "libyaml"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers behave alike, whichever a system has."""
    monkeypatch.setattr(document, "_LOADER", request.param)


def data(text: str) -> dict[str, Any]:
    """The plain data of a text that is right."""
    found = read_document(text.encode(), "slogate.yaml")
    assert not found.findings
    return found.data


FATAL = [
    ("empty", b"", "1: the file is empty"),
    ("comment", b"# nothing\n", "1: the file is empty"),
    ("list", b"\n- a\n", "2: the file must hold a mapping"),
    ("text", b"hello", "1: the file must hold a mapping"),
    ("documents", b"a: 1\n---\nb: 2\n", "2: a second YAML document starts here"),
    ("latin-1", "a: 1\nb: Gr\xf6\xdfe\n".encode("latin-1"), "2: not UTF-8: byte 0xf6 at offset 10"),
    ("utf-16", "a: 1".encode("utf-16"), "1: not UTF-8: byte 0xff at offset 0"),
    ("latin-1 after a mark", b"\xef\xbb\xbfa: \xe4", "1: not UTF-8: byte 0xe4 at offset 6"),
    ("control character", b"a: 1\nb: \x01\n", "2: not valid YAML: "),
    ("tab", b"a:\n\tb: 1\n", "2:1: not valid YAML: a tab where YAML wants spaces"),
    ("tab in text", b"a: b\n\tc: d\n", "2:1: not valid YAML: a tab where YAML wants spaces"),
    ("at sign", b"a: 1\nb: @x\n", "2:4: not valid YAML: a value cannot start with this character"),
    ("two colons", b"a: b: c\n", "1:5: not valid YAML: mapping values are not allowed"),
    ("bracket", b"a: }\n", "1:4: not valid YAML: "),
    ("no anchor", b"a: *hunter2\n", "1:4: not valid YAML: a value that starts with *"),
    ("large", b"a: 1 #" + b"x" * MAX_BYTES, " larger than 1024 KiB"),
    ("deep", b"[" * 100_000, "1: nested deeper than 50 levels"),
    ("deep mappings", b"{a: " * 100_000, "1: nested deeper than 50 levels"),
    ("deep blocks", b"- " * 100_000, "1: nested deeper than 50 levels"),
    ("inside itself", b"a: 1\nb: &b [*b]\n", "2: an alias stands inside its own anchor"),
    ("merged into itself", b"&a\nb: 1\n<<: *a\n", "1: an alias stands inside"),
]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(("raw", "expected"), [row[1:] for row in FATAL], ids=[r[0] for r in FATAL])
def test_unreadable(raw: bytes, expected: str) -> None:
    (problem,) = problems(raw)
    assert problem.startswith(expected)
    assert "hunter2" not in problem


def test_two_mebibytes_are_refused() -> None:
    (problem,) = problems(b"a: 1\n" * 420_000)
    assert problem == " larger than 1024 KiB; is this a slogate configuration?"


def bomb(first: str, item: str, times: int) -> str:
    """Nested aliases: `times` as many values on each of nine levels."""
    levels = [
        f"a{level}: &a{level} {item % ', '.join([f'*a{level - 1}'] * times)}"
        for level in range(1, 10)
    ]
    return "\n".join([f"a0: &a0 {first}", *levels])


BOMBS = [bomb("[x, y, z]", "[%s]", 10), bomb("{}", "{<<: [%s]}", 99)]


@pytest.mark.parametrize("text", BOMBS, ids=["lists", "merges"])
def test_alias_bomb_is_one_clear_error(text: str) -> None:
    (problem,) = problems(text)
    assert "more than 100000 values (every alias counts in full)" in problem


def test_aliases_do_not_nest_without_end() -> None:
    chain = "\n".join(f"a{n}: &a{n} [{f'*a{n - 1}' if n else 'x'}]" for n in range(3000))
    (problem,) = problems(chain)
    assert problem.endswith("nested deeper than 50 levels")


def test_deep_nesting_does_not_crash_the_interpreter() -> None:
    code = (
        "from pathlib import Path; from slogate.config.load import parse\n"
        "try: parse(b'[' * 100_000, Path('deep.yaml'), {})\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "deep.yaml:1: nested deeper than 50 levels\n"


NOT_FATAL = [
    ("a: 1\nb: 2\na: 3\n", (("a",), "the same key is already on line 1; keep one of them", 3)),
    ("a: {b: 1, b: 2}\n", (("a", "b"), "the same key is already on line 1; keep one of them", 1)),
    ("1: a\n", ((), "a key here is a number, not text; put it in quotes", 1)),
    ("a: 1\non: b\n", ((), "a key here is true (as YAML reads it), not text", 2)),
    ("~: b\n", ((), "a key here is an empty value, not text; put it in quotes", 1)),
    ("? [a]\n: b\n", ((), "a key here is a list, not text; put it in quotes", 1)),
    ("a: !hunter2 b\n", (("a",), "a value that starts with ! is a YAML tag", 1)),
    ("a: !!binary aGk=\n", (("a",), "a value that starts with ! is a YAML tag", 1)),
    ("a: !!int x\n", (("a",), "this cannot be read as int", 1)),
    ("a:\n  <<: b\n", (("a",), "<< takes a mapping or a list of them", 2)),
]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(("text", "expected"), NOT_FATAL)
def test_findings_leave_the_rest_readable(text: str, expected: tuple[Any, str, int]) -> None:
    (finding,) = read_document(text.encode(), "slogate.yaml").findings
    assert (finding.path, finding.line) == (expected[0], expected[2])
    assert finding.message.startswith(expected[1])
    assert "hunter2" not in finding.message


VALUES = [
    ("2026-11-20", "2026-11-20"),
    ("2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z"),
    ("1:30", "1:30"),
    ("12:30:45.5", "12:30:45.5"),
    ("yes", True),
    ("off", False),
    ("~", None),
    ("", None),
    ("=", "="),
    ("0.5", 0.5),
    ("1_000", 1000),
    ("'30'", "30"),
    (".inf", float("inf")),
]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_scalars(text: str, expected: object) -> None:
    assert data(f"a: {text}\n") == {"a": expected}


@pytest.mark.usefixtures("loader")
def test_merge_keys_yield_to_the_keys_beside_them_and_earlier_ones_win() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3\n"
    assert data(text)["z"] == {"a": 3, "b": 1, "c": 2}


def test_every_key_and_list_item_has_its_line() -> None:
    lines = read_document(BASE.encode(), "slogate.yaml").lines
    assert lines["sources", "metrics", "url"] == 3
    assert lines["services", "checkout", "slos", 0] == 7
    assert lines["services", "checkout", "slos", 0, "sli", "total"] == 12


def test_a_merged_key_is_found_where_it_is_written() -> None:
    text = "a: &a\n  b: 1\nc:\n  <<: *a\n"
    assert read_document(text.encode(), "slogate.yaml").lines["c", "b"] == 2


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    raw = b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode()
    assert config(raw).services[0].name == "checkout"
    wrong = base(("99.9", "0.999")).replace("\n", "\r\n").encode()
    assert problems(wrong)[0].startswith("8: services.checkout.slos[0].objective: ")


def test_syntax_errors_tell_where_the_broken_part_starts() -> None:
    with pytest.raises(ConfigError, match="that starts on line 1"):
        read_document(b"a: {b: 1,\nc: 2\n", "slogate.yaml")
