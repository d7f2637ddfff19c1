"""Reading contracts: one by its version or content, the latest ones, those of branches and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.pacts.documents import pact_document
from pactape.broker.http.protocol.links import (
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_brief,
    pacticipant_url,
    version_url,
)
from pactape.broker.http.protocol.messages import Call, Response, hal, no_content, not_found
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store import pacts
from pactape.broker.store.candidates import candidates_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.broker.records import Publication
    from pactape.broker.rules.candidates import Candidate

__all__ = ["ROUTES", "published", "published_content"]

_LISTED = 1000


def published(call: Call) -> Publication:
    """The contract of the consumer version that the path names.

    Raises:
        Problem: 404, there is none.
    """
    consumer, provider, version = (call.path[name] for name in ("consumer", "provider", "version"))
    found = pacts.find_publication(call.connection, consumer=consumer, provider=provider, version=version)
    if found is None:
        raise not_found(f"A pact between {consumer} ({version}) and {provider}")
    return found


def published_content(call: Call) -> Publication:
    """The latest publication of the content that the path names.

    Raises:
        Problem: 404, there is none.
    """
    consumer, provider, sha = (call.path[name] for name in ("consumer", "provider", "sha"))
    found = pacts.publication_of_content(call.connection, consumer=consumer, provider=provider, sha=sha)
    if found is None:
        raise not_found(f"A pact between {consumer} and {provider} with the content {sha}")
    return found


def _get(call: Call) -> Response:
    return hal(pact_document(call, published(call)))


def _delete(call: Call) -> Response:
    pacts.delete_publication(call.connection, published(call))
    return no_content()


def _get_content(call: Call) -> Response:
    return hal(pact_document(call, published_content(call), metadata=call.path.get("metadata")))


def _chosen(call: Call, wanted: Callable[[Candidate], bool]) -> list[Publication]:
    consumer = call.path.get("consumer")
    provider = known_pacticipant(call, call.path["provider"]).name
    return [
        each.publication
        for each in candidates_of(call.connection, provider)
        if consumer in {None, each.publication.consumer} and wanted(each)
    ]


def _one_of(call: Call, wanted: Callable[[Candidate], bool]) -> Response:
    found = _chosen(call, wanted)
    if not found:
        raise not_found(f"A pact between {call.path['consumer']} and {call.path['provider']}")
    return hal(pact_document(call, found[0]))


def _several(call: Call, wanted: Callable[[Candidate], bool]) -> Response:
    return hal(_provider_document(call, _chosen(call, wanted)))


def _provider_document(call: Call, found: list[Publication]) -> dict[str, Any]:
    provider = call.path["provider"]
    links = [link(pact_url(call, each), title=pact_title(each), name=each.consumer) for each in found]
    return {
        "_embedded": {"pacts": [_summary(call, each) for each in found]},
        "_links": {
            "self": link(call.url(*call.request.segments), title=f"Pacts of the provider {provider}"),
            "pb:provider": link(pacticipant_url(call, provider), name=provider),
            "pb:pacts": links,
            "pacts": links,
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
    found = pacts.latest_publications(call.connection)
    return hal(
        {
            "pacts": [_summary(call, each) for each in found],
            "_links": {
                "self": link(call.url("pacts", "latest")),
                "pb:pacts": [
                    link(pact_url(call, each), title="Pact", name=pact_title(each)) for each in found
                ],
            },
        }
    )


def _versions(call: Call) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    found = pacts.publications_of_parties(
        call.connection, consumer=consumer, provider=provider, limit=_LISTED
    )
    return hal(_provider_document(call, found))


def _integrations(call: Call) -> Response:
    found = pacts.integrations(call.connection)
    documents = [
        {
            "consumer": pacticipant_brief(call, consumer),
            "provider": pacticipant_brief(call, provider),
            "_links": {
                "pb:consumer": link(pacticipant_url(call, consumer), name=consumer),
                "pb:provider": link(pacticipant_url(call, provider), name=provider),
            },
        }
        for consumer, provider in found
    ]
    return hal({"_embedded": {"integrations": documents}, "_links": {"self": link(call.url("integrations"))}})


def _all(_each: Candidate) -> bool:
    return True


def _is_latest(each: Candidate) -> bool:
    return each.latest


def _on_main(each: Candidate) -> bool:
    return each.main_branch in each.branches


def _heads_main(each: Candidate) -> bool:
    return each.main_branch in each.head_of_branches


def _on_branch(call: Call) -> Callable[[Candidate], bool]:
    return lambda each: call.path["branch"] in each.branches


def _heads_branch(call: Call) -> Callable[[Candidate], bool]:
    return lambda each: call.path["branch"] in each.head_of_branches


def _tagged(call: Call) -> Callable[[Candidate], bool]:
    return lambda each: call.path["tag"] in each.tags


def _heads_tag(call: Call) -> Callable[[Candidate], bool]:
    return lambda each: call.path["tag"] in each.head_of_tags


_PROVIDER = "/pacts/provider/{provider}"
_BETWEEN = f"{_PROVIDER}/consumer/{{consumer}}"
_CONTENT = f"{_BETWEEN}/pact-version/{{sha}}"

ROUTES: list[Route] = [
    reads("/pacts/latest", _latest),
    reads("/integrations", _integrations),
    reads(_PROVIDER, lambda call: _several(call, _all)),
    reads(f"{_PROVIDER}/latest", lambda call: _several(call, _is_latest)),
    reads(f"{_PROVIDER}/latest/{{tag}}", lambda call: _several(call, _heads_tag(call))),
    reads(f"{_PROVIDER}/tag/{{tag}}", lambda call: _several(call, _tagged(call))),
    reads(f"{_PROVIDER}/branch", lambda call: _several(call, _on_main)),
    reads(f"{_PROVIDER}/branch/latest", lambda call: _several(call, _heads_main)),
    reads(f"{_PROVIDER}/branch/{{branch}}", lambda call: _several(call, _on_branch(call))),
    reads(f"{_PROVIDER}/branch/{{branch}}/latest", lambda call: _several(call, _heads_branch(call))),
    reads(f"{_BETWEEN}/version/{{version}}", _get),
    writes("DELETE", f"{_BETWEEN}/version/{{version}}", _delete),
    reads(f"{_BETWEEN}/versions", _versions),
    reads(f"{_BETWEEN}/latest", lambda call: _one_of(call, _is_latest)),
    reads(f"{_BETWEEN}/latest/{{tag}}", lambda call: _one_of(call, _heads_tag(call))),
    reads(f"{_BETWEEN}/tag/{{tag}}", lambda call: _several(call, _tagged(call))),
    reads(f"{_BETWEEN}/branch", lambda call: _several(call, _on_main)),
    reads(f"{_BETWEEN}/branch/latest", lambda call: _one_of(call, _heads_main)),
    reads(f"{_BETWEEN}/branch/{{branch}}", lambda call: _several(call, _on_branch(call))),
    reads(f"{_BETWEEN}/branch/{{branch}}/latest", lambda call: _one_of(call, _heads_branch(call))),
    reads(_CONTENT, _get_content),
    reads(f"{_CONTENT}/metadata/{{metadata}}", _get_content),
]
