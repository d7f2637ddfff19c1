"""The check of bearer tokens (RFC 6750): signature, audience, expiry, scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from storefront.framework.problems import problem

if TYPE_CHECKING:
    from storefront.tokens import Claims, TokenVerifier

__all__ = ["Access"]


class Access:
    """Rejects every request to `app` without a valid token for it; /health needs none.

    Args:
        app: Its name is its audience.
        verifier: Checks tokens.
    """

    def __init__(self, app: Flask, verifier: TokenVerifier) -> None:
        self._audience = app.name
        self._verifier = verifier
        self._scopes: dict[str, frozenset[str]] = {}
        app.before_request(self._check)

    def scope(self, endpoint: str, *anyof: str) -> None:
        """Require one of these scopes for `endpoint`."""
        self._scopes[endpoint] = frozenset(anyof)

    @property
    def claims(self) -> Claims:
        """The claims of the current request's token."""
        claims: Claims = g.claims
        return claims

    def _check(self) -> Response | None:
        if request.endpoint == "health":
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        challenge = f'Bearer realm="{self._audience}"'
        if scheme.lower() != "bearer" or not token:
            return _refused(401, challenge, "send a bearer token")
        claims = self._verifier.claims(token, audience=self._audience)
        if claims is None:
            detail = "the bearer token is not valid here or has expired"
            return _refused(401, f'{challenge}, error="invalid_token"', detail)
        g.claims = claims
        required_scopes = self._scopes.get(request.endpoint or "")
        if required_scopes and not required_scopes & claims.scopes:
            names = " ".join(sorted(required_scopes))
            refusal = f'{challenge}, error="insufficient_scope", scope="{names}"'
            return _refused(403, refusal, f"the bearer token lacks the scope {names}")
        return None


def _refused(status: int, challenge: str, detail: str) -> Response:
    response = problem(status, detail)
    response.headers["WWW-Authenticate"] = challenge
    return response
