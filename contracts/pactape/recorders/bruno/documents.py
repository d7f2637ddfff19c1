"""Examples in Bruno's other two forms: OpenCollection in YAML (or JSON), and the JSON of an exported collection.

Formats: https://spec.opencollection.com, and Bruno's schema of collections. Both nest requests in folders, and say
alike what an example is; the names of members differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.bruno.examples import Example
from pactape.recorders.recording import SkipEntryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.recorders.bruno.examples import Pairs

__all__ = [
    "DocumentExample",
    "document_example",
    "document_examples",
    "environments_of",
    "is_document",
    "set_by",
]

#: The place of an example, the example, and the variables of its request and folders.
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
        folder: The name of the folder that the file is in.
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


def _examples(item: Any, place: str, inherited: dict[str, str]) -> Iterator[DocumentExample]:
    if not isinstance(item, dict):
        return
    variables = {**inherited, **set_by(item)}
    for index, example in enumerate(item.get("examples") or ()):
        yield f"{place}examples[{index}]", example, variables
    for index, inner in enumerate(item.get("items") or ()):
        yield from _examples(inner, f"{place}items[{index}].", variables)


def set_by(item: dict[str, Any]) -> dict[str, str]:
    """Return the variables that a request, a folder, a collection or an environment sets for requests."""
    runtime, request, root = (_mapping(item.get(name)) for name in ("runtime", "request", "root"))
    lists = [
        *(_mapping(part.get("vars")).get("req") for part in (_mapping(root.get("request")), request)),
        *(part.get("variables") for part in (request, runtime, item)),
    ]
    return {name: value for each in lists for name, value in _pairs(each) if value}


def environments_of(value: Any) -> list[dict[str, str]]:
    """Return the variables of each environment that a collection in one file holds."""
    collection = _mapping(value)
    environments = _mapping(collection.get("config")).get("environments") or collection.get("environments")
    return [set_by(each) for each in environments or () if isinstance(each, dict)]


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
    body, answer = _mapping(request.get("body")), response.get("body")
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
        answer_headers=_pairs(response.get("headers")),
        answer_kind=str(_mapping(answer).get("type") or ""),
        answer=answer.get("data", answer.get("content")) if isinstance(answer, dict) else answer,
        variables=variables,
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _pairs(values: Any, *, kind: str | None = None) -> Pairs:
    """The names and values of a list, those of one kind when one is given, without those that are disabled."""
    return [
        (str(each["name"]), str(_value(each.get("value"))))
        for each in (values if isinstance(values, list) else ())
        if isinstance(each, dict)
        and each.get("name")
        and (kind is None or each.get("type", "query") == kind)
        and not _is_true(each.get("disabled"))
        and not _is_false(each.get("enabled"))
    ]


def _value(value: Any) -> Any:
    """A variable's value may have a type, `{type: number, data: "7"}`, or variants, of which one is selected."""
    if isinstance(value, list):
        variants = [each for each in value if isinstance(each, dict)]
        selected = [each for each in variants if _is_true(each.get("selected"))] or variants
        return _value(selected[0].get("value")) if selected else ""
    if isinstance(value, dict):
        return value.get("data", value.get("value", ""))
    return "" if value is None else value


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"  # YAML is read as text


def _is_false(value: Any) -> bool:
    return str(value).lower() == "false"
