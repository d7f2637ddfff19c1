"""The token endpoint."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants, list_to_scope, scope_to_list

from storefront.framework.application import provider_app
from storefront.framework.clients import refuse_unreadable_credentials
from storefront.tokens import TokenIssuer, scopes_of

if TYPE_CHECKING:
    from flask import Flask, Response

__all__ = ["create_app"]


def create_app(issuer: TokenIssuer) -> Flask:
    """Create the token endpoint (RFC 6749 section 4.4) as a WSGI application."""
    app = provider_app("storefront.identity")

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

    @app.post("/oauth/token")
    def token() -> Response:
        response: Response = refuse_unreadable_credentials() or server.create_token_response()
        return response

    return app


class _Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """A client, with Authlib's interface."""

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
        """Return the requested scopes that are allowed; all allowed ones if none is requested."""
        client_scopes = scopes_of(self.client_id)
        scopes = scope_to_list(scope) or client_scopes
        return str(list_to_scope([scope for scope in scopes if scope in client_scopes]))


class _ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]  # as above
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)
