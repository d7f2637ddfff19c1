"""Charsets: converting the bytes of a body to text, and back to the same bytes."""

from __future__ import annotations

import codecs
import json
import re
from contextlib import suppress

from pactape.http_bodies.content_types import parse_content_type

__all__ = ["charset_of", "decode_text"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),  # the mark stays in the text as a character, so that it is written again
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_TEXTUAL = re.compile(r"text/|json|xml|javascript|ecmascript|graphql|x-www-form-urlencoded|yaml|csv")


def charset_of(body: bytes, content_type: str = "") -> str | None:
    """Return a charset that decodes a body and encodes it to the same bytes again; None if the body is not text.

    In this order: a byte order mark, the content type's charset, an XML declaration (RFC 7303, section 3), the
    charset of JSON (RFC 8259, section 8.1), UTF-8, and ISO-8859-1 for types that are text. Binary data, which has
    NULs, is not text, whatever its type.

    Args:
        body: The bytes, without content coding.
        content_type: The header's value; empty when unknown.

    Example:
        >>> charset_of("Zoë".encode("latin-1"), "text/plain; charset=ISO-8859-1")
        'iso-8859-1'
    """
    for charset in _candidates(body, content_type):
        with suppress(UnicodeError, LookupError, ValueError):
            if body.decode(charset).encode(charset) == body:
                return charset
    return None


def decode_text(body: bytes, content_type: str = "") -> str:
    """Return a body as text; invalid bytes are replaced, and a byte order mark is dropped."""
    charset = charset_of(body, content_type)
    text = body.decode(charset) if charset else body.decode("utf-8", errors="replace")
    return text.removeprefix("\ufeff")


def _candidates(body: bytes, content_type: str) -> list[str]:
    bom_charset = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    charset_parameter = dict(parse_content_type(content_type).parameters).get("charset")
    xml_declaration = _XML.match(body[:200])
    json_encoding = json.detect_encoding(body[:4]) if b"\0" in body[:4] else None
    is_text = b"\0" not in body and _TEXTUAL.search(content_type.lower()) is not None
    last = "latin-1" if is_text else None
    candidates = (
        bom_charset,
        charset_parameter,
        xml_declaration and xml_declaration.group(1).decode("ascii"),
        json_encoding,
        "utf-8",
        last,
    )
    return [candidate.strip("'\" ") for candidate in candidates if candidate]
