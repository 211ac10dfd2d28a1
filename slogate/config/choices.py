"""Kinds of values with a short form: one value or a list of them, and what can be switched off."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from slogate.config.sections import Choice, Kind, ListOf, Scalar

T = TypeVar("T")


def _off(value: object) -> Literal[False]:
    del value  # the tag says it: only false and off come here
    return False


OFF: Scalar[Literal[False]] = Scalar(_off, False, {"enum": [False, "off"]})  # noqa: FBT003


def one_or_more(kind: Kind[T]) -> Choice[list[T] | T]:
    """One of this kind, or a list of at least one."""
    return Choice(_list_tag, {"\0list": ListOf(kind, least=1), "\0one": kind})


def _list_tag(value: Any) -> str:
    return "\0list" if isinstance(value, list) else "\0one"


def unless_off(kind: Kind[T]) -> Choice[T | Literal[False]]:
    """One of this kind, or False for `off`."""
    return Choice(_off_tag, {"\0on": kind, "\0off": OFF})


def _off_tag(value: Any) -> str:
    return "\0off" if value is False or value == "off" else "\0on"
