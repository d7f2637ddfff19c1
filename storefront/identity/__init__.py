"""Identity: access tokens for the other services, the endpoint that gives them, and their check."""

from storefront.identity.app import create_app
from storefront.identity.tokens import Claims, TokenIssuer, TokenVerifier

__all__ = ["Claims", "TokenIssuer", "TokenVerifier", "create_app"]
