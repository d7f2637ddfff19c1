"""OAuth 2.0: the token endpoint (RFC 6749, by Authlib) and bearer token authentication (RFC 6750)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin, grants
from flask import Blueprint, Flask, Response, request
from sqlalchemy import select, update

from storefront.framework.clients import refuse_unreadable_credentials
from storefront.users.problems import problem
from storefront.users.tables import OAuthClient, OAuthToken

if TYPE_CHECKING:
    from storefront.database import Database

__all__ = ["blueprint", "guard", "register_client"]

_CHALLENGE = 'Bearer realm="users"'  # RFC 6750, section 3, requires a parameter
_GRANTS = frozenset({"client_credentials", "refresh_token"})
_METHODS = frozenset({"client_secret_basic", "client_secret_post"})


def register_client(database: Database, client_id: str) -> str:
    """Register a client.

    Returns:
        Its secret, which is not stored.
    """
    secret = secrets.token_urlsafe(32)
    with database.transaction() as session:
        session.merge(OAuthClient(client_id=client_id, secret_hash=_hash(secret)))
    return secret


def blueprint(app: Flask, database: Database, *, token_lifetime: int) -> Blueprint:
    """Return the route /oauth/token.

    Args:
        app: The application with the server's configuration.
        database: Holds clients and tokens.
        token_lifetime: Seconds that an access token is valid.
    """
    app.config["OAUTH2_TOKEN_EXPIRES_IN"] = dict.fromkeys(_GRANTS, token_lifetime)
    app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
    store = _Store(database)
    server = AuthorizationServer(app, query_client=store.client, save_token=store.save)
    server.register_grant(_ClientCredentials)
    server.register_grant(type("_RefreshToken", (_RefreshToken,), {"store": store}))
    routes = Blueprint("oauth", __name__)

    @routes.post("/oauth/token")
    def token() -> Response:
        response: Response = refuse_unreadable_credentials() or server.create_token_response()
        return response

    return routes


def guard(app: Flask, database: Database) -> None:
    """Reject every request to `app` without a valid bearer token, except for /oauth/token and /health."""

    @app.before_request
    def check() -> Response | None:
        if request.endpoint in {"oauth.token", "health"}:
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _refusal(_CHALLENGE, "send a bearer token")
        if not _Store(database).is_valid(token):
            return _refusal(
                f'{_CHALLENGE}, error="invalid_token"', "the bearer token is unknown or has expired"
            )
        return None


def _refusal(challenge: str, detail: str) -> Response:
    response = problem(401, detail)
    response.headers["WWW-Authenticate"] = challenge
    return response


class _Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """A registered client, with Authlib's interface."""

    def __init__(self, row: OAuthClient) -> None:
        self.client_id = row.client_id
        self._secret_hash = row.secret_hash

    def check_client_secret(self, client_secret: str) -> bool:
        return compare_digest(self._secret_hash, _hash(client_secret))

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method in _METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in _GRANTS

    def get_allowed_scope(self, _scope: str) -> str:
        return ""


class _Refreshable(TokenMixin):  # type: ignore[misc]  # as above
    """A token whose refresh token was sent."""

    def __init__(self, row: OAuthToken) -> None:
        self.client_id = row.client_id
        self.access_hash = row.access_hash

    def check_client(self, client: _Client) -> bool:
        return bool(self.client_id == client.client_id)

    def get_scope(self) -> str:
        return ""


class _Store:
    """Stores clients and tokens in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def client(self, client_id: str) -> _Client | None:
        with self._database.transaction() as session:
            # PostgreSQL's text can't hold NUL, so that no client's name does.
            row = None if "\x00" in client_id else session.get(OAuthClient, client_id)
        return _Client(row) if row else None

    def save(self, token: dict[str, Any], oauth_request: Any) -> None:
        expires_at = datetime.now(UTC) + timedelta(seconds=token["expires_in"])
        row = OAuthToken(
            access_hash=_hash(token["access_token"]),
            refresh_hash=_hash(token["refresh_token"]),
            client_id=oauth_request.client.client_id,
            expires_at=expires_at,
            refreshed=False,
        )
        with self._database.transaction() as session:
            session.add(row)

    def is_valid(self, access_token: str) -> bool:
        with self._database.transaction() as session:
            row = session.get(OAuthToken, _hash(access_token))
            return row is not None and row.expires_at > datetime.now(UTC)

    def take_refreshable(self, refresh_token: str, *, client_id: str) -> _Refreshable | None:
        """Return the token of a client's refresh token, and delete it: a refresh token works once."""
        once = (
            update(OAuthToken)
            .where(
                OAuthToken.refresh_hash == _hash(refresh_token),
                OAuthToken.client_id == client_id,
                OAuthToken.refreshed.is_(False),
            )
            .values(refreshed=True)
            .returning(OAuthToken.access_hash)
        )
        with self._database.transaction() as session:
            key = session.scalar(once)
            row = session.scalar(select(OAuthToken).where(OAuthToken.access_hash == key)) if key else None
        return _Refreshable(row) if row else None


class _ClientCredentials(grants.ClientCredentialsGrant):  # type: ignore[misc]  # as above
    """The client credentials grant, with a refresh token too, so that clients can use both grants."""

    TOKEN_ENDPOINT_AUTH_METHODS = sorted(_METHODS)

    def create_token_response(self) -> tuple[int, dict[str, Any], Any]:
        token = self.generate_token(scope=self.request.payload.scope, include_refresh_token=True)
        self.save_token(token)
        return 200, token, self.TOKEN_RESPONSE_HEADER


class _RefreshToken(grants.RefreshTokenGrant):  # type: ignore[misc]  # as above
    """The refresh token grant: each refresh token works once and is replaced."""

    TOKEN_ENDPOINT_AUTH_METHODS = sorted(_METHODS)
    INCLUDE_NEW_REFRESH_TOKEN = True
    store: _Store

    def authenticate_refresh_token(self, refresh_token: str) -> _Refreshable | None:
        return self.store.take_refreshable(refresh_token, client_id=self.request.client.client_id)

    def authenticate_user(self, _refresh_token: _Refreshable) -> str:
        """Return a user for Authlib, which requires one: a client acts for itself."""
        return "the client itself"

    def revoke_old_credential(self, _refresh_token: _Refreshable) -> None:
        """Do nothing: the token was deleted when it was sent."""


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
