"""YAML nodes as plain data with the line of every key.

Counts what it visits, because aliases can make little text much data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from slogate.config.problems import Finding, KeyPath, kind
from slogate.errors import ConfigError, Problem

MAX_DEPTH = 50
MAX_NODES = 100_000

_TAG = "tag:yaml.org,2002:"
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_MERGE = f"{_TAG}merge"
# NOTE: timestamps stay text, and so do `=` and a `<<` that is a value.
_TEXT_TAGS = {f"{_TAG}{name}" for name in ("str", "timestamp", "value", "merge")}
_SCALARS = {
    f"{_TAG}bool": _CONSTRUCTOR.construct_yaml_bool,
    f"{_TAG}int": _CONSTRUCTOR.construct_yaml_int,
    f"{_TAG}float": _CONSTRUCTOR.construct_yaml_float,
}
_BASE_60 = re.compile(r"[-+]?[\d_]+:")


def failure(file: str, line: int, message: str) -> ConfigError:
    """An error that leaves nothing to go on with."""
    return ConfigError([Problem(f"{file}:{line}", "", message)])


def too_deep(file: str, line: int) -> ConfigError:
    """Refusal of what would overflow a stack."""
    return failure(file, line, f"nested deeper than {MAX_DEPTH} levels")


def line_at(mark: Any) -> int:
    """Lines are counted from one."""
    return int(mark.line) + 1


class Walk:
    """Turns nodes into data; `lines` and `findings` fill on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {(): 1}
        self.findings: list[Finding] = []
        self.visited = 0
        self.above: set[int] = set()

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        """The data of any node."""
        self._visit(node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if node.tag not in (f"{_TAG}map", f"{_TAG}seq"):
            return self._unknown_tag(node, path)
        if id(node) in self.above or len(path) > MAX_DEPTH:
            raise self._endless(node)
        self.above.add(id(node))
        data: Any = (
            self._mapping(node, path)
            if isinstance(node, yaml.MappingNode)
            else [self._item(item, (*path, index)) for index, item in enumerate(node.value)]
        )
        self.above.discard(id(node))
        return data

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        data = {}
        for key, (line, value_node) in self._pairs(node, path, 0).items():
            here = (*path, key)
            self.lines[here] = line
            data[key] = self.value(value_node, here)
        return data

    def _item(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines[path] = line_at(node.start_mark)
        return self.value(node, path)

    def _pairs(
        self, node: yaml.MappingNode, path: KeyPath, merges: int
    ) -> dict[str, tuple[int, yaml.Node]]:
        """Line and value node of each key; a key beside `<<` wins over a merged one."""
        if merges > MAX_DEPTH:
            raise self._endless(node)
        own: dict[str, tuple[int, yaml.Node]] = {}
        merged: dict[str, tuple[int, yaml.Node]] = {}
        for key_node, value_node in node.value:
            self._visit(key_node)
            if key_node.tag == _MERGE:
                for source in self._merge_sources(value_node, path):
                    for key, pair in self._pairs(source, path, merges + 1).items():
                        merged.setdefault(key, pair)
            else:
                self._add(own, key_node, value_node, path)
        return {**merged, **own}

    def _add(
        self,
        pairs: dict[str, tuple[int, yaml.Node]],
        key_node: yaml.Node,
        value_node: yaml.Node,
        path: KeyPath,
    ) -> None:
        line = line_at(key_node.start_mark)
        key = self._scalar(key_node, path) if isinstance(key_node, yaml.ScalarNode) else []
        if not isinstance(key, str):
            message = f"a key here is {kind(key)}, not text; put it in quotes"
            self.findings.append(Finding(path, message, line))
        elif key in pairs:
            message = f"the same key is already on line {pairs[key][0]}; keep one of them"
            self.findings.append(Finding((*path, key), message, line))
        else:
            pairs[key] = (line, value_node)

    def _merge_sources(self, node: yaml.Node, path: KeyPath) -> Iterator[yaml.MappingNode]:
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            self._visit(source)
            if isinstance(source, yaml.MappingNode):
                yield source
            else:
                line = line_at(source.start_mark)
                self.findings.append(Finding(path, "<< takes a mapping or a list of them", line))

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Any:
        # NOTE: YAML 1.1 reads 1:30 as the number 90, which nobody means.
        if node.tag in _TEXT_TAGS or (node.tag in _SCALARS and _BASE_60.match(node.value)):
            return node.value
        if node.tag == f"{_TAG}null":
            return None
        if node.tag not in _SCALARS:
            return self._unknown_tag(node, path)
        try:
            return _SCALARS[node.tag](node)
        except (ValueError, KeyError, IndexError):
            message = f"this cannot be read as {node.tag.removeprefix(_TAG)}"
            self.findings.append(Finding(path, message, line_at(node.start_mark)))
            return None

    def _unknown_tag(self, node: yaml.Node, path: KeyPath) -> None:
        # NOTE: no tag is shown: an unquoted password may start with an exclamation mark.
        message = "a value that starts with ! is a YAML tag, which is not supported; quote it"
        self.findings.append(Finding(path, message, line_at(node.start_mark)))

    def _visit(self, node: yaml.Node) -> None:
        self.visited += 1
        if self.visited > MAX_NODES:
            message = f"more than {MAX_NODES} values (every alias counts in full)"
            raise failure(self.file, line_at(node.start_mark), message)

    def _endless(self, node: yaml.Node) -> ConfigError:
        line = line_at(node.start_mark)
        if id(node) in self.above:
            return failure(self.file, line, "an alias stands inside its own anchor")
        return too_deep(self.file, line)
