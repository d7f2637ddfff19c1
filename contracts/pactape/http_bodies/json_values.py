"""JSON values in bodies, and bodies as text."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pactape.http_bodies.charsets import charset_of, decode_text
from pactape.http_bodies.codings import decoded_body
from pactape.http_bodies.headers import content_type, media_type

if TYPE_CHECKING:
    from pactape.exchange import Request, Response

__all__ = ["any_json_body", "is_json", "json_body", "json_body_or_none", "strings_in", "text_body"]


#: Media types that don't say what a text contains.
_UNSPECIFIC = frozenset({None, "text/plain", "application/octet-stream", "application/x-www-form-urlencoded"})


def is_json(media: str | None) -> bool:
    """Whether a media type is JSON (RFC 6839, section 3.1)."""
    return media is not None and (media == "application/json" or media.endswith("+json"))


def json_body(message: Request | Response) -> Any:
    """Return the body as a JSON value; it must not be changed.

    Raises:
        ValueError: The body isn't JSON (nor is NaN), is nested too deeply, or has a damaged content coding.
    """
    body = decoded_body(message)
    try:
        return _parse(body)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except UnicodeDecodeError:
        charset = charset_of(body, content_type(message.headers))
        if charset is None:
            raise
        return _parse(body.decode(charset).encode())


def json_body_or_none(message: Request | Response) -> Any:
    """Return the body as a JSON value; None when it isn't JSON, or can't be read."""
    if not is_json(media_type(message)):
        return None
    try:
        return json_body(message)
    except ValueError:
        return None


def any_json_body(message: Request | Response) -> Any:
    """Return the body as a JSON value if declared as JSON, as text, or not at all; None when it isn't JSON.

    Browsers send JSON as text/plain to another origin to avoid a preflight request (Fetch, section 3.3.7).
    """
    media = media_type(message)
    is_text = media in _UNSPECIFIC and message.body.lstrip()[:1] in {b"{", b"["}
    if not is_text and not is_json(media):
        return None
    try:
        return json_body(message)
    except ValueError:
        return None


def text_body(message: Request | Response) -> str:
    """Return the body as text, without content coding; bytes that are invalid in its charset are replaced.

    Raises:
        ValueError: The body's content coding is damaged.
    """
    return decode_text(decoded_body(message), content_type(message.headers))


@lru_cache(maxsize=4)
def _parse(data: bytes) -> Any:
    """The value of a JSON text, cached: a body is requested several times in a row, and never changed."""
    return _DECODER.decode(data.decode(json.detect_encoding(data), "surrogatepass"))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def strings_in(value: Any) -> list[str]:
    """Return all string values in a JSON value, without the names of members."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in strings_in(member)]
    if isinstance(value, list):
        return [text for item in value for text in strings_in(item)]
    return [value] if isinstance(value, str) else []
