"""Signed access tokens (RFC 9068) and their verification."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Claims", "TokenIssuer", "TokenVerifier", "scopes_of"]

_ISSUER = "storefront-identity"
_ALGORITHM = "ES256"
#: The scopes of each client; the part of a scope before the colon is the service.
_CLIENTS: Mapping[str, tuple[str, ...]] = {
    "storefront-orders": (
        *("inventory:read", "inventory:reserve", "payments:pay"),
        *("shipping:read", "shipping:ship", "notifications:send", "notifications:read"),
    ),
    "storefront-web": ("notifications:send", "notifications:read", "orders:any"),
}


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of a valid token.

    Args:
        subject: The id of a user or a client.
        scopes: The granted scopes.
    """

    subject: str
    scopes: frozenset[str]


class TokenVerifier:
    """Verifies tokens with the issuer's public key.

    Args:
        public_key: The key as a JWK (RFC 7517).
    """

    def __init__(self, public_key: Mapping[str, Any]) -> None:
        self._key = ECKey.import_key(dict(public_key))

    def claims(self, token: str, *, audience: str) -> Claims | None:
        """Return the token's claims; None if it is invalid or has another audience."""
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            jwt_token = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            rules.validate(jwt_token.claims)
        except (JoseError, ValueError):
            return None
        scopes = frozenset(str(jwt_token.claims.get("scope", "")).split())
        return Claims(subject=str(jwt_token.claims["sub"]), scopes=scopes)


class TokenIssuer:
    """Issues tokens.

    Args:
        lifetime: Seconds that a token is valid.
    """

    def __init__(self, *, lifetime: int = 60) -> None:
        self._key = ECKey.generate_key("P-256")
        self.lifetime = lifetime
        self.clients = {name: secrets.token_urlsafe(32) for name in _CLIENTS}

    def __repr__(self) -> str:
        return "<TokenIssuer>"

    @property
    def public_key(self) -> Mapping[str, Any]:
        """Return the public key, to verify tokens in another process."""
        return dict(self._key.as_dict(private=False))

    def verifier(self) -> TokenVerifier:
        """Return a verifier of this issuer's tokens."""
        return TokenVerifier(self.public_key)

    def token(self, subject: str, scopes: tuple[str, ...]) -> str:
        """Return a token; its audience follows from the scopes: "orders:any" is for storefront-orders."""
        now = int(time.time())
        claims = {
            "iss": _ISSUER,
            "sub": subject,
            "aud": sorted({f"storefront-{scope.partition(':')[0]}" for scope in scopes}),
            "scope": " ".join(scopes),
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": "at+jwt"}, claims, self._key)

    def client_token(self, client_id: str) -> str:
        """Return a token with all scopes of a client."""
        return self.token(client_id, _CLIENTS[client_id])


def scopes_of(client_id: str) -> tuple[str, ...]:
    """Return the scopes of a known client."""
    return _CLIENTS[client_id]
