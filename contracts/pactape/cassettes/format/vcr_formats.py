"""Converts old formats of vcrpy and of similar tools to vcrpy's current form."""

from __future__ import annotations

import json
from typing import Any

from vcr.filters import decode_response
from vcr.request import Request as VcrRequest
from vcr.util import read_body

from pactape.http_bodies import content_codings, decode_body, header

__all__ = ["CODING", "body_bytes", "decoded_response", "headers_of", "modern_request", "modern_response"]

#: The member beside a body's bytes that names the coding in which the code under test read them.
CODING = "coding"


def modern_request(part: dict[str, Any]) -> VcrRequest:
    """Return a recorded request as an instance of vcrpy's class.

    It accepts headers with single values instead of lists, a missing body or headers, a body as file, iterator or
    plain data, and `parsed_body` (JSON stored as YAML).

    Example:
        >>> modern_request({"method": "post", "uri": "http://a.test", "parsed_body": {"a": 1}}).body
        b'{"a": 1}'
    """
    headers = {name: values[0] for name, values in headers_of(part.get("headers")).items() if values}
    return VcrRequest(str(part["method"]), str(part["uri"]), _body(part, "body"), headers)


def modern_response(part: dict[str, Any]) -> dict[str, Any]:
    """Return a recorded response in vcrpy's current form: `status`, `headers` as lists, `body.string` as bytes.

    It accepts vcrpy's old form for httpx (`status_code` and `content`, which may or may not be decoded), a plain
    number as status, single header values, and `parsed_body`.

    Example:
        >>> modern_response({"status_code": 200, "headers": {"A": "b"}, "content": "text"})
        {'status': {'code': 200, 'message': ''}, 'headers': {'a': ['b']}, 'body': {'string': b'text'}}
    """
    headers = headers_of(part.get("headers"))
    if "status_code" in part:  # even beside a `status`: vcrpy then uses `content`
        body = _body(part, "content") if part.get("content") is not None else _body(part, "body")
        return _decode(_response(part["status_code"], _message(part.get("status")), headers, body))
    status, body = part["status"], _body(part, "body")
    code, message = (status["code"], status.get("message")) if isinstance(status, dict) else (status, "")
    response = _response(code, message, headers, body)
    if isinstance(part.get("body"), dict) and CODING in part["body"]:
        response["body"][CODING] = str(part["body"][CODING])
    return response


def decoded_response(response: dict[str, Any]) -> dict[str, Any]:
    """Return a recorded response without its content codings, even if only the header still has them.

    A body that can't be decoded is not changed, and neither is its Content-Encoding header.
    """
    if header(response["headers"], "content-encoding") is None:
        return response
    try:
        body = decode_body(response["body"]["string"], content_codings(response["headers"]))
    except ValueError:
        return response
    headers = {
        name: [str(len(body))] if name.lower() == "content-length" and body else values
        for name, values in response["headers"].items()
        if name.lower() != "content-encoding"
    }
    return {**response, "headers": headers, "body": {"string": body}}


def body_bytes(request: VcrRequest) -> bytes:
    """Return the bytes of a request's body; empty if it has none."""
    body = read_body(request)
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    return b"" if body is None else str(body).encode()


def _message(status: Any) -> Any:
    return status.get("message") if isinstance(status, dict) else ""


def _response(code: Any, message: Any, headers: dict[str, list[str]], body: Any) -> dict[str, Any]:
    return {
        "status": {"code": int(code), "message": "" if message is None else str(message)},
        "headers": headers,
        "body": {"string": _bytes(body)},
    }


def _decode(response: dict[str, Any]) -> dict[str, Any]:
    """Return a response without content coding; old recordings of httpx are usually already decoded."""
    lower = {name.lower(): values for name, values in response["headers"].items()}
    response_without_coding: dict[str, Any] = decode_response({**response, "headers": lower})
    return response_without_coding


def _body(part: dict[str, Any], name: str) -> Any:
    if "parsed_body" in part:
        return json.dumps(part["parsed_body"]).encode()
    body = part.get(name)
    if isinstance(body, dict):
        return body.get("string") if "string" in body or not body else json.dumps(body).encode()
    return body


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    if hasattr(value, "read"):
        return bytes(value.read())
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def headers_of(value: Any) -> dict[str, list[str]]:
    """Return headers in any form (lists, single values, pairs, None) as lists of texts by name."""
    pairs = value.items() if isinstance(value, dict) else (value or ())
    return {str(name): [_text(value) for value in _values(values)] for name, values in pairs}


def _values(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
