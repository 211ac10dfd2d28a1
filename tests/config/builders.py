"""A small right configuration, and what is said of a variant of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from slogate.config.load import parse
from slogate.config.settings import Config
from slogate.errors import ConfigError

FILE = Path("slogate.yaml")

# Tests name lines of this text; line 1 is the version.
BASE = """\
version: 1
sources:
  metrics: {type: prometheus, url: "http://prometheus:9090"}
services:
  checkout:
    slos:
      - name: availability
        objective: 99.9
        window: 30d
        sli:
          bad: sum(increase(errors_total[{{window}}]))
          total: sum(increase(requests_total[{{window}}]))
"""
SOURCE = '{type: prometheus, url: "http://prometheus:9090"}'
SLI = """
          bad: sum(increase(errors_total[{{window}}]))
          total: sum(increase(requests_total[{{window}}]))
"""


def base(*changes: tuple[str, str]) -> str:
    """The small configuration with some texts replaced."""
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def with_sli(sli: str, source: str = SOURCE) -> str:
    """The small configuration with another SLI, written on its line 10."""
    return base((SLI, f" {sli}\n"), (SOURCE, source))


def with_policy(*lines: str) -> str:
    """The small configuration with these keys of `policy`, from line 14 on."""
    return "\n".join([f"{BASE}policy:", *(f"  {line}" for line in lines), ""])


def config(
    text: str | bytes, environ: Mapping[str, str] | None = None, *, allow_unset: bool = False
) -> Config:
    """The configuration of a text."""
    raw = text.encode() if isinstance(text, str) else text
    return parse(raw, FILE, environ or {}, allow_unset=allow_unset)


def problems(
    text: str | bytes, environ: Mapping[str, str] | None = None, *, allow_unset: bool = False
) -> list[str]:
    """What is wrong with a text, `slogate.yaml:` left out of each."""
    try:
        config(text, environ, allow_unset=allow_unset)
    except ConfigError as error:
        return [str(problem).removeprefix(f"{FILE}:") for problem in error.problems]
    return []


def warnings(text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    """The warnings about a text that is right, with unset variables allowed."""
    found = config(text, environ, allow_unset=True).warnings
    return [str(problem).removeprefix(f"{FILE}:") for problem in found]
