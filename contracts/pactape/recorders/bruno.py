"""Bruno's .bru files with `example` blocks: https://docs.usebruno.com/bru-lang/overview."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.errors import CassetteFormatError
from pactape.recorders.bru_grammar import example_blocks
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import compact_json, query_url, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["BRUNO"]

_TYPES = {
    "json": "application/json",
    "xml": "application/xml",
    "text": "text/plain",
    "sparql": "application/sparql-query",
    "graphql": "application/json",
    "formUrlEncoded": "application/x-www-form-urlencoded",
}


def _is_bruno(source: Source) -> bool:
    return source.path.suffix == ".bru" or bool(re.search(r"^meta \{\n\s+name: ", source.text, re.MULTILINE))


def _entries(source: Source) -> Iterable[Entry]:
    try:
        examples = example_blocks(source.text)
    except ValueError as error:
        raise CassetteFormatError(
            f"is a damaged Bruno file ({error})",
            where=source.path,
            remedy="restore the file, or save it with Bruno",
        ) from error
    for index, value in enumerate(examples):
        yield Entry(place=f"example[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    request, response = entry.value.get("request"), entry.value.get("response")
    if not isinstance(request, dict):
        raise SkipEntryError("has no request")
    if not isinstance(response, dict):
        raise SkipEntryError("has no response")
    body = response.get("body") if isinstance(response.get("body"), dict) else {}
    data, sent_type = _request_body(request)
    headers = _with_type(_members(request.get("headers")), sent_type if data else None)
    answer_type = _TYPES.get(str((body or {}).get("type")))
    return RecordedPair(
        method=str(request.get("method") or "GET"),
        url=_url(request),
        request_headers=headers,
        request_body=data,
        status=status_code(_code(response.get("status"))),
        response_headers=_with_type(_members(response.get("headers")), answer_type),
        response_body=text_bytes((body or {}).get("content")),
        unrecorded=() if request.get("headers") else ("request headers",),
    )


def _members(block: Any) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in block.items()] if isinstance(block, dict) else []


def _with_type(headers: list[tuple[str, str]], value: str | None) -> list[tuple[str, str]]:
    known = any(name.lower() == "content-type" for name, _ in headers)
    return [*headers, ("Content-Type", value)] if value and not known else headers


def _code(status: Any) -> Any:
    """Old imports have code and text exchanged: "code: Accepted", "text: 202"."""
    values = status if isinstance(status, dict) else {"code": status}
    code = values.get("code")
    return values.get("text") if code and not str(code).isdigit() else code


def _url(request: dict[str, Any]) -> str:
    url = str(request.get("url") or "")
    for name, value in _members(request.get("params:path")):
        url = url.replace(f":{name}", value)
    if variable := re.search(r"\{\{.*?\}\}|(?<!/)/:\w+", url):
        raise SkipEntryError(f"uses the variable {variable[0].strip('/')}, which has no value")
    query = _members(request.get("params:query"))
    return url if "?" in url else query_url(url, query)


def _request_body(request: dict[str, Any]) -> tuple[bytes, str | None]:
    mode = str(request.get("mode") or "none")
    if mode == "formUrlEncoded":
        return urlencode(_members(request.get("body:form-urlencoded"))).encode(), _TYPES[mode]
    if mode in {"multipartForm", "file"}:
        raise SkipEntryError(f"has a request body of mode {mode}, whose bytes the file doesn't hold")
    if mode == "graphql":
        return _graphql(request), _TYPES[mode]
    return text_bytes(request.get(f"body:{mode}")), _TYPES.get(mode)


def _graphql(request: dict[str, Any]) -> bytes:
    variables: Any = {}
    with suppress(ValueError):
        variables = json.loads(request.get("body:graphql:vars") or "{}")
    return compact_json({"query": request.get("body:graphql") or "", "variables": variables})


BRUNO = Reader(
    tool="Bruno",
    key="bruno",
    markers=(b"meta {", b"example {"),
    recognizes=_is_bruno,
    entries=_entries,
    pair=_pair,
    unrecorded=("time",),
)
