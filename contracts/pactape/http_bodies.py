"""Bodies of recorded messages: media types, and the JSON values in them."""

from __future__ import annotations

import gzip
import json
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from pactape.exchange import Headers, Request, Response

__all__ = [
    "decoded",
    "form_of",
    "header",
    "is_json",
    "json_of",
    "json_or_none",
    "media_type",
    "text_of",
    "texts_in",
]


def header(headers: Headers, name: str) -> str | None:
    """The first value of the header `name`, in any case; None when it is absent."""
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None


def media_type(message: Request | Response) -> str | None:
    """The content type without its parameters, in lower case; None without a body or a content type."""
    value = header(message.headers, "content-type")
    return value.partition(";")[0].strip().lower() if value and message.body else None


def is_json(media: str | None) -> bool:
    """Whether a media type is JSON (RFC 6839, section 3.1)."""
    return media is not None and (media == "application/json" or media.endswith("+json"))


def json_of(message: Request | Response) -> Any:
    """The body as a JSON value.

    Raises:
        ValueError: The body isn't JSON (NaN isn't, either), nests too deeply, or its content encoding is broken.
    """
    try:
        return _parsed(decoded(message))
    except RecursionError:
        raise ValueError("it nests too deeply") from None


def json_or_none(message: Request | Response) -> Any:
    """The body as a JSON value; None when it is none, or none that can be read."""
    if not is_json(media_type(message)):
        return None
    try:
        return json_of(message)
    except ValueError:
        return None


def text_of(message: Request | Response) -> str:
    """The body as text, bytes that are not UTF-8 replaced."""
    return decoded(message).decode("utf-8", errors="replace")


def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form body (application/x-www-form-urlencoded); empty for anything else."""
    if media_type(request) != "application/x-www-form-urlencoded":
        return {}
    return parse_qs(text_of(request), keep_blank_values=True)


def decoded(message: Request | Response) -> bytes:
    """The body without its content encoding (RFC 9110, section 8.4), as far as it is known and still there.

    Raises:
        ValueError: The body isn't what its content encoding says.
    """
    try:
        return _without_coding(message)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"its content encoding is broken ({error})") from error


@lru_cache(maxsize=4)
def _parsed(data: bytes) -> Any:
    """The value of a JSON text; a body is asked for several times in a row, and never changed."""
    return json.loads(data, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _without_coding(message: Request | Response) -> bytes:
    body = message.body
    coding = (header(message.headers, "content-encoding") or "identity").strip().lower()
    if coding in {"gzip", "x-gzip"} and body[:2] == b"\x1f\x8b":
        return gzip.decompress(body)
    if coding == "deflate":
        return zlib.decompress(body)
    return body


def texts_in(value: Any) -> list[str]:
    """All texts in a JSON value."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return [value] if isinstance(value, str) else []
