"""The pages about link relations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.broker.http.overview.relations import relation_of
from pactape.broker.http.protocol.routing import Route, reads
from pactape.broker.pages.views.showing import show

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call, Response

__all__ = ["ROUTES"]


def _relation(call: Call) -> Response:
    name, description, url = relation_of(call)
    return show("relation.html", call, title=f"pb:{name}", description=description, url=url)


ROUTES: list[Route] = [reads("/doc/{relation}", _relation, filters=("context",))]
