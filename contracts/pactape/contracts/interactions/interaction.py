"""One interaction of a contract: what the consumer will ask, and what it needs of the answer."""

from __future__ import annotations

from typing import Any

import msgspec

from pactape.contracts.inference.rules import Rule
from pactape.exchange import ProviderState, Response

__all__ = ["Content", "ExpectedRequest", "ExpectedResponse", "Generator", "Interaction"]

#: Makes a value while a provider is verified: `type`, and what that type needs.
Generator = dict[str, str]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A body.

    Args:
        media_type: Without parameters, "application/json".
        example: A JSON value for JSON media types, else the text.
        rules: Matching rules by path.
        is_base64: Whether the example is the base64 form of bytes that aren't text.
    """

    media_type: str
    example: Any
    rules: dict[str, Rule] = {}
    is_base64: bool = False


class ExpectedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the consumer sends; exact where no rule says otherwise.

    Args:
        method: In upper case.
        path: Below the provider's base URL, percent-encoded as sent.
        query: Values by name, in the order sent.
        query_rules: A matching rule by parameter name.
        headers: The headers that matter, by name.
        header_rules: A matching rule by header name.
        body: None when there is none.
        generators: By part ("path", "query", "body"): for the path one generator, else one by name or path.
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
    """What the consumer needs of the answer.

    Args:
        status: The exact status code.
        headers: The headers that matter, by name.
        header_rules: A matching rule by header name.
        body: None when the consumer needs none.
    """

    status: int
    headers: dict[str, str] = {}
    header_rules: dict[str, Rule] = {}
    body: Content | None = None


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """A request and the answer it needs, in given provider states.

    Args:
        description: A phrase, unique in the contract together with the states.
        states: In the order in which they are set up.
        request: What is sent.
        response: What is needed.
        tests: The node ids of the tests it comes from, sorted.
        cassettes: The recordings it comes from, sorted, as "path#index".
        notes: Sentences for people.
        recorded: The answer that gives the examples, without secrets; None when there is none.
    """

    description: str
    states: tuple[ProviderState, ...]
    request: ExpectedRequest
    response: ExpectedResponse
    tests: tuple[str, ...] = ()
    cassettes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    recorded: Response | None = None
