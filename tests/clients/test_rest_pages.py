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
    Reply,
    RestClient,
)
from responses import matchers

from tests.clients.helpers.rest import BASE, ONCE
from tests.clients.helpers.timing import ended_within

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
        with pytest.raises(UsageError, match="already read"):
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

    def test_are_read_only_on_request(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/things", json={"next": "c2"})
        by = ByCursor(parameter="cursor", following=lambda page: page["next"])
        next(client.paginate("/things", by=by))
        assert len(server.calls) == 1


SPELLINGS = [
    "<?page=2>; rel=next",
    "<?page=2>;; REL = 'first NEXT'",
    '< ?page=2 >;rel="next";',
    '<?page=2&ids=1,2;3>; title="a, <b>; rel=x"; rel="next"',
    '</x>; title="\\"; rel=next"; rel=prev , , <?page=2>; crossorigin; rel=next',
    '</x>; rel=prev; rel=next, </y>; anchor="#z"; rel=next, <?page=2>; rel="\tnext"; rel=last',
]


@pytest.mark.parametrize("link", SPELLINGS)
def test_a_link_is_followed_however_it_is_spelled(serve: Any, response: Any, link: str) -> None:
    def reply(request: Any) -> Any:
        return response(json=2) if "page=2" in request.path else response(json=1, headers={"lInK": link})

    with serve(reply) as server:
        assert list(RestClient(server.url).paginate("/things", by=ByLink())) == [1, 2]


def test_a_link_header_of_nothing_but_brackets_takes_no_time() -> None:
    with ended_within(2.0):
        reply = Reply(value=None, status=200, headers={"Link": "<" * 65_000}, url=BASE)
        assert reply.link("next") is None
