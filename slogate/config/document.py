"""One YAML file as plain data with the line of every key, safe on hostile input.

The meaning of the keys is not known here.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

import yaml

from slogate.config.nodes import MAX_DEPTH, Walk, failure, line_at, too_deep
from slogate.config.problems import Finding, KeyPath
from slogate.errors import ConfigError, Problem

MAX_BYTES = 1 << 20

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_QUOTED = re.compile(r" b?'[^'<]{2,}'")


@dataclass(frozen=True)
class Document:
    """Mappings, lists and scalars, the line of each key path, and what is wrong so far."""

    data: dict[str, Any]
    lines: dict[KeyPath, int]
    findings: tuple[Finding, ...]


def read_document(raw: bytes, file: str) -> Document:
    """Parse the bytes of a YAML file.

    Raises ConfigError when there is no mapping to go on with; everything else becomes a finding.
    """
    text = _decode(raw, file)
    try:
        _refuse_what_crashes(text, file)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise _syntax_error(error, file, text) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        raise failure(file, 1, "the file is empty; `slogate init` writes one")
    if not isinstance(root, yaml.MappingNode):
        message = "the file must hold a mapping (`version: 1`, `services:`, ...)"
        raise failure(file, line_at(root.start_mark), message)
    walk = Walk(file)
    data = walk.value(root, ()) or {}
    return Document(data, walk.lines, tuple(walk.findings))


def _decode(raw: bytes, file: str) -> str:
    if len(raw) > MAX_BYTES:
        message = f"larger than {MAX_BYTES // 1024} KiB; is this a slogate configuration?"
        raise ConfigError([Problem(file, "", message)])
    body = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = len(raw) - len(body) + error.start
        line = raw.count(b"\n", 0, offset) + 1
        message = f"not UTF-8: byte 0x{raw[offset]:02x} at offset {offset}; save the file as UTF-8"
        raise failure(file, line, message) from None


def _refuse_what_crashes(text: str, file: str) -> None:
    """Refuse deep nesting before composing, whose C code overflows the stack on it."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise too_deep(file, line_at(event.start_mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                message = "a second YAML document starts here; a configuration is one document"
                raise failure(file, line_at(event.start_mark), message)


def _syntax_error(error: yaml.YAMLError, file: str, text: str) -> ConfigError:
    if isinstance(error, yaml.reader.ReaderError):
        # NOTE: libyaml counts bytes and PyYAML characters, so the place is looked up again.
        match = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = text.count("\n", 0, match.start() if match else 0) + 1
        return failure(file, line, f"not valid YAML: {error.reason}")
    mark = getattr(error, "problem_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return ConfigError([Problem(file, "", "not valid YAML")])
    lines = text.split("\n")
    at_tab = mark.line < len(lines) and lines[mark.line][mark.column :].startswith("\t")
    sentence = "a tab where YAML wants spaces" if at_tab else _sentence(error)
    where = f"{file}:{mark.line + 1}:{mark.column + 1}"
    return ConfigError([Problem(where, "", f"not valid YAML: {sentence}")])


def _sentence(error: yaml.MarkedYAMLError) -> str:
    # NOTE: PyYAML's own parser quotes anchors and tags, which may be an unquoted password.
    problem = _QUOTED.sub("", error.problem or "it cannot be read")
    if "undefined alias" in problem:
        return "a value that starts with * is an alias of an anchor, and there is none; quote it"
    if "cannot start any token" in problem:
        return "a value cannot start with this character; put the value in quotes"
    if not error.context:
        return problem
    start = error.context_mark
    line = f" that starts on line {line_at(start)}" if start else ""
    return f"{problem} ({_QUOTED.sub('', error.context)}{line})"
