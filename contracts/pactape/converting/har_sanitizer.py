"""Sanitizes HAR documents: everything except secrets stays as the browser wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.converting.bodies import as_base64
from pactape.http_bodies import actual_codings, content_type, decode_body
from pactape.recorders.formats.har import is_polly
from pactape.recorders.formats.har_bodies import stored_body
from pactape.recorders.recording import SkipEntryError

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.scrubber import Scrubber

__all__ = ["sanitize_har"]

_Headers = list[tuple[str, str]]
_BODIES = ("postData", "content")
_URLS = ("url", "redirectURL")
#: Members of a message and of a log that have their own ways of being sanitized.
_OF_MESSAGES = frozenset({"headers", "cookies", "queryString", "method", "httpVersion", *_URLS, *_BODIES})
_OF_LOGS = frozenset({"entries", "pages", "version", "creator", "browser"})


def sanitize_har(document: Any, scrubber: Scrubber) -> Any:
    """Return a HAR document without secrets: URLs, headers, cookies, parameters, bodies, and tools' own members.

    A body that can't be read, and therefore can't be searched, is removed.

    Args:
        document: The decoded document; it is not changed.
        scrubber: Replaces secrets.
    """
    count = scrubber.secret_count
    clean = _document(document, scrubber)
    if scrubber.secret_count > count:  # earlier parts may contain secrets that were found later
        clean = _document(document, scrubber)
    return clean


def _document(document: Any, scrubber: Scrubber) -> Any:
    log = document["log"]
    polly = is_polly(log)
    entries = [
        _entry(entry, scrubber, polly=polly) if isinstance(entry, dict) else entry for entry in log["entries"]
    ]
    pages = [_page(page, scrubber) for page in log.get("pages") or ()]
    clean = {**_others(log, _OF_LOGS, scrubber), "entries": entries}
    return {**document, "log": {**clean, **({"pages": pages} if "pages" in log else {})}}


def _others(members: dict[str, Any], known: frozenset[str], scrubber: Scrubber) -> dict[str, Any]:
    """All members in order, with secrets removed from unknown ones: comments, and members that tools add."""
    return {
        name: value if name in known else scrubber.value(value, name=name) for name, value in members.items()
    }


def _page(page: Any, scrubber: Scrubber) -> Any:
    if not isinstance(page, dict):
        return page
    return _others(page, frozenset({"startedDateTime", "id", "pageTimings"}), scrubber)


def _entry(entry: dict[str, Any], scrubber: Scrubber, *, polly: bool) -> dict[str, Any]:
    sides = {
        side: _message(entry[side], scrubber, polly=polly)
        for side in ("request", "response")
        if isinstance(entry.get(side), dict)
    }
    return {**_others(entry, frozenset(sides), scrubber), **sides}


def _message(message: dict[str, Any], scrubber: Scrubber, *, polly: bool) -> dict[str, Any]:
    pairs = [(str(item.get("name", "")), str(item.get("value", ""))) for item in _items(message, "headers")]
    clean = {
        **_others(message, _OF_MESSAGES, scrubber),
        "headers": [_header(item, scrubber) for item in _items(message, "headers")],
        "cookies": [_cookie(item, scrubber) for item in _items(message, "cookies")],
    }
    for name in _URLS:
        if message.get(name):
            clean[name] = scrubber.url(str(message[name]))
    if "queryString" in message:
        clean["queryString"] = [_named(item, scrubber) for item in _items(message, "queryString")]
    for name in _BODIES:
        if isinstance(message.get(name), dict):
            clean[name], is_decoded = _body(message[name], pairs, scrubber, polly=polly)
            if is_decoded:
                clean["headers"] = [header for header in clean["headers"] if not _is_coding(header)]
    return clean


def _is_coding(header: dict[str, Any]) -> bool:
    return str(header.get("name", "")).lower() == "content-encoding"


def _items(message: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [item for item in message.get(name) or () if isinstance(item, dict)]


def _header(header: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    name, value = str(header.get("name", "")), header.get("value", "")
    if name == ":path":
        return {**header, "value": scrubber.url(str(value))}
    if isinstance(value, list):
        return {**header, "value": [scrubber.header(name, str(item)) for item in value]}
    lines = [scrubber.header(name, part) for part in str(value).split("\n")]
    return {**header, "value": "\n".join(lines)}


def _cookie(cookie: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    """Return a cookie with the placeholder that its value has in the headers."""
    name, value = str(cookie.get("name", "")), str(cookie.get("value", ""))
    clean = scrubber.header("Cookie", f"{name}={value}").removeprefix(f"{name}=")
    return {**cookie, "value": "scrubbed" if value and clean == value else clean}


def _named(named_value: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    return {
        **named_value,
        "value": scrubber.value(named_value.get("value", ""), name=str(named_value.get("name", ""))),
    }


def _body(
    body: dict[str, Any], headers: _Headers, scrubber: Scrubber, *, polly: bool
) -> tuple[dict[str, Any], bool]:
    """The body without secrets, and whether its content coding was removed."""
    clean = _others(body, frozenset({"text", "params", "mimeType", "encoding", "_file", "_sha1"}), scrubber)
    if isinstance(body.get("params"), list):
        clean["params"] = [_named(item, scrubber) for item in _items(body, "params")]
    if not body.get("text"):
        return clean, False
    kind = content_type(headers) or str(body.get("mimeType") or "")
    typed = headers if content_type(headers) else [*headers, ("Content-Type", kind)]
    try:
        stored = stored_body(body, headers, polly=polly) or b""
        plain = decode_body(stored, actual_codings(typed, stored))
    except (SkipEntryError, ValueError):
        return {
            **clean,
            "text": "",
            "comment": "removed, because it can't be read and therefore can't be scrubbed",
        }, False
    if stored == plain and not any(body.get(name) for name in ("encoding", "_encoding", "_isBinary")):
        return {**clean, "text": _clean_text(str(body["text"]), kind, scrubber)}, False
    data = scrubber.body(plain, kind)
    return (clean, False) if data == plain else (_in_base64(clean, data), stored != plain)


def _clean_text(text: str, kind: str, scrubber: Scrubber) -> str:
    charset_free = kind.partition(";")[0] if "multipart" not in kind else kind  # the text was decoded already
    data = scrubber.body(text.encode("utf-8", "surrogatepass"), charset_free)
    return data.decode("utf-8", "surrogatepass")


def _in_base64(body: dict[str, Any], data: bytes) -> dict[str, Any]:
    key = "_encoding" if "_encoding" in body else "encoding"
    others = {name: value for name, value in body.items() if name != "_isBinary"}
    return {**others, "text": as_base64(data), key: "base64"}
