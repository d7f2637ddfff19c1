"""Pages and items: however one page leads to the next, typed, cached, and within one server."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from pactape_clients import RestClient
from pactape_clients.errors import (
    UsageError,
)
from pactape_clients.rest import (
    ByCursor,
    ByLink,
    ByNextUrl,
    ByNumber,
    Caching,
)


class Page(msgspec.Struct):
    items: list[int]
    next: str | None = None


class TestPagesAndItems:
    PAGES: tuple[Any, ...] = ({"items": [1, 2], "next": "/x?p=2"}, {"items": [3]})

    def respond(self, response: Any) -> Any:
        def answers(request: Any) -> Any:
            last = "p=2" in request.path or "start=2" in request.path
            link = {} if last else {"Link": '</x?p=2>; rel="prev NEXT"'}
            return response(json=self.PAGES[last], headers=link)

        return answers

    @pytest.mark.parametrize(
        "by",
        [
            ByLink(),
            ByNextUrl(following=lambda page: page.next),
            ByCursor(parameter="p", following=lambda page: page.next and 2),
            ByNumber(parameter="p", is_last=lambda page: page.next is None),
            ByNumber(parameter="start", first=0, step=2, is_last=lambda page: page.next is None),
        ],
        ids=["link", "next URL", "cursor", "number", "offset"],
    )
    @pytest.mark.parametrize("caching", [None, Caching(ttl=60), Caching(ttl=60, key="x")], ids=str)
    def test_are_read_to_the_end(self, serve: Any, response: Any, by: Any, caching: Any) -> None:
        with serve(self.respond(response)) as server:
            client = RestClient(server.url, headers={"X-Tenant": "a"})
            for _ in range(2):
                items = client.paginate(
                    "/x", by=by, returns=Page, items=lambda page: page.items, caching=caching
                )
                assert list(items) == [1, 2, 3]
            assert len(server.received) == (4 if caching is None else 2)
            assert {request.headers["X-Tenant"] for request in server.received} == {"a"}

    def test_carry_the_headers_of_the_call(self, serve: Any, response: Any) -> None:
        with serve(self.respond(response)) as server:
            list(RestClient(server.url).paginate("/x", by=ByLink(), headers={"X-Key": "k"}))
            assert [request.headers["X-Key"] for request in server.received] == ["k", "k"]

    def test_are_invalidated_by_a_write_to_their_path(self, serve: Any, response: Any) -> None:
        with serve(self.respond(response)) as server:
            client = RestClient(server.url)
            list(client.paginate("/x", by=ByLink(), caching=Caching(ttl=60)))
            client.post("/x")
            list(client.paginate("/x", by=ByLink(), caching=Caching(ttl=60)))
            assert len(server.received) == 5

    @pytest.mark.parametrize(
        "relation",
        [
            'rel="next"',
            "rel=next",
            'rel="next last"',
            'rel="NEXT"',
            'REL="next"',
            'title="a, b"; rel="prev next"',
            "rel = next",
            'rel="next"; title="a \\"quoted\\" one"',
        ],
    )
    def test_follow_a_link_however_it_is_written(self, serve: Any, response: Any, relation: str) -> None:
        def respond(request: Any) -> Any:
            link = {} if "p=2" in request.path else {"Link": f'</first>; rel="first", </x?p=2,3>; {relation}'}
            return response(json=request.path, headers=link)

        with serve(respond) as server:
            assert list(RestClient(server.url).paginate("/x", by=ByLink())) == ["/x", "/x?p=2,3"]

    @pytest.mark.parametrize("following", ["http://evil.test/x", "//evil.test/x", "http://[::1", 7])
    def test_do_not_lead_to_other_servers(self, serve: Any, response: Any, following: Any) -> None:
        with serve(lambda _: response(json=1)) as server:
            pages = RestClient(server.url).paginate("/x", by=ByNextUrl(following=lambda _: following))
            with pytest.raises(UsageError):
                list(pages)

    @pytest.mark.parametrize("by", [ByCursor(parameter="p", following=lambda page: page["next"]), "next"])
    def test_name_the_function_that_fails(self, serve: Any, response: Any, by: Any) -> None:
        with (
            serve(lambda _: response(json={})) as server,
            pytest.raises(UsageError, match=r"following\(…\)|ByLink"),
        ):
            list(RestClient(server.url).paginate("/x", by=by))
