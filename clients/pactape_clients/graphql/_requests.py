"""GraphQL requests on the wire: JSON by POST, query parameters by GET, multipart for uploads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
import requests

if TYPE_CHECKING:
    from pactape_clients.graphql._documents import Document
__all__ = ["Call", "Upload", "by_get", "by_post", "members", "plain", "uploads_in"]

_ACCEPT = "application/graphql-response+json, application/json;q=0.9"


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a variable's value (GraphQL multipart request specification).

    Args:
        content: Its bytes, or a file opened for reading bytes.
        name: Its name.
        content_type: Its media type.
    """

    content: bytes | BinaryIO
    name: str
    content_type: str = "application/octet-stream"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a batch.

    Args:
        document: The GraphQL document.
        variables: As for `GraphQLClient.query`.
        returns: The type of its data; None for plain JSON values.
        operation: Which of the document's operations; None when it has but one.
    """

    document: str
    variables: Mapping[str, Any] | msgspec.Struct | None = None
    returns: Any = None
    operation: str | None = None


def plain(variables: Mapping[str, Any] | msgspec.Struct | None) -> Mapping[str, Any]:
    """Variables as a mapping of the names on the wire."""
    if isinstance(variables, msgspec.Struct):
        found: dict[str, Any] = msgspec.to_builtins(variables)
        return found
    return variables or {}


def members(
    document: Document, variables: Mapping[str, Any], *, extensions: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A request's members (GraphQL over HTTP, section 5.1); without its document when extensions stand for it."""
    found: dict[str, Any] = {"variables": variables}
    if document.name != "anonymous":
        found["operationName"] = document.name
    if extensions is not None:
        return found | {"extensions": extensions}
    return {"query": document.text, **found}


def by_post(url: str, body: Any, *, headers: Mapping[str, str]) -> requests.Request:
    """A request, or a list of them, as JSON."""
    return requests.Request(
        "POST",
        url,
        data=msgspec.json.encode(body),
        headers={"Accept": _ACCEPT, "Content-Type": "application/json", **headers},
    )


def by_get(url: str, body: Mapping[str, Any]) -> requests.Request:
    """A query in the URL (GraphQL over HTTP, section 6.3)."""
    texts = {
        name: value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()
        for name, value in body.items()
    }
    return requests.Request("GET", url, params=texts, headers={"Accept": _ACCEPT})


def uploads_in(value: Any, path: str = "variables") -> tuple[Any, list[tuple[str, Upload]]]:
    """The value with null in the place of each upload, and the uploads by their paths.

    Example:
        >>> uploads_in({"file": Upload(content=b"", name="a.txt")})[0]
        {'file': None}
    """
    if isinstance(value, Upload):
        return None, [(path, value)]
    found: list[tuple[str, Upload]] = []
    if isinstance(value, dict):
        kept: dict[str, Any] = {}
        for name, each in value.items():
            kept[name], uploads = uploads_in(each, f"{path}.{name}")
            found += uploads
        return kept, found
    if isinstance(value, list | tuple):
        items = []
        for index, each in enumerate(value):
            item, uploads = uploads_in(each, f"{path}.{index}")
            items.append(item)
            found += uploads
        return items, found
    return value, found


def by_multipart(
    url: str, body: Mapping[str, Any], uploads: list[tuple[str, Upload]], *, headers: Mapping[str, str]
) -> requests.Request:
    """A request with files: its operations, which file goes where, then the files, in this order."""
    places = {str(number): [path] for number, (path, _) in enumerate(uploads)}
    parts: list[tuple[str, Any]] = [
        ("operations", (None, msgspec.json.encode(body))),
        ("map", (None, msgspec.json.encode(places))),
    ]
    parts += [
        (str(number), (upload.name, upload.content, upload.content_type))
        for number, (_, upload) in enumerate(uploads)
    ]
    return requests.Request("POST", url, files=parts, headers={"Accept": _ACCEPT, **headers})
