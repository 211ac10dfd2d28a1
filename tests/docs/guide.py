"""Reads a document into its blocks, and tells of each how it is kept true.

A comment right above a block says what it is:

    <!-- file: PATH -->        the file of this repository, as it is
    <!-- output: COMMAND -->   what the command prints, run in the root of the repository
    <!-- write: NAME -->       a file of the guide's own folder, which later blocks use
    <!-- exit: CODE -->        the code that the commands below end with (else 0)
    <!-- excerpt -->           some lines of what the commands above printed, in their order
    <!-- workflow: github -->  part of a workflow or pipeline; or gitlab
    <!-- defaults -->          part of a configuration that changes nothing
    <!-- shown: REASON -->     not run, and why

Without one, `sh` is run in the guide's folder, `text` and `json` right below it is all that it
printed, and `yaml` is part of a configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
BLOCK = re.compile(
    r"^(?P<head>(?:<!-- (?P<kind>[a-z]+)(?:: (?P<argument>[^\n]*?))? -->\n)?```(?P<language>\w*)\n)"
    r"(?P<text>.*?)(?P<tail>^```$)",
    re.MULTILINE | re.DOTALL,
)
KINDS = {"file", "output", "write", "exit", "excerpt", "workflow", "shown", "defaults"}
DEFAULTS = {"sh": "exit", "text": "printed", "json": "printed", "yaml": "fragment"}


@dataclass(frozen=True)
class Block:
    """One fenced block: its kind, the argument of that, its language, its text, and its line."""

    kind: str
    argument: str
    language: str
    text: str
    line: int


def _block(match: re.Match[str]) -> Block:
    kind = match["kind"] or DEFAULTS.get(match["language"], "")
    line = match.string.count("\n", 0, match.start()) + 1
    if kind not in (KINDS | set(DEFAULTS.values())):
        raise ValueError(f"line {line}: nobody knows how to keep this block true: {match['head']}")
    return Block(kind, match["argument"] or "", match["language"], match["text"], line)


def blocks(text: str) -> Iterator[Block]:
    """All fenced blocks of a document, in order; ValueError for one without a known kind."""
    return (_block(match) for match in BLOCK.finditer(text))


def rewritten(text: str, texts: list[str]) -> str:
    """The document with these texts in its blocks."""
    new = iter(texts)
    return BLOCK.sub(lambda match: match["head"] + next(new) + match["tail"], text)
