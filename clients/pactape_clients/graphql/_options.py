"""Options of a GraphQL client, and what its calls may be given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import msgspec

from pactape_clients.boundary import public
from pactape_clients.caller_values import dict_of, tuple_of
from pactape_clients.checks import UnknownOptionError, check_choice, check_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import requests

    from pactape_clients.auth import TokenSource
    from pactape_clients.cache import Cache
    from pactape_clients.graphql._answers import ErrorHandler
    from pactape_clients.json_codec import DecHook, EncHook
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
        queries_by: The HTTP method of queries; mutations always go by POST.
        persisted_queries: Whether queries are first sent as a hash (automatic persisted queries); the document
            follows when the server doesn't know it, and always from then on when the server refuses hashes.
        errors: What happens to an answer that has both data and errors: "raise" raises, "keep" returns the data,
            uncached. Errors without data are always raised.
        renew_on: Error codes that mean that the token was refused, as a 401 does, whatever the status.
        repeat_on: Error codes that are worth another attempt, as a 503 is, whatever the status.

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
        operation: Which of the document's operations; None when it has only one.
        headers: More request headers.
        deadline: Seconds for this whole call; None takes the client's.
    """

    operation: str | None
    headers: Mapping[str, str] | None
    deadline: float | None


class QueryOptions(ExecuteOptions, total=False):
    """The options of a query.

    Args:
        ttl: Seconds to cache the result, 300 by default; 0 neither caches it nor looks for a cached one.
        tags: Labels to invalidate it by.
    """

    ttl: float
    tags: tuple[str, ...]


class MutationOptions(ExecuteOptions, total=False):
    """The options of a mutation.

    Args:
        invalidates: A regular expression found in the keys of queries: "GetUser.*user-1".
        tags: Tags of queries that it makes stale.
        idempotency_key: Sent as Idempotency-Key, the same in every attempt, which makes the mutation repeatable;
            GENERATED makes one.
    """

    invalidates: str | re.Pattern[str] | None
    tags: tuple[str, ...]
    idempotency_key: str | Generated | None


def check_options(options: Any, names: Iterable[str]) -> None:
    """Refuse options that a call doesn't have, and replace containers by what was read of them, once.

    Raises:
        TypeError: There is one, as for every unexpected keyword argument.
        UsageError: One is of another kind.
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
        session: Sends the requests; None makes a session with a pool of its own.
        tokens: Where access tokens come from; None sends none.
        cache: Where queries' results are kept; None makes a cache in memory.
        error_handler: Decides what callers get for errors; None raises the client's own.
        settings: Time-outs, deadline, retries, pool size, environment, hooks.
        options: Schema, GET, persisted queries, error policy and codes.
        headers: Sent with each request; a call's own headers count more.
        dec_hook: Makes a value of a type that msgspec doesn't know: `dec_hook(type, value)`.
        enc_hook: Makes a value that JSON can hold of one that it can't: `enc_hook(value)`.
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
