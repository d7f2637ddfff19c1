"""Look-up in headers of any form: pairs, a mapping with single values or lists, texts or bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactape.exchange import Headers, Request, Response

__all__ = [
    "HOP_BY_HOP",
    "AnyHeaders",
    "content_type",
    "end_to_end",
    "grouped_headers",
    "header",
    "header_pairs",
    "header_values",
    "joined_headers",
    "media_type",
    "with_base_url",
]

#: Hop-by-hop headers, in lower case, which a proxy doesn't forward (RFC 9110, section 7.6.1).
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

_WITH_URLS = frozenset({"location", "content-location", "link"})

#: Headers in the forms that libraries use: a mapping from names to a value or list of values, or pairs of both.
AnyHeaders = Mapping[Any, Any] | Iterable[tuple[Any, Any]]


def header_pairs(headers: AnyHeaders | None) -> Iterator[tuple[str, str]]:
    """Yield the names and values of headers in order, with one pair for each value of a list.

    Bytes are read as ISO-8859-1, as header fields are (RFC 9110, section 5.5).

    Example:
        >>> list(header_pairs({"Accept": ["a/b", "c/d"], b"X-Id": 7}))
        [('Accept', 'a/b'), ('Accept', 'c/d'), ('X-Id', '7')]
    """
    items: Iterable[tuple[Any, Any]] = getattr(headers, "items", lambda: headers or ())()
    for name, values in items:
        for value in values if isinstance(values, list | tuple) else (values,):
            yield _text(name), _text(value)


def header_values(headers: AnyHeaders | None, name: str) -> list[str]:
    """Return all values of the header `name`, in any case; empty when it is absent."""
    lower_name = name.lower()
    if type(headers) is tuple and header(headers, name) is None:
        return []
    return [value for key, value in header_pairs(headers) if key.lower() == lower_name]


def header(headers: AnyHeaders | None, name: str) -> str | None:
    """Return the first value of the header `name`, in any case; None when it is absent."""
    lower_name = name.lower()
    if type(headers) is tuple and (not headers or type(headers[0][0]) is str):  # fast path for exchanges
        for key, value in headers:
            if len(key) == len(lower_name) and key.lower() == lower_name:
                return _text(value[0] if isinstance(value, list | tuple) else value)
        return None
    return next((value for key, value in header_pairs(headers) if key.lower() == lower_name), None)


def grouped_headers(headers: AnyHeaders | None) -> dict[str, list[str]]:
    """Return the values of each header as a list, under the first spelling of its name.

    Example:
        >>> grouped_headers((("Set-Cookie", "a=1"), ("Date", "now"), ("set-cookie", "b=2")))
        {'Set-Cookie': ['a=1', 'b=2'], 'Date': ['now']}
    """
    grouped: dict[str, tuple[str, list[str]]] = {}
    for name, value in header_pairs(headers):
        grouped.setdefault(name.lower(), (name, []))[1].append(value)
    return dict(grouped.values())


def joined_headers(headers: AnyHeaders | None) -> dict[str, str]:
    """Return one value for each header, several of one name joined by commas (RFC 9110, section 5.3).

    Cookies are joined by semicolons (RFC 9113, section 8.2.3).

    Example:
        >>> joined_headers((("Accept", "a/b"), ("accept", "c/d"), ("Cookie", "a=1"), ("Cookie", "b=2")))
        {'Accept': 'a/b, c/d', 'Cookie': 'a=1; b=2'}
    """
    return {
        name: ("; " if name.lower() == "cookie" else ", ").join(values)
        for name, values in grouped_headers(headers).items()
    }


def end_to_end(headers: Headers) -> Headers:
    """Return headers without the hop-by-hop ones: `HOP_BY_HOP` and those that Connection lists.

    Example:
        >>> end_to_end((("Connection", "close, X-Hop"), ("x-hop", "1"), ("ETag", "a")))
        (('ETag', 'a'),)
    """
    connection_options = ",".join(header_values(headers, "connection")).lower().split(",")
    excluded_names = HOP_BY_HOP.union(connection_option.strip() for connection_option in connection_options)
    return tuple(field for field in headers if field[0].lower() not in excluded_names)


def with_base_url(headers: Headers, old: str, new: str) -> Headers:
    """Return a response's headers with an old base URL replaced in those that direct the client elsewhere.

    Example:
        >>> with_base_url((("Location", "https://a.test/x"),), "https://a.test", "http://127.0.0.1:9293")
        (('Location', 'http://127.0.0.1:9293/x'),)
        >>> with_base_url((("Location", "https://a.test.b/"),), "https://a.test", "http://127.0.0.1:9293")
        (('Location', 'https://a.test.b/'),)
    """
    if not any(name.lower() in _WITH_URLS for name, _ in headers):
        return headers
    pattern = re.compile(rf"{re.escape(old)}(?=[/?#>;,\s]|$)")
    return tuple(
        (name, pattern.sub(lambda _: new, value) if name.lower() in _WITH_URLS else value)
        for name, value in headers
    )


def content_type(headers: AnyHeaders | None) -> str:
    """Return the first Content-Type of headers as written; empty when there is none."""
    return header(headers, "content-type") or ""


def media_type(message: Request | Response) -> str | None:
    """Return the content type without parameters, in lower case; None without a body or a content type."""
    if not message.body:
        return None
    try:
        return _media_type(message.headers)
    except TypeError:  # headers in a form that can't be hashed
        return _media_type.__wrapped__(message.headers)


@lru_cache(maxsize=64)  # requested many times for the same message
def _media_type(headers: Headers) -> str | None:
    value = content_type(headers)
    return value.partition(";")[0].strip().lower() if value else None


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
