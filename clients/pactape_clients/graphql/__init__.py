"""GraphQL over HTTP: compiled documents, typed results, cached queries, errors that keep everything."""

from pactape_clients.graphql._answers import ErrorHandler, GraphQLResult
from pactape_clients.graphql._client import GraphQLClient, GraphQLOptions
from pactape_clients.graphql._documents import Document, compiled
from pactape_clients.graphql._requests import Call, Upload

__all__ = [
    "Call",
    "Document",
    "ErrorHandler",
    "GraphQLClient",
    "GraphQLOptions",
    "GraphQLResult",
    "Upload",
    "compiled",
]
