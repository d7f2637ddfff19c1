"""What an answer says in words, in whatever form its server writes them."""

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
_LONGEST = 300  # characters of the server's words in a message
_MOST = 8192  # bytes that are searched for words
_WORDS = ("detail", "message", "error_description", "title", "error", "reason", "msg", "description")
_FORM = re.compile(r"[\w.-]+=[^\s<>{}\"]*")
_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>|<h1[^<>]*>([^<]*)</h1>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def media_type(response: requests.Response) -> str:
    """Return an answer's media type in lower case; "" without one."""
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_json(response: requests.Response) -> bool:
    """Return whether an answer is JSON by its media type, or states none."""
    kind = media_type(response)
    return not kind or kind.endswith(("/json", "+json"))


def charset_of(response: requests.Response) -> str | None:
    """Return the charset that an answer states, in lower case."""
    for parameter in response.headers.get("Content-Type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower() or None
    return None


def text_of(response: requests.Response, body: bytes) -> str:
    """Return a body as text, by the charset that the answer states."""
    try:
        return body.decode(charset_of(response) or "utf-8-sig", "replace")
    except (LookupError, ValueError):  # no such charset, or one that can't replace what it doesn't know
        return body.decode("utf-8", "replace")


def printable(text: str) -> str:
    """Return a text in one line, cut to what a message can hold."""
    return "".join(each if each.isprintable() else " " for each in text)[:_LONGEST]


def form_in(body: bytes) -> dict[str, str]:
    """Return the fields of a URL-encoded form; none if it isn't one.

    Example:
        >>> form_in(b"error=invalid_grant&error_description=too+old")
        {'error': 'invalid_grant', 'error_description': 'too old'}
    """
    text = body.decode("utf-8", "replace").strip()
    return dict(parse_qsl(text)) if _FORM.fullmatch(text) else {}


def error_reason(response: requests.Response) -> str:
    """Return the reason that an answer states, as JSON, a form, text, or the title of a page; "" without one.

    Of a success only the members of a JSON object that are made for words: the rest may be anything.
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
    if depth > 3:  # noqa: PLR2004 -- deeper than any API states a reason
        return []
    if isinstance(value, list):
        return [text for each in value[:5] for text in _texts_in(each, depth=depth + 1)]
    if not isinstance(value, dict):
        return []
    own = next((text for name in _WORDS if (text := _texts_in(value.get(name), depth=depth + 1))), [])
    return _with_field(value, own) + _field_errors(value, depth)


def _with_field(value: dict[str, Any], own: list[str]) -> list[str]:
    """Return what is wrong with a field, as GitHub and FastAPI state it, with the field's name."""
    field = value.get("field", value.get("loc", value.get("path")))
    name = ".".join(map(str, field)) if isinstance(field, list) else field
    if not isinstance(name, str) or not name:
        return own
    what = own or [str(value["code"])] if own or "code" in value else []
    return [f"{name}: {', '.join(what)}"] if what else [name]


def _field_errors(value: dict[str, Any], depth: int) -> list[str]:
    errors = value.get("errors")
    if isinstance(errors, dict):  # a field's name, and what is wrong with it
        return [
            f"{name}: {', '.join(_texts_in(each, depth=depth + 1))}"
            for name, each in list(errors.items())[:5]
        ]
    return _texts_in(errors, depth=depth + 1) if isinstance(errors, list) else []
