"""Synchronous REST and GraphQL clients with token refresh and TTL caching, designed for contract testing."""

from pactape_clients._version import __version__
from pactape_clients.auth import ClientCredentials, StaticToken, TokenAuth, TokenSource
from pactape_clients.cache import TTLCache
from pactape_clients.errors import ClientError, GraphQLResponseError, ResponseError
from pactape_clients.graphql import GraphQLClient
from pactape_clients.rest import RestClient
from pactape_clients.users import User, UserApiClient

__all__ = [
    "ClientCredentials",
    "ClientError",
    "GraphQLClient",
    "GraphQLResponseError",
    "ResponseError",
    "RestClient",
    "StaticToken",
    "TTLCache",
    "TokenAuth",
    "TokenSource",
    "User",
    "UserApiClient",
    "__version__",
]
