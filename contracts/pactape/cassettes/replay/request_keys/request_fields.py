"""The fields of a request: the parts of its query, form and JSON body that `ignore` supports."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from vcr.request import Request as VcrRequest

from pactape.http_bodies import content_type, multipart_parts, sent_body

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["BODY", "PATH", "field_pairs", "json_fields", "request_fields", "with_values"]

#: The prefix of a path segment's number, which `ignore` doesn't support.
PATH = "path segment "
#: Represents a body without fields.
BODY = "the body"
_SHORT = 6
_PLAIN_NAME = re.compile(r"[^.\[\]*'\"]+")


def request_fields(request: VcrRequest) -> dict[str, str]:
    """Return the fields of a request by name in the notation of `ignore`, and the segments of its path.

    Example:
        >>> from vcr.request import Request
        >>> request_fields(Request("GET", "http://a.test/users/7?page=2", None, {}))
        {'path segment 1': 'users', 'path segment 2': '7', 'query.page': '2'}
    """
    return dict(field_pairs(request))


def field_pairs(request: VcrRequest) -> Iterator[tuple[str, str]]:
    """Yield the fields of a request with their values; repeated names are repeated."""
    parts = urlsplit(request.uri)
    segments = [unquote(part) for part in parts.path.split("/") if part]
    yield from ((f"{PATH}{number}", segment) for number, segment in enumerate(segments, 1))
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        yield f"query.{name}", value
    yield from _body_fields(request)


def with_values(request: VcrRequest, values: Mapping[str, str]) -> VcrRequest:
    """Return a request with other values, as the client will send it if it gets them.

    Args:
        request: Any request.
        values: The new text by the old one.
    """
    origin, path = _split_origin(request.uri)
    body = sent_body(request.body).data
    for old, new in values.items():
        if len(old) < _SHORT:
            path, body = _with_word(path.encode(), old, new).decode(), _with_word(body, old, new)
        else:
            origin, path = origin.replace(old, new), path.replace(old, new)
            body = body.replace(old.encode(), new.encode())
    return VcrRequest(request.method, origin + path, body or None, request.headers)


def _with_word(data: bytes, old: str, new: str) -> bytes:
    """Replace a short text where it is a whole word: it may be part of other words by chance."""
    word = re.compile(rb"(?<![\w.-])%s(?![\w.-])" % re.escape(old.encode()))
    return word.sub(new.encode().replace(b"\\", rb"\\"), data)


def _split_origin(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    origin = f"{parts.scheme}://{parts.netloc}"
    return (origin, uri.removeprefix(origin)) if uri.startswith(origin) else ("", uri)


def json_fields(value: Any, path: str = "$") -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers in a JSON value with their paths; items of an array share one path."""
    if isinstance(value, dict):
        for name, child in value.items():
            yield from json_fields(child, f"{path}{_member(name)}")
    elif isinstance(value, list):
        for item in value:
            yield from json_fields(item, f"{path}[*]")
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)


def _member(name: str) -> str:
    """Return a member's name in the notation of `ignore`, after the path of its object."""
    if _PLAIN_NAME.fullmatch(name):
        return f".{name}"
    return f'["{name}"]' if "'" in name else f"['{name}']"


def _body_fields(request: VcrRequest) -> Iterator[tuple[str, str]]:
    body, kind = sent_body(request.body).data, content_type(request.headers)
    if "x-www-form-urlencoded" in kind:
        text = body.decode("utf-8", "replace")
        yield from ((f"form.{name}", value) for name, value in parse_qsl(text, keep_blank_values=True))
    elif "multipart/" in kind:
        with suppress(ValueError):
            for part in multipart_parts(body, kind):
                if not part.is_file:
                    yield f"form.{part.name}", part.data.decode("utf-8", "replace")
    else:
        with suppress(ValueError, RecursionError):
            yield from json_fields(json.loads(body))
