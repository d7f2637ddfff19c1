"""Group keys: samples of one operation, in the same states, with one kind of response belong together."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import msgspec

from pactape.contracts.grouping.actions import action_of
from pactape.contracts.grouping.evidence.header_variants import header_variants
from pactape.contracts.grouping.openapi import RouteTemplates, route_templates
from pactape.contracts.grouping.outcomes import outcome_of
from pactape.contracts.inference.discriminators import DISCRIMINATORS
from pactape.contracts.participants import path_below
from pactape.contracts.samples.graphql_documents import (
    canonical_document,
    documents_of_batch,
    operation_name,
)
from pactape.contracts.samples.path_segments import route_template, segment_kinds
from pactape.http_bodies import content_type, decoded_body, form_fields, media_type, multipart_parts
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.samples.sample import Sample
    from pactape.settings import ProviderSettings

__all__ = ["ITEM", "GroupKey", "is_declared", "own_key"]

#: The step from an array to any of its items, among the names of a request.
ITEM = "[]"

_LONGEST_DISCRIMINATOR = 40
#: What a size or plan has, "dedicated-4", and a kind has not.
_SIZE = re.compile(r"[-_.].*[0-9]")
#: The names of query parameters and form fields.
_NAME = re.compile(r"[^\s{}\"]{0,200}")
#: An index in such a name: "items[0][sku]", "Tag.1.Key".
_INDEX = re.compile(r"([\[.])[0-9]+(?=[\].]|$)")
_FIRST_FAILURE = 400


class GroupKey(msgspec.Struct, frozen=True, order=True):
    """What the exchanges of one group have in common.

    Args:
        operation: "GET /users/{id}" or a GraphQL operation's name.
        status: The response's status code.
        media: The response's media type; empty when it has no body.
        outcome: How a call failed although its status is a success: "errors" of GraphQL, "an error" of JSON-RPC.
        states: The names of the provider states.
        request: The names of query parameters and body fields, the GraphQL document, and the headers that choose
            the form of the response.
        variant: "type=card" for responses of one of several kinds, otherwise empty.
        traffic: Whether they were captured from traffic rather than recorded by tests.
    """

    operation: str
    status: int
    media: str
    outcome: str
    states: tuple[str, ...]
    request: str
    variant: str = ""
    traffic: bool = False

    @property
    def parameters(self) -> list[str]:
        """The names of the query parameters."""
        names: list[str] = json.loads(self.request)[0] if self.request.startswith("[") else []
        return names


def own_key(sample: Sample, provider: ProviderSettings) -> GroupKey:
    """Return the key that a sample alone gives; `final_keys` may join keys when all samples are known.

    Args:
        sample: Any sample.
        provider: The provider that answered.

    Raises:
        SettingsError: The provider's OpenAPI document can't be used.
    """
    templates = route_templates(provider.openapi)
    discriminators = (*templates.discriminators, *DISCRIMINATORS)
    exchange = sample.exchange
    states = exchange.provenance.states if exchange.provenance else ()
    return GroupKey(
        operation=_operation(sample, provider, templates),
        status=exchange.response.status,
        media=media_type(exchange.response) or "",
        outcome=outcome_of(sample),
        states=tuple(state.name for state in states),
        request=_request_names(sample, provider),
        variant=_variant(sample, discriminators),
        traffic=exchange.traffic,
    )


def is_declared(sample: Sample) -> bool:
    """Return whether the operation's name comes from the client or a GraphQL document rather than the path."""
    return sample.exchange.call is not None or sample.document is not None


def _operation(sample: Sample, provider: ProviderSettings, templates: RouteTemplates) -> str:
    exchange = sample.exchange
    if exchange.call is not None:
        return exchange.call.operation
    if sample.document is not None:
        return operation_name(exchange.request, sample.document)
    path = path_below(exchange, provider)
    route = templates.match(path) or _template(sample, path)
    action = action_of(sample)
    return f"{exchange.request.method} {route}{f' ({action})' if action else ''}"


def _template(sample: Sample, path: str) -> str:
    """Return the path with a parameter for each segment with a known source or the form of a value."""
    segments = [unquote(part) for part in path.split("/")[1:]]
    skipped = len(url_parts(sample.exchange.request.url).path.split("/")[1:]) - len(segments)
    sourced_segments = sample.sources.path.keys() | sample.sources.earlier.keys()
    known_ids = {index - skipped for index in sourced_segments}
    return route_template(segment_kinds(segments, known_ids), segments)


def _variant(sample: Sample, discriminators: Iterable[str]) -> str:
    received = sample.received
    if not isinstance(received, dict) or sample.exchange.response.status >= _FIRST_FAILURE:
        return ""
    for key in discriminators:
        value = received.get(key)
        if isinstance(value, str) and 0 < len(value) <= _LONGEST_DISCRIMINATOR and not _SIZE.search(value):
            return f"{key}={value}"
    return ""


def _request_names(sample: Sample, provider: ProviderSettings) -> str:
    request = sample.exchange.request
    query = _query_names(url_parts(request.url).query)
    if not request.body and sample.document is None:
        return _json_of_names(query, tuple(header_variants(request)))
    documents = (
        [sample.document]
        if sample.document
        else documents_of_batch(sample.sent if isinstance(sample.sent, list) else None)
    )
    meaning = "\n".join(map(canonical_document, documents)) or None
    body = _body_names(sample.sent) if sample.sent is not None else _form_names(sample)
    variants = header_variants(request)
    if meaning:  # the name of the operation says nothing about the endpoint
        segments = [unquote(part) for part in path_below(sample.exchange, provider).split("/")[1:]]
        variants = [*variants, f"the path {route_template(segment_kinds(segments), segments)}"]
    return json.dumps([query, body, meaning, variants])


@lru_cache(maxsize=1024)
def _query_names(query: str) -> tuple[str, ...]:
    return _names_of_parameters(parse_qs(query, keep_blank_values=True)) if query else ()


@lru_cache(maxsize=1024)
def _json_of_names(query: tuple[str, ...], headers: tuple[str, ...]) -> str:
    """Return the names of a request without a JSON body."""
    return json.dumps([query, None, None, headers])


def _names_of_parameters(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of query parameters or form fields; those of an array's items once.

    A text without "=" is a value without a name, as in "?{…}", rather than a name.
    """
    return tuple(sorted({_INDEX.sub(r"\1*", name) for name in names if _NAME.fullmatch(name)}))


def _form_names(sample: Sample) -> Any:
    """Return the names of form fields or multipart parts, in the form of a JSON object."""
    request = sample.exchange.request
    if not request.body:
        return None
    names = list(_names_of_parameters(form_fields(request)))
    with suppress(ValueError):
        parts = multipart_parts(decoded_body(request), content_type(request.headers)) if not names else ()
        names += [part.name for part in parts if part.name]
    return dict.fromkeys(sorted(set(names))) or None


def _body_names(value: Any) -> Any:
    """Return the names in a JSON body; of an array, the names that any of its items has."""
    if not isinstance(value, list):
        return _names(value)
    names = {name for item in value if isinstance(item, dict) for name in item}
    return {ITEM: dict.fromkeys(sorted(names)) or None}


def _names(value: Any) -> Any:
    """Return the names in a JSON value, without its scalars."""
    if isinstance(value, dict):
        return {key: _names(value[key]) for key in sorted(value)}
    return None
