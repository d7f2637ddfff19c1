"""Values in URLs: path segments and query parameters, by named styles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from pactape_clients.checks import check_choice
from pactape_clients.errors import UsageError

__all__ = ["Pairs", "ParameterStyle", "Query", "encode_query", "path_segment", "query_pairs", "text_of"]

Query = Mapping[str, object] | Iterable[tuple[str, object]]
Pairs = tuple[tuple[str, str], ...]

_BOOLEANS = {"lower": ("false", "true"), "digit": ("0", "1"), "title": ("False", "True")}


class ParameterStyle(msgspec.Struct, frozen=True, kw_only=True):
    """How values are written into URLs.

    Args:
        booleans: "lower" writes `true`, "digit" writes `1`, "title" writes `True`.
        lists: "repeat" writes `id=1&id=2`, "comma" writes `id=1,2`, "brackets" writes `id[]=1&id[]=2`.

    Raises:
        UsageError: There is no such style.
    """

    booleans: Literal["lower", "digit", "title"] = "lower"
    lists: Literal["repeat", "comma", "brackets"] = "repeat"

    def __post_init__(self) -> None:
        check_choice("ParameterStyle.booleans", self.booleans, tuple(_BOOLEANS))
        check_choice("ParameterStyle.lists", self.lists, ("repeat", "comma", "brackets"))


DEFAULT_STYLE = ParameterStyle()


def text_of(name: str, value: object, style: ParameterStyle = DEFAULT_STYLE) -> str:
    """Return one value as text: booleans by the style, dates and times in ISO 8601, enums by their values.

    Raises:
        UsageError: None, bytes, a container, NaN or infinity.

    Example:
        >>> text_of("archived", False), text_of("since", date(2026, 1, 31))
        ('false', '2026-01-31')
    """
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return _BOOLEANS[style.booleans][value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime | time):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(msgspec.to_builtins(value))
    if value is None or isinstance(value, bytes | bytearray | Mapping | Iterable):
        raise UsageError(
            f"{name}={_kind(value)} has no form in a URL. Fix: give a string, number, boolean or date"
        )
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{name}={value} has no form in a URL. Fix: give a finite number")
    return str(value)


def _kind(value: object) -> str:
    return "None" if value is None else f"<{type(value).__name__}>"


def path_segment(template: str, name: str, value: object, style: ParameterStyle = DEFAULT_STYLE) -> str:
    """Return a value as one path segment, escaped so that it can't leave it.

    Raises:
        UsageError: It has no form in a URL, or would make another path: empty, "." or "..".

    Example:
        >>> path_segment("/files/{name}", "name", "a/../b?c")
        'a%2F..%2Fb%3Fc'
    """
    text = text_of(f"{template}: {name}", value, style)
    if text in {"", ".", ".."}:
        raise UsageError(
            f"{template}: {name}={text!r} would make another path. Fix: give a whole path segment"
        )
    return _quoted(f"{template}: {name}", text)


def _quoted(name: str, text: str) -> str:
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        failure = UsageError(f"{name} holds a lone surrogate, which has no form in a URL")
    raise failure


def query_pairs(query: Query | None, style: ParameterStyle = DEFAULT_STYLE) -> Pairs:
    """Return query parameters as pairs of text; every iterable in them is read, once.

    None leaves a parameter out.

    Raises:
        UsageError: A name that is not a string, or a value that has no form in a URL.

    Example:
        >>> query_pairs({"id": (number for number in (1, 2)), "deep": True, "page": None})
        (('id', '1'), ('id', '2'), ('deep', 'true'))
    """
    if query is None:
        return ()
    items = query.items() if isinstance(query, Mapping) else query
    pairs: list[tuple[str, str]] = []
    for item in items:
        name, value = _pair(item)
        pairs += _parameter(name, value, style)
    return tuple(pairs)


def _pair(item: Any) -> tuple[str, object]:
    if not isinstance(item, tuple | list) or len(item) != 2 or not isinstance(item[0], str):  # noqa: PLR2004
        raise UsageError("query must be a mapping of strings to values, or pairs of them")
    return item[0], item[1]


def _parameter(name: str, value: object, style: ParameterStyle) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, str | bytes | bytearray | Mapping | Enum) or not isinstance(value, Iterable):
        return [(name, _encodable(name, text_of(name, value, style)))]
    texts = [_encodable(name, text_of(name, each, style)) for each in value if each is not None]
    if style.lists == "comma":
        return [(name, ",".join(texts))] if texts else []
    return [(f"{name}[]" if style.lists == "brackets" else name, text) for text in texts]


def _encodable(name: str, text: str) -> str:
    _quoted(name, text)
    return text


def encode_query(pairs: Pairs) -> str:
    """Return pairs as a query string; commas stay readable.

    Example:
        >>> encode_query((("q", "a b"), ("id", "1,2")))
        'q=a+b&id=1,2'
    """
    return urlencode(pairs, safe=",")
