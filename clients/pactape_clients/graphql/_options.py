"""Options of a GraphQL client and of its calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import UnknownOptionError, check_choice, check_kind
from pactape_clients.caller_code.values import dict_of, tuple_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import requests

    from pactape_clients.auth import TokenSource
    from pactape_clients.cache import Cache
    from pactape_clients.encoding.json_codec import DecHook, EncHook
    from pactape_clients.graphql._responses import ErrorHandler
    from pactape_clients.retries import Generated
    from pactape_clients.settings import TransportSettings

__all__ = [
    "ExecuteOptions",
    "GraphQLClientOptions",
    "GraphQLOptions",
    "MutationOptions",
    "QueryOptions",
    "check_options",
]


class GraphQLOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of a GraphQL client.

    Args:
        schema: The server's SDL, to validate documents against before they are first sent; None checks syntax only.
        queries_by: The HTTP method of queries; mutations always use POST.
        persisted_queries: Whether queries are first sent as a hash (automatic persisted queries). The document
            follows if the server doesn't know the hash; if the server doesn't support hashes, it is always sent
            from then on.
        errors: How to handle a response with both data and errors: "raise" raises, "keep" returns the data without
            caching it. Errors without data are always raised.
        renew_on: Error codes that mean, like a 401, that the token was rejected, whatever the status.
        repeat_on: Error codes that, like a 503, are worth another attempt, whatever the status.

    Raises:
        UsageError: A value is not among its choices.
    """

    schema: str | None = None
    queries_by: Literal["POST", "GET"] = "POST"
    persisted_queries: bool = False
    errors: Literal["raise", "keep"] = "raise"
    renew_on: frozenset[str] = frozenset({"UNAUTHENTICATED"})
    repeat_on: frozenset[str] = frozenset({"THROTTLED"})

    @public
    def __post_init__(self) -> None:
        check_choice("GraphQLOptions.queries_by", self.queries_by, ("POST", "GET"))
        check_choice("GraphQLOptions.errors", self.errors, ("raise", "keep"))
        check_kind("GraphQLOptions.persisted_queries", self.persisted_queries, bool, "True or False")
        check_kind("GraphQLOptions.schema", self.schema, (str, type(None)), "the SDL as a string")
        for name in ("renew_on", "repeat_on"):
            codes = tuple_of(f"GraphQLOptions.{name}", getattr(self, name), str, "error codes")
            msgspec.structs.force_setattr(self, name, frozenset(codes))


class ExecuteOptions(TypedDict, total=False):
    """The options of every call.

    Args:
        operation: The name of the document's operation; None if it has only one.
        headers: Additional request headers.
        deadline: Seconds for the whole call; None for the client's.
    """

    operation: str | None
    headers: Mapping[str, str] | None
    deadline: float | None


class QueryOptions(ExecuteOptions, total=False):
    """The options of a query.

    Args:
        ttl: Seconds to cache the result, 300 by default; 0 doesn't use the cache at all.
        tags: Labels for invalidation.
    """

    ttl: float
    tags: tuple[str, ...]


class MutationOptions(ExecuteOptions, total=False):
    """The options of a mutation.

    Args:
        invalidates: A regular expression to search for in the keys of queries: "GetUser.*user-1".
        tags: Tags of queries that it makes stale.
        idempotency_key: Sent as Idempotency-Key, unchanged in every attempt, which makes the mutation repeatable;
            GENERATED for a random one.
    """

    invalidates: str | re.Pattern[str] | None
    tags: tuple[str, ...]
    idempotency_key: str | Generated | None


def check_options(options: Any, names: Iterable[str]) -> None:
    """Check the options of a call, and replace containers with copies, which are read once.

    Raises:
        TypeError: An option is unknown, as for every unexpected keyword argument.
        UsageError: An option has the wrong type.
    """
    if unknown_names := options.keys() - set(names):
        raise UnknownOptionError(
            f"unexpected keyword argument {min(unknown_names)!r}; there are {', '.join(sorted(names))}"
        )
    if options.get("headers") is not None:
        options["headers"] = dict_of("headers", options["headers"])
    if "tags" in options:
        options["tags"] = tuple_of("tags", options["tags"], str, "strings")
    check_kind("operation", options.get("operation"), (str, type(None)), "an operation's name")
    check_kind(
        "invalidates", options.get("invalidates"), (str, re.Pattern, type(None)), "a regular expression"
    )


class GraphQLClientOptions(TypedDict, total=False):
    """The options of a client.

    Args:
        session: Sends the requests; None to create a session with its own pool.
        tokens: The source of access tokens; None to send none.
        cache: The cache of query results; None to create one in memory.
        error_handler: Decides which errors callers get; None to raise the client's own.
        settings: Time-outs, deadline, retries, pool size, environment, hooks.
        options: Schema, GET, persisted queries, error policy and codes.
        headers: Sent with each request; a call's own headers take precedence.
        dec_hook: Decodes a type that msgspec doesn't know: `dec_hook(type, value)`.
        enc_hook: Converts a value that JSON can't express into one that it can: `enc_hook(value)`.
    """

    session: requests.Session | None
    tokens: TokenSource | None
    cache: Cache | None
    error_handler: ErrorHandler | None
    settings: TransportSettings | None
    options: GraphQLOptions | None
    headers: Mapping[str, str] | None
    dec_hook: DecHook | None
    enc_hook: EncHook | None
