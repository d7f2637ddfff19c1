"""Headers with a format of their own: cookies (RFC 6265), credentials and challenges (RFC 9110, section 11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.detection.words import word_set
from pactape.cassettes.scrubbing.structures.visitor import FieldContext
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["COOKIE_HEADERS", "SCHEMES", "SCRUBBERS", "SPECIAL_HEADERS"]

#: The schemes of credentials, before them in a header.
SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "token", "dpop", "apikey"})
#: Headers with "scheme credentials", or with a credential despite a name that says nothing.
_CREDENTIAL_HEADERS = word_set(
    "authorization proxy-authorization x-authorization x-forwarded-authorization x-original-authorization "
    "x-serverless-authorization x-http-authorization x-honeycomb-team x-jfrog-art-api x-tableau-auth"
)
COOKIE_HEADERS = frozenset({"cookie", "cookie2", "set-cookie", "set-cookie2"})
#: Headers with "scheme name=value, …".
_CHALLENGE_HEADERS = frozenset(
    {"www-authenticate", "proxy-authenticate", "authentication-info", "proxy-authentication-info", "x-wsse"}
)
#: Tokens that browsers send as a WebSocket protocol, because they can't set other headers: "bearer.…", "token-…".
_PROTOCOL = compile_when_used(
    r"(?<![\w.-])((?:[\w-]{1,40}\.)?(?:bearer|token|jwt|auth|authorization|api[-_]?key|access[-_]token)[.-])([\w~+/=.-]{8,}+)",
    re.IGNORECASE,
)
#: A token that is a protocol of its own, after one that says so: "bearer, q8Zr1LmX0vTy7PbK".
_LISTED = compile_when_used(
    r"(?<![\w.-])((?:bearer|token|jwt|auth|authorization|api[-_]?key|access[-_]token),[ ]?)([\w~+/=.-]{8,}+)",
    re.IGNORECASE,
)
_PROTOCOL_HEADER = "sec-websocket-protocol"
#: Headers without a credential, despite their names: a handshake's nonce, published signatures.
_PUBLIC_HEADERS = frozenset(
    {"sec-websocket-key", "sec-websocket-accept", "dkim-signature", "signature-input"}
)
#: Headers with addresses to which only browsers send reports, and whose parameters identify the site.
_REPORT_HEADERS = frozenset({"report-to", "reporting-endpoints", "nel", "expect-ct"})
#: Headers with a format of their own.
SPECIAL_HEADERS = COOKIE_HEADERS | _CREDENTIAL_HEADERS | _CHALLENGE_HEADERS | {_PROTOCOL_HEADER}
_VALUE, _PATH = "authorization_value", "Authorization"
#: A longer name may be a token itself.
_SHORT_NAME = 15
_SCHEME = compile_when_used(r"([A-Za-z][\w-]{1,40}+)([ \t]+)(\S.*)", re.DOTALL)
_COOKIE_PAIR = compile_when_used(r"([^=;,\s]{1,256}+)=([^;]*+)")
_FOLDED = compile_when_used(r",\s{0,8}(?=[^;,=\s]{1,256}+=)")
_CHALLENGE = compile_when_used(r'([\w-]{1,64}+)=(?:"([^"]*+)"|([^\s,"]++))')


def _scrub_credentials(value: str, visitor: Visitor) -> str:
    """Return credentials with their scheme, but without their secret.

    The scheme is the word before the credentials; a value of one word is the secret itself.
    """
    match = _SCHEME.fullmatch(value.strip())
    if value.strip().lower() in SCHEMES:  # without credentials
        return value
    if match is None:
        return visitor.field(_VALUE, value, FieldContext.PARAMETER, _PATH)
    scheme, space, secret = match.groups()
    return f"{scheme}{space}{visitor.field(_VALUE, secret, FieldContext.PARAMETER, _PATH)}"


def _scrub_protocols(value: str, visitor: Visitor) -> str:
    """Return the subprotocols of a WebSocket (RFC 6455, section 11.3.4) without their tokens."""
    value = _PROTOCOL.sub(
        lambda match: match[1] + visitor.field(_VALUE, match[2], FieldContext.PARAMETER), value
    )
    value = _LISTED.sub(lambda match: match[1] + visitor.field(_VALUE, match[2], FieldContext.PROSE), value)
    return visitor.text(value)


def _scrub_cookies(value: str, visitor: Visitor) -> str:
    """Return a Cookie header with a placeholder for each value, because any cookie may be a session."""
    if "=" not in value:
        return visitor.text(value) if " " in value.strip() else _nameless(value, visitor)
    return _COOKIE_PAIR.sub(lambda match: _cookie(match, visitor), value)


def _scrub_set_cookie(value: str, visitor: Visitor) -> str:
    """Return a Set-Cookie header with a placeholder for each value; the attributes stay."""
    first, semicolon, attributes = value.partition(";")
    if "=" not in first:
        return _nameless(first, visitor) + semicolon + attributes
    return ", ".join(
        _COOKIE_PAIR.sub(lambda match: _cookie(match, visitor), part, count=1)
        for part in _FOLDED.split(value)
    )


def _scrub_challenge(value: str, visitor: Visitor) -> str:
    """Return a challenge without the secrets in its parameters; realm and scheme stay."""
    return _CHALLENGE.sub(lambda match: _parameter(match, visitor), value)


def _nameless(value: str, visitor: Visitor) -> str:
    """A cookie without a name, which browsers accept, too."""
    return visitor.field("cookie ", value, FieldContext.PARAMETER) if value.strip() else value


def _cookie(match: re.Match[str], visitor: Visitor) -> str:
    name, value = match.groups()
    is_quoted = len(value) > 1 and value[0] == value[-1] == '"'
    plain = value[1:-1] if is_quoted else value
    clean = visitor.field(f"cookie {name}", plain, FieldContext.PARAMETER) if plain else plain
    name = visitor.text(name) if len(name) > _SHORT_NAME else name
    return f'{name}="{clean}"' if is_quoted else f"{name}={clean}"


def _parameter(match: re.Match[str], visitor: Visitor) -> str:
    name, inner, bare = match.groups()
    value = inner if inner is not None else bare
    clean = visitor.field(name, value, FieldContext.PARAMETER) if value else value
    return match.group() if clean == value else match.group().replace(value, clean, 1)


#: The function that scrubs a header with a format of its own, by the header's name in lower case.
SCRUBBERS: dict[str, Callable[[str, Visitor], str]] = {
    **dict.fromkeys(("cookie", "cookie2"), _scrub_cookies),
    **dict.fromkeys(("set-cookie", "set-cookie2"), _scrub_set_cookie),
    **dict.fromkeys(_CREDENTIAL_HEADERS, _scrub_credentials),
    **dict.fromkeys(_CHALLENGE_HEADERS, _scrub_challenge),
    **dict.fromkeys(_PUBLIC_HEADERS, lambda value, visitor: visitor.text(value)),
    **dict.fromkeys(_REPORT_HEADERS, lambda value, _visitor: value),
    _PROTOCOL_HEADER: _scrub_protocols,
}
