"""From a group of exchanges to what the contract asks and needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from pactape.cassettes.scrubbing import PLACEHOLDER
from pactape.contracts.bodies import is_json, json_of, media_type, text_of
from pactape.contracts.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.grouping import path_below
from pactape.contracts.interaction import Content, ExpectedRequest, ExpectedResponse
from pactape.contracts.rules import below, escaped, expect, matches_regex
from pactape.contracts.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.rules import Rule
    from pactape.exchange import Exchange, Request
    from pactape.settings import ProviderSettings

__all__ = ["expected_request", "expected_response"]

#: Request headers that the HTTP library or the moment decides, not the consumer.
_VOLATILE = frozenset(
    {
        "accept-encoding",
        "baggage",
        "connection",
        "content-length",
        "cookie",
        "date",
        "host",
        "idempotency-key",
        "traceparent",
        "tracestate",
        "transfer-encoding",
        "user-agent",
        "x-request-id",
    }
)


_SOMETHING = r"^\S.*$"


def expected_request(exchange: Exchange, provider: ProviderSettings) -> ExpectedRequest:
    """What the consumer asks: exact, but for credentials, of which only the scheme is, and other secrets."""
    request = exchange.request
    headers = _request_headers(request)
    query = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    return ExpectedRequest(
        method=request.method,
        path=path_below(exchange, provider),
        query=query,
        query_rules={
            name: matches_regex(_SOMETHING) for name, values in query.items() if PLACEHOLDER in values
        },
        headers=headers,
        header_rules=_header_rules(headers),
        body=_exact_content(request),
    )


def expected_response(exchanges: list[Exchange]) -> ExpectedResponse:
    """What the consumer needs: all that the exchanges' answers have in common, of the fields that it reads.

    Args:
        exchanges: At least one; they have one status and one media type. The first gives the examples.
    """
    first = exchanges[0].response
    media = media_type(first)
    return ExpectedResponse(
        status=first.status,
        headers={"Content-Type": media} if media else {},
        body=_response_content(exchanges, media) if media else None,
    )


def _request_headers(request: Request) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in request.headers:
        lower = name.lower()
        if lower in _VOLATILE or (lower == "accept" and value == "*/*"):
            continue
        headers[_spelling(lower)] = value
    return headers


def _header_rules(headers: dict[str, str]) -> dict[str, Rule]:
    """A rule for each header that holds a placeholder: the scheme in front of it counts, the secret doesn't."""
    rules: dict[str, Rule] = {}
    for name, value in headers.items():
        scheme, separator, secret = value.rpartition(" ")
        if secret == PLACEHOLDER:
            rules[name] = matches_regex(rf"^{escaped(scheme)} \S+$" if separator else _SOMETHING)
    return rules


def _spelling(lower: str) -> str:
    """One spelling for a header's name, whichever the client's library chose."""
    return "-".join(part.capitalize() for part in lower.split("-"))


def _exact_content(request: Request) -> Content | None:
    media = media_type(request)
    if media is None:
        return None
    if not is_json(media):
        return Content(media_type=media, example=text_of(request))
    value = json_of(request)
    return Content(media_type=media, example=value, rules=dict(_placeholder_rules(value, "$")))


def _placeholder_rules(value: Any, path: str) -> Iterator[tuple[str, Rule]]:
    """A rule for each place of a JSON value that holds a placeholder: any text will do there."""
    if isinstance(value, dict):
        for key, each in value.items():
            if "'" not in key:
                yield from _placeholder_rules(each, below(path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _placeholder_rules(each, f"{path}[{index}]")
    elif value == PLACEHOLDER:
        yield path, {"combine": "AND", "matchers": [{"match": "type"}]}


def _response_content(exchanges: list[Exchange], media: str) -> Content | None:
    if not is_json(media):
        return None
    samples = [json_of(exchange.response) for exchange in exchanges]
    expectation = expect(
        shape_of(samples), samples[0], _fields(exchanges, samples), known=_known(exchanges[0])
    )
    return Content(
        media_type=media, example=expectation.example, rules=dict(sorted(expectation.rules.items()))
    )


def _known(exchange: Exchange) -> frozenset[str]:
    """The texts that the consumer sent, or that its provider states name."""
    sent = re.split(r"[/?&=]", unquote(exchange.request.url))
    if is_json(media_type(exchange.request)):
        sent += _texts(json_of(exchange.request))
    if exchange.provenance is not None:
        sent += [text for state in exchange.provenance.states for text in _texts(state.parameters)]
    return frozenset(sent)


def _texts(value: Any) -> list[str]:
    """All texts in a JSON value."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _fields(exchanges: list[Exchange], samples: list[object]) -> ReadFields:
    """What the models read of a success; a refusal is read by the client's error handling, as a whole."""
    first_failure = 400
    if exchanges[0].response.status >= first_failure:
        return EVERYTHING
    if any(isinstance(sample, dict) and sample.get("errors") for sample in samples):
        return EVERYTHING
    return read_fields(exchange.call.fields if exchange.call else None for exchange in exchanges)
