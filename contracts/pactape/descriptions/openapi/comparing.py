"""Compares recordings with an existing document: what is undocumented, never seen, or contradicted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from pactape.descriptions.openapi.merging import template_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.inference.joined_shape import Shape
    from pactape.descriptions.openapi.collecting import MediaTypes, RecordedApi, RecordedOperation

__all__ = ["Difference", "compare"]

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
_DEEPEST = 20
_KINDS = {
    "object": {"object"},
    "array": {"array"},
    "string": {"string"},
    "boolean": {"boolean"},
    "null": {"null"},
    "integer": {"integer"},
    "number": {"integer", "decimal"},
}


class Difference(msgspec.Struct, frozen=True, order=True):
    """A difference between a document and what was recorded.

    Args:
        kind: "undocumented", recorded but not in the document; "never seen", in the document but not
            recorded; "contradicted", in both but different.
        place: The operation, status and field: "GET /users/{id} 200 $.email".
        detail: What differs; empty when the place is enough.
    """

    kind: Literal["contradicted", "never seen", "undocumented"]
    place: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}{f': {self.detail}' if self.detail else ''}"


def compare(document: dict[str, Any], api: RecordedApi) -> list[Difference]:
    """Return all differences between a document and the recordings of an API, sorted.

    Args:
        document: An OpenAPI document, 3.0 or 3.1, decoded.
        api: The recorded operations.
    """
    return sorted(set(_Comparison(document, api).differences()))


class _Comparison:
    def __init__(self, document: dict[str, Any], api: RecordedApi) -> None:
        self._document = document
        self._api = api
        self._paths: dict[str, Any] = document.get("paths") or {}

    def differences(self) -> Iterator[Difference]:
        recorded: dict[tuple[str, str], RecordedOperation] = {}
        for (template, method), operation in self._api.operations.items():
            path = self._documented_path(template)
            place = f"{method.upper()} {path or template}"
            documented_operation = self._resolve(self._paths.get(path, {})).get(method) if path else None
            if path is None or not isinstance(documented_operation, dict):
                yield Difference("undocumented", place)
                continue
            recorded[path, method] = operation
            yield from self._operation(
                place, documented_operation, self._resolve(self._paths[path]), operation
            )
        yield from self._never_seen(recorded)

    def _documented_path(self, template: str) -> str | None:
        """The document's path for a recorded template: with any parameter names, or with one for a literal."""
        bases = {
            "",
            *(
                urlsplit(server.get("url", "")).path.rstrip("/")
                for server in self._document.get("servers", ())
            ),
        }
        by_key = {template_key(path): path for path in self._paths}
        for base in sorted(bases):
            path = by_key.get(template_key(template.removeprefix(base)))
            if path is not None:
                return path
        fitting = [path for path in self._paths if re.fullmatch(_fits(path), template)]
        return min(fitting, key=lambda path: (path.count("{"), path), default=None)

    def _never_seen(self, recorded: dict[tuple[str, str], RecordedOperation]) -> Iterator[Difference]:
        for path, item in self._paths.items():
            methods = self._resolve(item)
            for method in sorted(_METHODS & methods.keys()):
                place = f"{method.upper()} {path}"
                operation = recorded.get((path, method))
                if operation is None:
                    yield Difference("never seen", place)
                    continue
                for status in methods[method].get("responses") or {}:
                    if status != "default" and not _was_seen(str(status), operation):
                        yield Difference("never seen", f"{place} {status}")

    def _operation(
        self,
        place: str,
        documented_operation: dict[str, Any],
        item: dict[str, Any],
        operation: RecordedOperation,
    ) -> Iterator[Difference]:
        yield from self._parameters(place, documented_operation, item, operation)
        body = self._resolve(documented_operation.get("requestBody") or {})
        if operation.requests.with_body:
            yield from self._bodies(f"{place} request", body.get("content"), operation.requests, strict=False)
        responses = documented_operation.get("responses") or {}
        for status, bodies in sorted(operation.responses.items()):
            response = _response_of(responses, status)
            if response is None:
                yield Difference("undocumented", f"{place} {status}")
            else:
                content = self._resolve(response).get("content")
                yield from self._bodies(f"{place} {status}", content, bodies, strict=True)

    def _parameters(
        self,
        place: str,
        documented_operation: dict[str, Any],
        item: dict[str, Any],
        operation: RecordedOperation,
    ) -> Iterator[Difference]:
        parameters = [
            self._resolve(parameter)
            for parameter in (
                *(documented_operation.get("parameters") or ()),
                *(item.get("parameters") or ()),
            )
        ]
        query = {
            parameter.get("name"): parameter for parameter in parameters if parameter.get("in") == "query"
        }
        for name in sorted(operation.query):
            if not any(_is_part(name, str(documented_name)) for documented_name in query):
                yield Difference("undocumented", f"{place} query parameter {name!r}")
        for documented_name, parameter in query.items():
            name = str(documented_name)
            if not any(_is_part(sent_name, name) for sent_name in operation.query):
                if parameter.get("required"):
                    yield Difference(
                        "contradicted", f"{place} query parameter {name!r}", "required, but never sent"
                    )
                else:
                    yield Difference("never seen", f"{place} query parameter {name!r}")

    def _bodies(self, place: str, content: Any, bodies: MediaTypes, *, strict: bool) -> Iterator[Difference]:
        media_types = content if isinstance(content, dict) else {}
        for media, shape in sorted(bodies.shapes.items()):
            media_object = next(
                (media_types[name] for name in media_types if _covers(str(name), media)), None
            )
            if media_object is None:
                yield Difference("undocumented", f"{place} {media}")
            elif shape is not None and isinstance(media_object, dict) and "schema" in media_object:
                yield from self._value(f"{place} $", media_object["schema"], shape, strict=strict, depth=0)

    def _value(
        self, place: str, schema: Any, shape: Shape, *, strict: bool, depth: int
    ) -> Iterator[Difference]:
        """Compare a shape with a schema; if the schema has alternatives, one must fit."""
        resolved = self._resolve(schema) if isinstance(schema, dict) else {}
        if depth > _DEEPEST or not resolved:
            return
        alternatives = resolved.get("oneOf") or resolved.get("anyOf")
        if alternatives:
            results = [
                list(self._value(place, alternative, shape, strict=strict, depth=depth + 1))
                for alternative in alternatives
            ]
            yield from min(
                results,
                key=lambda differences: sum(difference.kind == "contradicted" for difference in differences),
            )
            return
        wrong = sorted(str(kind) for kind in shape.kinds if kind not in self._allowed(resolved))
        if wrong:
            yield Difference(
                "contradicted", place, f"{' or '.join(wrong)}, documented as {_type_names(resolved)}"
            )
        if "array" in shape.kinds and shape.items is not None and "items" in resolved:
            yield from self._value(
                f"{place}[*]", resolved["items"], shape.items, strict=strict, depth=depth + 1
            )
        if "object" in shape.kinds:
            yield from self._object(place, resolved, shape, strict=strict, depth=depth)

    def _allowed(self, schema: dict[str, Any]) -> set[str]:
        types = schema.get("type")
        names = types if isinstance(types, list) else [types] if types else []
        if not names:
            return {kind for kinds in _KINDS.values() for kind in kinds}
        allowed = {kind for name in names for kind in _KINDS.get(str(name), set())}
        return allowed | {"null"} if schema.get("nullable") else allowed

    def _object(
        self, place: str, schema: dict[str, Any], shape: Shape, *, strict: bool, depth: int
    ) -> Iterator[Difference]:
        properties = schema.get("properties") or {}
        more = schema.get("additionalProperties")
        for key in sorted(shape.keys):
            here = f"{place}.{key}"
            if key in properties:
                yield from self._value(here, properties[key], shape.keys[key], strict=strict, depth=depth + 1)
            elif isinstance(more, dict):
                yield from self._value(here, more, shape.keys[key], strict=strict, depth=depth + 1)
            elif more is False:
                yield Difference("contradicted", here, "present, but additional properties are not allowed")
            elif properties:
                yield Difference("undocumented", here)
        required = schema.get("required")
        required = required if isinstance(required, list) else []
        for key in map(str, required):
            if key not in shape.keys:
                yield Difference("contradicted", f"{place}.{key}", "documented as required, but missing")
            elif shape.keys[key].optional:
                yield Difference(
                    "contradicted", f"{place}.{key}", "documented as required, but sometimes missing"
                )
        for key in sorted(properties.keys() - shape.keys.keys() - set(required)) if strict else ():
            yield Difference("never seen", f"{place}.{key}")

    def _resolve(self, value: Any, depth: int = 0) -> dict[str, Any]:
        """A value with its reference resolved and its `allOf` schemas merged; references to other files stay."""
        if not isinstance(value, dict) or depth > _DEEPEST:
            return {}
        reference = value.get("$ref")
        if isinstance(reference, str):
            return self._resolve(_pointed_at(self._document, reference), depth + 1)
        if not isinstance(value.get("allOf"), list):
            return value
        joined: dict[str, Any] = {name: child for name, child in value.items() if name != "allOf"}
        for item in value["allOf"]:
            part = self._resolve(item, depth + 1)
            properties = {**joined.get("properties", {}), **part.get("properties", {})}
            required = [*joined.get("required", ()), *part.get("required", ())]
            joined = {**part, **joined, "properties": properties, "required": required}
        return joined


def _pointed_at(document: Any, reference: str) -> Any:
    """The value at a JSON pointer (RFC 6901) in the document; None for a pointer into another document."""
    if not reference.startswith("#/"):
        return None
    value = document
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _response_of(responses: dict[str, Any], status: int) -> Any:
    names = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
    by_name = {str(name): response for name, response in responses.items()}
    return next((by_name[name] for name in names if name in by_name), None)


def _was_seen(status: str, operation: RecordedOperation) -> bool:
    return any(status in {str(code), f"{code // 100}XX", f"{code // 100}xx"} for code in operation.responses)


def _is_part(sent_name: str, documented_name: str) -> bool:
    """Whether a sent parameter is a documented one or a member of one, such as "filter[name]" of "filter"."""
    return sent_name == documented_name or sent_name.startswith(f"{documented_name}[")


def _covers(documented: str, media: str) -> bool:
    name = documented.partition(";")[0].strip().lower()
    main, _, sub = name.partition("/")
    return name in {media, "*/*"} or (sub == "*" and media.startswith(f"{main}/"))


def _fits(path: str) -> str:
    parts = re.split(r"\{[^{}]*\}", path)
    return r"(?:\{[^{}]*\}|[^/]+)".join(map(re.escape, parts))


def _type_names(schema: dict[str, Any]) -> str:
    types = schema.get("type")
    return " or ".join(map(str, types)) if isinstance(types, list) else str(types)
