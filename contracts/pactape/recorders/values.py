"""Small conversions that several readers share: bodies, headers, times."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pactape.http_bodies import header, parse_content_type
from pactape.recorders.recording import SkipEntryError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "PATH_SAFE",
    "base64_bytes",
    "charset_bytes",
    "compact_json",
    "hex_bytes",
    "mapping",
    "query_url",
    "status_code",
    "text_bytes",
    "timestamp",
    "with_content_type",
]

#: Characters that need no encoding in a path (RFC 3986, section 3.3), and percent signs of encoded ones.
PATH_SAFE = "/%:@!$&'()*+,;=~-._"
#: Statuses that recorders write for requests without a response.
_NO_RESPONSE = frozenset({"None", "", "0", "-1"})


def text_bytes(value: Any, encoding: str | None = None) -> bytes:
    """Return the bytes of a stored body: text is encoded, bytes are unchanged, None is empty.

    Lone surrogates, which some recorders write for bytes that are not text, are encoded like other characters.
    """
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict | list | int | float):
        return compact_json(value)
    with suppress(LookupError, UnicodeEncodeError):
        return str(value).encode(encoding or "utf-8")
    return str(value).encode("utf-8", "surrogatepass")


def charset_bytes(text: Any, content_type: str) -> bytes:
    """Return the bytes of a body that a recorder stored as decoded text, in the declared charset.

    Text that the charset can't encode becomes UTF-8, as without a charset.
    """
    charset = dict(parse_content_type(content_type).parameters).get("charset", "utf-8").strip("'\" ")
    with suppress(LookupError, UnicodeError):
        return str(text).encode(charset) if isinstance(text, str) else text_bytes(text)
    return text_bytes(text)


def with_content_type(headers: Iterable[tuple[str, str]], value: str | None) -> list[tuple[str, str]]:
    """Return headers with a Content-Type that the recorder stores separately, unless they already have one."""
    pairs = list(headers)
    return [*pairs, ("Content-Type", value)] if value and header(pairs, "content-type") is None else pairs


def hex_bytes(text: Any) -> bytes:
    """Decode hexadecimal digits, in one text or a list of texts.

    Raises:
        SkipEntryError: It is not hex.
    """
    try:
        return b"".join(
            bytes.fromhex(character) for character in (text if isinstance(text, list) else [text])
        )
    except (ValueError, TypeError) as error:
        raise SkipEntryError(f"a body is not hex ({error})") from error


def base64_bytes(text: Any) -> bytes:
    """Decode base64, ignoring white space and missing padding.

    Raises:
        SkipEntryError: It is not base64.
    """
    try:
        digits = "".join(str(text).split())
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SkipEntryError(f"a body is not valid base64 ({error})") from error


def compact_json(value: Any) -> bytes:
    """Return a JSON value as compact UTF-8 text, with members in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def mapping(value: Any, name: str) -> dict[str, Any]:
    """Return a member that must be a mapping.

    Raises:
        SkipEntryError: It is missing or something else.
    """
    member = value.get(name) if isinstance(value, dict) else None
    if not isinstance(member, dict):
        raise SkipEntryError(f"has no {name}")
    return member


def status_code(value: Any) -> int:
    """Return a status code from a number or text.

    Raises:
        SkipEntryError: It is not between 100 and 599; browsers write 0 if no response came.
    """
    with suppress(TypeError, ValueError):
        code = int(str(value).split()[0]) if str(value).strip() else 0
        if 100 <= code <= 599:  # noqa: PLR2004 -- RFC 9110, section 15
            return code
    raise SkipEntryError(
        "has no response" if str(value) in _NO_RESPONSE else f"has the status {value!r}, not a status code"
    )


def timestamp(value: Any) -> datetime | None:
    """Parse a time in ISO 8601, RFC 2822 or Unix seconds; return None for anything else."""
    text = "" if value is None else str(value).strip()
    with suppress(ValueError):
        return _aware(datetime.fromisoformat(_microseconds(text.removesuffix(" GMT"))))
    with suppress(ValueError, TypeError):
        return _aware(parsedate_to_datetime(text))
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(float(text), UTC)
    return None


def query_url(url: str, parameters: list[tuple[str, str]]) -> str:
    """Return a URL with query parameters appended, percent-encoded."""
    if not parameters:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _microseconds(text: str) -> str:
    """Return an ISO 8601 time with at most six digits of a second, the most that Python can parse."""
    head, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{head}.{rest[: min(digits, 6)].ljust(6, '0')}{rest[digits:]}" if dot and digits else text
