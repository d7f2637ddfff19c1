"""The relations of documents are described, and documents say where."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.broker.helpers.client import BETWEEN, Client, environment, status

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools


@pytest.fixture
def shop(stock: StockTools) -> Client:
    """A broker with one of everything that documents can link."""
    broker = Client(stock.url)
    broker.ask("POST", "/pacticipants", {"name": "Web", "mainBranch": "main"})
    broker.ask("PUT", "/pacticipants/Web/labels/frontend", {})
    broker.publish("Web", "1", branch="main", tags=["prod"])
    broker.verify("Web", "1", "u1")
    path = f"/pacticipants/Web/versions/1/deployed-versions/environment/{environment(broker)}"
    assert status(broker, "POST", path, {}) == 201
    return broker


DOCUMENTED = {
    "/": ["/doc/{rel}?context=index", "/doc/{rel}?context=index"],
    "/pacticipants/Web": ["/doc/{rel}?context=pacticipant"],
    "/pacticipants/Web/versions/1": ["/doc/{rel}?context=version"],
    f"{BETWEEN}/version/1": ["/doc/{rel}?context=pact"],
    "/pacts/latest": ["/doc/{rel}?context=pacts"],
    "/pacts/provider/Users": ["/doc/{rel}?context=pacts"],
    "/webhooks": ["/doc/webhooks-{rel}"],
}


def relations_in(document: Any) -> set[str]:
    """Return the names of all relations in a document."""
    if isinstance(document, list):
        return {name for item in document for name in relations_in(item)}
    if not isinstance(document, dict):
        return set()
    own = {name for name in document.get("_links", {}) if name.startswith("pb:")}
    return own | {name for value in document.values() for name in relations_in(value)}


@pytest.mark.parametrize("path", DOCUMENTED)
def test_documents_say_where_their_relations_are_described(shop: Client, path: str) -> None:
    curies = shop.get(path)["_links"]["curies"]
    assert ([each["href"] for each in curies], {each["templated"] for each in curies}) == (
        [f"{shop.url}{href}" for href in DOCUMENTED[path]],
        {True},
    )


@pytest.mark.parametrize("kind", ["application/hal+json", "text/html"])
def test_every_relation_is_described(shop: Client, kind: str) -> None:
    uuid = environment(shop, "uat")
    paths = [
        *DOCUMENTED,
        *(
            "/pacticipants",
            "/pacticipants/Web/versions",
            "/pacticipants/Web/branches",
            "/labels",
            "/dashboard",
        ),
        *("/integrations", f"/environments/{uuid}", "/environments", f"{BETWEEN}/versions"),
        *("/pacticipants/Web/branches/main/versions/1", "/pacticipants/Web/versions/1/tags", "/metrics"),
        *(f"{BETWEEN}/latest/verification-results/latest", "/matrix?q[][pacticipant]=Web"),
    ]
    names = {name for path in paths for name in relations_in(shop.ask("GET", path).json())}
    missing_ones = [
        name
        for name in sorted(names)
        if shop.ask("GET", f"/doc/{name.removeprefix('pb:')}?context=pact", Accept=kind).status_code != 200
    ]
    assert (len(names) > 60, missing_ones) == (True, [])


def test_a_relation_that_does_not_exist_is_not_found(shop: Client) -> None:
    assert shop.ask("GET", "/doc/nothing").status_code == 404


def test_a_label_says_when_it_was_given(shop: Client) -> None:
    label = shop.get("/pacticipants/Web/labels/frontend")
    assert datetime.fromisoformat(label["createdAt"]).tzinfo is not None
