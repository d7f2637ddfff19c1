"""REST clients: pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients.errors import (
    UsageError,
)
from pactape_clients.rest import (
    ByCursor,
    ByLink,
    ByNumber,
    RestClient,
)
from responses import matchers

from tests.clients.helpers.rest import BASE, ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> RestClient:
    return RestClient(BASE, settings=ONCE)


class TestPages:
    def test_follow_links(self, server: Any, client: RestClient) -> None:
        server.get(
            f"{BASE}/things",
            json=[1],
            headers={"Link": f'<{BASE}/things?after=1>; rel="next"'},
            match=[matchers.query_param_matcher({"size": "1"})],
        )
        server.get(f"{BASE}/things", json=[2], match=[matchers.query_param_matcher({"after": "1"})])
        assert list(client.paginate("/things", by=ByLink(), query={"size": 1})) == [[1], [2]]

    def test_do_not_follow_a_link_to_another_server(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/things", json=[1], headers={"Link": '<http://evil.test/>; rel="next"'})
        with pytest.raises(UsageError, match="another server"):
            list(client.paginate("/things", by=ByLink()))

    def test_do_not_go_round_in_circles(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/things", json=[1], headers={"Link": '</v1/things?p=2>; rel="next"'})
        with pytest.raises(UsageError, match="read before"):
            list(client.paginate("/things", by=ByLink()))

    def test_follow_cursors(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/things", json={"next": "c2"}, match=[matchers.query_param_matcher({})])
        server.get(
            f"{BASE}/things", json={"next": None}, match=[matchers.query_param_matcher({"cursor": "c2"})]
        )
        by = ByCursor(parameter="cursor", following=lambda page: page["next"])
        assert len(list(client.paginate("/things", by=by))) == 2

    def test_follow_numbers(self, server: Any, client: RestClient) -> None:
        for number, last in ((1, False), (2, True)):
            server.get(
                f"{BASE}/things",
                json={"last": last},
                match=[matchers.query_param_matcher({"page": str(number)})],
            )
        by = ByNumber(parameter="page", is_last=lambda page: page["last"])
        assert len(list(client.paginate("/things", by=by))) == 2

    def test_are_read_only_when_asked_for(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/things", json={"next": "c2"})
        by = ByCursor(parameter="cursor", following=lambda page: page["next"])
        next(client.paginate("/things", by=by))
        assert len(server.calls) == 1
