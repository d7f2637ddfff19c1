"""Synchronous REST and GraphQL clients with token refresh and TTL caching."""
