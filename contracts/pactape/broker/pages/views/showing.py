"""Helpers of all pages: rendering, paging, and links of integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import msgspec

from pactape.broker.http.protocol.messages import Problem
from pactape.broker.http.protocol.paging import whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.broker.http.protocol.messages import Call, Response
    from pactape.broker.pages.states import IntegrationState
    from pactape.broker.records import Publication

__all__ = [
    "ListPage",
    "choice",
    "integration_row",
    "pact_path",
    "page_number",
    "paginate",
    "parameter",
    "show",
]

_Item = TypeVar("_Item")
_SIZE = 50
_LAST = 1_000_000  # page


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, from number 1."""

    items: list[Any]
    number: int
    count: int
    total: int


def show(template: str, call: Call, *, title: str, **values: Any) -> Response:
    """Return a page; Jinja2 is loaded with the first page."""
    from pactape.broker.pages.render import page  # noqa: PLC0415 -- keeps the broker's start fast

    return page(template, call, title=title, **values)


def parameter(call: Call, name: str) -> str:
    """Return a query parameter without surrounding spaces; empty if it is absent."""
    return (call.request.parameter(name) or "").strip()


def choice(call: Call, name: str, choices: Sequence[str]) -> str:
    """Return a query parameter that must be one of the choices; by default the first choice.

    Raises:
        Problem: 400, it is none of the choices.
    """
    text = parameter(call, name) or choices[0]
    if text not in choices:
        raise Problem(400, f"{name} must be one of {', '.join(option for option in choices if option)}")
    return text


def page_number(call: Call) -> int:
    """Return the requested page number.

    Raises:
        Problem: 400, it is not a number.
    """
    number = whole_number(parameter(call, "page") or "1", largest=_LAST)
    if number is None:
        raise Problem(400, f"page must be a number from 1 to {_LAST}")
    return number


def paginate(call: Call, items: Sequence[_Item], *, size: int = _SIZE) -> ListPage:
    """Return the requested page of a list; the nearest page if it doesn't exist."""
    count = max(1, -(-len(items) // size))
    number = min(page_number(call), count)
    return ListPage(
        items=list(items[(number - 1) * size : number * size]), number=number, count=count, total=len(items)
    )


def pact_path(publication: Publication) -> tuple[str, ...]:
    """Return the URL segments of a contract."""
    between = ("pacts", "provider", publication.provider, "consumer", publication.consumer)
    return (*between, "version", publication.version)


def integration_row(state: IntegrationState) -> dict[str, Any]:
    """Return an integration's row in a table."""
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
