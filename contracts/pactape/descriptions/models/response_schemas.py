"""JSON Schemas of the response fields that a project reads, by operation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.finder import find_cassettes
from pactape.contracts.grouping.evidence.accumulator import Accumulator
from pactape.contracts.grouping.final_keys import final_keys, join_by_final_key
from pactape.contracts.grouping.known_routes import RouteKnowledge
from pactape.contracts.grouping.traffic import join_traffic
from pactape.contracts.inference.fields import EVERYTHING
from pactape.contracts.inference.joined_shape import Shape
from pactape.contracts.inference.rules import map_key_pattern
from pactape.descriptions.openapi.schemas import schema_of
from pactape.errors import CassetteFormatError
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pactape.contracts.inference.fields import ReadFields
    from pactape.contracts.participants import ContractParties
    from pactape.settings import Settings

__all__ = ["ResponseSchemas", "for_models", "response_schemas"]

_FIRST_REDIRECT = 300
#: Keywords that models don't need: they take any string, and have no examples.
_LEFT_OUT = frozenset({"examples", "format", "propertyNames", "x-pactape-evidence"})
#: The members of a schema that apply to one of its types.
_MEMBERS = {"object": ("properties", "required", "additionalProperties"), "array": ("items",)}
#: Names that would hide something that generated code needs.
_TAKEN = frozenset(
    {"Any", "BaseModel", "Field", "NotRequired", "RootModel", "Struct", "TypeAlias", "TypedDict"}
)


class ResponseSchemas(msgspec.Struct, frozen=True, kw_only=True):
    """The schemas of one provider's successful responses.

    Args:
        provider: The provider.
        schemas: JSON Schemas by the name of the operation, "GetUser" or "GetUsersId", sorted.
    """

    provider: ProviderSettings
    schemas: dict[str, dict[str, Any]]


def response_schemas(
    settings: Settings,
    *,
    paths: Iterable[Path] | None = None,
    all_fields: bool = False,
    on_unreadable: Callable[[CassetteFormatError], None] | None = None,
) -> list[ResponseSchemas]:
    """Return, for each recorded provider, the schemas of the fields read in successful JSON responses.

    Responses of one operation have one schema, regardless of states and parameters; fields that some of them
    lack are optional. Where reads weren't observed, a schema has every field.

    Args:
        settings: The project's settings.
        paths: The recordings; None for all of the project's.
        all_fields: Whether every response field counts as read.
        on_unreadable: Called for each file that can't be read; an error is raised only if none can. None for
            no call.

    Raises:
        CassetteFormatError: There is no recording, or none can be read.
    """
    accumulator = Accumulator(settings, all_fields=all_fields)
    unreadable = []
    for path in find_cassettes(settings) if paths is None else paths:
        try:
            accumulator.read(path)
        except CassetteFormatError as error:
            unreadable.append(error)
    if unreadable and not accumulator.digest.cassettes:
        raise unreadable[0]
    if on_unreadable is not None:
        for file_error in unreadable:
            on_unreadable(file_error)
    shapes_by_provider: dict[ProviderSettings, dict[str, Shape]] = {}
    routes = RouteKnowledge(settings)
    for (_, provider), groups in sorted(accumulator.digest.groups.items(), key=_order):
        final = join_by_final_key(groups, final_keys(groups, routes.of(provider)))
        join_traffic(final)
        shapes = shapes_by_provider.setdefault(provider, {})
        for key in sorted(final):
            if key.status < _FIRST_REDIRECT and (shape := final[key].shape) is not None:
                shapes.setdefault(key.operation, Shape()).join(narrow(shape, final[key].fields))
    return [_named(provider, shapes) for provider, shapes in shapes_by_provider.items() if shapes]


def _order(item: tuple[tuple[ContractParties, ProviderSettings], object]) -> tuple[str, str]:
    (parties, provider), _ = item
    return provider.name, parties.consumer


def _named(provider: ProviderSettings, shapes: Mapping[str, Shape]) -> ResponseSchemas:
    schemas: dict[str, dict[str, Any]] = {}
    for operation, shape in sorted(shapes.items()):
        base = _class_name(operation)
        name, number = base, 2
        while name in schemas:
            name, number = f"{base}{number}", number + 1
        schemas[name] = for_models(schema_of(shape))
    return ResponseSchemas(provider=provider, schemas=dict(sorted(schemas.items())))


def narrow(shape: Shape, fields: ReadFields) -> Shape:
    """Return a copy of a shape without the keys that are not read.

    Example:
        >>> from pactape.contracts.inference.fields import read_fields
        >>> from pactape.contracts.inference.joined_shape import shape_of
        >>> sorted(narrow(shape_of([{"id": 1, "name": "Ada"}]), read_fields([("id",)])).keys)
        ['id']
    """
    if fields is EVERYTHING:
        return shape
    if map_key_pattern(shape.keys) is not None:
        keys = {key: narrow(member, fields.value(key)) for key, member in shape.keys.items()}
    else:
        keys = {key: narrow(member, fields.key(key)) for key, member in shape.keys.items() if key in fields}
    items = None if shape.items is None else narrow(shape.items, fields.item())
    return msgspec.structs.replace(shape, keys=keys, items=items)


def for_models(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that only states types; each of several types gets its own schema.

    Args:
        schema: A schema from `schema_of`.
    """
    model_schema = {name: value for name, value in schema.items() if name not in _LEFT_OUT}
    if "properties" in model_schema:
        model_schema["properties"] = {
            name: for_models(member) for name, member in model_schema["properties"].items()
        }
    for name in ("items", "additionalProperties"):
        if name in model_schema:
            model_schema[name] = for_models(model_schema[name])
    types = model_schema.get("type")
    if not isinstance(types, list) or not {"object", "array"} & set(types):
        return model_schema
    return {"anyOf": [_of_one_type(model_schema, type_name) for type_name in types]}


def _of_one_type(schema: dict[str, Any], name: str) -> dict[str, Any]:
    members = _MEMBERS.get(name, ())
    return {"type": name, **{member: schema[member] for member in members if member in schema}}


def _class_name(operation: str) -> str:
    """The operation's name as a class name: GetUsersId for "GET /users/{id}", GetUser for "getUser"."""
    method, space, rest = operation.partition(" ")
    words = re.findall(r"[A-Za-z0-9]+", f"{method.capitalize()} {rest}" if space else operation)
    name = "".join(f"{word[:1].upper()}{word[1:]}" for word in words) or "Response"
    return f"Response{name}" if name[0].isdigit() or name in _TAKEN else name
