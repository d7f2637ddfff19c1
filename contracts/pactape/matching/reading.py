"""Reading the parts of a contract's request, response or message, in the forms of versions 2, 3 and 4."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import msgspec

from pactape.http_bodies import UNKNOWN, ContentType, guess_content_type, parse_content_type
from pactape.matching.bodies.body import Body
from pactape.matching.headers import values_of
from pactape.matching.numbers import text_of
from pactape.matching.queries import Parameters, parameters_of

__all__ = ["body_to_send", "read_body", "read_headers", "read_query"]

_V4 = 4


def read_headers(headers: Any) -> dict[str, list[str]]:
    """Return a contract's headers by name: a text is split where the header is a list; lists stay."""
    if not isinstance(headers, dict):
        return {}
    return {
        name: [text_of(item) for item in value]
        if isinstance(value, list)
        else values_of(name, text_of(value))
        for name, value in headers.items()
    }


def read_query(query: Any) -> Parameters:
    """A contract's query: a text in version 2, lists by name from version 3 on."""
    if isinstance(query, str):
        return parameters_of(query)
    if not isinstance(query, dict):
        return {}
    return {
        name: [_query_value(item) for item in value] if isinstance(value, list) else [_query_value(value)]
        for name, value in query.items()
    }


def _query_value(value: Any) -> str:
    return "" if value is None else text_of(value)


def read_body(
    document: dict[str, Any], version: int, *, key: str = "body", content_type: str | None = None
) -> Body:
    """A contract's body.

    Args:
        document: The request, response or message.
        version: The specification's major version.
        key: The body's key in it.
        content_type: The content type in the headers or the metadata.
    """
    if key not in document:
        return Body(None, parse_content_type(content_type))
    value = document[key]
    if version >= _V4:
        return _version_4(value, parse_content_type(content_type))
    return _version_3(value, parse_content_type(content_type))


def body_to_send(request: dict[str, Any], version: int, *, content_type: str | None) -> Body:
    """Return the body that a verifier sends for a contract's request.

    A body that is null is sent as JSON's `null` if the headers declare JSON, and otherwise not at all; as an
    expectation it is an empty body.

    Args:
        request: The request.
        version: The specification's major version.
        content_type: The Content-Type of its headers.
    """
    value = request.get("body", "")
    is_null = value is None or (
        isinstance(value, dict) and version >= _V4 and value.get("content", "") is None
    )
    if is_null and parse_content_type(content_type).is_json:
        return Body(b"null", parse_content_type(content_type))
    return read_body(request, version, content_type=content_type)


def _version_3(value: Any, content_type: ContentType) -> Body:
    if value is None:
        return Body(b"", content_type)
    if not isinstance(value, str):
        return _body(_json(value), content_type)
    kind = content_type if content_type != UNKNOWN or not value else guess_content_type(value.encode())
    if kind.is_json and value and not _is_json_document(value):
        return Body(_json(value), kind)
    if kind.is_known and kind.is_binary:
        return Body(_from_base64(value), kind)
    return Body(value.encode(), kind)


def _version_4(value: Any, content_type: ContentType) -> Body:
    if value is None:
        return Body(b"", content_type)
    if not isinstance(value, dict):
        return Body(_json(value), content_type)
    if "content" not in value:
        return Body(None, content_type)
    type_of_body = value.get("contentType")
    kind = parse_content_type(str(type_of_body)) if type_of_body is not None else content_type
    if kind.main == "multipart" and kind.base == content_type.base and not kind.parameters:
        kind = content_type  # only the header names the boundary
    content = value["content"]
    if content is None:
        return Body(b"", kind)
    return _body(_bytes(content, value.get("encoded", False), kind), kind)


def _bytes(content: Any, encoding: Any, content_type: ContentType) -> bytes:
    if isinstance(encoding, str) and encoding.lower() == "base64":
        return _from_base64(text_of(content))
    if not encoding and content_type.is_json and content != "":
        return _json(content)
    return content.encode() if isinstance(content, str) else _json(content)


def _from_base64(text: str) -> bytes:
    """The bytes of base64; those of the text where it isn't base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode()


def _body(data: bytes, content_type: ContentType) -> Body:
    if content_type == UNKNOWN and data:
        return Body(data, guess_content_type(data))
    return Body(data, content_type)


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):  # lone surrogates, numbers of more than 64 bits
        return json.dumps(value).encode()


def _is_json_document(text: str) -> bool:
    """Whether the engine takes a text for a document: an object or a string; anything else is a JSON string."""
    try:
        return isinstance(json.loads(text), dict | str)
    except ValueError:
        return False
