"""The registry: one function per format, and each imports only what it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from slogate import errors
from slogate.core import words
from slogate.reports import FORMATS, render
from slogate.reports.labels import STOPS
from tests.reports import builders as build

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_with_one_newline(name: str) -> None:
    for report in (build.several(), build.budgets(build.approved())):
        text = render(name, report)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        ("json", ("tabulate", "slogate.reports.text", "slogate.reports.markdown")),
        ("markdown", ("tabulate", "slogate.reports.text", "slogate.reports.json_v1")),
        ("text", ("slogate.reports.markdown", "slogate.reports.json_v1")),
    ],
)
def test_a_format_loads_no_other(name: str, foreign: tuple[str, ...]) -> None:
    program = (
        "import sys; from tests.reports import builders as build; "
        "from slogate.reports import render; "
        f"render({name!r}, build.several()); "
        f"print([module for module in {foreign!r} if module in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


def test_stops_are_the_codes_of_the_errors() -> None:
    assert set(STOPS) == {errors.EXIT_NO_DATA, errors.EXIT_UNMEASURED}


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.2104, "21.0 %"),
        (-0.713, "-71.3 %"),
        (-0.0004, "-0.04 %"),
        (-1e-9, "0.0 %"),
        (0.0, "0.0 %"),
        (-1234.5, "-123,450 %"),
    ],
)
def test_signed_percent(ratio: float, text: str) -> None:
    assert words.signed_percent(ratio) == text


@pytest.mark.parametrize(("seconds", "text"), [(97_200, "in 1d3h"), (0, "now"), (-5, "now")])
def test_relative(seconds: int, text: str) -> None:
    assert words.relative(seconds) == text
