"""GraphQL over HTTP: compiled documents, typed results, cached queries, and errors with all details."""

from pactape_clients.graphql._client import GraphQLClient
from pactape_clients.graphql._documents import Document, compiled
from pactape_clients.graphql._options import (
    ExecuteOptions,
    GraphQLClientOptions,
    GraphQLOptions,
    MutationOptions,
    QueryOptions,
)
from pactape_clients.graphql._requests import Call
from pactape_clients.graphql._responses import ErrorHandler, GraphQLResult
from pactape_clients.wire import Upload

__all__ = [
    "Call",
    "Document",
    "ErrorHandler",
    "ExecuteOptions",
    "GraphQLClient",
    "GraphQLClientOptions",
    "GraphQLOptions",
    "GraphQLResult",
    "MutationOptions",
    "QueryOptions",
    "Upload",
    "compiled",
]
