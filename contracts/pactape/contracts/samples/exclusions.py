"""Exclusions: recordings that are left out of contracts, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from pactape.http_bodies import any_json_body, form_fields, header, is_json, json_body, media_type
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange, Request, Response

__all__ = ["EXCLUDED_BY_TEST", "Exclusion", "exclusion_reason", "undescribable_reason"]

EXCLUDED_BY_TEST = "its test excludes it from contracts"
_GRANT_TYPES = frozenset({"grant_type", "grantType"})
_UNAUTHORIZED = 401
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Statuses of conditional requests: Not Modified, Precondition Failed, Precondition Required.
_CONDITIONAL = frozenset({304, 412, 428})
_LOWEST_STATUS, _FIRST_FINAL_STATUS, _HIGHEST_STATUS = 100, 200, 599
#: The greatest nesting depth of JSON in a readable contract.
_DEEPEST = 100


class Exclusion(msgspec.Struct, frozen=True, order=True):
    """An exchange or a message that is left out of contracts, and why.

    Args:
        cassette: The recording's name in the project, with the entry's place if the entry is not an exchange.
        index: Its position in the recording, from 0; -1 if the entry is not an exchange.
        reason: Why it is left out.
        count: How many recordings it stands for, if only the first of several is known.
        request: Its method and path below the provider's URL, if it is an exchange with a provider: "GET /users/7".
    """

    cassette: str
    index: int
    reason: str
    count: int = 1
    request: str = ""

    @property
    def reference(self) -> str:
        """Its recording and position, for reports."""
        return self.cassette if self.index < 0 else f"{self.cassette}#{self.index}"


def exclusion_reason(exchange: Exchange) -> str | None:
    """Return why an exchange is left out of contracts; None if it takes part.

    Recordings contain no credentials, so token requests, and responses about missing or expired credentials, can't
    be repeated. Redirects can't be verified: Pact's engine follows them, even to another host, and checks the final
    response. Nor can a response to a condition (RFC 9110, section 13) be verified, because it depends on a version
    of the resource that only the recorded provider had.
    """
    if exchange.provenance is not None and not exchange.provenance.contract:
        return EXCLUDED_BY_TEST
    if _is_token_request(exchange.request):
        return "a token request: credentials are not recorded"
    return _unrepeatable_reason(exchange.response) or undescribable_reason(exchange)


def undescribable_reason(exchange: Exchange) -> str | None:
    """Return why an exchange can't be described, not even in an OpenAPI document; None if it can."""
    return (
        _incomplete_reason(exchange)
        or _status_reason(exchange.response.status)
        or _address_reason(exchange.request)
        or _unreadable_reason("request", exchange.request)
        or _unreadable_reason("response", exchange.response)
    )


def _is_token_request(request: Request) -> bool:
    """Return whether a request asks for a token (RFC 6749, section 4); many servers take JSON instead of a form."""
    if b"grant" not in request.body:
        return False
    value = any_json_body(request)
    names = value if isinstance(value, dict) else form_fields(request)
    return not _GRANT_TYPES.isdisjoint(names)


def _unrepeatable_reason(response: Response) -> str | None:
    """Return why a verifier can't get a response again; None if it can."""
    if response.status == _UNAUTHORIZED:
        return "a response about credentials, which are not recorded"
    if response.status in _REDIRECTS and header(response.headers, "location"):
        return "a redirect, which the official verifier follows"
    if response.status in _CONDITIONAL:
        return f"a {response.status}: it depends on a version of the resource that only the recording had"
    return None


def _status_reason(status: int) -> str | None:
    if _LOWEST_STATUS <= status < _FIRST_FINAL_STATUS:
        return f"the status {status} is that of an interim response, not of a final one"
    if not _LOWEST_STATUS <= status <= _HIGHEST_STATUS:
        return f"the status {status} is not an HTTP status"
    return None


def _address_reason(request: Request) -> str | None:
    """Return why a contract can't state the request's URL; None if it can."""
    if request.method.upper() == "CONNECT":
        return "it is a tunnel (CONNECT), not a request to an API"
    parts = url_parts(request.url)
    try:
        if "%" in parts.query:
            unquote(parts.query.replace("+", " "), errors="strict")
    except UnicodeDecodeError:
        return "its query is not UTF-8, and a contract can't contain such bytes"
    if parts.path.startswith("//"):
        return "its path begins with two slashes, which the official verifier would request differently"
    if not {".", ".."}.isdisjoint(parts.path.lower().replace("%2e", ".").split("/")):
        return "its path has a dot segment, which the official verifier would resolve"
    return None


def _incomplete_reason(exchange: Exchange) -> str | None:
    """Return what a recording lacks that a contract needs; None if it is complete."""
    lost = [part for part in exchange.unrecorded if part.endswith("body")]
    if lost:
        return f"its recorder didn't save the {lost[0]}"
    if "://" in exchange.request.url:
        return None
    return "its URL has a placeholder for the host: set base_url in [tool.pactape] recordings"


def _unreadable_reason(side: str, message: Request | Response) -> str | None:
    """Return why a JSON body can't be read; None if it can, or if it isn't declared as JSON."""
    if not is_json(media_type(message)):
        return None
    try:
        value = json_body(message)
    except ValueError:
        return f"the {side}'s body is not JSON, although its content type is"
    if b"\\u" in message.body and not _is_text(value):
        return f"the {side}'s body has an unpaired surrogate"
    may_be_deep = message.body.count(b"[") + message.body.count(b"{") > _DEEPEST
    if may_be_deep and _depth(value) > _DEEPEST:
        return f"the {side}'s body is nested more than {_DEEPEST} levels deep"
    return None


def _is_text(value: Any) -> bool:
    """Return whether all texts of a JSON value can be written as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _depth(value: Any) -> int:
    """Return the nesting depth of a JSON value."""
    depth, level = 0, [value]
    while level := [child for one in level for child in _children(one)]:
        depth += 1
    return depth


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
