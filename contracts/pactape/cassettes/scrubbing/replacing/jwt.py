"""JSON Web Tokens (RFC 7519): reads them unverified, and makes unsigned ones with another's harmless claims."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from pactape.cassettes.scrubbing.detection.words import word_set

__all__ = ["is_unsigned_jwt", "read_jwt", "unsigned_jwt"]

_HARMLESS_HEADERS = ("typ", "cty")
#: Claims that are secrets; claims about a person are replaced, and all others stay, because clients read them.
_DROPPED = word_set("jti at_hash c_hash s_hash cnf act may_act sid session_state code password secret")
_PERSONAL = word_set(
    "email name given_name family_name middle_name nickname preferred_username upn unique_name "
    "phone_number address birthdate picture profile website ip ipaddr"
)


def read_jwt(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return header and claims of a token, unverified; None if it is not a JWT with readable claims."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 -- header, claims, signature
        return None
    header, claims = _decode(parts[0]), _decode(parts[1])
    return (header, claims) if isinstance(header, dict) and isinstance(claims, dict) else None


def unsigned_jwt(token: str, *, key_id: str = "") -> str:
    """Return an unsigned token (RFC 7519, section 6) with those claims of another token that are not secrets.

    Args:
        token: A JWT.
        key_id: Distinguishes the token from others with the same claims; empty for none.

    Example:
        >>> unsigned_jwt("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDAsImp0aSI6IjEifQ.c2ln")
        'eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.'
    """
    header, claims = read_jwt(token) or ({}, {})
    harmless_members = {name: header[name] for name in _HARMLESS_HEADERS if isinstance(header.get(name), str)}
    key_member = {"kid": key_id} if key_id else {}
    return f"{_encode({'alg': 'none', **harmless_members, **key_member})}.{_encode(_harmless(claims))}."


def is_unsigned_jwt(token: str) -> bool:
    """Whether a token was made by `unsigned_jwt`: it has no signature, and the algorithm "none"."""
    if not token.endswith("."):
        return False
    token_parts = read_jwt(token)
    return token_parts is not None and token_parts[0].get("alg") == "none"


def _harmless(claims: dict[str, Any]) -> dict[str, Any]:
    return {
        name: "scrubbed" if name in _PERSONAL and isinstance(value, str) else value
        for name, value in claims.items()
        if name not in _DROPPED and not (name in _PERSONAL and not isinstance(value, str))
    }


def _encode(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def _decode(part: str) -> object:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error, UnicodeError, RecursionError):
        return None
