"""Whatever code of the caller's own raises is an error of the tree, with its cause, and without a secret."""

from __future__ import annotations

import threading
import traceback
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape_clients import ClientCredentials, ClientError, RestClient
from pactape_clients.auth import CallableTokens, StaticToken, TokenSource
from pactape_clients.errors import (
    CallbackError,
    NotFoundError,
    TokenUnavailableError,
    TransportError,
    UsageError,
)
from pactape_clients.rest import Caching, Upload
from requests.adapters import HTTPAdapter

from tests.clients.helpers.callbacks import Broken, VerdictError, raising

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Caching(ttl=60, tags=("users",))
SECRET = "t0p-s3cret"


def with_hook(error: BaseException) -> requests.Session:
    session = requests.Session()
    session.hooks["response"].append(raising(error))
    return session


def with_adapter(error: BaseException) -> requests.Session:
    class Adapter(HTTPAdapter):
        def send(self, *_: Any, **__: Any) -> Any:
            raise error

    session = requests.Session()
    session.mount("http://", Adapter())
    return session


def with_class(error: BaseException) -> requests.Session:
    class Session(requests.Session):
        def merge_environment_settings(self, *_: Any, **__: Any) -> Any:
            raise error

    return Session()


def traceback_text(error: BaseException) -> str:
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


@pytest.mark.parametrize("make", [with_hook, with_adapter, with_class])
@pytest.mark.parametrize(
    "error", [Broken("over quota"), KeyError("x"), ValueError("bad"), RuntimeError("no")]
)
def test_code_of_a_session_that_raises_is_named_with_its_place_and_its_cause(
    serve: Any, response: Any, make: Any, error: Exception
) -> None:
    with serve(lambda _: response(json=1)) as server:
        with pytest.raises(
            CallbackError, match=rf"raised {type(error).__name__} in \w+ \((test_)?callbacks\.py:\d+\)"
        ) as failure:
            RestClient(server.url, session=make(error), tokens=StaticToken(SECRET)).get("/x")
        assert len(server.received) <= 1  # it isn't repeated
    assert failure.value.__cause__ is error
    assert failure.value.operation is not None
    assert SECRET not in traceback_text(failure.value)


def test_the_answer_that_a_response_hook_saw_is_in_the_error(serve: Any, response: Any) -> None:
    with serve(lambda _: response(status=201, json={"id": 7}, headers={"X-Request-Id": "r-1"})) as server:
        client = RestClient(server.url, session=with_hook(Broken()))
        with pytest.raises(CallbackError, match="a response hook") as failure:
            client.post("/x")
    assert (failure.value.status, failure.value.body, failure.value.sent) == (201, b'{"id": 7}', True)
    assert failure.value.request_id == "r-1"


def test_a_response_hook_that_raises_for_the_token_endpoint_is_an_error_of_the_tree(
    serve: Any, response: Any
) -> None:
    with serve(lambda _: response(json={"access_token": "t"})) as server:
        tokens = ClientCredentials(server.url, client_id="a", client_secret="b", session=with_hook(Broken()))
        with pytest.raises(TokenUnavailableError, match="raised Broken"):
            RestClient(server.url, tokens=tokens).get("/x")


def test_a_response_hook_of_a_download_that_raises_closes_the_connection(
    serve: Any, response: Any, tmp_path: Any
) -> None:
    with serve(lambda _: response(json=1)) as server, pytest.raises(CallbackError):
        RestClient(server.url, session=with_hook(Broken())).download("/x", tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_requests_without_an_answer_that_a_hook_raises_is_a_callbacks(
    serve: Any, response: Any
) -> None:
    with serve(lambda _: response(json=1)) as server, pytest.raises(CallbackError, match="raised HTTPError"):
        RestClient(server.url, session=with_hook(requests.HTTPError("mine"))).get("/x")


def test_a_client_error_of_a_hook_is_raised_unchanged(serve: Any, response: Any) -> None:
    error = NotFoundError("mine")
    with serve(lambda _: response(json=1)) as server, pytest.raises(NotFoundError) as failure:
        RestClient(server.url, session=with_hook(error)).get("/x")
    assert failure.value is error


class PickyTokens(TokenSource):
    def __init__(self, error: Exception) -> None:
        super().__init__(principal="ada")
        self._error = error

    def fetch(self, previous: Any) -> Any:  # noqa: ARG002 -- the interface
        raise self._error


def with_tokens(error: Exception) -> dict[str, Any]:
    return {"tokens": CallableTokens(raising(error))}


def with_source(error: Exception) -> dict[str, Any]:
    return {"tokens": PickyTokens(error)}


def with_principal(error: Exception) -> dict[str, Any]:
    return {"tokens": CallableTokens(lambda: "t", principal=raising(error))}


def with_auth(error: Exception) -> dict[str, Any]:
    session = requests.Session()
    session.auth = raising(error)
    return {"session": session}


@pytest.mark.parametrize("make", [with_tokens, with_source, with_principal, with_auth])
@pytest.mark.parametrize("caching", [None, KEPT])
def test_code_that_handles_secrets_is_named_with_its_place_but_without_its_words(
    serve: Any, response: Any, make: Any, caching: Any
) -> None:
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url, **make(LookupError(SECRET)))
        if make is with_principal and caching is None:
            assert client.get("/x") == 1
            return
        with pytest.raises(
            ClientError, match=r"raised LookupError in quota_check|raised LookupError in fetch"
        ) as failure:
            client.get("/x", caching=caching)
    assert SECRET not in traceback_text(failure.value)


@pytest.mark.parametrize("make", [with_tokens, with_source, with_auth])
def test_a_test_tools_exception_passes_through_code_that_handles_secrets(make: Any) -> None:
    with pytest.raises(VerdictError):
        RestClient("http://127.0.0.1:1", **make(VerdictError())).get("/x")


def test_a_test_tools_exception_passes_through_a_principal() -> None:
    with pytest.raises(VerdictError):
        RestClient("http://127.0.0.1:1", **with_principal(VerdictError())).get("/x", caching=KEPT)


@pytest.mark.parametrize("make", [with_hook, with_adapter, with_class])
def test_a_test_tools_exception_passes_through_code_of_a_session(
    serve: Any, response: Any, make: Any
) -> None:
    with serve(lambda _: response(json=1)) as server, pytest.raises(VerdictError):
        RestClient(server.url, session=make(VerdictError())).get("/x")


def broken_iterable(error: Exception) -> Iterator[bytes]:
    yield b"x"
    raise error


class BrokenFile:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, _: int = -1) -> bytes:
        raise self._error

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return 0

    def seek(self, *_: Any) -> int:
        return 0


@pytest.mark.parametrize("make", [broken_iterable, BrokenFile])
@pytest.mark.parametrize("error", [KeyError("x"), OSError("disk"), ValueError("closed")])
def test_a_body_that_cannot_be_read_is_an_error_of_the_tree_and_not_sent_again(
    serve: Any, response: Any, make: Any, error: Exception
) -> None:
    with serve(lambda _: response(json=1)) as server, pytest.raises(CallbackError, match="body") as failure:
        RestClient(server.url).put("/x", content=make(error))
    assert failure.value.__cause__ is error


def test_a_test_tools_exception_passes_through_a_body(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json=1)) as server, pytest.raises(VerdictError):
        RestClient(server.url).put("/x", content=broken_iterable(VerdictError()))


def test_an_upload_that_cannot_be_read_is_the_callers_mistake() -> None:
    upload = Upload(content=BrokenFile(KeyError("x")), name="a.csv")  # type: ignore[arg-type]  # a file in what it does
    with pytest.raises(UsageError, match=r"a\.csv: .*raised KeyError"):
        RestClient("http://127.0.0.1:1").post("/x", files={"f": upload})


def test_a_library_that_raises_below_an_adapter_of_ones_own_shows_no_header() -> None:
    class Adapter(HTTPAdapter):
        def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
            request.headers["X-Api-Key"] = f"{SECRET}\nx"
            return super().send(request, *arguments, **options)

    session = requests.Session()
    session.mount("http://", Adapter())
    with pytest.raises(ClientError) as failure:
        RestClient("http://127.0.0.1:1", session=session).get("/x")
    assert SECRET not in traceback_text(failure.value)


@pytest.mark.parametrize("reads", [20, pytest.param(500, marks=pytest.mark.long)])
def test_cookies_that_another_thread_sets_hurt_no_cached_read(serve: Any, response: Any, reads: int) -> None:
    session, over = requests.Session(), threading.Event()

    def set_cookies() -> None:
        number = 0
        while not over.is_set():
            number += 1
            session.cookies.set(f"c{number % 500}", "x", domain=f"d{number % 50}.test")
            if number % 500 == 0:
                session.cookies.clear()

    thread = threading.Thread(target=set_cookies)
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url, session=session)
        thread.start()
        try:
            assert {client.get("/x", caching=KEPT) for _ in range(reads)} == {1}
        finally:
            over.set()
            thread.join()


def test_transport_errors_stay_what_they_are() -> None:
    with pytest.raises(TransportError):
        RestClient("http://127.0.0.1:1", session=with_adapter(requests.ConnectionError("cut"))).get("/x")
