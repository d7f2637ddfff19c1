"""Reads the query for "pacts for verification" from the body or the parameters."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.protocol.messages import Problem
from pactape.broker.rules.selector_parsing import Selector, SelectorError, parse_selectors
from pactape.broker.store.environments import find_environment_by_name

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["VERIFICATION_FILTERS", "VerificationQuery", "read_verification_query"]

#: The parameters of a query without a body.
VERIFICATION_FILTERS = (
    *("consumer_version_selectors[][", "provider_version_branch", "provider_version_tags[]"),
    *("include_pending_status", "include_wip_pacts_since"),
)
_SELECTOR_PARAMETER = re.compile(r"consumer_version_selectors\[\]\[(\w+)\]")
_NAMES = {"fallback_tag": "fallbackTag"}


class _Body(msgspec.Struct, rename="camel"):
    consumer_version_selectors: list[Any] | None = None
    provider_version_branch: str | None = None
    provider_version_tags: list[str] | None = None
    include_pending_status: bool = True
    include_wip_pacts_since: str | None = None


class VerificationQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of a provider for pacts to verify.

    Args:
        selectors: Consumer version selectors; none means the defaults.
        branch: The provider version's branch.
        tags: The provider version's tags.
        include_pending: Whether the response includes the pending status; True by default.
        wip_since: The time from which contracts may be work in progress, ISO 8601 in UTC; None for none.
    """

    selectors: tuple[Selector, ...] = ()
    branch: str | None = None
    tags: tuple[str, ...] = ()
    include_pending: bool = True
    wip_since: str | None = None


def read_verification_query(call: Call) -> VerificationQuery:
    """Read the query of a request.

    Raises:
        Problem: 400, the query is invalid.
    """
    document = call.json() if call.request.method == "POST" else _parameters(call)
    try:
        body = msgspec.convert(
            {key: value for key, value in document.items() if value is not None}, _Body, strict=False
        )
    except msgspec.ValidationError as error:
        raise Problem(400, f"The query can't be read: {error}", errors={"body": [str(error)]}) from None
    branch = _branch(
        body, needs_branch=bool(document.get("includePendingStatus") or body.include_wip_pacts_since)
    )
    return VerificationQuery(
        selectors=tuple(_selectors(call, body, branch=branch)),
        branch=branch,
        tags=tuple(dict.fromkeys(body.provider_version_tags or ())),
        include_pending=body.include_pending_status,
        wip_since=_instant(body.include_wip_pacts_since) if body.include_wip_pacts_since else None,
    )


def _parameters(call: Call) -> dict[str, Any]:
    """Return the query of older clients, whose parameters are in snake case."""
    document: dict[str, Any] = {}
    selectors: list[dict[str, Any]] = []
    for name, value in call.request.query:
        selector = _SELECTOR_PARAMETER.fullmatch(name)
        if selector:
            key = _NAMES.get(selector[1], selector[1])
            if not selectors or key in selectors[-1]:
                selectors.append({})
            selectors[-1][key] = value == "true" if key == "latest" else value
        elif name == "provider_version_tags[]":
            document.setdefault("providerVersionTags", []).append(value)
        elif name in {"provider_version_branch", "include_pending_status", "include_wip_pacts_since"}:
            first, *rest = name.split("_")
            document[first + "".join(part.title() for part in rest)] = value
    return {**document, **({"consumerVersionSelectors": selectors} if selectors else {})}


def _branch(body: _Body, *, needs_branch: bool) -> str | None:
    """Return the branch; an empty one counts as missing, unless the query requires it."""
    branch = body.provider_version_branch
    if branch is None or branch.strip():
        return branch
    if branch or (needs_branch and not body.provider_version_tags):
        raise Problem(
            400, "providerVersionBranch can't be blank", errors={"providerVersionBranch": ["can't be blank"]}
        )
    return None


def _selectors(call: Call, body: _Body, *, branch: str | None) -> list[Selector]:
    try:
        selectors = parse_selectors(body.consumer_version_selectors or [])
    except SelectorError as error:
        raise Problem(400, str(error), errors={"consumerVersionSelectors": [str(error)]}) from None
    for index, selector in enumerate(selectors):
        wrong = _selector_error(call, selector, branch=branch)
        if wrong:
            text = f"consumerVersionSelectors[{index}] {wrong}"
            raise Problem(400, text, errors={"consumerVersionSelectors": [text]})
    return selectors


def _selector_error(call: Call, selector: Selector, *, branch: str | None) -> str | None:
    if selector.matching_branch and not branch:
        return "needs providerVersionBranch for its matchingBranch"
    name = selector.environment
    if name and find_environment_by_name(call.connection, name) is None:
        return f"names the environment {name!r}, which does not exist"
    return None


def _instant(text: str) -> str:
    """Return a date or time in the database's format: ISO 8601 in UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Problem(
            400,
            f"includeWipPactsSince {text!r} is not a date",
            errors={"includeWipPactsSince": ["must be a date such as 2026-01-31"]},
        ) from None
    utc_instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return utc_instant.astimezone(UTC).isoformat(timespec="microseconds")
