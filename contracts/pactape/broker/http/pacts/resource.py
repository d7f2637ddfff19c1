"""Reads and deletes contracts: one by its version or content, the latest ones, those of branches and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_content, require_pacticipant, require_publication
from pactape.broker.http.pacts.documents import pact_document
from pactape.broker.http.protocol.links import (
    curies,
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_brief,
    pacticipant_url,
    version_url,
)
from pactape.broker.http.protocol.messages import Response, hal, no_content, not_found
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store.pacts import publishing
from pactape.broker.store.pacts.published import latest_publication, latest_publications, publications_between

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Publication

__all__ = ["ROUTES"]

_LISTED = 1000


def _get(call: Call) -> Response:
    return hal(pact_document(call, require_publication(call)))


def _delete(call: Call) -> Response:
    publishing.delete_publication(call.connection, require_publication(call))
    return _deletion_response(call)


def _deletion_response(call: Call) -> Response:
    """Respond after a deletion with what remains, as the official broker does."""
    consumer, provider = call.path["consumer"], call.path["provider"]
    links: dict[str, Any] = {"index": link(call.request.base_url)}
    if latest_publication(call.connection, consumer=consumer, provider=provider) is not None:
        latest = call.url("pacts", "provider", provider, "consumer", consumer, "latest")
        links["pb:latest-pact-version"] = link(latest, title="Latest pact")
    return hal({"_links": links})


def _get_content(call: Call) -> Response:
    return hal(pact_document(call, require_content(call), metadata=call.path.get("metadata")))


def _latest_between(call: Call, *, main_branch: bool = False, untagged: bool = False) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    publication = latest_publication(
        call.connection,
        consumer=consumer,
        provider=provider,
        branch=call.path.get("branch"),
        main_branch=main_branch,
        tag=call.path.get("tag"),
        untagged=untagged,
    )
    if publication is None:
        raise not_found(f"A pact between {consumer} and {provider}")
    return hal(pact_document(call, publication))


def _heads(call: Call, *, main_branch: bool = False) -> Response:
    """List the latest contract of each consumer of a provider: of all, on a branch or with a tag."""
    provider = require_pacticipant(call, call.path["provider"]).name
    publications = latest_publications(
        call.connection,
        provider=provider,
        consumer=call.path.get("consumer"),
        branch=call.path.get("branch"),
        main_branch=main_branch,
        tag=call.path.get("tag"),
    )
    return hal(_provider_document(call, publications))


def _every(call: Call, *, main_branch: bool = False) -> Response:
    provider = require_pacticipant(call, call.path["provider"]).name
    publications = publications_between(
        call.connection,
        provider=provider,
        consumer=call.path.get("consumer"),
        branch=call.path.get("branch"),
        main_branch=main_branch,
        tag=call.path.get("tag"),
        limit=_LISTED,
    )
    return hal(_provider_document(call, publications))


def _delete_every(call: Call) -> Response:
    """Delete the contracts between two parties, or those whose consumer versions have a tag or are on a branch."""
    consumer, provider = call.path["consumer"], call.path["provider"]
    branch, tag = call.path.get("branch"), call.path.get("tag")
    for name in (consumer, provider):
        require_pacticipant(call, name)
    if branch is None and tag is None:
        publishing.delete_publications(call.connection, consumer, provider)
        return no_content()
    publications = publications_between(
        call.connection, consumer=consumer, provider=provider, branch=branch, tag=tag
    )
    for publication in publications:
        publishing.delete_publication(call.connection, publication)
    return _deletion_response(call)


def _provider_document(call: Call, publications: list[Publication]) -> dict[str, Any]:
    provider = call.path["provider"]
    links = [
        link(pact_url(call, publication), title=pact_title(publication), name=publication.consumer)
        for publication in publications
    ]
    return {
        "_embedded": {"pacts": [_summary(call, publication) for publication in publications]},
        "_links": {
            "self": link(call.url(*call.request.segments), title=f"Pacts of the provider {provider}"),
            "pb:provider": link(pacticipant_url(call, provider), name=provider),
            "pb:pacts": links,
            "pacts": links,
            **({"pact-versions": links} if "consumer" in call.path else {}),
            "curies": curies(call, "pacts"),
        },
    }


def _summary(call: Call, publication: Publication) -> dict[str, Any]:
    consumer = pacticipant_brief(call, publication.consumer)
    href = version_url(call, publication.consumer, publication.version)
    version = {
        "number": publication.version,
        "_links": {"self": link(href, title="Version", name=publication.version)},
    }
    consumer["_embedded"] = {"version": version}
    return {
        "createdAt": moment(publication.created_at),
        "_embedded": {
            "consumer": consumer,
            "consumerVersion": version,
            "provider": pacticipant_brief(call, publication.provider),
        },
        "_links": {
            "self": [link(pact_url(call, publication), title="Pact", name=pact_title(publication))],
        },
    }


def _latest(call: Call) -> Response:
    publications = latest_publications(call.connection)
    links = [
        link(pact_url(call, publication), title="Pact", name=pact_title(publication))
        for publication in publications
    ]
    return hal(
        {
            "pacts": [_summary(call, publication) for publication in publications],
            "_links": {
                "self": link(call.url("pacts", "latest")),
                "pb:pacts": links,
                "curies": curies(call, "pacts"),
            },
        }
    )


_PROVIDER = "/pacts/provider/{provider}"
_BETWEEN = f"{_PROVIDER}/consumer/{{consumer}}"
_CONTENT = f"{_BETWEEN}/pact-version/{{sha}}"
_VERSION = f"{_BETWEEN}/version/{{version}}"


def _heads_of_main(call: Call) -> Response:
    return _heads(call, main_branch=True)


def _every_of_main(call: Call) -> Response:
    return _every(call, main_branch=True)


ROUTES: list[Route] = [
    reads("/pacts/latest", _latest),
    reads(_PROVIDER, _every),
    reads(f"{_PROVIDER}/latest", _heads),
    reads(f"{_PROVIDER}/latest/{{tag}}", _heads),
    reads(f"{_PROVIDER}/tag/{{tag}}", _every),
    reads(f"{_PROVIDER}/branch", _every_of_main),
    reads(f"{_PROVIDER}/branch/latest", _heads_of_main),
    reads(f"{_PROVIDER}/branch/{{branch}}", _every),
    reads(f"{_PROVIDER}/branch/{{branch}}/latest", _heads),
    reads(_VERSION, _get),
    writes("DELETE", _VERSION, _delete),
    reads("/pact/provider/{provider}/consumer/{consumer}/version/{version}", _get),
    reads("/pact/provider/{provider}/consumer/{consumer}/latest", _latest_between),
    reads(f"{_BETWEEN}/versions", _every),
    writes("DELETE", f"{_BETWEEN}/versions", _delete_every),
    reads(f"{_BETWEEN}/versions/{{version}}", _get),
    writes("DELETE", f"{_BETWEEN}/versions/{{version}}", _delete),
    reads(f"{_BETWEEN}/latest", _latest_between),
    reads(f"{_BETWEEN}/latest-untagged", lambda call: _latest_between(call, untagged=True)),
    reads(f"{_BETWEEN}/latest/{{tag}}", _latest_between),
    reads(f"{_BETWEEN}/tag/{{tag}}", _every),
    writes("DELETE", f"{_BETWEEN}/tag/{{tag}}", _delete_every),
    reads(f"{_BETWEEN}/branch", _every_of_main),
    reads(f"{_BETWEEN}/branch/versions", _every_of_main),
    reads(f"{_BETWEEN}/branch/latest", lambda call: _latest_between(call, main_branch=True)),
    reads(f"{_BETWEEN}/branch/latest/versions", _heads_of_main),
    reads(f"{_BETWEEN}/branch/{{branch}}", _every),
    writes("DELETE", f"{_BETWEEN}/branch/{{branch}}", _delete_every),
    reads(f"{_BETWEEN}/branch/{{branch}}/latest", _latest_between),
    reads(f"{_BETWEEN}/branch/{{branch}}/latest/versions", _heads),
    reads(_CONTENT, _get_content),
    reads(f"{_CONTENT}/metadata/{{metadata}}", _get_content),
]
