"""Writes values into URLs: path segments and query parameters, in named styles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal
from urllib.parse import quote, urlencode

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.callbacks import error_text, passes_through
from pactape_clients.caller_code.checks import check_choice
from pactape_clients.errors import ClientError, UsageError

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
        UsageError: The style is unknown.
    """

    booleans: Literal["lower", "digit", "title"] = "lower"
    lists: Literal["repeat", "comma", "brackets"] = "repeat"

    @public
    def __post_init__(self) -> None:
        check_choice("ParameterStyle.booleans", self.booleans, tuple(_BOOLEANS))
        check_choice("ParameterStyle.lists", self.lists, ("repeat", "comma", "brackets"))


DEFAULT_STYLE = ParameterStyle()


def text_of(name: str, value: object, style: ParameterStyle = DEFAULT_STYLE) -> str:
    """Return one value as text: booleans as in the style, dates and times in ISO 8601, enums as their values.

    Raises:
        UsageError: The value is None, bytes, a container, NaN or infinity.

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
    if _has_no_text(value):
        raise UsageError(
            f"{name}={_kind(value)} can't be written into a URL. Fix: give a string, number, boolean or date"
        )
    if not (value.is_finite() if isinstance(value, Decimal) else _is_finite(value)):
        raise UsageError(f"{name}={value} can't be written into a URL. Fix: give a finite number")
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 -- the caller's own class may raise anything
        failure = UsageError(f"{name}={_kind(value)} can't be written as text: it {error_text(error)}")
    raise failure


def _has_no_text(value: object) -> bool:
    if value is None or isinstance(value, bytes | bytearray | memoryview | Mapping | Iterable):
        return True
    has_own_text = type(value).__str__ is not object.__str__
    return not has_own_text and (callable(value) or repr(value).startswith("<"))


def _is_finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _kind(value: object) -> str:
    return "None" if value is None else f"<{type(value).__name__}>"


def path_segment(template: str, name: str, value: object, style: ParameterStyle = DEFAULT_STYLE) -> str:
    """Return a value as one path segment, escaped so that it stays one segment.

    Raises:
        UsageError: It can't be written into a URL, or would change the path: empty, "." or "..".

    Example:
        >>> path_segment("/files/{name}", "name", "a/../b?c")
        'a%2F..%2Fb%3Fc'
    """
    text = text_of(f"{template}: {name}", value, style)
    if text in {"", ".", ".."}:
        raise UsageError(f"{template}: {name}={text!r} would change the path. Fix: pass a whole path segment")
    return _quote(f"{template}: {name}", text)


def _quote(name: str, text: str) -> str:
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        failure = UsageError(f"{name} contains a lone surrogate, which can't be written into a URL")
    raise failure


def query_pairs(query: Query | None, style: ParameterStyle = DEFAULT_STYLE) -> Pairs:
    """Return query parameters as pairs of text; every iterable in them is read once.

    Parameters with None are omitted.

    Raises:
        UsageError: A name is not a string, or a value can't be written into a URL.

    Example:
        >>> query_pairs({"id": (number for number in (1, 2)), "deep": True, "page": None})
        (('id', '1'), ('id', '2'), ('deep', 'true'))
    """
    if query is None:
        return ()
    pairs: list[tuple[str, str]] = []
    try:
        for item in query.items() if isinstance(query, Mapping) else query:
            name, value = _pair(item)
            pairs += _parameter(name, value, style)
    except ClientError:
        raise
    except Exception as error:
        if passes_through(error):
            raise
        failure = UsageError(f"the query can't be read: it {error_text(error)}")
    else:
        return tuple(pairs)
    raise failure


def _pair(item: Any) -> tuple[str, object]:
    if not isinstance(item, tuple | list) or len(item) != 2 or not isinstance(item[0], str):  # noqa: PLR2004 -- a pair
        raise UsageError("query must be a mapping of strings to values, or pairs of them")
    return item[0], item[1]


def _parameter(name: str, value: object, style: ParameterStyle) -> list[tuple[str, str]]:
    if value is None:
        return []
    _quote("a parameter's name", name)
    if isinstance(value, str | bytes | bytearray | memoryview | Mapping | Enum) or not isinstance(
        value, Iterable
    ):
        return [(name, _encodable(name, text_of(name, value, style)))]
    texts = [_encodable(name, text_of(name, item, style)) for item in value if item is not None]
    if style.lists == "comma":
        if any("," in text for text in texts):
            raise UsageError(
                f"{name} has a value with a comma, which lists='comma' would split into two values"
            )
        return [(name, ",".join(texts))] if texts else []
    return [(f"{name}[]" if style.lists == "brackets" else name, text) for text in texts]


def _encodable(name: str, text: str) -> str:
    _quote(name, text)
    return text


def encode_query(pairs: Pairs) -> str:
    """Return pairs as a query string; commas are not escaped.

    Example:
        >>> encode_query((("q", "a b"), ("id", "1,2")))
        'q=a+b&id=1,2'
    """
    return urlencode(pairs, safe=",")
