"""The fields of a request: what `ignore` can name in its query, its form and its JSON body."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pactape.http_bodies import content_type, multipart_parts, sent_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcr.request import Request as VcrRequest

__all__ = ["PATH", "json_fields", "request_fields"]

#: Before the number of a path segment, which `ignore` can't name.
PATH = "path segment "


def request_fields(request: VcrRequest) -> dict[str, str]:
    """Return the fields of a request by their names as `ignore` writes them, and the segments of its path.

    Example:
        >>> from vcr.request import Request
        >>> request_fields(Request("GET", "http://a.test/users/7?page=2", None, {}))
        {'path segment 1': 'users', 'path segment 2': '7', 'query.page': '2'}
    """
    parts = urlsplit(request.uri)
    segments = [unquote(each) for each in parts.path.split("/") if each]
    fields = {f"{PATH}{number}": segment for number, segment in enumerate(segments, 1)}
    fields |= {f"query.{name}": value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
    return fields | dict(_body_fields(request))


def json_fields(value: Any, path: str = "$") -> Iterator[tuple[str, str]]:
    """Yield the texts and numbers in a JSON value with their paths; items of arrays share one path."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from json_fields(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from json_fields(each, f"{path}[*]")
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, str(value)


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
