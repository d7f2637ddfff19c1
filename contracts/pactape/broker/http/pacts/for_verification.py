"""Pacts for verification: what a provider is to verify now, and how much it matters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.pacts.documents import encode_metadata
from pactape.broker.http.protocol.links import content_url, link, pact_title
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.rules.candidates import Selected
from pactape.broker.rules.notices import notices, short_description
from pactape.broker.rules.pending import ProviderBranch, Success, pending_lines, work_in_progress
from pactape.broker.rules.selector_parsing import Selector, SelectorError, parse_selectors
from pactape.broker.rules.selectors import select
from pactape.broker.store import results, versions
from pactape.broker.store.candidates import candidates_of
from pactape.broker.store.environments import find_environment_named

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ROUTES"]


class _VerificationQuery(msgspec.Struct, rename="camel"):
    consumer_version_selectors: list[Any] | None = None
    provider_version_branch: str | None = None
    provider_version_tags: list[str] | None = None
    include_pending_status: bool = False
    include_wip_pacts_since: str | None = None


class _Listed(msgspec.Struct, frozen=True):
    selected: Selected
    pending: list[ProviderBranch] | None
    wip: bool


def _for_verification(call: Call) -> Response:
    provider = known_pacticipant(call, call.path["provider"])
    question = _read(call)
    candidates = candidates_of(call.connection, provider.name)
    branch = question.provider_version_branch
    try:
        selectors = parse_selectors(question.consumer_version_selectors or [])
    except SelectorError as error:
        raise Problem(400, str(error), errors={"consumerVersionSelectors": [str(error)]}) from None
    _check_selectors(call, selectors, branch=branch)
    selected = select(selectors, candidates, provider_branch=branch)
    lines = _lines(call, provider.name, question)
    successes = _successes(call)
    listed = [
        _Listed(each, pending_lines(lines, successes(each.publication.content_id)), wip=False)
        for each in selected
    ]
    if question.include_wip_pacts_since and lines:
        unfinished = work_in_progress(
            lines,
            candidates,
            selected=selected,
            since=_instant(question.include_wip_pacts_since),
            successes_of=successes,
        )
        listed += [_Listed(each, list(lines), wip=True) for each in unfinished]
    return hal(
        {
            "_embedded": {"pacts": [_document(call, each, question, lines) for each in listed]},
            "_links": {"self": link(call.url(*call.request.segments), title="Pacts to be verified")},
        }
    )


def _read(call: Call) -> _VerificationQuery:
    try:
        question = msgspec.convert(
            {key: value for key, value in call.json().items() if value is not None},
            _VerificationQuery,
            strict=False,
        )
    except msgspec.ValidationError as error:
        raise Problem(400, f"The question can't be read: {error}") from None
    return _with_a_branch(question)


def _with_a_branch(question: _VerificationQuery) -> _VerificationQuery:
    """An empty branch is none, unless the question makes no sense without one; a blank one is a mistake."""
    branch = question.provider_version_branch
    counts = question.include_pending_status or question.include_wip_pacts_since
    if branch is None or branch.strip():
        return question
    if branch or (counts and not question.provider_version_tags):
        raise Problem(
            400, "providerVersionBranch can't be blank", errors={"providerVersionBranch": ["can't be blank"]}
        )
    return msgspec.structs.replace(question, provider_version_branch=None)


def _check_selectors(call: Call, selectors: list[Selector], *, branch: str | None) -> None:
    for index, selector in enumerate(selectors):
        wrong = None
        if selector.matching_branch and not branch:
            wrong = "needs providerVersionBranch for its matchingBranch"
        elif selector.environment and find_environment_named(call.connection, selector.environment) is None:
            wrong = f"names the environment {selector.environment!r}, which does not exist"
        if wrong:
            text = f"consumerVersionSelectors[{index}] {wrong}"
            raise Problem(400, text, errors={"consumerVersionSelectors": [text]})


def _instant(text: str) -> str:
    """A date or a time as the database writes it: ISO 8601 in UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(
            400,
            f"includeWipPactsSince {text!r} is not a date",
            errors={"includeWipPactsSince": ["must be a date such as 2026-01-31"]},
        ) from None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")


def _lines(call: Call, provider: str, question: _VerificationQuery) -> list[ProviderBranch]:
    branch = question.provider_version_branch
    if branch:
        began = versions.first_version_on_branch(call.connection, provider, branch)
        return [ProviderBranch(kind="branch", name=branch, began=began)]
    return [
        ProviderBranch(
            kind="tag", name=tag, began=versions.first_version_with_tag(call.connection, provider, tag)
        )
        for tag in question.provider_version_tags or ()
    ]


def _successes(call: Call) -> Callable[[int], list[Success]]:
    known: dict[int, list[Success]] = {}

    def of(content_id: int) -> list[Success]:
        if content_id not in known:
            known[content_id] = _load_successes(call, content_id)
        return known[content_id]

    return of


def _load_successes(call: Call, content_id: int) -> list[Success]:
    found = results.successes_of(call.connection, content_id)
    providers = versions.versions_by_id(call.connection, {each.provider_version_id for each in found})
    return [
        Success(
            branches=frozenset(providers[each.provider_version_id].branches),
            tags=frozenset(tag.name for tag in providers[each.provider_version_id].tags),
            wip=each.wip,
            at=each.executed_at,
        )
        for each in found
    ]


def _document(
    call: Call, listed: _Listed, question: _VerificationQuery, lines: list[ProviderBranch]
) -> dict[str, Any]:
    publication, asked = listed.selected.publication, question.include_pending_status
    pending = listed.pending != []
    metadata = encode_metadata(
        {"cv": publication.version, "p": str(pending).lower(), "w": str(listed.wip).lower()}
    )
    url = content_url(call, publication, "metadata", metadata)
    words = notices(
        listed.selected, url=url, pending=listed.pending, wip=listed.wip, lines=lines, with_pending=asked
    )
    properties: dict[str, Any] = {"notices": [{"when": each.when, "text": each.text} for each in words]}
    if asked:
        properties["pending"] = pending
    if listed.wip:
        properties["wip"] = True
    return {
        "shortDescription": short_description(listed.selected.matches),
        "verificationProperties": properties,
        "_links": {"self": link(url, name=pact_title(publication))},
    }


_PATH = "/pacts/provider/{provider}/for-verification"

ROUTES: list[Route] = [reads(_PATH, _for_verification), reads(_PATH, _for_verification, method="POST")]
