"""Turns Bruno's saved examples, of any format, into requests and responses."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import msgspec

from pactape.recorders.recording import RecordedPair, SkipEntryError
from pactape.recorders.values import (
    base64_bytes,
    compact_json,
    query_url,
    status_code,
    text_bytes,
    with_content_type,
)
from pactape.recorders.variables import fill, fill_url, filled_headers

__all__ = ["Example", "Pairs", "pair_of"]

Pairs = list[tuple[str, str]]

_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "html": "text/html",
    "text": "text/plain",
    "sparql": "application/sparql-query",
    "graphql": "application/json",
    "form": "application/x-www-form-urlencoded",
}
_PATH_VARIABLE = re.compile(r"(?<=/):([A-Za-z_][\w-]*)")


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One example, before its variables are filled in.

    Args:
        method: The request's method; empty for GET.
        url: Its URL.
        headers: Its headers.
        path: The values of path parameters, ":id" in the URL.
        query: Its query, which the URL also contains, if any.
        body_kind: "json", "text", "xml", "sparql", "form", "graphql", "none", or another kind, which can't be read.
        body: The text of the body.
        fields: The fields of a form.
        graphql_variables: JSON text.
        status: The status code; None without one.
        response_headers: The response's headers.
        response_kind: "json", "text", "xml", "html", "binary" or nothing.
        response_content: The response's body.
        variables: The values of variables by name.
    """

    method: str
    url: str
    headers: Pairs = []
    path: Pairs = []
    query: Pairs = []
    body_kind: str = "none"
    body: str = ""
    fields: Pairs = []
    graphql_variables: str = ""
    status: Any = None
    response_headers: Pairs = []
    response_kind: str = ""
    response_content: Any = None
    variables: dict[str, str] = {}


def pair_of(example: Example) -> RecordedPair:
    """Return the request and the response of an example.

    Raises:
        SkipEntryError: A value is unknown.
    """
    body, sent_type = _request_body(example)
    headers, unrecorded = filled_headers(example.headers, example.variables)
    binary = example.response_kind == "binary"
    return RecordedPair(
        method=example.method or "GET",
        url=_url(example),
        request_headers=with_content_type(headers, sent_type if body else None),
        request_body=body,
        status=status_code(example.status),
        response_headers=with_content_type(example.response_headers, _TYPES.get(example.response_kind)),
        response_body=base64_bytes(example.response_content or "")
        if binary
        else text_bytes(example.response_content),
        unrecorded=unrecorded if example.headers else ("request headers",),
    )


def _url(example: Example) -> str:
    values = dict(example.path)
    url = _PATH_VARIABLE.sub(lambda match: _path_value(match[1], values), example.url)
    query = [] if "?" in url else [(name, fill(value, example.variables)) for name, value in example.query]
    return query_url(fill_url(url, example.variables), query)


def _path_value(name: str, values: dict[str, str]) -> str:
    if name not in values:
        raise SkipEntryError(f"uses the variable :{name}, which has no value")
    return values[name]


def _request_body(example: Example) -> tuple[bytes, str | None]:
    kind = example.body_kind or "none"
    if kind == "form":
        fields = [(name, fill(value, example.variables)) for name, value in example.fields]
        return urlencode(fields).encode(), _TYPES[kind]
    if kind == "graphql":
        return _graphql(example), _TYPES[kind]
    if kind != "none" and kind not in _TYPES:
        raise SkipEntryError(f"has a request body of mode {kind}, whose bytes are not in the file")
    return text_bytes(fill(example.body, example.variables)), _TYPES.get(kind)


def _graphql(example: Example) -> bytes:
    variables: Any = {}
    with suppress(ValueError):
        variables = json.loads(fill(example.graphql_variables, example.variables) or "{}")
    return compact_json({"query": fill(example.body, example.variables), "variables": variables})
