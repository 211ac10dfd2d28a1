"""What a schema is made of: kinds of values, and sections, which are mappings of known keys.

One description gives both the check of a file and its JSON Schema. Pydantic's engine is used
directly: pydantic's models on top of it take longer to start than all else that a CI job does here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from pydantic_core import CoreSchema, SchemaValidator, core_schema

from slogate.config.problems import Unset

T = TypeVar("T")
S = TypeVar("S", bound="Section")
Json = dict[str, Any]

_REQUIRED: Any = object()


class Kind(ABC, Generic[T]):
    """A sort of value. Out of the engine comes a T."""

    @abstractmethod
    def core(self) -> CoreSchema:
        """How the engine checks a value."""

    @abstractmethod
    def json(self, definitions: dict[str, Json]) -> Json:
        """The JSON Schema of a value; that of each section in it is added to the definitions."""

    def inside(self, part: str | int) -> Kind[Any]:
        """What is one step further on in the engine's location of an error."""
        raise KeyError(part)

    def keys(self) -> list[str]:
        """The keys that the schema knows in a value."""
        return []


class Scalar(Kind[T]):
    """A single value: a reader of scalars.py with its JSON Schema.

    A value whose variable is not set passes as a stand-in, because that was reported already.
    """

    def __init__(self, reader: Callable[[object], T], stand_in: T, schema: Json) -> None:
        self.reader = reader
        self.stand_in = stand_in
        self.schema = schema

    def core(self) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def read(self, value: object) -> T:
        """The value, or why it is wrong as a ValueError."""
        return self.stand_in if isinstance(value, Unset) else self.reader(value)

    def json(self, definitions: dict[str, Json]) -> Json:
        return dict(self.schema)


class ListOf(Kind[list[T]]):
    """A list of at least so many items."""

    def __init__(self, item: Kind[T], least: int | None = None) -> None:
        self.item = item
        self.least = least

    def core(self) -> CoreSchema:
        return core_schema.list_schema(self.item.core(), min_length=self.least)

    def json(self, definitions: dict[str, Json]) -> Json:
        least = {"minItems": self.least} if self.least else {}
        return {"type": "array", "items": self.item.json(definitions), **least}

    def inside(self, part: str | int) -> Kind[Any]:
        return self.item


class DictOf(Kind[dict[str, T]]):
    """A mapping of at least so many names that the user chooses."""

    def __init__(self, key: Scalar[str], value: Kind[T], least: int | None = None) -> None:
        self.key = key
        self.value = value
        self.least = least

    def core(self) -> CoreSchema:
        return core_schema.dict_schema(self.key.core(), self.value.core(), min_length=self.least)

    def json(self, definitions: dict[str, Json]) -> Json:
        value, pattern = self.value.json(definitions), self.key.schema.get("pattern")
        values = {"patternProperties": {pattern: value}} if pattern else {}
        least = {"minProperties": self.least} if self.least else {}
        return {"type": "object", **(values or {"additionalProperties": value}), **least}

    def inside(self, part: str | int) -> Kind[Any]:
        return self.value


class Choice(Kind[T]):
    """One of several kinds; `tag_of` tells which by looking at the value."""

    def __init__(self, tag_of: Callable[[Any], str], kinds: Mapping[str, Kind[Any]]) -> None:
        self.tag_of = tag_of
        self.kinds = kinds

    def core(self) -> CoreSchema:
        choices = {tag: kind.core() for tag, kind in self.kinds.items()}
        return core_schema.tagged_union_schema(choices, self.tag_of)

    def json(self, definitions: dict[str, Json]) -> Json:
        return {"oneOf": [kind.json(definitions) for kind in self.kinds.values()]}

    def inside(self, part: str | int) -> Kind[Any]:
        return self.kinds[str(part)]


class Field(Generic[T]):
    """One key of a section: of a class its description, of a section that was read the value."""

    def __init__(self, kind: Kind[Any], description: str, default: T) -> None:
        self.kind = kind
        self.description = description
        self.default = default

    def __get__(self, section: Section, owner: type[Section]) -> T:
        """What a section has that was not read from a file."""
        return self.default

    @property
    def required(self) -> bool:
        """Whether the key must be there."""
        return self.default is _REQUIRED

    def core(self) -> core_schema.TypedDictField:
        """How the engine checks the key."""
        schema = self.kind.core()
        if self.required:
            return core_schema.typed_dict_field(schema, required=True)
        if self.default is None:
            schema = core_schema.nullable_schema(schema)
        schema = core_schema.with_default_schema(schema, default=self.default)
        return core_schema.typed_dict_field(schema, required=False)

    def json(self, definitions: dict[str, Json]) -> Json:
        """The JSON Schema of the key."""
        schema = self.kind.json(definitions)
        if self.default is None:
            alternatives = schema.get("anyOf", [schema])
            schema = {"anyOf": [*alternatives, {"type": "null"}]}
        elif not self.required:
            schema["default"] = self.default
        return {**schema, "description": self.description}


def required(kind: Kind[T], description: str) -> Field[T]:
    """A key that must be there."""
    return Field(kind, description, _REQUIRED)


def optional(kind: Kind[T], description: str) -> Field[T | None]:
    """A key that may be left out or left empty."""
    return Field(kind, description, None)


def defaulted(kind: Kind[T], default: T, description: str) -> Field[T]:
    """A key that may be left out."""
    return Field(kind, description, default)


class Section:
    """A mapping of known keys, which are the fields of the class; without a file, the defaults.

    A key that is a word of Python, such as `from`, has an underscore at its end here.
    """

    json_extra: ClassVar[Json] = {}

    def check(self) -> None:
        """Raise ValueError when the keys contradict each other."""


class Nested(Kind[S]):
    """A section as a value."""

    def __init__(self, section: type[S]) -> None:
        self.section = section
        attributes: dict[str, Field[Any]] = {
            name: field
            for base in reversed(section.__mro__)
            for name, field in vars(base).items()
            if isinstance(field, Field)
        }
        self.names = {name.rstrip("_"): name for name in attributes}
        self.fields = {key: attributes[name] for key, name in self.names.items()}

    def core(self) -> CoreSchema:
        fields = {key: field.core() for key, field in self.fields.items()}
        keys = core_schema.typed_dict_schema(fields, extra_behavior="forbid")
        return core_schema.no_info_after_validator_function(self._checked, keys)

    @cached_property
    def _validator(self) -> SchemaValidator:
        return SchemaValidator(self.core())

    def read(self, data: object) -> S:
        """The section in plain data; raises the engine's ValidationError."""
        section: S = self._validator.validate_python(data)
        return section

    def _checked(self, values: dict[str, Any]) -> S:
        section = self.section()
        vars(section).update({self.names[key]: value for key, value in values.items()})
        section.check()
        return section

    def json(self, definitions: dict[str, Json]) -> Json:
        name = self.section.__name__
        definitions[name] = self.definition(definitions)
        return {"$ref": f"#/$defs/{name}"}

    def definition(self, definitions: dict[str, Json]) -> Json:
        """The JSON Schema of the section itself."""
        needed = [key for key, field in self.fields.items() if field.required]
        return {
            "type": "object",
            "description": self.section.__doc__,
            "additionalProperties": False,
            "properties": {key: field.json(definitions) for key, field in self.fields.items()},
            **({"required": needed} if needed else {}),
            **self.section.json_extra,
        }

    def inside(self, part: str | int) -> Kind[Any]:
        return self.fields[str(part)].kind

    def keys(self) -> list[str]:
        return list(self.fields)
