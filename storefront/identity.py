"""Who may do what: signed access tokens (RFC 9068), the endpoint that gives them, and their check."""

from __future__ import annotations

import secrets
import time
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

import msgspec
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants, list_to_scope, scope_to_list
from flask import Flask, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Claims", "TokenIssuer", "TokenVerifier", "create_app"]

_ISSUER = "storefront-identity"
_ALGORITHM = "ES256"
_MAX_BODY_BYTES = 64 * 1024
#: The scopes of each client; a scope's first part names the service that it is for.
_CLIENTS: Mapping[str, tuple[str, ...]] = {
    "storefront-orders": (
        *("inventory:read", "inventory:reserve", "payments:pay"),
        *("shipping:read", "shipping:ship", "notifications:send", "notifications:read"),
    ),
    "storefront-web": ("notifications:send", "notifications:read", "orders:any"),
}


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a valid token says.

    Args:
        subject: Who acts: a user's id, or a client's.
        scopes: What they may do.
    """

    subject: str
    scopes: frozenset[str]


class TokenVerifier:
    """Checks tokens with the issuer's public key alone.

    Args:
        public_key: The key as a JWK (RFC 7517).
    """

    def __init__(self, public_key: Mapping[str, Any]) -> None:
        self._key = ECKey.import_key(dict(public_key))

    def claims(self, token: str, *, audience: str) -> Claims | None:
        """What the token says; None when it is not valid, or for somebody else."""
        rules = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            rules.validate(decoded.claims)
        except (JoseError, ValueError):
            return None
        scopes = frozenset(str(decoded.claims.get("scope", "")).split())
        return Claims(subject=str(decoded.claims["sub"]), scopes=scopes)


class TokenIssuer:
    """Gives tokens.

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
        """The public half of the key, for whoever checks tokens in another process."""
        return dict(self._key.as_dict(private=False))

    def verifier(self) -> TokenVerifier:
        """What checks this issuer's tokens."""
        return TokenVerifier(self.public_key)

    def token(self, subject: str, scopes: tuple[str, ...]) -> str:
        """A token for the services that the scopes name: "orders:any" is for storefront-orders."""
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
        """A token with all the scopes of a client."""
        return self.token(client_id, _CLIENTS[client_id])


def create_app(issuer: TokenIssuer) -> Flask:
    """The token endpoint (RFC 6749 section 4.4) as a WSGI application."""
    app = Flask("storefront.identity", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY_BYTES
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False

    def client(client_id: str) -> _Client | None:
        secret = issuer.clients.get(client_id)
        return _Client(client_id, secret) if secret else None

    def generate(client: _Client, scope: str | None, **_: object) -> dict[str, Any]:
        scope = client.get_allowed_scope(scope)
        value = issuer.token(client.client_id, tuple(scope.split()))
        return {
            "token_type": "Bearer",
            "access_token": value,
            "expires_in": issuer.lifetime,
            "scope": scope,
        }

    server = AuthorizationServer(app, query_client=client, save_token=lambda *_: None)
    server.register_token_generator("default", generate)
    server.register_grant(_ClientCredentials)
    app.add_url_rule("/oauth/token", "token", server.create_token_response, methods=["POST"])
    app.add_url_rule("/health", "health", _health)
    return app


def _health() -> Response:
    return Response('{"status": "up"}', content_type="application/json")


class _Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """A client, as Authlib asks about it."""

    def __init__(self, client_id: str, secret: str) -> None:
        self.client_id = client_id
        self._secret = secret

    def check_client_secret(self, client_secret: str) -> bool:
        return compare_digest(self._secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"

    def get_allowed_scope(self, scope: str | None) -> str:
        """What is asked for, as far as it is allowed; all that is, when nothing is asked for."""
        allowed = _CLIENTS[self.client_id]
        asked = scope_to_list(scope) or allowed
        return str(list_to_scope([each for each in asked if each in allowed]))


class _ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]  # as above
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)
