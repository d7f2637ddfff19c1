"""Finds the error text in a response, in any of the forms that servers use."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import msgspec

if TYPE_CHECKING:
    import requests

__all__ = ["charset_of", "error_reason", "form_in", "is_json", "media_type", "printable", "text_of"]

_FIRST_ERROR = 400
_LONGEST = 300  # the most characters of the server's text in a message
_MOST = 8192  # how many bytes are searched for text
_WORDS = ("detail", "message", "error_description", "title", "error", "reason", "msg", "description")
_FORM = re.compile(r"[\w.-]+=[^\s<>{}\"]*")
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>|<h1[^<>]*>([^<]*)</h1>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def media_type(response: requests.Response) -> str:
    """Return a response's media type in lower case; "" without one."""
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_json(response: requests.Response) -> bool:
    """Return whether a response's media type is JSON, or missing."""
    kind = media_type(response)
    return not kind or kind.endswith(("/json", "+json"))


def charset_of(response: requests.Response) -> str | None:
    """Return the charset that a response declares, in lower case."""
    for parameter in response.headers.get("Content-Type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None


def text_of(response: requests.Response, body: bytes) -> str:
    """Return a body as text, in the charset that the response declares."""
    try:
        return body.decode(charset_of(response) or "utf-8-sig", "replace")
    except (LookupError, ValueError):  # an unknown charset, or one that can't replace invalid bytes
        return body.decode("utf-8", "replace")


def printable(text: str) -> str:
    """Return a text in one line, cut to the length allowed in a message."""
    return "".join(character if character.isprintable() else " " for character in text)[:_LONGEST]


def form_in(body: bytes) -> dict[str, str]:
    """Return the fields of a URL-encoded form; none if it isn't one.

    Example:
        >>> form_in(b"error=invalid_grant&error_description=too+old")
        {'error': 'invalid_grant', 'error_description': 'too old'}
    """
    text = body.decode("utf-8", "replace").strip()
    return dict(parse_qsl(text)) if _FORM.fullmatch(text) else {}


def error_reason(response: requests.Response) -> str:
    """Return the reason in a response: from JSON, a form, text, or the title of a page; "" without one.

    In a successful response, only members of a JSON object that are meant for messages count.
    """
    body, is_error = response.content, response.status_code >= _FIRST_ERROR
    if not body:
        return ""
    try:
        document = msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return printable(_words_in_text(response, body[:_MOST])) if is_error else ""
    if not is_error and not isinstance(document, dict):
        return ""
    return printable("; ".join(dict.fromkeys(_texts_in(document, depth=0))))


def _words_in_text(response: requests.Response, body: bytes) -> str:
    kind = media_type(response)
    fields = form_in(body)
    if words := next((fields[name] for name in _WORDS if fields.get(name)), ""):
        return words
    text = text_of(response, body)
    if kind.endswith("html"):
        title = _TITLE.search(text)
        text = "" if title is None else title[1] or title[2] or ""
    elif kind.endswith(("/xml", "+xml")):
        pass
    elif kind != "text/plain":
        return ""
    return " ".join(html.unescape(_TAG.sub(" ", text) if kind != "text/plain" else text).split())


def _texts_in(value: Any, *, depth: int) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    if depth > 3:  # noqa: PLR2004 -- deeper than the reason in any API
        return []
    if isinstance(value, list):
        return [text for item in value[:5] for text in _texts_in(item, depth=depth + 1)]
    if not isinstance(value, dict):
        return []
    own = next((text for name in _WORDS if (text := _texts_in(value.get(name), depth=depth + 1))), [])
    return _with_field(value, own) + _field_errors(value, depth)


def _with_field(value: dict[str, Any], own: list[str]) -> list[str]:
    """Return the error of a field with the field's name, as GitHub and FastAPI state it."""
    field = value.get("field", value.get("loc", value.get("path")))
    name = ".".join(map(str, field)) if isinstance(field, list) else field
    if not isinstance(name, str) or not name:
        return own
    what = own or [str(value["code"])] if own or "code" in value else []
    return [f"{name}: {', '.join(what)}"] if what else [name]


def _field_errors(value: dict[str, Any], depth: int) -> list[str]:
    errors = value.get("errors")
    if isinstance(errors, dict):  # a field's name and its errors
        return [
            f"{name}: {', '.join(_texts_in(value, depth=depth + 1))}"
            for name, value in list(errors.items())[:5]
        ]
    return _texts_in(errors, depth=depth + 1) if isinstance(errors, list) else []
