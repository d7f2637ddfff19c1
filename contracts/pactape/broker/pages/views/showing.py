"""What every page uses: rendering, one page of a list, and what an integration links to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.broker.http.protocol.messages import Call, Response
    from pactape.broker.pages.states import IntegrationState
    from pactape.broker.records import Publication

__all__ = ["Paged", "integration_row", "pact_path", "paged", "parameter", "show"]

_Item = TypeVar("_Item")
_SIZE = 50


class Paged(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, from number 1."""

    items: list[Any]
    number: int
    count: int
    total: int


def show(template: str, call: Call, *, title: str, **values: Any) -> Response:
    """Return a page; Jinja2 is loaded with the first one."""
    from pactape.broker.pages.render import page  # noqa: PLC0415 -- keeps the broker's start quick

    return page(template, call, title=title, **values)


def parameter(call: Call, name: str) -> str:
    """Return a query parameter without spaces around it; empty when it is absent."""
    return (call.request.parameter(name) or "").strip()


def paged(call: Call, items: Sequence[_Item], *, size: int = _SIZE) -> Paged:
    """Return the page of a list that the request asks for; the nearest one when there is no such page."""
    text = parameter(call, "page")
    count = max(1, -(-len(items) // size))
    number = min(max(int(text), 1), count) if text.isascii() and text.isdecimal() else 1
    return Paged(
        items=list(items[(number - 1) * size : number * size]), number=number, count=count, total=len(items)
    )


def pact_path(publication: Publication) -> tuple[str, ...]:
    """Return the segments of a contract's address."""
    between = ("pacts", "provider", publication.provider, "consumer", publication.consumer)
    return (*between, "version", publication.version)


def integration_row(state: IntegrationState) -> dict[str, Any]:
    """Return what a table shows of an integration."""
    publication = state.publication
    parties = [("q[][pacticipant]", publication.consumer), ("q[][pacticipant]", publication.provider)]
    return {
        "consumer": publication.consumer,
        "provider": publication.provider,
        "version": publication.version,
        "published": publication.created_at,
        "state": state.state,
        "label": state.label,
        "result": state.result,
        "pact": pact_path(publication),
        "matrix": f"/matrix?{urlencode(parties)}",
    }
