"""Identity: the service that gives access tokens for the others."""

from storefront.identity.app import create_app

__all__ = ["create_app"]
