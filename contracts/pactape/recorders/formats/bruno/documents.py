"""Examples in Bruno's other two formats: OpenCollection in YAML (or JSON), and exported collections in JSON.

Formats: https://spec.opencollection.com, and Bruno's schema of collections. Both nest requests in folders and have
the same structure of examples, with different member names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.formats.bruno.examples import Example
from pactape.recorders.recording import SkipEntryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.recorders.formats.bruno.examples import Pairs

__all__ = [
    "DocumentExample",
    "document_example",
    "document_examples",
    "environments_of",
    "is_document",
    "set_by",
]

#: The location of an example, the example, and the variables of its request and folders.
DocumentExample = tuple[str, Any, dict[str, str]]

_REQUESTS = frozenset({"http", "http-request", "graphql", "graphql-request"})
_KINDS = {"form-urlencoded": "form", "formUrlEncoded": "form"}
_ENVIRONMENT = frozenset(
    {"name", "variables", "color", "description", "extends", "uid", "clientCertificates"}
)


def is_document(value: Any, folder: str = "") -> bool:
    """Return whether a value is a collection, a folder, a request or an environment of Bruno.

    Args:
        value: The value of a JSON or YAML file.
        folder: The name of the file's folder.
    """
    if not isinstance(value, dict):
        return False
    if "opencollection" in value or (isinstance(value.get("items"), list) and "brunoConfig" in value):
        return True
    if folder == "environments" and isinstance(value.get("variables"), list):
        return value.keys() <= _ENVIRONMENT
    info = value.get("info")
    if not isinstance(info, dict) or "item" in value:
        return False
    kind = info.get("type")
    return (kind in _REQUESTS and not {"http", "graphql"}.isdisjoint(value)) or kind == "folder"


def document_examples(value: Any) -> Iterator[DocumentExample]:
    """Yield the examples of a request, or of a collection of requests."""
    yield from _examples(value, "", {})


def _examples(item: Any, location: str, inherited: dict[str, str]) -> Iterator[DocumentExample]:
    if not isinstance(item, dict):
        return
    variables = {**inherited, **set_by(item)}
    for index, example in enumerate(item.get("examples") or ()):
        yield f"{location}examples[{index}]", example, variables
    for index, inner in enumerate(item.get("items") or ()):
        yield from _examples(inner, f"{location}items[{index}].", variables)


def set_by(item: dict[str, Any]) -> dict[str, str]:
    """Return the variables that a request, a folder, a collection or an environment sets for requests."""
    runtime, request, root = (_mapping(item.get(name)) for name in ("runtime", "request", "root"))
    lists = [
        *(_mapping(part.get("vars")).get("req") for part in (_mapping(root.get("request")), request)),
        *(part.get("variables") for part in (request, runtime, item)),
    ]
    return {name: value for entries in lists for name, value in _pairs(entries) if value}


def environments_of(value: Any) -> list[dict[str, str]]:
    """Return the variables of each environment in a single-file collection."""
    collection = _mapping(value)
    environments = _mapping(collection.get("config")).get("environments") or collection.get("environments")
    return [set_by(environment) for environment in environments or () if isinstance(environment, dict)]


def document_example(value: Any, variables: dict[str, str]) -> Example:
    """Return an example.

    Raises:
        SkipEntryError: It has no request or no response.
    """
    request, response = (_mapping(value).get(name) for name in ("request", "response"))
    if not isinstance(request, dict):
        raise SkipEntryError("has no request")
    if not isinstance(response, dict):
        raise SkipEntryError("has no response")
    body, response_content = _mapping(request.get("body")), response.get("body")
    kind = str(body.get("type") or body.get("mode") or "none")
    content = body.get("data", body.get(kind))
    graphql = content if isinstance(content, dict) else body if "query" in body else {}
    return Example(
        method=str(request.get("method") or ""),
        url=str(request.get("url") or ""),
        headers=_pairs(request.get("headers")),
        path=_pairs(request.get("params"), kind="path"),
        query=_pairs(request.get("params"), kind="query"),
        body_kind="graphql" if graphql else _KINDS.get(kind, kind),
        body=str(graphql.get("query") or "") if graphql else _text(content),
        fields=_pairs(content),
        graphql_variables=str(graphql.get("variables") or ""),
        status=response.get("status"),
        response_headers=_pairs(response.get("headers")),
        response_kind=str(_mapping(response_content).get("type") or ""),
        response_content=response_content.get("data", response_content.get("content"))
        if isinstance(response_content, dict)
        else response_content,
        variables=variables,
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _pairs(values: Any, *, kind: str | None = None) -> Pairs:
    """Return the names and values of the enabled entries in a list, optionally of one kind only."""
    return [
        (str(value["name"]), str(_value(value.get("value"))))
        for value in (values if isinstance(values, list) else ())
        if isinstance(value, dict)
        and value.get("name")
        and (kind is None or value.get("type", "query") == kind)
        and not _is_true(value.get("disabled"))
        and not _is_false(value.get("enabled"))
    ]


def _value(value: Any) -> Any:
    """Return a variable's value, which may have a type, `{type: number, data: "7"}`, or selectable variants."""
    if isinstance(value, list):
        variants = [item for item in value if isinstance(item, dict)]
        selected = [variant for variant in variants if _is_true(variant.get("selected"))] or variants
        return _value(selected[0].get("value")) if selected else ""
    if isinstance(value, dict):
        return value.get("data", value.get("value", ""))
    return "" if value is None else value


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"  # YAML scalars are read as text


def _is_false(value: Any) -> bool:
    return str(value).lower() == "false"
