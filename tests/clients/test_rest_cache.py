"""REST clients: cached results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import responses
from pactape_clients.auth import StaticToken
from pactape_clients.cache import TTLCache
from pactape_clients.errors import (
    DecodeError,
    NotFoundError,
    ServerError,
    UsageError,
)
from pactape_clients.rest import (
    Caching,
    RestClient,
)
from responses import matchers

from tests.clients.helpers.rest import BASE, ONCE, THING, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> RestClient:
    return RestClient(BASE, settings=ONCE)


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
            value = client.get("/things/{id}", path={"id": 1}, returns=returns, caching=caching)
            assert value == thing_like(returns)
    assert len(server.calls) <= len(models)


def test_a_model_that_what_is_kept_does_not_fit_is_a_decode_error(server: Any, client: RestClient) -> None:
    server.get(THING, json={"id": 1})
    caching = Caching(ttl=60, key="thing:{id}")
    client.get("/things/{id}", path={"id": 1}, caching=caching)
    with pytest.raises(DecodeError, match=r"doesn't fit the model at \$"):
        client.get("/things/{id}", path={"id": 1}, returns=Named, caching=caching)


def test_forgetting_a_key_forgets_what_every_model_kept_of_it(server: Any, client: RestClient) -> None:
    server.get(THING, json=thing_like(None))
    caching = Caching(ttl=60, key="thing:{id}")
    for returns in (Thing, Named):
        client.get("/things/{id}", path={"id": 1}, returns=returns, caching=caching)
    assert client.invalidate(keys=["thing:1"]) == 2


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
        values = [client.get("/things", query={"page": page}, caching=Caching(ttl=60)) for page in (1, 2)]
        assert values == [1, 2]

    def test_principals_are_kept_apart(self, server: Any) -> None:
        cache = TTLCache()
        for name in ("ada", "bob"):
            match = [matchers.header_matcher({"Authorization": f"Bearer {name}"})]
            server.get(THING, json=name, headers={"Cache-Control": "private"}, match=match)
        values = [
            RestClient(BASE, tokens=StaticToken(name), cache=cache).get(
                "/things/{id}", path={"id": 1}, caching=Caching(ttl=60)
            )
            for name in ("ada", "bob")
        ]
        assert values == ["ada", "bob"]

    def test_no_token_is_kept_in_a_key(self, server: Any) -> None:
        server.get(THING, json=1)
        cache = TTLCache()
        client = RestClient(BASE, tokens=StaticToken("t0p"), cache=cache)
        client.get("/things/{id}", path={"id": 1}, caching=Caching(ttl=60))
        assert "t0p" not in str(cache.labels)

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
        client.put("/things/{id}", path={"id": 1}, invalidates=("all things",))
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

    def test_the_first_to_miss_a_thing_gets_the_servers_words(self, server: Any, client: RestClient) -> None:
        server.get(THING, status=404, json={"message": "it was sold"}, headers={"X-Request-Id": "r-1"})
        caching = Caching(ttl=60, missing_for=10)
        with pytest.raises(NotFoundError, match="404 it was sold") as failure:
            client.get("/things/{id}", path={"id": 1}, caching=caching)
        assert (failure.value.request_id, failure.value.sent) == ("r-1", True)
        with pytest.raises(NotFoundError, match=r"404 \(cached\)") as failure:
            client.get("/things/{id}", path={"id": 1}, caching=caching)
        assert (failure.value.sent, failure.value.values) == (False, {"id": 1})

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

    def test_an_expired_value_is_served_when_the_server_fails(self, server: Any, clock: Any) -> None:
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
        assert client.invalidate(tags=["thing:1"]) == 1

    @pytest.mark.parametrize("key", [None, "{id}", "things", "{id}:thing"])
    def test_a_cached_route_wants_a_key_that_ends_with_its_value(
        self, client: RestClient, key: str | None
    ) -> None:
        with pytest.raises(UsageError, match="cached route"):
            client.cached_route("/things/{id}", returns=Thing, caching=Caching(ttl=1, key=key))

    def test_64_threads_on_a_cold_key_make_one_call(self, serve: Any, response: Any, at_once: Any) -> None:
        with serve(lambda _: response(json={"id": 1}), delay=0.05) as real:
            client = RestClient(real.url)
            caching = Caching(ttl=60)
            values = at_once(
                lambda: client.get("/things/{id}", path={"id": 1}, returns=Thing, caching=caching), 64
            )
            assert (len(real.received), set(values)) == (1, {Thing(id=1)})
