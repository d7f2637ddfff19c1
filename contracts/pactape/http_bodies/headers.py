"""Look-up in headers of any form: pairs, a mapping with single values or lists, texts or bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactape.exchange import Request, Response

__all__ = ["AnyHeaders", "content_type", "header", "header_pairs", "header_values", "media_type"]

#: What libraries call headers: a mapping from names to a value or to a list of them, or pairs of name and value.
AnyHeaders = Mapping[Any, Any] | Iterable[tuple[Any, Any]]


def header_pairs(headers: AnyHeaders | None) -> Iterator[tuple[str, str]]:
    """Yield names and values of headers in their order, a pair for each value of a list.

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
    wanted = name.lower()
    if type(headers) is tuple and header(headers, name) is None:
        return []
    return [value for key, value in header_pairs(headers) if key.lower() == wanted]


def header(headers: AnyHeaders | None, name: str) -> str | None:
    """Return the first value of the header `name`, in any case; None when it is absent."""
    wanted = name.lower()
    if type(headers) is tuple and (not headers or type(headers[0][0]) is str):  # fast path for exchanges
        for key, value in headers:
            if len(key) == len(wanted) and key.lower() == wanted:
                return _text(value[0] if isinstance(value, list | tuple) else value)
        return None
    return next((value for key, value in header_pairs(headers) if key.lower() == wanted), None)


def content_type(headers: AnyHeaders | None) -> str:
    """Return the first Content-Type of headers as it is written; empty when there is none."""
    return header(headers, "content-type") or ""


def media_type(message: Request | Response) -> str | None:
    """Return the content type without parameters, in lower case; None without a body or a content type."""
    value = content_type(message.headers) if message.body else ""
    return value.partition(";")[0].strip().lower() if value else None


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
