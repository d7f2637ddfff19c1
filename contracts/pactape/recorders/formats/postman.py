"""Postman collections 2.0 and 2.1 with saved responses ("examples").

Format: https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html. Each saved response contains its
request.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.http_bodies import content_type, header
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import (
    charset_bytes,
    compact_json,
    query_url,
    status_code,
    text_bytes,
    with_content_type,
)
from pactape.recorders.variables import fill, fill_url, filled_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.recorders.source import Source

__all__ = ["POSTMAN"]

_PATH_VARIABLE = re.compile(r"(?<=/):([A-Za-z_][\w-]*)")


def _collection(source: Source) -> Any:
    value = source.json
    wrapped = value.get("collection") if isinstance(value, dict) else None
    return wrapped if isinstance(wrapped, dict) else value


def _is_postman(source: Source) -> bool:
    collection = _collection(source)
    return isinstance(collection, dict) and isinstance(collection.get("item"), list) and "info" in collection


def _entries(source: Source) -> Iterable[Entry]:
    for location, item, variables, auth in _items(_collection(source), "", {}, None):
        for index, response in enumerate(item.get("response") or ()):
            yield Entry(location=f"{location}.response[{index}]", value=(item, response, variables, auth))


def _items(
    folder: dict[str, Any], location: str, inherited: dict[str, str], auth: Any
) -> Iterator[tuple[str, dict[str, Any], dict[str, str], Any]]:
    """Yield every request of a folder, at any depth, with its variables and authorization; inner ones win."""
    variables = {**inherited, **_variables(folder.get("variable"))}
    auth = folder.get("auth") or auth
    for index, item in enumerate(folder["item"]):
        if not isinstance(item, dict):
            continue
        item_location = f"{location}item[{index}]"
        if isinstance(item.get("item"), list):
            yield from _items(item, f"{item_location}.", variables, auth)
        else:
            yield item_location, item, variables, auth


def _pair(entry: Entry, _: Source) -> RecordedPair:
    item, response, variables, auth = entry.value
    if not isinstance(response, dict):
        raise SkipEntryError("is not a saved response")
    request = response.get("originalRequest") or item.get("request") or {}
    request = {"url": request} if isinstance(request, str) else request
    body, sent_type = _body(request.get("body") or {}, variables)
    headers = with_content_type(_headers(request.get("header")), sent_type if body else None)
    headers += _credentials(_auth_of(request) or _auth_of(item.get("request")) or auth, headers)
    sent, unrecorded = filled_headers(headers, variables)
    received = _headers(response.get("header"))
    return RecordedPair(
        method=str(request.get("method") or "GET"),
        url=_url(request.get("url"), variables),
        request_headers=sent,
        request_body=body,
        status=status_code(response.get("code")),
        response_headers=received,
        response_body=charset_bytes(response.get("body"), content_type(received)),
        unrecorded=unrecorded,
    )


def _auth_of(request: Any) -> Any:
    return request.get("auth") if isinstance(request, dict) else None


def _credentials(auth: Any, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the header of an authorization with a fixed value; others are computed for each request."""
    kind = auth.get("type") if isinstance(auth, dict) else None
    members = auth.get(kind) if kind else None
    if isinstance(members, list):
        members = {member.get("key"): member.get("value") for member in members if isinstance(member, dict)}
    values = {name: str(value or "") for name, value in members.items()} if isinstance(members, dict) else {}
    name, text = "Authorization", ""
    if kind == "bearer" and values.get("token"):
        text = f"Bearer {values['token']}"
    elif kind == "basic":
        plain = f"{values.get('username', '')}:{values.get('password', '')}"
        text = f"Basic {base64.b64encode(plain.encode()).decode()}" if "{{" not in plain else plain
    elif kind == "apikey" and values.get("in", "header") == "header":
        name, text = values.get("key", ""), values.get("value", "")
    return [(name, text)] if name and text and header(headers, name) is None else []


def _variables(values: Any) -> dict[str, str]:
    return {
        str(value.get("key") or value.get("id")): str(value["value"])
        for value in values or ()
        if isinstance(value, dict) and value.get("value") not in (None, "") and not value.get("disabled")
    }


def _url(url: Any, variables: dict[str, str]) -> str:
    """Return the URL with its variables filled in; without a host, only the path."""
    raw = (str(url.get("raw") or "") or _join_url(url)) if isinstance(url, dict) else str(url or "")
    values = _variables(url.get("variable")) if isinstance(url, dict) else {}
    filled = fill_url(raw, variables)
    filled = _PATH_VARIABLE.sub(lambda match: _path_value(match[1], values), filled)
    if "://" not in filled and not filled.startswith(("/", "{{")):
        filled = f"http://{filled}"
    return re.sub(r"^https?:///", "/", filled.partition("#")[0])


def _join_url(url: dict[str, Any]) -> str:
    """Join the URL from its parts, which are texts or lists."""
    host, path = (
        separator.join(map(str, part)) if isinstance(part, list) else str(part or "")
        for part, separator in ((url.get("host"), "."), (url.get("path"), "/"))
    )
    port = f":{url['port']}" if url.get("port") else ""
    query = [
        (str(parameter.get("key", "")), str(parameter.get("value") or ""))
        for parameter in url.get("query") or ()
        if isinstance(parameter, dict) and not parameter.get("disabled")
    ]
    scheme = str(url.get("protocol") or ("" if host.startswith("{{") else "http")).removesuffix("://")
    origin = f"{scheme}://{host}{port}" if scheme else f"{host}{port}"
    return query_url(f"{origin}/{path.removeprefix('/')}", query)


def _path_value(name: str, values: dict[str, str]) -> str:
    if name not in values:
        raise SkipEntryError(f"uses the path variable :{name}, which has no value")
    return values[name]


def _headers(headers: Any) -> list[tuple[str, str]]:
    """Return headers from a list of names and values; in schema 2.0 also from text or null."""
    if isinstance(headers, str):
        pairs = (line.partition(":") for line in headers.splitlines() if ":" in line)
        return [(name.strip(), value.strip()) for name, _, value in pairs]
    return [
        (str(header["key"]), str(header.get("value", "")))
        for header in headers or ()
        if isinstance(header, dict) and header.get("key") and not header.get("disabled")
    ]


def _body(body: dict[str, Any], variables: dict[str, str]) -> tuple[bytes, str | None]:
    mode = None if body.get("disabled") else body.get("mode")
    if mode == "raw" and body.get("raw"):
        language = ((body.get("options") or {}).get("raw") or {}).get("language")
        text = fill(str(body["raw"]), variables)
        return text_bytes(text), "application/json" if language == "json" else None
    if mode == "urlencoded" and body.get("urlencoded"):
        return _form(body["urlencoded"], variables), "application/x-www-form-urlencoded"
    if mode == "graphql" and isinstance(body.get("graphql"), dict):
        return fill(_graphql(body["graphql"]), variables).encode(), "application/json"
    if mode in {"formdata", "file"} and body.get(mode):
        raise SkipEntryError(f"has a request body of mode {mode}, whose bytes are not in the collection")
    return b"", None


def _form(fields: Any, variables: dict[str, str]) -> bytes:
    if isinstance(fields, str):  # schema 2.0
        return fill(fields, variables).encode()
    pairs = [
        (fill(str(field.get("key", "")), variables), fill(str(field.get("value") or ""), variables))
        for field in fields
        if not field.get("disabled")
    ]
    return urlencode(pairs).encode()


def _graphql(value: dict[str, Any]) -> str:
    variables = value.get("variables") or "{}"
    text = variables if isinstance(variables, str) else compact_json(variables).decode()
    document = compact_json(value.get("query") or "").decode()
    return f'{{"query":{document},"variables":{text}}}'


POSTMAN = Reader(
    tool="Postman",
    key="postman",
    markers=(b'"info"', b'"item"'),
    recognizes=_is_postman,
    entries=_entries,
    pair=_pair,
    early_markers=(b'"info"', rb'_postman_id|getpostman\.com|"item"'),
    unrecorded=("time",),
)
