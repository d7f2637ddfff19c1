"""Descriptions of the link relations `pb:…`, to which the `curies` of documents lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.overview.index import INDEX_RELATIONS
from pactape.broker.http.protocol.links import link
from pactape.broker.http.protocol.messages import Response, hal, not_found
from pactape.broker.http.protocol.routing import Route, reads

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES", "relation_of"]

_RELATIONS = {
    "all-pact-versions": "All versions of a pact",
    "branch": "A branch of a pacticipant",
    "branch-version": "A version on a branch; PUT adds it",
    "branches": "The branches of a pacticipant",
    "can-i-deploy-badge": "A badge that shows whether the latest version with a tag can be deployed",
    "can-i-deploy-branch-to-environment-badge": (
        "A badge that shows whether the latest version of a branch can be deployed to an environment"
    ),
    "consumer": "The consumer of a pact",
    "consumer-version": "The consumer version that published a pact",
    "consumer-versions": "The consumer versions that published a pact",
    "consumer-webhooks": "The webhooks of a consumer; POST creates one",
    "consumers": "The consumers with a label",
    "contracts": "The pacts that were published",
    "create": "POST creates a webhook",
    "currently-deployed-deployed-versions": "The versions that are deployed to an environment now",
    "currently-supported-released-versions": "The versions that are released to an environment and supported",
    "delete_integration": "DELETE removes an integration with its pacts",
    "deployed-environments": "The environments to which a version is deployed",
    "diff": "What differs between a pact and another version of it",
    "diff-previous-distinct": "What differs between a pact and the previous one with another content",
    "error-logs": "What a webhook's failed delivery sent and received",
    "execute": "POST sends a webhook's request now",
    "group": "The integrations of a pacticipant",
    "label": "A label of a pacticipant: PUT adds it, DELETE removes it",
    "latest-pact-version": "The latest version of a pact",
    "latest-tagged-pact-version": "The latest version of a pact whose consumer version has a tag",
    "latest-untagged-pact-version": "The latest version of a pact whose consumer version has no tag",
    "latest-verification-results": "The latest verification results of a pact",
    "latest-verification-results-where-pacticipant-is-consumer": (
        "The latest verification result of each pact of a consumer version"
    ),
    "logs": "What a webhook's delivery sent and received",
    "matrix-for-consumer-version": "The verification results of a consumer version",
    "pact-version": "The content of a pact, whichever versions it was published for",
    "pact-versions": "The pacts of a version, or all versions of a pact",
    "pact-webhooks": "The webhooks of a pact; POST creates one",
    "pacticipant-version-tags": "The tags of a version",
    "pacts": "The pacts of this document",
    "previous-distinct": "The previous version of a pact with another content",
    "provider": "The provider of a pact",
    "provider-version": "The provider version that verified a pact",
    "providers": "The providers with a label",
    "publish-verification-results": "POST publishes the result of a verification",
    "record-deployment": "POST records that a version was deployed to an environment",
    "record-release": "POST records that a version was released to an environment",
    "released-environments": "The environments to which a version is released",
    "tag": "A tag of a version: PUT adds it, DELETE removes it",
    "tag-prod-version": "PUT tags the consumer version as prod",
    "tag-version": "PUT tags the consumer version",
    "triggered-webhooks": "The deliveries of a webhook, or those that a publication or a result caused",
    "version": "A version of a pacticipant",
    "version-tag": "A tag of a version: PUT adds it, DELETE removes it",
    "versions": "The versions of a pacticipant",
    "webhook-status": "The latest deliveries of a pact's webhooks",
}


def relation_of(call: Call) -> tuple[str, str, str | None]:
    """Return the relation in the path, what it leads to, and its URL if the index has it.

    Raises:
        Problem: There is no such relation.
    """
    name = call.path["relation"].removeprefix("pb:")
    if name.startswith("webhooks-"):  # as in the `curies` of the list of webhooks
        name = name.removeprefix("webhooks-")
    indexed = INDEX_RELATIONS.get(f"pb:{name}")
    if indexed is not None:
        path, title = indexed
        return name, title, f"{call.request.base_url}/{path}"
    if name not in _RELATIONS:
        raise not_found(f"Relation {name}")
    return name, _RELATIONS[name], None


def _relation(call: Call) -> Response:
    name, description, url = relation_of(call)
    links = {"self": link(call.url("doc", name), title=name)}
    if url is not None:
        links[f"pb:{name}"] = link(url, title=description, templated=True if "{" in url else None)
    return hal({"name": f"pb:{name}", "description": description, "_links": links})


ROUTES: list[Route] = [reads("/doc/{relation}", _relation, filters=("context",))]
