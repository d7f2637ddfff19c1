"""Postman collections 2.0 and 2.1 with saved responses ("examples").

Format: https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html. Each saved response holds the
request that it answered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import compact_json, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.recorders.source import Source

__all__ = ["POSTMAN"]

_VARIABLE = re.compile(r"\{\{([^{}]+)\}\}")
_PATH_VARIABLE = re.compile(r"(?<=/):([A-Za-z_][\w-]*)")


def _collection(source: Source) -> Any:
    value = source.json
    wrapped = value.get("collection") if isinstance(value, dict) else None
    return wrapped if isinstance(wrapped, dict) else value


def _is_postman(source: Source) -> bool:
    collection = _collection(source)
    return isinstance(collection, dict) and isinstance(collection.get("item"), list) and "info" in collection


def _entries(source: Source) -> Iterable[Entry]:
    collection = _collection(source)
    variables = _variables(collection.get("variable"))
    for place, item in _items(collection["item"], "item"):
        for index, response in enumerate(item.get("response") or ()):
            yield Entry(place=f"{place}.response[{index}]", value=(item, response, variables))


def _items(items: list[Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every request of a collection; folders nest."""
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        here = f"{place}[{index}]"
        if isinstance(item.get("item"), list):
            yield from _items(item["item"], f"{here}.item")
        else:
            yield here, item


def _pair(entry: Entry, _: Source) -> RecordedPair:
    item, response, variables = entry.value
    if not isinstance(response, dict):
        raise SkipEntryError("is not a saved response")
    request = response.get("originalRequest") or item.get("request") or {}
    request = {"url": request} if isinstance(request, str) else request
    body, sent_type = _body(request.get("body") or {})
    headers = _headers(request.get("header"))
    if sent_type and body and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", sent_type))
    return RecordedPair(
        method=str(request.get("method") or "GET"),
        url=_url(request.get("url"), variables),
        request_headers=[(name, _filled(value, variables)) for name, value in headers],
        request_body=_VARIABLE.sub(lambda match: _value(match[1], variables), body.decode()).encode(),
        status=status_code(response.get("code")),
        response_headers=_headers(response.get("header")),
        response_body=text_bytes(response.get("body")),
    )


def _variables(values: Any) -> dict[str, str]:
    return {
        str(each.get("key") or each.get("id")): str(each["value"])
        for each in values or ()
        if isinstance(each, dict) and each.get("value") not in (None, "")
    }


def _filled(text: str, variables: dict[str, str]) -> str:
    return _VARIABLE.sub(lambda match: _value(match[1], variables), text)


def _value(name: str, variables: dict[str, str]) -> str:
    if name not in variables:
        raise SkipEntryError(f"uses the variable {{{{{name}}}}}, which has no value")
    return variables[name]


def _url(url: Any, variables: dict[str, str]) -> str:
    """The address with its variables filled in; a host that is missing leaves the path."""
    raw = str(url.get("raw") or "") if isinstance(url, dict) else str(url or "")
    values = _variables(url.get("variable")) if isinstance(url, dict) else {}
    filled = _filled(raw, variables)
    filled = _PATH_VARIABLE.sub(lambda match: _path_value(match[1], values), filled)
    if "://" not in filled and not filled.startswith("/"):
        filled = f"http://{filled}"
    return re.sub(r"^https?:///", "/", filled.partition("#")[0])


def _path_value(name: str, values: dict[str, str]) -> str:
    if name not in values:
        raise SkipEntryError(f"uses the path variable :{name}, which has no value")
    return values[name]


def _headers(headers: Any) -> list[tuple[str, str]]:
    """A list of names and values; in schema 2.0 also a text, and null."""
    if isinstance(headers, str):
        pairs = (line.partition(":") for line in headers.splitlines() if ":" in line)
        return [(name.strip(), value.strip()) for name, _, value in pairs]
    return [
        (str(each["key"]), str(each.get("value", "")))
        for each in headers or ()
        if isinstance(each, dict) and each.get("key") and not each.get("disabled")
    ]


def _body(body: dict[str, Any]) -> tuple[bytes, str | None]:
    mode = body.get("mode")
    if mode == "raw" and body.get("raw"):
        language = ((body.get("options") or {}).get("raw") or {}).get("language")
        return text_bytes(body["raw"]), "application/json" if language == "json" else None
    if mode == "urlencoded" and body.get("urlencoded"):
        fields = [(str(each.get("key", "")), str(each.get("value", ""))) for each in body["urlencoded"]]
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    if mode == "graphql" and isinstance(body.get("graphql"), dict):
        return _graphql(body["graphql"]), "application/json"
    if mode in {"formdata", "file"} and body.get(mode):
        raise SkipEntryError(f"has a request body of mode {mode}, whose bytes the collection doesn't hold")
    return b"", None


def _graphql(value: dict[str, Any]) -> bytes:
    variables = value.get("variables") or "{}"
    document = compact_json(value.get("query") or "").decode()
    return f'{{"query":{document},"variables":{variables}}}'.encode()


POSTMAN = Reader(
    tool="Postman",
    key="postman",
    markers=(b'"info"', b'"item"'),
    recognizes=_is_postman,
    entries=_entries,
    pair=_pair,
    unrecorded=("time",),
)
