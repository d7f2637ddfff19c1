"""The sentence that a broker gives as the reason of an error, whatever form its error has."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["error_sentence"]

_LONGEST = 500
_TAG = re.compile(r"<[^>]*>")
_HIDDEN = re.compile(r"<(script|style|head)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
#: The members of error documents that hold text, the most specific first (RFC 9457, Pact Broker, PactFlow).
_MEMBERS = ("detail", "message", "text", "error_description", "error", "errors", "reason", "notices", "title")


def error_sentence(body: bytes) -> str:
    """Return the reason in the body of an error response: one line of at most 500 characters, "" for none.

    Example:
        >>> error_sentence(b'{"error": {"message": "This token may only read."}}')
        'This token may only read.'
        >>> error_sentence(b'{"errors": {"name": ["is blank"]}}')
        'name: is blank'
    """
    text = body.decode("utf-8", errors="replace")
    try:
        sentences = list(dict.fromkeys(_sentences(json.loads(text))))
    except (ValueError, RecursionError):
        sentences = [_TAG.sub(" ", _HIDDEN.sub(" ", text))]
    line = " ".join("; ".join(sentences).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _sentences(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _sentences(item)
    elif isinstance(value, dict):
        yield from _of_object(value)


def _of_object(value: dict[str, Any]) -> Iterator[str]:
    for name in _MEMBERS:
        sentences = list(_sentences(value[name])) if name in value else []
        if sentences:
            yield from sentences
            return
    for name, child in value.items():  # fields of a form, each with its errors
        if isinstance(child, list):
            yield from (f"{name}: {sentence}" for sentence in _sentences(child))
