"""Closed sets: the texts allowed at each path of a response, according to the provider's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.grouping.openapi import route_templates
from pactape.contracts.participants import path_below
from pactape.contracts.vocabulary.graphql_enums import graphql_schema, sets_of_document
from pactape.contracts.vocabulary.openapi_enums import sets_of_response
from pactape.http_bodies import media_type

if TYPE_CHECKING:
    from pactape.contracts.samples.sample import Sample
    from pactape.settings import ProviderSettings

__all__ = ["ClosedSets", "closed_sets"]

#: Texts by path expression: "$.items[*].status".
ClosedSets = dict[str, frozenset[str]]


def closed_sets(sample: Sample, provider: ProviderSettings) -> ClosedSets:
    """Return the closed sets of an operation's responses.

    Args:
        sample: A recording of the operation.
        provider: The provider that answered.

    Raises:
        SettingsError: The provider's OpenAPI document or GraphQL schema can't be used.
    """
    if sample.document is not None:
        schema = graphql_schema(provider.graphql)
        return {} if schema is None else sets_of_document(sample.document, schema)
    exchange = sample.exchange
    templates = route_templates(provider.openapi)
    route = templates.match(path_below(exchange, provider))
    if route is None:
        return {}
    return sets_of_response(
        templates.document,
        route=route,
        method=exchange.request.method,
        status=exchange.response.status,
        media=media_type(exchange.response) or "",
    )
