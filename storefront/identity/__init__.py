"""The identity service: issues access tokens for the other services."""

from storefront.identity.app import create_app

__all__ = ["create_app"]
