"""What a caller gets for an error, where the client has an error handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape_clients.errors import GraphQLResponseError, TransportError

if TYPE_CHECKING:
    from pactape_clients.graphql._answers import ErrorHandler

__all__ = ["HANDLED", "decide"]

HANDLED = (GraphQLResponseError, TransportError)


def decide(handler: ErrorHandler | None, error: GraphQLResponseError | TransportError) -> Exception:
    """Return the exception to raise: the handler's, or the error itself."""
    if handler is None:
        return error
    if isinstance(error, GraphQLResponseError):
        return handler.handle_graphql_errors(error) or error
    return handler.handle_network_error(error) or error
