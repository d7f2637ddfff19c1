"""Bodies in HAR documents: text, base64, and the chunks of Polly.js."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

from pactape.http_bodies import (
    content_codings,
    content_type,
    decode_body,
    parse_content_type,
    sniffed_coding,
)
from pactape.recorders.recording import SkipEntryError
from pactape.recorders.values import base64_bytes, charset_bytes, hex_bytes, text_bytes

__all__ = ["stored_body"]

#: Encodings that mean "not encoded"; of others, only base64 can be read.
_PLAIN_ENCODINGS = frozenset({"", "utf-8", "utf8", "text", "plain"})
#: What no variant of base64 contains, nor base64 with a part that was masked: the words and signs of a text.
_TEXT = re.compile(r"\S {1,2}\S|[{}\"&;=]\w|\A\s*<")


def stored_body(stored: dict[str, Any], headers: list[tuple[str, str]], *, polly: bool) -> bytes | None:
    """Return the bytes of a body stored as text in a HAR document; None if the recorder saved none.

    Args:
        stored: The member `content` or `postData`.
        headers: The message's headers.
        polly: Whether Polly.js wrote the document.

    Raises:
        SkipEntryError: The body can't be read.
    """
    if not stored.get("text"):
        return None
    kind = content_type(headers) or str(stored.get("mimeType") or "")
    if polly:
        return _polly_body(stored, kind, coded=bool(content_codings(headers)))
    return _decode_text(stored["text"], stored.get("encoding") or stored.get("_encoding"), kind)


def _decode_text(text: Any, encoding: Any, kind: str) -> bytes:
    name = str(encoding or "").lower()
    if name == "base64":
        return _base64_or_text(text, kind)
    if name not in _PLAIN_ENCODINGS:
        raise SkipEntryError(f"has a body in the encoding {encoding!r}, which can't be read")
    return charset_bytes(text, kind)


def _polly_body(content: dict[str, Any], kind: str, *, coded: bool) -> bytes:
    """Decode a body of Polly.js: base64 if declared, hex up to version 4; one text or a JSON list of texts."""
    text, chunks = str(content["text"]), None
    with suppress(ValueError):
        chunks = json.loads(text) if text.startswith('["') else None
    if content.get("encoding") == "base64":
        return _base64_or_text(text, kind, chunks)
    if content.get("_isBinary"):
        return hex_bytes(chunks or text)
    if chunks and coded:
        with suppress(SkipEntryError):
            return hex_bytes(chunks)
    return text_bytes(content["text"])


def _base64_or_text(text: Any, kind: str, chunks: list[Any] | None = None) -> bytes:
    """Decode base64, unless it is only the label: tests that edit recordings decode bodies and keep the label.

    Raises:
        SkipEntryError: It is damaged base64.
    """
    failure, data = None, b""
    try:
        data = b"".join(base64_bytes(chunk) for chunk in (chunks or [text]))
    except SkipEntryError as error:
        failure = error
    if parse_content_type(kind).is_json:
        is_label = not (failure is None and _is_json(_decoded(data))) and _is_json(text_bytes(text))
    else:
        is_label = failure is not None and isinstance(text, str) and bool(_TEXT.search(text))
    if is_label:
        return charset_bytes(text, kind)
    if failure is not None:
        raise failure
    return data


def _decoded(data: bytes) -> bytes:
    """Return data without a content coding that its bytes show."""
    coding = sniffed_coding(data)
    with suppress(ValueError):
        return decode_body(data, coding) if coding else data
    return data


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
