"""Pacts for verification: what a provider has to verify, and whether failures count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.pacts.documents import encode_metadata
from pactape.broker.http.pacts.verification_query import (
    VERIFICATION_FILTERS,
    VerificationQuery,
    read_verification_query,
)
from pactape.broker.http.protocol.links import content_url, link, pact_title
from pactape.broker.http.protocol.messages import Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.rules.candidates import SelectedContent
from pactape.broker.rules.notices import notices, short_description
from pactape.broker.rules.pending import ProviderBranch, pending_lines, work_in_progress
from pactape.broker.rules.selection_scope import default_selectors, scope_of
from pactape.broker.rules.selectors import select
from pactape.broker.store import branches
from pactape.broker.store.pacts.candidates import candidates_in, consumer_defaults
from pactape.broker.store.results import successes_of

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES"]


class _PactToVerify(msgspec.Struct, frozen=True):
    selected: SelectedContent
    pending: list[ProviderBranch] | None
    wip: bool


def _for_verification(call: Call) -> Response:
    provider = require_pacticipant(call, call.path["provider"]).name
    query = read_verification_query(call)
    lines = _lines(call, provider, query)
    pacts = _pacts_to_verify(call, provider, query, lines)
    return hal(
        {
            "_embedded": {"pacts": [_document(call, pact, query, lines) for pact in pacts]},
            "_links": {"self": link(call.url(*call.request.segments), title="Pacts to be verified")},
        }
    )


def _pacts_to_verify(
    call: Call, provider: str, query: VerificationQuery, lines: list[ProviderBranch]
) -> list[_PactToVerify]:
    selectors = query.selectors or default_selectors(consumer_defaults(call.connection, provider))
    with_wip = query.wip_since is not None and bool(lines)
    scope = scope_of(selectors, provider_branch=query.branch, heads=with_wip)
    candidates = candidates_in(call.connection, provider, scope)
    selected = select(selectors, candidates, provider_branch=query.branch)
    successes = successes_of(call.connection, {candidate.publication.content_id for candidate in candidates})
    pacts = [
        _PactToVerify(
            content, pending_lines(lines, successes.get(content.publication.content_id, ())), wip=False
        )
        for content in selected
    ]
    if not with_wip:
        return pacts
    unfinished = work_in_progress(
        lines,
        candidates,
        selected=selected,
        since=query.wip_since or "",
        successes_of=lambda content_id: successes.get(content_id, ()),
    )
    return [*pacts, *(_PactToVerify(content.selected, content.lines, wip=True) for content in unfinished)]


def _lines(call: Call, provider: str, query: VerificationQuery) -> list[ProviderBranch]:
    if query.branch:
        began = branches.first_version_on_branch(call.connection, provider, query.branch)
        return [ProviderBranch(kind="branch", name=query.branch, began=began)]
    return [
        ProviderBranch(
            kind="tag", name=tag, began=branches.first_version_with_tag(call.connection, provider, tag)
        )
        for tag in query.tags
    ]


def _document(
    call: Call, pact: _PactToVerify, query: VerificationQuery, lines: list[ProviderBranch]
) -> dict[str, Any]:
    publication = pact.selected.publication
    pending = pact.pending != []
    metadata = encode_metadata(
        {"cv": publication.version, "p": str(pending).lower(), "w": str(pact.wip).lower()}
    )
    url = content_url(call, publication, "metadata", metadata)
    texts = notices(
        pact.selected,
        url=url,
        pending=pact.pending,
        wip=pact.wip,
        lines=lines,
        with_pending=query.include_pending,
    )
    properties: dict[str, Any] = {"notices": [{"when": text.when, "text": text.text} for text in texts]}
    if query.include_pending:
        properties["pending"] = pending
    if pact.wip:
        properties["wip"] = True
    return {
        "shortDescription": short_description(pact.selected.matches),
        "verificationProperties": properties,
        "_links": {"self": link(url, name=pact_title(publication))},
    }


_PATH = "/pacts/provider/{provider}/for-verification"

ROUTES: list[Route] = [
    reads(_PATH, _for_verification, filters=VERIFICATION_FILTERS),
    reads(_PATH, _for_verification, method="POST", asks=True),
]
