"""Which exchanges say the same: those of one operation, in the same states, with one kind of answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, print_ast

from pactape.contracts.bodies import form_of, is_json, json_of, media_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange, Request, Response
    from pactape.settings import ProviderSettings

__all__ = ["GroupKey", "LeftOut", "Party", "group", "path_below", "provider_of", "reason_to_leave_out"]

_UNAUTHORIZED = 401
#: JSON that nests deeper than this is no contract that anybody reads.
_DEEPEST = 100


class Party(msgspec.Struct, frozen=True, order=True):
    """The two sides of a contract: the names of the consumer and of the provider."""

    consumer: str
    provider: str


class GroupKey(msgspec.Struct, frozen=True, order=True):
    """What the exchanges of one group have in common.

    Args:
        operation: "GET /users/{id}" or a GraphQL operation's name.
        status: The response's status code.
        media: The response's media type; empty when it has no body.
        outcome: "errors" for a GraphQL answer with errors, else empty.
        states: The names of the provider states.
        request: The names of query parameters and of the body's fields, and the GraphQL document.
    """

    operation: str
    status: int
    media: str
    outcome: str
    states: tuple[str, ...]
    request: str


class LeftOut(msgspec.Struct, frozen=True, order=True):
    """An exchange that takes no part in a contract, and why."""

    cassette: str
    index: int
    reason: str


def provider_of(exchange: Exchange, providers: Iterable[ProviderSettings]) -> ProviderSettings | None:
    """The provider with the longest URL that the request's URL lies below; None when there is none."""
    url = exchange.request.url
    fitting = [
        each for each in providers if url.startswith((f"{each.url}/", f"{each.url}?")) or url == each.url
    ]
    return max(fitting, key=lambda each: len(each.url), default=None)


def path_below(exchange: Exchange, provider: ProviderSettings) -> str:
    """The request's path below the provider's base URL, percent-encoded as sent."""
    base = urlsplit(provider.url).path
    return urlsplit(exchange.request.url).path.removeprefix(base) or "/"


def reason_to_leave_out(exchange: Exchange) -> str | None:
    """Why an exchange has no place in a contract; None when it has one.

    Credentials never are in a recording, so neither a token request nor an answer about missing or expired
    credentials can be asked of a provider again.
    """
    if exchange.provenance is not None and not exchange.provenance.contract:
        return "its test keeps it out of contracts"
    if "grant_type" in form_of(exchange.request):
        return "a token request: credentials are not recorded"
    if exchange.response.status == _UNAUTHORIZED:
        return "an answer about credentials, which are not recorded"
    return _unreadable("request", exchange.request) or _unreadable("response", exchange.response)


def _unreadable(side: str, message: Request | Response) -> str | None:
    """Why a message's body can't be understood; None when it can, or is no JSON by its own word."""
    if not is_json(media_type(message)):
        return None
    try:
        value = json_of(message)
    except ValueError:
        return f"the {side}'s body is not the JSON that its content type says"
    return f"the {side}'s body nests more than {_DEEPEST} deep" if _depth(value) > _DEEPEST else None


def _depth(value: Any) -> int:
    """How deep a JSON value nests."""
    depth, level = 0, [value]
    while level := [each for one in level for each in _children(one)]:
        depth += 1
    return depth


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def group(exchanges: Iterable[Exchange], provider: ProviderSettings) -> dict[GroupKey, list[Exchange]]:
    """Put the exchanges of one consumer and provider into groups, each in the order of cassette and index."""
    groups: dict[GroupKey, list[Exchange]] = {}
    for exchange in sorted(exchanges, key=lambda each: (each.cassette, each.index)):
        groups.setdefault(_key(exchange, provider), []).append(exchange)
    return groups


def _key(exchange: Exchange, provider: ProviderSettings) -> GroupKey:
    states = exchange.provenance.states if exchange.provenance else ()
    document = _graphql_document(exchange)
    return GroupKey(
        operation=_operation(exchange, provider, document),
        status=exchange.response.status,
        media=media_type(exchange.response) or "",
        outcome="errors" if document and _has_errors(exchange) else "",
        states=tuple(state.name for state in states),
        request=_request_names(exchange, document),
    )


def _operation(exchange: Exchange, provider: ProviderSettings, document: DocumentNode | None) -> str:
    if exchange.call is not None:
        return exchange.call.operation
    if document is not None:
        return _operation_name(exchange, document)
    return f"{exchange.request.method} {path_below(exchange, provider)}"


def _graphql_document(exchange: Exchange) -> DocumentNode | None:
    """The GraphQL document that a request carries; None when it carries none."""
    body = _json_or_none(exchange.request)
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return None
    try:
        return parse(body["query"], no_location=True)
    except GraphQLError:
        return None


def _operation_name(exchange: Exchange, document: DocumentNode) -> str:
    chosen = _json_or_none(exchange.request).get("operationName")
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    names = [each.name.value for each in operations if each.name]
    return str(chosen or next(iter(names), "an unnamed GraphQL operation"))


def _has_errors(exchange: Exchange) -> bool:
    body = _json_or_none(exchange.response)
    return isinstance(body, dict) and bool(body.get("errors"))


def _request_names(exchange: Exchange, document: DocumentNode | None) -> str:
    query = sorted(parse_qs(urlsplit(exchange.request.url).query, keep_blank_values=True))
    meaning = print_ast(document) if document else None
    return json.dumps([query, _names(_json_or_none(exchange.request)), meaning])


def _names(value: Any) -> Any:
    """The names in a JSON value, without its scalars."""
    if isinstance(value, dict):
        return {key: _names(value[key]) for key in sorted(value)}
    return None


def _json_or_none(message: Any) -> Any:
    if not is_json(media_type(message)):
        return None
    try:
        return json_of(message)
    except ValueError:
        return None
