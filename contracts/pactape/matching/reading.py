"""What a contract's request, response or message says, in the forms of versions 2, 3 and 4."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import msgspec

from pactape.http_bodies import UNKNOWN, ContentType, guess_content_type, parse_content_type
from pactape.matching.bodies import Body
from pactape.matching.headers import values_of
from pactape.matching.numbers import text_of
from pactape.matching.queries import Parameters, parameters_of

__all__ = ["body_to_send", "read_body", "read_headers", "read_query"]

_V4 = 4


def read_headers(written: Any) -> dict[str, list[str]]:
    """A contract's headers by name: a text is parted where the header is a list, lists stay."""
    if not isinstance(written, dict):
        return {}
    return {
        name: [text_of(each) for each in value]
        if isinstance(value, list)
        else values_of(name, text_of(value))
        for name, value in written.items()
    }


def read_query(written: Any) -> Parameters:
    """A contract's query: a text in version 2, lists by name from version 3 on."""
    if isinstance(written, str):
        return parameters_of(written)
    if not isinstance(written, dict):
        return {}
    return {
        name: [_query_value(each) for each in value] if isinstance(value, list) else [_query_value(value)]
        for name, value in written.items()
    }


def _query_value(value: Any) -> str:
    return "" if value is None else text_of(value)


def read_body(
    written: dict[str, Any], version: int, *, key: str = "body", content_type: str | None = None
) -> Body:
    """A contract's body.

    Args:
        written: The request, response or message.
        version: The specification's major version.
        key: Where the body stands.
        content_type: What the headers or the metadata say it is.
    """
    if key not in written:
        return Body(None, parse_content_type(content_type))
    value = written[key]
    if version >= _V4:
        return _version_4(value, parse_content_type(content_type))
    return _version_3(value, parse_content_type(content_type))


def body_to_send(written: dict[str, Any], version: int, *, content_type: str | None) -> Body:
    """Return the body that a verifier sends for a contract's request.

    A body that is null is sent as JSON's `null` where the headers say that it is JSON, and else not at all; as an
    expectation it is an empty body.

    Args:
        written: The request.
        version: The specification's major version.
        content_type: The Content-Type of its headers.
    """
    value = written.get("body", "")
    is_null = value is None or (
        isinstance(value, dict) and version >= _V4 and value.get("content", "") is None
    )
    if is_null and parse_content_type(content_type).is_json:
        return Body(b"null", parse_content_type(content_type))
    return read_body(written, version, content_type=content_type)


def _version_3(value: Any, content_type: ContentType) -> Body:
    if value is None:
        return Body(b"", content_type)
    if not isinstance(value, str):
        return _body(_json(value), content_type)
    if content_type.is_json and value and not _is_json(value):
        return Body(_json(value), content_type)
    return _body(value.encode(), content_type)


def _version_4(value: Any, content_type: ContentType) -> Body:
    if value is None:
        return Body(b"", content_type)
    if not isinstance(value, dict):
        return Body(_json(value), content_type)
    if "content" not in value:
        return Body(None, content_type)
    declared = value.get("contentType")
    kind = parse_content_type(str(declared)) if declared is not None else content_type
    content = value["content"]
    if content is None:
        return Body(b"", kind)
    return _body(_bytes(content, value.get("encoded", False), kind), kind)


def _bytes(content: Any, encoded: Any, content_type: ContentType) -> bytes:
    if isinstance(encoded, str) and encoded.lower() == "base64":
        try:
            return base64.b64decode(text_of(content), validate=True)
        except (binascii.Error, ValueError):
            return text_of(content).encode()
    if not encoded and content_type.is_json and content != "":
        return _json(content)
    return content.encode() if isinstance(content, str) else _json(content)


def _body(data: bytes, content_type: ContentType) -> Body:
    if content_type == UNKNOWN and data:
        return Body(data, guess_content_type(data))
    return Body(data, content_type)


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, OverflowError):  # lone surrogates, numbers of more than 64 bits
        return json.dumps(value).encode()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
