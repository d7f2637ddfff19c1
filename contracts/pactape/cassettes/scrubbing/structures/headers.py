"""Headers: cookies (RFC 6265), credentials and challenges (RFC 9110, section 11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.visitor import Place

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = [
    "CHALLENGE_HEADERS",
    "COOKIE_HEADERS",
    "CREDENTIAL_HEADERS",
    "scrub_challenge",
    "scrub_cookies",
    "scrub_credentials",
    "scrub_set_cookie",
]

#: Headers that hold "scheme credentials".
CREDENTIAL_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "x-authorization", "x-forwarded-authorization"}
)
COOKIE_HEADERS = frozenset({"cookie", "cookie2", "set-cookie", "set-cookie2"})
#: Headers that hold "scheme name=value, …".
CHALLENGE_HEADERS = frozenset({"www-authenticate", "proxy-authenticate", "authentication-info", "x-wsse"})
_VALUE, _PATH = "authorization_value", "Authorization"
_SCHEME = re.compile(r"([A-Za-z][\w-]{1,40}+)([ \t]+)(\S.*)", re.DOTALL)
_COOKIE_PAIR = re.compile(r"([^=;,\s]{1,256}+)=([^;]*+)")
_FOLDED = re.compile(r",\s{0,8}(?=[^;,=\s]{1,256}+=)")
_CHALLENGE = re.compile(r'([\w-]{1,64}+)=(?:"([^"]*+)"|([^\s,"]++))')


def scrub_credentials(value: str, visit: Visitor) -> str:
    """Return credentials with their scheme, but without their secret.

    A scheme's name is a word before the credentials; a value of one word is the secret itself.
    """
    found = _SCHEME.fullmatch(value.strip())
    if found is None:
        return visit.field(_VALUE, value, Place.PARAMETER, _PATH)
    scheme, space, secret = found.groups()
    return f"{scheme}{space}{visit.field(_VALUE, secret, Place.PARAMETER, _PATH)}"


def scrub_cookies(value: str, visit: Visitor) -> str:
    """Return a Cookie header whose cookies have lost their values: each may be a session."""
    return _COOKIE_PAIR.sub(lambda match: _cookie(match, visit), value)


def scrub_set_cookie(value: str, visit: Visitor) -> str:
    """Return a Set-Cookie header whose cookies have lost their values; their attributes stay."""
    return ", ".join(
        _COOKIE_PAIR.sub(lambda match: _cookie(match, visit), each, count=1) for each in _FOLDED.split(value)
    )


def scrub_challenge(value: str, visit: Visitor) -> str:
    """Return a challenge whose parameters have lost their secrets; realm and scheme stay."""
    return _CHALLENGE.sub(lambda match: _parameter(match, visit), value)


def _cookie(match: re.Match[str], visit: Visitor) -> str:
    name, value = match.groups()
    quoted = len(value) > 1 and value[0] == value[-1] == '"'
    plain = value[1:-1] if quoted else value
    clean = visit.field(f"cookie {name}", plain, Place.PARAMETER) if plain else plain
    return f'{name}="{clean}"' if quoted else f"{name}={clean}"


def _parameter(match: re.Match[str], visit: Visitor) -> str:
    name, quoted, bare = match.groups()
    value = quoted if quoted is not None else bare
    clean = visit.field(name, value, Place.PARAMETER) if value else value
    return match.group() if clean == value else match.group().replace(value, clean, 1)
