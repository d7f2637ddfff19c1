"""The interaction of a contract: the request that the consumer sends, and the response that it needs."""

from __future__ import annotations

from typing import Any

import msgspec

from pactape.contracts.inference.rules import Rule
from pactape.exchange import ProviderState, Response

__all__ = ["Content", "ExpectedRequest", "ExpectedResponse", "Generator", "Interaction"]

#: Generates a value during verification: its `type`, and the parameters of that type.
Generator = dict[str, str]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a request, response or message.

    Args:
        media_type: The media type without parameters, "application/json".
        example: A JSON value for JSON media types, otherwise the text.
        rules: Matching rules by path.
        is_base64: Whether the example is base64, because the bytes aren't text.
    """

    media_type: str
    example: Any
    rules: dict[str, Rule] = {}
    is_base64: bool = False


class ExpectedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The request that the consumer sends; exact where no rule applies.

    Args:
        method: In upper case.
        path: The path below the provider's base URL, percent-encoded as sent.
        query: Values by name, in the order sent.
        query_rules: A matching rule by parameter name.
        headers: The headers that matter, by name.
        header_rules: A matching rule by header name.
        body: The body; None if the request has none.
        generators: By part ("path", "query", "body"): one generator for the path, otherwise generators by name or
            path.
    """

    method: str
    path: str
    query: dict[str, list[str]] = {}
    query_rules: dict[str, Rule] = {}
    headers: dict[str, str] = {}
    header_rules: dict[str, Rule] = {}
    body: Content | None = None
    generators: dict[str, Any] = {}


class ExpectedResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The response that the consumer needs.

    Args:
        status: The exact status code.
        headers: The headers that matter, by name.
        header_rules: A matching rule by header name.
        body: The body; None if the consumer needs none.
    """

    status: int
    headers: dict[str, str] = {}
    header_rules: dict[str, Rule] = {}
    body: Content | None = None


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """A request and the response that the consumer needs, in given provider states.

    Args:
        description: A phrase; phrase and states together are unique in the contract.
        states: In the order in which they are set up.
        request: The request that the consumer sends.
        response: The response that it needs.
        tests: The node ids of its tests, sorted.
        cassettes: Its recordings as "path#index", sorted.
        notes: Sentences for human readers.
        recorded: The response that gives the examples, without secrets; None if there is none.
    """

    description: str
    states: tuple[ProviderState, ...]
    request: ExpectedRequest
    response: ExpectedResponse
    tests: tuple[str, ...] = ()
    cassettes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    recorded: Response | None = None
