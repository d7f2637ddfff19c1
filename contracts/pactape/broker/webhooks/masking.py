"""Masks a webhook's credentials, and restores them when a masked webhook is saved."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any
from urllib.parse import unquote, unquote_plus

import msgspec

from pactape.broker.webhooks.definition import RenderedRequest, RequestSpec, WebhookError, headers_of

__all__ = ["MASK", "mask_outgoing", "mask_request", "mask_text", "restore_request", "secrets_of"]

MASK = "**********"

_NAME = re.compile(
    r"auth(?!ors?(\b|_)|or$)|token|(^|[-_.\W])key|api-?key|secret|passw|pwd|credential|cookie|session|sign|hmac|"
    r"(^|[-_.])(pin|otp|sig|jwt|code)($|[-_.])",
    re.IGNORECASE,
)
_PLACEHOLDERS = re.compile(r"\$\{[^}]*\}")
_HOOK_PATHS = ("services", "webhooks", "webhook", "webhookb2", "hooks", "incomingwebhook")
_LONG, _ENTROPY, _DIGITS = 16, 3.0, 2
_SHORTEST_SECRET, _SHORTEST_ID = 4, 8


def mask_request(request: RequestSpec) -> dict[str, Any]:
    """Return a webhook's request with masked credentials."""
    return {
        "method": request.method.upper(),
        "url": mask_url(request.url),
        "headers": {name: _mask_named(name, value) for name, value in headers_of(request.headers).items()},
        "body": _mask_body(request.body),
        **({"username": request.username} if request.username else {}),
        **({"password": MASK} if request.password else {}),
    }


def mask_outgoing(outgoing: RenderedRequest) -> dict[str, Any]:
    """Return an outgoing request with masked credentials."""
    return mask_request(
        RequestSpec(
            method=outgoing.method,
            url=outgoing.url,
            headers=outgoing.headers,
            body=outgoing.body,
            username=outgoing.username,
            password=outgoing.password,
        )
    )


def mask_text(text: str, secrets: frozenset[str]) -> str:
    """Return a text without these secrets, and without other parts that look like secrets."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _without_known_forms(text)


def secrets_of(outgoing: RenderedRequest) -> frozenset[str]:
    """Return the credentials in a request: everything that masking hides."""
    secrets = {outgoing.password} if outgoing.password else set()
    for name, value in outgoing.headers.items():
        if _mask_named(name, value) != value:
            secrets |= {value, value.partition(" ")[2]}
    secrets |= {part for part, hidden in _url_parts(outgoing.url) if hidden}
    secrets |= set(_hidden_leaves(_decode(outgoing.body)))
    return frozenset(secret for secret in secrets if secret and len(secret) >= _SHORTEST_SECRET)


def restore_request(document: dict[str, Any], stored_spec: RequestSpec | None) -> dict[str, Any]:
    """Return a client's request, with every mask replaced with the stored value.

    Raises:
        WebhookError: A masked value has no stored one.
    """
    stored_request = stored_spec or RequestSpec(method="", url="")
    request = dict(document)
    if document.get("password") == MASK:
        request["password"] = _require_stored(stored_request.password, "password")
    if isinstance(document.get("url"), str) and MASK in document["url"]:
        request["url"] = _restore_url(document["url"], stored_request.url)
    if document.get("headers") is not None and isinstance(document["headers"], (dict, list)):
        request["headers"] = _restore_headers(
            headers_of(document["headers"]), headers_of(stored_request.headers)
        )
    if "body" in document:
        request["body"] = _restore_body(document["body"], stored_request.body)
    return request


def _require_stored(value: Any, place: str) -> Any:
    if value is None:
        raise WebhookError(
            f"{place} is masked ({MASK}), and no value is stored for it: write the value itself"
        )
    return value


# ---------------------------------------------------------------- what is a credential


def _mask_named(name: str, value: str) -> str:
    return MASK if _is_secret(name, value) else value


def _is_secret(name: str, value: str) -> bool:
    remainder = _PLACEHOLDERS.sub("", value).strip()
    if not remainder or remainder == MASK:
        return False
    return bool(_NAME.search(name)) or _is_random(remainder) or _without_known_forms(remainder) != remainder


def _is_random(value: str) -> bool:
    """Return whether a text looks generated: long, without spaces, with mixed letters and digits."""
    if len(value) < _LONG or any(letter.isspace() for letter in value):
        return False
    if sum(letter.isdigit() for letter in value) < _DIGITS or "/" in value or "." in value:
        return False
    counts = Counter(value)
    entropy = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    return entropy >= _ENTROPY and not re.fullmatch(r"[a-z]+([-_ ][a-z]+)*[-_ ]?\d{0,4}", value)


def _without_known_forms(text: str) -> str:
    from pactape.cassettes.scrubbing.replacing.placeholders import ConstantPlaceholders  # noqa: PLC0415 -- keeps the start fast
    from pactape.cassettes.scrubbing.rules import ScrubRules  # noqa: PLC0415 -- as above
    from pactape.cassettes.scrubbing.scrubber import Scrubber  # noqa: PLC0415 -- as above

    return Scrubber(ScrubRules(), ConstantPlaceholders(MASK)).text(text)


# ---------------------------------------------------------------- URLs


def mask_url(url: str) -> str:
    """Return a URL without credentials in its path and query."""
    return "".join(MASK if hidden else part for part, hidden in _url_parts(url))


def _url_parts(url: str) -> list[tuple[str, bool]]:
    """Return the pieces of a URL in order, each with whether it is a credential."""
    address, mark, query = url.partition("?")
    scheme, slashes, rest = address.partition("//")
    host, *segments = rest.split("/")
    parts = [(f"{scheme}{slashes}{host}", False)]
    for index, segment in enumerate(segments):
        after_hook = any(segment.lower() in _HOOK_PATHS for segment in segments[:index])
        parts += [("/", False), (segment, _is_secret_segment(segment, after_hook=after_hook))]
    if mark:
        parts.append(("?", False))
        for index, pair in enumerate(query.split("&")):
            name, equals, value = pair.partition("=")
            parts += [("&", False)] * (index > 0)
            parts += [
                (f"{name}{equals}", False),
                (value, _is_secret(unquote_plus(name), unquote_plus(value))),
            ]
    return [(part, hidden and bool(part)) for part, hidden in parts]


def _is_secret_segment(segment: str, *, after_hook: bool) -> bool:
    plain = unquote(segment)
    if not _PLACEHOLDERS.sub("", plain).strip():
        return False
    looks_like_id = any(letter.isdigit() for letter in plain) and len(plain) >= _SHORTEST_ID
    return _is_secret("", plain) or (after_hook and looks_like_id)


def _restore_url(url: str, stored_url: str) -> str:
    if mask_url(stored_url) == url:
        return stored_url
    stored_values: dict[str, list[str]] = {}
    for place, value, _ in _url_pieces(stored_url):
        stored_values.setdefault(place, []).append(value)
    parts = []
    for place, value, text in _url_pieces(url):
        values = stored_values.get(place) or []
        parts.append(_require_stored(values[0] if values else None, "the URL") if value == MASK else text)
        if values:
            values.pop(0)
    return "".join(parts)


def _url_pieces(url: str) -> list[tuple[str, str, str]]:
    """Return the pieces of a URL with their location: a segment's number, or a parameter's name."""
    pieces, name, segment, in_query = [], "", 0, False
    for part, _ in _url_parts(url):
        if part == "?":
            in_query = True
        if part == "/":
            segment += 1
        if in_query and part.endswith("="):
            name = part
        place = f"query {name}" if in_query else f"segment {segment}"
        is_value = part not in {"/", "?", "&"} and not (in_query and part.endswith("="))
        pieces.append((place if is_value else "", part, part))
    return pieces


# ---------------------------------------------------------------- headers and bodies


def _restore_headers(headers: dict[str, str], stored_headers: dict[str, str]) -> dict[str, str]:
    stored_values = {name.lower(): value for name, value in stored_headers.items()}
    return {
        name: _require_stored(stored_values.get(name.lower()), f"the header {name}")
        if MASK in value
        else value
        for name, value in headers.items()
    }


def _mask_body(body: Any) -> Any:
    if not isinstance(body, str):
        return _mask_value(body, "")
    masked_body = body
    for secret in sorted(set(_hidden_leaves(_decode(body))), key=len, reverse=True):
        masked_body = masked_body.replace(secret, MASK)
    return _without_known_forms(masked_body)


def _decode(body: Any) -> Any:
    """Return the decoded text of a body: JSON, a form's pairs, or the text itself."""
    if not isinstance(body, str):
        return body
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        pairs = [pair.partition("=") for pair in body.split("&")]
        if all(name and equals and name.isprintable() and " " not in name for name, equals, _ in pairs):
            return {unquote_plus(name): value for name, _, value in pairs}
        return body


def _mask_value(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _mask_value(child, str(key)) for key, child in value.items()}
    if isinstance(value, list):
        return [_mask_value(item, name) for item in value]
    if isinstance(value, str):
        return MASK if _is_secret(name, value) else value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and _NAME.search(name):
        return MASK
    return value


def _hidden_leaves(value: Any, name: str = "") -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, child in value.items() for leaf in _hidden_leaves(child, str(key))]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _hidden_leaves(item, name)]
    if isinstance(value, str) and name and _is_secret(name, value):
        return [value]
    return []


def _restore_body(body: Any, stored_body: Any) -> Any:
    if isinstance(body, dict):
        stored_fields = stored_body if isinstance(stored_body, dict) else {}
        return {key: _restore_body(value, stored_fields.get(key)) for key, value in body.items()}
    if isinstance(body, list):
        items = stored_body if isinstance(stored_body, list) else []
        return [
            _restore_body(item, items[index] if index < len(items) else None)
            for index, item in enumerate(body)
        ]
    if not isinstance(body, str) or MASK not in body:
        return body
    if isinstance(stored_body, str) and _mask_body(stored_body) == body:
        return stored_body
    if body == MASK:
        return _require_stored(stored_body, "a field of the body")
    return _restore_text(body, stored_body)


def _restore_text(body: str, stored_body: Any) -> str:
    hidden = sorted(
        _hidden_leaves(_decode(stored_body)), key=lambda hidden_leaf: str(stored_body).find(hidden_leaf)
    )
    if len(hidden) != body.count(MASK):
        raise WebhookError(
            f"the body contains masked values ({MASK}) that aren't stored: write the values themselves"
        )
    for secret in hidden:
        body = body.replace(MASK, secret, 1)
    return body
