from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from pactape_clients.auth import CallableTokens, StaticToken
from pactape_clients.cache import TTLCache
from pactape_clients.errors import (
    ClientError,
    DecodeError,
    NotFoundError,
    ServerError,
    UnprocessableError,
    UsageError,
)
from pactape_clients.rest import (
    ByCursor,
    ByLink,
    ByNumber,
    Caching,
    RestClient,
    RetryPolicy,
    TransportSettings,
)
from pactape_clients.rest._routes import filled_path
from responses import matchers

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "http://api.test/v1"
THING = f"{BASE}/things/1"
ONCE = TransportSettings(retries=RetryPolicy(attempts=1))


class Thing(msgspec.Struct, frozen=True):
    id: int
    names: tuple[str, ...] = ()


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> RestClient:
    return RestClient(BASE, settings=ONCE)


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_no_path_value_leaves_its_segment(value: str) -> None:
    try:
        path = filled_path("/things/{id}", {"id": value})
    except UnicodeEncodeError:  # lone surrogates have no UTF-8
        return
    assert path.count("/") == 2
    assert not {"?", "#"} & set(path)


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_name_another_path_is_refused(client: RestClient, value: str) -> None:
    with pytest.raises(UsageError, match="another path"):
        client.get("/things/{id}", path={"id": value})


@pytest.mark.parametrize("path", [{}, {"di": 1}, {"id": 1, "more": 2}])
def test_values_that_do_not_fit_the_template_are_refused(client: RestClient, path: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="takes id"):
        client.get("/things/{id}", path=path)


@pytest.mark.parametrize("url", ["api.test", "ftp://api.test", "http://"])
def test_a_base_url_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="no URL of a server"):
        RestClient(url)


def test_an_untyped_result_is_plain(server: Any, client: RestClient) -> None:
    server.get(THING, json={"id": 1})
    assert client.get("/things/{id}", path={"id": 1}) == {"id": 1}


def test_an_untyped_cached_result_is_fresh_for_every_caller(server: Any, client: RestClient) -> None:
    server.get(THING, json={"id": 1, "names": ["a"]})
    caching = Caching(ttl=60)
    client.get("/things/{id}", path={"id": 1}, caching=caching)["names"].append("poison")
    assert client.get("/things/{id}", path={"id": 1}, caching=caching)["names"] == ["a"]


def test_a_decode_error_names_the_json_path(server: Any, client: RestClient) -> None:
    server.get(THING, json=[{"id": 1}, {"id": "one"}])
    with pytest.raises(DecodeError) as failure:
        client.get("/things/{id}", path={"id": 1}, returns=list[Thing])
    assert failure.value.path == "$[1].id"


def test_a_body_that_is_no_json_is_a_decode_error(server: Any, client: RestClient) -> None:
    server.get(THING, body="<html>")
    with pytest.raises(DecodeError):
        client.get("/things/{id}", path={"id": 1})


def test_an_empty_body_is_none(server: Any, client: RestClient) -> None:
    server.delete(THING, status=204)
    assert client.delete("/things/{id}", path={"id": 1}) is None


def test_an_error_knows_all_about_the_answer(server: Any, client: RestClient) -> None:
    body = b'{"type": "urn:bad", "title": "Bad", "detail": "name is empty", "status": 422, "field": "name"}'
    headers = {"X-Request-Id": "r-1"}
    server.post(
        f"{BASE}/things", status=422, body=body, headers=headers, content_type="application/problem+json"
    )
    with pytest.raises(UnprocessableError, match="name is empty") as failure:
        client.post("/things", json={})
    error = failure.value
    assert error.operation is not None
    assert error.problem is not None
    assert (error.operation.name, error.status, error.request_id, error.problem.extensions) == (
        "POST /things",
        422,
        "r-1",
        {"field": "name"},
    )


def test_a_body_that_only_claims_to_be_a_problem_is_none(server: Any, client: RestClient) -> None:
    server.get(THING, status=500, body="oops", content_type="application/problem+json")
    with pytest.raises(ServerError) as failure:
        client.get("/things/{id}", path={"id": 1})
    assert failure.value.problem is None


class Named(msgspec.Struct, frozen=True):
    name: str


class Loose(msgspec.Struct):
    id: int


def thing_like(returns: Any) -> Any:
    """A thing with an id and a name, as a model reads it; None reads it plainly."""
    whole = {"id": 1, "name": "one", "names": []}
    return whole if returns is None else msgspec.convert(whole, returns)


@pytest.mark.parametrize(
    "models",
    [(Thing, Named), (Named, Thing), (Thing, None), (None, Thing), (Loose, Thing), (Thing, Loose)],
    ids=str,
)
def test_two_models_of_one_cached_thing_each_get_their_own(
    server: Any, client: RestClient, models: tuple[Any, Any]
) -> None:
    server.get(THING, json=thing_like(None))
    caching = Caching(ttl=60, key="thing:{id}")
    for _ in range(2):
        for returns in models:
            found = client.get("/things/{id}", path={"id": 1}, returns=returns, caching=caching)
            assert found == thing_like(returns)
    assert len(server.calls) <= len(models)


def test_a_model_that_what_is_kept_does_not_fit_is_a_decode_error(server: Any, client: RestClient) -> None:
    server.get(THING, json={"id": 1})
    caching = Caching(ttl=60, key="thing:{id}")
    client.get("/things/{id}", path={"id": 1}, caching=caching)
    with pytest.raises(DecodeError, match=r"doesn't fit at \$"):
        client.get("/things/{id}", path={"id": 1}, returns=Named, caching=caching)


def test_forgetting_a_key_forgets_what_every_model_kept_of_it(server: Any, client: RestClient) -> None:
    server.get(THING, json=thing_like(None))
    caching = Caching(ttl=60, key="thing:{id}")
    for returns in (Thing, Named):
        client.get("/things/{id}", path={"id": 1}, returns=returns, caching=caching)
    assert client.forget(keys=["thing:1"]) == 2


def test_a_cached_route_gets_its_own_model_where_another_is_kept(server: Any, client: RestClient) -> None:
    server.get(THING, json=thing_like(None))
    caching = Caching(ttl=60, key="thing:{id}")
    client.get("/things/{id}", path={"id": "1"}, returns=Named, caching=caching)
    route = client.cached_route("/things/{id}", returns=Thing, caching=caching)
    assert [route.of("1"), route.of("1")] == [Thing(id=1), Thing(id=1)]
    assert len(server.calls) == 2


class TestCaching:
    def test_no_store_is_respected(self, server: Any, client: RestClient) -> None:
        server.get(THING, json=1, headers={"Cache-Control": "private, no-store"})
        server.get(THING, json=2)
        caching = Caching(ttl=60)
        client.get("/things/{id}", path={"id": 1}, caching=caching)
        assert client.get("/things/{id}", path={"id": 1}, caching=caching) == 2

    def test_queries_are_kept_apart(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/things", json=1, match=[matchers.query_param_matcher({"page": "1"})])
        server.get(f"{BASE}/things", json=2, match=[matchers.query_param_matcher({"page": "2"})])
        found = [client.get("/things", query={"page": page}, caching=Caching(ttl=60)) for page in (1, 2)]
        assert found == [1, 2]

    def test_principals_are_kept_apart(self, server: Any) -> None:
        cache = TTLCache()
        for name in ("ada", "bob"):
            match = [matchers.header_matcher({"Authorization": f"Bearer {name}"})]
            server.get(THING, json=name, headers={"Cache-Control": "private"}, match=match)
        found = [
            RestClient(BASE, tokens=StaticToken(name), cache=cache).get(
                "/things/{id}", path={"id": 1}, caching=Caching(ttl=60)
            )
            for name in ("ada", "bob")
        ]
        assert found == ["ada", "bob"]

    def test_no_token_is_kept_in_a_key(self, server: Any) -> None:
        server.get(THING, json=1)
        cache = TTLCache()
        client = RestClient(BASE, tokens=StaticToken("t0p"), cache=cache)
        client.get("/things/{id}", path={"id": 1}, caching=Caching(ttl=60))
        assert "t0p" not in str(cache._labels)  # noqa: SLF001 -- where keys are

    @pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
    def test_a_write_to_a_path_forgets_what_was_read_there(
        self, server: Any, client: RestClient, method: str
    ) -> None:
        server.get(THING, json=1)
        server.get(THING, json=2)
        getattr(server, method)(THING, status=204)
        client.get("/things/{id}", path={"id": 1}, caching=Caching(ttl=60))
        getattr(client, method)("/things/{id}", path={"id": 1})
        assert client.get("/things/{id}", path={"id": 1}, caching=Caching(ttl=60)) == 2

    def test_a_write_that_failed_forgets_too(self, server: Any, client: RestClient) -> None:
        server.get(THING, json=1)
        server.get(THING, json=2)
        server.put(THING, status=504)
        client.get("/things/{id}", path={"id": 1}, caching=Caching(ttl=60))
        with pytest.raises(ServerError):
            client.put("/things/{id}", path={"id": 1}, json=2)
        assert client.get("/things/{id}", path={"id": 1}, caching=Caching(ttl=60)) == 2

    def test_a_write_forgets_the_keys_it_names(self, server: Any, client: RestClient) -> None:
        server.get(f"{BASE}/things", json=1)
        server.get(f"{BASE}/things", json=2)
        server.put(THING, status=204)
        caching = Caching(ttl=60, key="all things")
        client.get("/things", caching=caching)
        client.put("/things/{id}", path={"id": 1}, forgets=("all things",))
        assert client.get("/things", caching=caching) == 2

    def test_a_version_is_asked_for_again(self, server: Any, clock: Any) -> None:
        client = RestClient(BASE, cache=TTLCache(timer=clock))
        caching = Caching(ttl=10, revalidate_for=60)
        server.get(THING, json={"id": 1}, headers={"ETag": '"v1"'})
        server.get(THING, status=304, match=[matchers.header_matcher({"If-None-Match": '"v1"'})])
        client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching)
        clock.pass_by(11)
        assert client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching) == Thing(id=1)

    def test_a_confirmed_version_is_kept_for_another_while(self, server: Any, clock: Any) -> None:
        client = RestClient(BASE, cache=TTLCache(timer=clock))
        caching = Caching(ttl=10, revalidate_for=60)
        server.get(THING, json={"id": 1}, headers={"ETag": '"v1"'})
        server.get(THING, status=304)
        for seconds in (0, 11, 5):
            clock.pass_by(seconds)
            client.get("/things/{id}", path={"id": 1}, caching=caching)
        assert len(server.calls) == 2

    def test_a_missing_thing_is_remembered_on_request(self, server: Any, client: RestClient) -> None:
        server.get(THING, status=404)
        caching = Caching(ttl=60, missing_for=10)
        for _ in range(2):
            with pytest.raises(NotFoundError):
                client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching)
        assert len(server.calls) == 1

    def test_a_remembered_missing_thing_is_forgotten_by_a_write(
        self, server: Any, client: RestClient
    ) -> None:
        server.get(THING, status=404)
        server.put(THING, status=201)
        server.get(THING, json={"id": 1})
        caching = Caching(ttl=60, missing_for=10)
        with pytest.raises(NotFoundError):
            client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching)
        client.put("/things/{id}", path={"id": 1}, json={"id": 1})
        assert client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching) == Thing(id=1)

    def test_a_cached_route_remembers_missing_things_too(self, server: Any, client: RestClient) -> None:
        server.get(THING, status=404)
        route = client.cached_route(
            "/things/{id}", returns=Thing, caching=Caching(ttl=60, key="thing:{id}", missing_for=10)
        )
        for _ in range(2):
            with pytest.raises(NotFoundError):
                route.of("1")
        assert len(server.calls) == 1

    def test_an_expired_value_stands_in_for_a_failing_server(self, server: Any, clock: Any) -> None:
        client = RestClient(BASE, cache=TTLCache(timer=clock), settings=ONCE)
        caching = Caching(ttl=10, stale_if_error=60)
        server.get(THING, json=1)
        server.get(THING, status=503)
        client.get("/things/{id}", path={"id": 1}, caching=caching)
        clock.pass_by(11)
        assert client.get("/things/{id}", path={"id": 1}, caching=caching) == 1

    def test_what_does_not_fit_the_model_is_not_kept(self, server: Any, client: RestClient) -> None:
        server.get(THING, json={"id": "one"})
        server.get(THING, json={"id": 1})
        caching = Caching(ttl=60)
        with pytest.raises(DecodeError):
            client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching)
        assert client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching) == Thing(id=1)

    def test_things_are_forgotten_by_tag(self, server: Any, client: RestClient) -> None:
        server.get(THING, json=1)
        client.get("/things/{id}", path={"id": 1}, caching=Caching(ttl=60, tags=("thing:{id}",)))
        assert client.forget(tags=["thing:1"]) == 1

    @pytest.mark.parametrize("key", [None, "{id}", "things", "{id}:thing"])
    def test_a_cached_route_wants_a_key_that_ends_with_its_value(
        self, client: RestClient, key: str | None
    ) -> None:
        with pytest.raises(UsageError, match="cached route"):
            client.cached_route("/things/{id}", returns=Thing, caching=Caching(ttl=1, key=key))

    def test_64_threads_on_a_cold_key_make_one_call(self, serve: Any, answer: Any, at_once: Any) -> None:
        with serve(lambda _: answer(json={"id": 1}), delay=0.05) as real:
            client = RestClient(real.url)
            caching = Caching(ttl=60)
            found = at_once(
                lambda: client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching), 64
            )
            assert (len(real.received), set(found)) == (1, {Thing(id=1)})


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


def test_callable_sources_that_name_no_principal_are_strangers_to_each_other() -> None:
    sources = CallableTokens(lambda: "a"), CallableTokens(lambda: "a")
    assert sources[0].principal != sources[1].principal


def test_every_error_is_one_of_the_tree() -> None:
    assert issubclass(UsageError, ClientError)
    assert issubclass(UsageError, ValueError)
