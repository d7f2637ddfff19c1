"""Where calls leave the package: nothing outside the error tree, and no secret among the locals of a traceback."""

from __future__ import annotations

import io
import traceback
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import requests
from pactape_clients import GraphQLClient, RestClient, StaticToken, UserApiClient
from pactape_clients.auth import CallableTokens, ClientCredentials, RefreshToken, Token
from pactape_clients.errors import CallbackError, ClientError, UsageError
from pactape_clients.graphql import Call, GraphQLOptions
from pactape_clients.rest import ByLink, ByNextUrl, Caching, RetryPolicy, TransportSettings
from requests.structures import CaseInsensitiveDict
from rich.traceback import Traceback

from tests.clients.helpers.callbacks import Broken, VerdictError

if TYPE_CHECKING:
    from collections.abc import Callable

NOWHERE = "http://127.0.0.1:1"
CACHING = Caching(ttl=60)
ONCE = TransportSettings(retries=RetryPolicy(attempts=1))


class Raising(Mapping[str, str]):
    """A mapping one of whose methods raises."""

    def __init__(self, method: str, error: type[Exception]) -> None:
        self._method = method
        self._error = error

    def _do(self, method: str, value: Any) -> Any:
        if method == self._method:
            raise self._error("t0p-s3cret")
        return value

    def __getitem__(self, name: str) -> str:
        value: str = self._do("getitem", {"id": "1"}[name])
        return value

    def __iter__(self) -> Iterator[str]:
        yield self._do("iter", "id")

    def __len__(self) -> int:
        length: int = self._do("len", 1)
        return length

    def items(self) -> Any:
        return self._do("items", super().items())

    @property
    def __class__(self) -> Any:
        """What `isinstance` reads; a proxy of Flask's raises outside of a request."""
        return self._do("class", Raising)

    @__class__.setter
    def __class__(self, _: Any) -> None:
        """Never called."""


def graphql() -> GraphQLClient:
    return GraphQLClient(NOWHERE, settings=ONCE)


def rest(**options: Any) -> RestClient:
    return RestClient(NOWHERE, settings=ONCE, **options)


READ = "query Q($id: ID) { a(id: $id) }"
PLACES: dict[str, Callable[[Any], object]] = {
    "path": lambda bad: rest().get("/{id}", path=bad),
    "path of a cached read": lambda bad: rest().get("/{id}", path=bad, caching=CACHING),
    "path of a write": lambda bad: rest().post("/{id}", path=bad, invalidates=("x:{id}",)),
    "query": lambda bad: rest().get("/", query=bad),
    "form": lambda bad: rest().post("/", form=bad),
    "files": lambda bad: rest().post("/", files=bad),
    "json": lambda bad: rest().post("/", json=bad),
    "invalidates": lambda bad: rest().post("/", invalidates=bad),
    "tags": lambda bad: rest().invalidate(tags=bad),
    "headers": lambda bad: rest().get("/", headers=bad),
    "headers of a cached read": lambda bad: rest().get("/", headers=bad, caching=CACHING),
    "headers of a download": lambda bad: rest().download("/", io.BytesIO(), headers=bad),
    "headers of pages": lambda bad: list(rest().paginate("/", by=ByLink(), headers=bad)),
    "headers of a client": lambda bad: rest(headers=bad),
    "headers of a users client": lambda bad: UserApiClient(NOWHERE, headers=bad),
    "headers of a query": lambda bad: graphql().query("{ a }", headers=bad),
    "headers of a mutation": lambda bad: graphql().mutate("mutation { a }", headers=bad),
    "headers of a batch": lambda bad: graphql().batch([Call(document="{ a }")], headers=bad),
    "variables": lambda bad: graphql().query(READ, bad),
    "variables past the cache": lambda bad: graphql().execute(READ, bad),
    "a variable": lambda bad: graphql().query(READ, {"id": bad}),
    "extra": lambda bad: ClientCredentials(NOWHERE, client_id="a", client_secret="b", extra=bad),
    "hooks": lambda bad: TransportSettings(hooks=bad),
    "statuses": lambda bad: RetryPolicy(statuses=bad),
    "codes": lambda bad: GraphQLOptions(renew_on=bad),
    "tokens": lambda bad: rest(tokens=bad),
    "a token": StaticToken,
}


@pytest.mark.parametrize("error", [KeyError, StopIteration, Broken])
@pytest.mark.parametrize("place", PLACES)
def test_an_argument_whose_method_raises_is_an_error_of_the_tree(place: str, error: type[Exception]) -> None:
    for method in ("getitem", "iter", "len", "items", "class"):
        try:
            PLACES[place](Raising(method, error))
        except ClientError as failure:
            assert "s3cret" not in str(failure)  # noqa: PT017 -- an argument that isn't read that way raises nothing


def test_an_argument_that_raises_is_named_with_the_place() -> None:
    with pytest.raises(UsageError, match=r"headers can't be read: it raised KeyError in _do \(test_boundary"):
        rest().get("/", headers=Raising("items", KeyError))
    with pytest.raises(CallbackError, match=r"get: .* raised Broken in _do \(test_b") as failure:
        rest().get("/", caching=Raising("class", Broken))  # type: ignore[call-overload]  # the mistake
    assert isinstance(failure.value.__cause__, Broken)


def test_a_verdict_of_a_test_tool_passes_through() -> None:
    for place in ("headers", "path", "variables", "hooks"):
        with pytest.raises(VerdictError):
            PLACES[place](Raising("items" if place != "hooks" else "iter", VerdictError))


def test_a_call_with_other_arguments_than_there_are_is_a_type_error() -> None:
    for call in (
        lambda: rest().get(),  # type: ignore[call-overload]  # the mistakes
        lambda: rest().get("/", jsn=1),  # type: ignore[call-overload]  # invalid on purpose
        lambda: rest().get("/", "/"),  # type: ignore[call-overload]  # invalid on purpose
        lambda: RestClient(NOWHERE, sesion=None),  # type: ignore[call-arg]  # invalid on purpose
        lambda: graphql().query("{ a }", tll=1),  # type: ignore[call-overload]  # invalid on purpose
        lambda: ClientCredentials(NOWHERE, client_id="a", client_secret="b", scopes=""),  # type: ignore[call-arg]  # invalid on purpose
    ):
        with pytest.raises(TypeError) as failure:
            call()
        assert not isinstance(failure.value, ClientError)


class Turning(CaseInsensitiveDict[str]):
    """Headers that name another user each time they are read."""

    def __init__(self, users: Iterator[str]) -> None:
        super().__init__()
        self._users = users

    def items(self) -> Any:
        return [("X-User", next(self._users))]


@pytest.mark.parametrize("way", ["get", "paginate", "query"])
def test_headers_are_read_once_for_who_is_meant_and_what_is_sent(serve: Any, response: Any, way: str) -> None:
    def reply(request: Any) -> Any:
        user = request.headers["X-User"]
        return response(json={"data": user} if way == "query" else user)

    with serve(reply) as server:
        client, queries = RestClient(server.url), GraphQLClient(server.url)
        ways: dict[str, Callable[[Any], Any]] = {
            "get": lambda headers: client.get("/me", caching=CACHING, headers=headers),
            "paginate": lambda headers: next(
                client.paginate(
                    "/me", by=ByNextUrl(following=lambda _: None), caching=CACHING, headers=headers
                )
            ),
            "query": lambda headers: queries.query("{ me }", headers=headers),
        }
        turning = Turning(iter("abc"))
        results = [ways[way](turning) for _ in "ab"]
        assert (results, ways[way]({"X-User": "a"})) == (["a", "b"], "a")


def test_tags_that_can_be_read_once_are_tags(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json={"data": 1})) as server:
        client = GraphQLClient(server.url)
        client.query("{ a }", tags=(name for name in ("users",)))  # type: ignore[call-overload]  # not a tuple
        client.mutate("mutation { a }", tags=("users",))
        client.query("{ a }")
        assert len(server.received) == 3


class Model(msgspec.Struct):
    id: int


SECRET = {"X-Api-Key": "k3y-s3cret"}
BODY = {"password": "pa55-s3cret"}
CALLS: dict[str, Callable[[str], object]] = {
    "a refusal": lambda url: RestClient(url, headers=SECRET).get("/403"),
    "a cached refusal": lambda url: RestClient(url).get("/403", headers=SECRET, caching=CACHING),
    "another model": lambda url: RestClient(url).post("/", json=BODY, headers=SECRET, returns=Model),
    "a cached route": lambda url: (
        RestClient(url, headers=SECRET)
        .cached_route("/403/{id}", returns=int, caching=Caching(ttl=1, key="a:{id}"))
        .of("id-s3cret")
    ),
    "a bad body": lambda url: RestClient(url).post("/", json={**BODY, "x": float("nan")}, headers=SECRET),
    "a bad header": lambda url: RestClient(url).get("/", headers={"X-Key": "s3cret\n"}),
    "a bad header of a client": lambda url: RestClient(url, headers={"X-Key": "s3cret\n"}),
    "a bad path": lambda url: RestClient(url).get("/{id}", path={"id": "a-s3cret", "x": 1}, headers=SECRET),
    "no server": lambda _: rest(headers=SECRET).post("/{id}", path={"id": "s3cret"}, json=BODY, query=BODY),
    "a redirected write": lambda url: RestClient(url, headers=SECRET).post("/302", json=BODY),
    "pages": lambda url: list(RestClient(url).paginate("/403", by=ByLink(), headers=SECRET, query=BODY)),
    "a download": lambda url: RestClient(url).download("/", "/no/such/folder", headers=SECRET, query=BODY),
    "a query": lambda url: GraphQLClient(url).query(READ, {"id": "s3cret"}, headers=SECRET),
    "a mutation": lambda url: GraphQLClient(url, headers=SECRET).mutate("mutation { a }", headers=SECRET),
    "an execution": lambda _: graphql().execute(READ, {"id": "s3cret"}, headers=SECRET),
    "a batch": lambda url: GraphQLClient(url).batch([Call(document=READ, variables={"id": "s3cret"})]),
    "a bad variable": lambda url: GraphQLClient(url).query(READ, {"id": "s3cret", "x": 1}),
    "a bad token": lambda _: StaticToken("s3cret\nx"),
    "a token that is refused": lambda url: RestClient(url, tokens=StaticToken("t0p-s3cret")).get("/401"),
    "a token for each call": lambda url: RestClient(url, tokens=CallableTokens(lambda: "t0p-s3cret")).get(
        "/401"
    ),
    "credentials": lambda url: RestClient(url, tokens=credentials(url)).get("/"),
    "credentials alone": lambda url: credentials(url).token(),
    "bad credentials": lambda url: ClientCredentials(url, client_id="", client_secret="s3cret"),
    "a refresh token": lambda url: RefreshToken(url, refresh_token="r-s3cret", client_id="a").token(),
    "a bad refresh token": lambda url: RefreshToken(url, refresh_token="s3cret", client_id=""),
    "a user in the URL": lambda url: RestClient(url.replace("//", "//ada:s3cret@")).get("/403"),
    "a bad URL": lambda _: RestClient("ftp://ada:s3cret@a.test"),
    "a users client": lambda _: UserApiClient("http://a.test", headers={"X": "s3cret\n"}),
    "an auth that raises": lambda url: RestClient(url, session=broken_session(), headers=SECRET).get("/"),
}


def credentials(url: str) -> ClientCredentials:
    return ClientCredentials(f"{url}/401", client_id="web", client_secret="c1-s3cret")


def broken_session() -> requests.Session:
    session = requests.Session()
    session.auth = lambda _: (_ for _ in ()).throw(Broken())
    return session


def locals_in(error: BaseException) -> str:
    """The locals that tracebacks show of the frames below the tests: as repr, and as rich shows them."""
    shown: list[str] = []
    each: BaseException | None = error
    while each is not None:
        frames = [frame for frame, _ in traceback.walk_tb(each.__traceback__)]
        shown += [repr(frame.f_locals) for frame in frames if frame.f_code.co_filename != __file__]
        each = each.__cause__ or each.__context__
    trace = Traceback.extract(type(error), error, error.__traceback__, show_locals=True)
    for stack in trace.stacks:
        shown += [str(frame.locals) for frame in stack.frames if frame.filename != __file__]
    return "\n".join(shown)


@pytest.mark.parametrize("call", CALLS)
def test_no_traceback_shows_a_secret_among_the_locals_of_the_clients(
    serve: Any, response: Any, call: str
) -> None:
    def reply(request: Any) -> Any:
        status = int(request.path.strip("/").partition("/")[0].partition("?")[0] or "200")
        return response(status=status, json={"errors": [{"message": "no"}]}, headers={"Location": "/x"})

    with serve(reply) as server, pytest.raises(ClientError) as failure:
        CALLS[call](server.url)
    assert "s3cret" not in locals_in(failure.value)


@pytest.mark.parametrize(
    "value", [Token(value="t0p-s3cret", refresh_token="r-s3cret"), RestClient(NOWHERE, headers=SECRET)]
)
def test_no_repr_shows_a_secret_not_even_that_of_rich(value: Any) -> None:
    from rich.pretty import pretty_repr  # noqa: PLC0415 -- for this test alone

    assert "s3cret" not in f"{value!r}{pretty_repr(value)}"
