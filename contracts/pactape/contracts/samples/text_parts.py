"""Finds parts of texts that a contract can state: CSV columns, XML elements and attributes, keys of JSON events.

A part is written like a JSON field path: "[].name" is a column, "order.line.@sku" an attribute, "order.line.#text"
the text of every such element, "choices[].delta" a key that each event has.
"""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from pactape.http_bodies import decoded_body, is_json, media_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.exchange import Response

__all__ = ["csv_header", "is_csv", "is_events", "is_xml", "text_parts"]

_CSV = frozenset({"text/csv", "application/csv", "text/x-csv", "text/tab-separated-values"})
_EVENTS = frozenset({"text/event-stream", "application/x-ndjson", "application/ndjson"})
#: JSON media types that Pact's engine doesn't recognize as JSON.
_OTHER_JSON = frozenset({"text/json", "application/x-amz-json-1.0", "application/x-amz-json-1.1"})
#: XML media types of documents for human readers, and of pictures.
_MARKUP = frozenset({"application/xhtml+xml", "image/svg+xml"})
_DELIMITERS = ",;\t|"
_LONGEST_NAME = 60
_LARGEST = 1_000_000
_DEEPEST = 20


def is_csv(media: str) -> bool:
    """Return whether a media type is CSV (RFC 4180) or another table of text."""
    return media in _CSV


def is_xml(media: str) -> bool:
    """Return whether a media type is XML data (RFC 7303)."""
    return media not in _MARKUP and (media.endswith("+xml") or media in {"application/xml", "text/xml"})


def is_events(media: str) -> bool:
    """Return whether a media type is a stream of JSON: server-sent events, or one value per line."""
    return media in _EVENTS


def text_parts(response: Response) -> frozenset[str] | None:
    r"""Return the parts of a response's text that a contract can state; None if it has none.

    Example:
        >>> from pactape.exchange import Response
        >>> headers = (("Content-Type", "text/csv"),)
        >>> sorted(text_parts(Response(status=200, headers=headers, body=b"id,name\n1,Ada\n")))
        ['[].id', '[].name']
    """
    media = media_type(response) or ""
    if is_json(media):
        return None
    finders = (
        (is_csv, _columns),
        (is_xml, _elements),
        (is_events, _event_keys),
        (_is_other_json, _json_keys),
    )
    find = next((find for is_kind, find in finders if is_kind(media)), None)
    if find is None or len(response.body) > _LARGEST:
        return None
    try:
        text = decoded_body(response).decode()
        parts = None if text.startswith("\ufeff") else find(text)
    except ValueError:
        return None
    return frozenset(parts) if parts else None


def csv_header(text: str) -> tuple[str, list[str]]:
    """Return a table's delimiter and column names; no names if the first row doesn't look like names."""
    lines = text.splitlines()
    first = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=first.count)
    rows = list(csv.reader(lines[:20], delimiter=delimiter))
    names = rows[0] if rows else []
    is_header = len({*names}) == len(names) and all(map(_is_name, names))
    is_table = all(len(row) == len(names) for row in rows if row)
    return delimiter, names if is_header and is_table and '"' not in "".join(names) else []


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and (text[0].isalpha() or text[0] == "_")


def _columns(text: str) -> list[str]:
    return [f"[].{name}" for name in csv_header(text)[1]]


def _elements(text: str) -> set[str] | None:
    """Return the elements, attributes and texts that all elements of a kind have; none if namespaces are used."""
    if "<!DOCTYPE" in text or "xmlns" in text:
        return None
    try:
        root = ET.fromstring(text)  # noqa: S314 -- its size is limited, and it has no document type
    except (ET.ParseError, ValueError):
        return None
    return {root.tag, *_below([root], root.tag, _DEEPEST)}


def _below(alike: list[ET.Element], path: str, depth: int) -> Iterator[str]:
    """Yield the parts that all elements at one path have."""
    for name in set.intersection(*(set(element.attrib) for element in alike)):
        yield f"{path}.@{name}"
    if all((element.text or "").strip() for element in alike):
        yield f"{path}.#text"
    tags = [{child.tag for child in element} for element in alike]
    for tag in set.intersection(*tags) if depth else ():
        child_path = f"{path}.{tag}"
        yield child_path
        yield from _below(
            [child for element in alike for child in element if child.tag == tag], child_path, depth - 1
        )


def _event_keys(text: str) -> set[str] | None:
    """Return the keys that every JSON object of a stream has."""
    keys = [set(_keys(event, "", _DEEPEST)) for event in _events(text.splitlines())]
    return set.intersection(*keys) if keys else None


def _is_other_json(media: str) -> bool:
    return media in _OTHER_JSON


def _json_keys(text: str) -> set[str]:
    """Return the keys of a JSON object."""
    return set(_keys(json.loads(text), "", _DEEPEST))


def _events(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        data = line.removeprefix("data:").strip()
        if data.startswith("{"):
            try:
                yield json.loads(data)
            except ValueError:
                continue


def _keys(value: Any, path: str, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth:
        for key, child in value.items():
            child_path = f"{path}.{key}" if path else key
            yield child_path
            yield from _keys(child, child_path, depth - 1)
    elif isinstance(value, list) and value and depth:
        inner = [set(_keys(item, f"{path}[]", depth - 1)) for item in value]
        yield from set.intersection(*inner)
