"""Finds the enumerations of an OpenAPI document's response schemas (OpenAPI 3.1, section 4.8; JSON Schema)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.pactfile.json_paths import below, can_be_named

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["sets_of_response"]

#: Recursive schemas are followed down to this depth.
_DEEPEST = 12


def sets_of_response(
    document: dict[str, Any], *, route: str, method: str, status: int, media: str
) -> dict[str, frozenset[str]]:
    """Return the texts allowed at each path of a response whose schema enumerates them.

    Alternatives (`oneOf`, `anyOf`) are skipped, because it is unknown which of them applies.

    Args:
        document: An OpenAPI document, version 3, as plain data.
        route: The route template, as in the document.
        method: The request's method.
        status: The response's status code.
        media: The response's media type, without parameters.
    """
    schemas = _Schemas(document)
    operation = schemas.resolve(schemas.resolve(document["paths"].get(route)).get(method.lower()))
    responses = schemas.resolve(operation.get("responses"))
    response = next(
        (responses[key] for key in (str(status), f"{status // 100}XX", "default") if key in responses), None
    )
    content = schemas.resolve(schemas.resolve(response).get("content"))
    media_object = schemas.resolve(content.get(media) or content.get("*/*"))
    sets: dict[str, frozenset[str]] = {}
    for path, texts in schemas.walk(media_object.get("schema"), "$", _DEEPEST):
        sets[path] = sets[path] & texts if path in sets else texts
    return sets


class _Schemas:
    """Resolves the references of a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def resolve(self, value: Any) -> dict[str, Any]:
        """Return an object of the document, with its reference resolve; an empty one for anything else."""
        for _ in range(_DEEPEST):
            reference = value.get("$ref") if isinstance(value, dict) else None
            if not isinstance(reference, str):
                return value if isinstance(value, dict) else {}
            value = self._target_of(reference)
        return {}

    def walk(self, schema: Any, path: str, depth: int) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield the enumerations of texts at and below a path."""
        plain = self.resolve(schema)
        texts = [text for text in plain.get("enum") or () if text is not None]
        if texts and all(isinstance(text, str) for text in texts):
            yield path, frozenset(texts)
        if depth:
            yield from self._walk_children(plain, path, depth - 1)

    def _walk_children(
        self, plain: dict[str, Any], path: str, depth: int
    ) -> Iterator[tuple[str, frozenset[str]]]:
        for part in plain.get("allOf") or ():
            yield from self.walk(part, path, depth)
        for key, value in self.resolve(plain.get("properties")).items():
            if can_be_named(key):
                yield from self.walk(value, below(path, key), depth)
        if "items" in plain:
            yield from self.walk(plain["items"], f"{path}[*]", depth)
        if isinstance(plain.get("additionalProperties"), dict):
            yield from self.walk(plain["additionalProperties"], f"{path}.*", depth)

    def _target_of(self, reference: str) -> Any:
        """Return the target of a reference into this document (RFC 6901); None for other documents."""
        value: Any = self._document
        if not reference.startswith("#/"):
            return None
        for step in reference[2:].split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            value = value.get(name) if isinstance(value, dict) else None
        return value
