"""Sanitizes HAR documents in place: everything but the secrets stays as the browser wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.converting.bodies import as_base64
from pactape.http_bodies import content_type
from pactape.recorders.values import base64_bytes

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.scrubber import Scrubber

__all__ = ["sanitize_har"]


def sanitize_har(document: Any, scrubber: Scrubber) -> Any:
    """Return a HAR document without secrets: URLs, headers, cookies, parameters, and bodies of both sides.

    Args:
        document: The decoded document; it is not changed.
        scrubber: Replaces secrets.
    """
    log = document["log"]
    entries = [_entry(each, scrubber) if isinstance(each, dict) else each for each in log["entries"]]
    pages = [_page(each, scrubber) for each in log.get("pages") or ()]
    return {**document, "log": {**log, "entries": entries, **({"pages": pages} if "pages" in log else {})}}


def _page(page: Any, scrubber: Scrubber) -> Any:
    if not isinstance(page, dict) or not isinstance(page.get("title"), str):
        return page
    title = page["title"]
    return {**page, "title": scrubber.url(title) if "://" in title else scrubber.text(title)}


def _entry(entry: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    sides = {
        side: _message(entry[side], scrubber)
        for side in ("request", "response")
        if isinstance(entry.get(side), dict)
    }
    return {**entry, **sides}


def _message(message: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    pairs = [(str(each.get("name", "")), str(each.get("value", ""))) for each in _items(message, "headers")]
    kind = content_type(pairs)
    clean = {
        **message,
        "headers": [_header(each, scrubber) for each in _items(message, "headers")],
        "cookies": [{**each, "value": "scrubbed"} for each in _items(message, "cookies")],
    }
    for name in ("url", "redirectURL"):
        if message.get(name):
            clean[name] = scrubber.url(str(message[name]))
    if "queryString" in message:
        clean["queryString"] = [_named(each, scrubber) for each in _items(message, "queryString")]
    for name in ("postData", "content"):
        if isinstance(message.get(name), dict):
            clean[name] = _body(message[name], kind, scrubber)
    return clean


def _items(message: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [each for each in message.get(name) or () if isinstance(each, dict)]


def _header(header: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    name, value = str(header.get("name", "")), header.get("value", "")
    if name == ":path":
        return {**header, "value": scrubber.url(str(value))}
    if isinstance(value, list):
        return {**header, "value": [scrubber.header(name, str(each)) for each in value]}
    return {**header, "value": scrubber.header(name, str(value))}


def _named(each: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    return {**each, "value": scrubber.value(each.get("value", ""), name=str(each.get("name", "")))}


def _body(body: dict[str, Any], kind: str, scrubber: Scrubber) -> dict[str, Any]:
    clean = dict(body)
    if isinstance(body.get("params"), list):
        clean["params"] = [_named(each, scrubber) for each in _items(body, "params")]
    text = body.get("text")
    if isinstance(text, str) and text:
        kind = kind or str(body.get("mimeType") or "")
        clean["text"] = _text(text, kind, scrubber, encoded=body.get("encoding") == "base64")
    return clean


def _text(text: str, kind: str, scrubber: Scrubber, *, encoded: bool) -> str:
    if encoded:
        return as_base64(scrubber.body(base64_bytes(text), kind))
    charset_free = kind.partition(";")[0]  # the text was decoded already
    return scrubber.body(text.encode("utf-8", "surrogatepass"), charset_free).decode("utf-8", "surrogatepass")
