"""Scrubbing: secrets are replaced before anything is written, and in live requests before they are matched.

A placeholder depends on nothing but the kind of secret, so that a live request with a fresh token and the
recorded request with an old one become the same text, and a token is the same in the response that brings
it and in the requests that use it.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from pactape.cassettes.secrets import PATTERNS, is_card_number, is_placeholder, is_secret, is_secret_name

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "PLACEHOLDER",
    "found_while_scrubbing",
    "scrub_body",
    "scrub_header",
    "scrub_text",
    "scrub_url",
    "scrub_value",
]

_SCHEMES = frozenset(
    {"basic", "bearer", "digest", "negotiate", "token", "dpop", "aws4-hmac-sha256", "apikey"}
)
_URL_HEADERS = frozenset({"location", "content-location", "link", "referer", "refresh"})

_JSON_FIELD = re.compile(r'"((?:[^"\\]|\\.){1,64})"(\s*:\s*)"((?:[^"\\]|\\.)*)"')
_JSON_NUMBER = re.compile(r'"((?:[^"\\]|\\.){1,64})"(\s*:\s*)(\d+)(?=\s*[,}\]])')
_NESTED_FIELD = re.compile(r'\\"([^"\\]{1,64})\\"(\s*:\s*)\\"([^"\\]*)\\"')
_XML_FIELD = re.compile(r"<(?:\w+:)?([\w.-]{1,64})>([^<>]+)</")
_MULTIPART_FIELD = re.compile(r'(;\s*name="([^"]{1,64})"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n)([^\r\n]*)')
_COOKIE_PAIR = re.compile(r"([^=;,\s]+)=([^;]*)")
_AUTHORIZATION = re.compile(r"(^|[?&])(grant_type|state|redirect_uri|code_verifier)=")
_PARAMETER = re.compile(r"([^&=?#\s\"'<>;]{1,64})=([^&#\s\"'<>;]*)")
_CARD = re.compile(r"(?<![\d.-])\d{4}([ -]?)\d{4,6}\1\d{4,5}(?:\1\d{4})?(?![\d.-])")
_CARD_NAME = re.compile(r"card|^pan$|^cc|number|account", re.IGNORECASE)

_SHORTEST_SESSION = 8
#: What stands in the place of a secret.
PLACEHOLDER = "scrubbed"

_findings: ContextVar[list[str] | None] = ContextVar("pactape_findings", default=None)


@contextmanager
def found_while_scrubbing() -> Iterator[list[str]]:
    """Collect the kinds of the secrets that are scrubbed inside the context, never their values."""
    found: list[str] = []
    token = _findings.set(found)
    try:
        yield found
    finally:
        _findings.reset(token)


def scrub_header(name: str, value: str) -> str:
    """A header's value without its secret: the scheme of credentials and the names of cookies stay.

    Example:
        >>> scrub_header("Authorization", "Bearer abc")
        'Bearer scrubbed'
    """
    lower = name.lower()
    if lower in {"cookie", "set-cookie"}:
        return _scrub_cookie(value, every_pair=lower == "cookie")
    if lower in _URL_HEADERS:
        return scrub_text(_scrub_parameters(value))
    if not is_secret(name, value):
        return scrub_text(value)
    scheme, separator, secret = value.partition(" ")
    if separator and scheme.lower() in _SCHEMES:
        return f"{scheme} {_placeholder(secret, 'credentials')}"
    return _placeholder(value, "secret header")


def scrub_url(url: str) -> str:
    """A URL without credentials, in its query or before its host.

    Example:
        >>> scrub_url("https://ada:pw@api.example.com/a?sig=abc&page=2")
        'https://scrubbed:scrubbed@api.example.com/a?sig=scrubbed&page=2'
    """
    if "?" not in url and "@" not in url and "#" not in url:
        return scrub_text(url)
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if user and user != "scrubbed:scrubbed":
        _note("password in a URL")
    netloc = f"scrubbed:scrubbed@{host}" if at else host
    return urlunsplit(
        (
            parts.scheme,
            netloc,
            scrub_text(parts.path),
            _scrub_parameters(parts.query),
            _scrub_parameters(parts.fragment),
        )
    )


def scrub_body(body: bytes, content_type: str) -> bytes:
    """A body without secrets: fields by their names, and what is a secret under any name.

    Understands forms, multipart forms, JSON (also inside a JSON string) and XML. Bytes that hold no secret stay
    as they are, to the last space; a body that isn't UTF-8 text stays whole.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    first = text.lstrip()[:1]
    if "x-www-form-urlencoded" in content_type:
        text = _scrub_parameters(text)
    elif "multipart/" in content_type:
        text = _MULTIPART_FIELD.sub(_multipart_field, text)
    elif first in {"{", "["}:
        text = _JSON_NUMBER.sub(_json_number, _JSON_FIELD.sub(_json_field, text))
        text = _NESTED_FIELD.sub(_nested_field, text)
    elif first == "<":
        text = _XML_FIELD.sub(_xml_field, text)
    return scrub_text(text).encode("utf-8")


def scrub_text(text: str) -> str:
    """A text without what is a secret wherever it stands: tokens of a known form, keys, card numbers."""
    for pattern in PATTERNS:
        text, count = pattern.form.subn(pattern.replacement, text)
        for _ in range(count):
            _note(pattern.kind)
    return _CARD.sub(_grouped_card, text)


def scrub_value(value: Any, *, name: str = "") -> Any:
    """A JSON value without secrets: whatever stands below a secret name, and what is a secret by its form.

    Args:
        value: A JSON value.
        name: The name in front of it; empty when it has none.

    Example:
        >>> scrub_value({"user": {"name": "Ada", "password": ["a", "b"], "pin": -7}})
        {'user': {'name': 'Ada', 'password': ['scrubbed', 'scrubbed'], 'pin': 0}}
    """
    if isinstance(value, dict):
        return {key: scrub_value(each, name=_inherited(name, str(key))) for key, each in value.items()}
    if isinstance(value, list):
        return [scrub_value(each, name=name) for each in value]
    if isinstance(value, str):
        return _placeholder(value, "secret field") if is_secret(name, value) else scrub_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value and is_secret_name(name):
        _note("secret field")
        return 0
    return value


def _inherited(above: str, name: str) -> str:
    """A secret name counts for everything below it."""
    return above if is_secret_name(above) else name


def _placeholder(value: str, kind: str) -> str:
    if not is_placeholder(value):
        _note(kind)
    return "scrubbed"


def _note(kind: str) -> None:
    found = _findings.get()
    if found is not None:
        found.append(kind)


def _json_field(match: re.Match[str]) -> str:
    name, colon, value = match.groups()
    if is_secret(name, value):
        return f'"{name}"{colon}"{_placeholder(value, "secret field")}"'
    if _CARD_NAME.search(name) and is_card_number(value):
        return f'"{name}"{colon}"{_no_card(value)}"'
    return match.group()


def _json_number(match: re.Match[str]) -> str:
    name, colon, value = match.groups()
    if is_secret_name(name) and value.strip("0"):
        _note("secret field")
        return f'"{name}"{colon}0'
    if _CARD_NAME.search(name) and is_card_number(value):
        return f'"{name}"{colon}{_no_card(value)}'
    return match.group()


def _nested_field(match: re.Match[str]) -> str:
    name, colon, value = match.groups()
    if not is_secret(name, value):
        return match.group()
    return f'\\"{name}\\"{colon}\\"{_placeholder(value, "secret field")}\\"'


def _xml_field(match: re.Match[str]) -> str:
    name, value = match.groups()
    if not is_secret(name, value.strip()):
        return match.group()
    return match.group().replace(f">{value}<", f">{_placeholder(value, 'secret field')}<")


def _multipart_field(match: re.Match[str]) -> str:
    head, name, value = match.groups()
    return f"{head}{_placeholder(value, 'secret field')}" if is_secret(name, value) else match.group()


def _scrub_parameters(text: str) -> str:
    return _PARAMETER.sub(_code_parameter if _AUTHORIZATION.search(text) else _parameter, text)


def _code_parameter(match: re.Match[str]) -> str:
    """A parameter of an authorization request or response, whose `code` is one (RFC 6749, section 4.1)."""
    if match.group(1) == "code":
        return f"code={_placeholder(match.group(2), 'secret parameter')}"
    return _parameter(match)


def _parameter(match: re.Match[str]) -> str:
    name, value = match.groups()
    plain_name, plain = unquote_plus(name), unquote_plus(value)
    if is_secret(plain_name, plain):
        return f"{name}={_placeholder(plain, 'secret parameter')}"
    if _CARD_NAME.search(plain_name) and is_card_number(plain):
        return f"{name}={_no_card(plain)}"
    scrubbed = scrub_text(plain)
    return match.group() if scrubbed == plain else f"{name}={quote(scrubbed, safe='')}"


def _scrub_cookie(value: str, *, every_pair: bool) -> str:
    return _COOKIE_PAIR.sub(_cookie_pair, value, count=0 if every_pair else 1)


def _cookie_pair(match: re.Match[str]) -> str:
    """Every cookie may be a session, so every one goes; a short one (a language) is nothing to report."""
    name, value = match.groups()
    if len(value) < _SHORTEST_SESSION:
        return f"{name}=scrubbed" if value else match.group()
    return f"{name}={_placeholder(value, 'cookie')}"


def _grouped_card(match: re.Match[str]) -> str:
    """A card number that is written in groups; digits in one run are an identifier until a name says more."""
    return _no_card(match.group()) if match.group(1) and is_card_number(match.group()) else match.group()


def _no_card(number: str) -> str:
    """A number of the same form that no card has, and that JSON can hold."""
    _note("card number")
    return "4" + re.sub(r"\d", "0", number[1:])
