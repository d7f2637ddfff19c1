"""Applies the client's error handler to errors."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from pactape_clients.caller_code.boundary import public_error
from pactape_clients.errors import GraphQLResponseError, TransportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape_clients.graphql._responses import ErrorHandler
    from pactape_clients.graphql._variables import Variables

__all__ = ["handled"]


def handled(method: Callable[[Any, str, Variables, Any, Any], Any]) -> Callable[..., Any]:
    """Decorate a client's method like `public`, but let the error handler decide what is raised.

    Args:
        method: Takes the client, the document, the variables, the return type, and the options as keyword
            arguments.
    """
    name = method.__name__

    def call(
        self: Any, document: str, variables: Variables = None, *, returns: Any = None, **options: Any
    ) -> Any:
        try:
            return method(self, document, variables, returns, options)
        except Exception as error:  # noqa: BLE001 -- the caller's own objects may raise anything
            failure = public_error(error, name)
        del variables, options
        raise _exception_to_raise(self._error_handler, failure)

    functools.update_wrapper(call, method)
    del call.__wrapped__  # type: ignore[attr-defined]  # its signature differs
    return call


def _exception_to_raise(handler: ErrorHandler | None, error: Exception) -> Exception:
    """Return the exception to raise: the handler's, with the client's own as cause, or the client's own."""
    if handler is None:
        return error
    if isinstance(error, GraphQLResponseError):
        replacement = handler.handle_graphql_errors(error)
    elif isinstance(error, TransportError):
        replacement = handler.handle_network_error(error)
    else:
        return error
    if replacement is None or replacement is error:
        return error
    replacement.__cause__ = error
    return replacement
