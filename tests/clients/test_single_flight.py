from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from pactape_clients.auth import CallableTokens, RefreshWindows, Token
from pactape_clients.cache import Loaded, TTLCache
from pactape_clients.concurrency.call_context import CallContext, call_in_progress
from pactape_clients.concurrency.single_flight import Flight
from pactape_clients.errors import DeadlineExceededError, TokenUnavailableError
from pactape_clients.operations import Operation
from pactape_clients.rest import RestClient, RetryPolicy, TransportSettings

if TYPE_CHECKING:
    from pactape_clients.cache import Expired

OPERATION = Operation(name="GET /", method="GET", path="/")


class CodedError(Exception):
    """An error that copying can't make again."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")


def test_a_failure_that_cannot_be_copied_is_shared_unchanged() -> None:
    flight = Flight[int]()
    flight.set_exception(CodedError(7, "no"))
    with pytest.raises(CodedError, match="7 no"):
        flight.result(timeout=None)


def test_a_load_that_ran_out_of_time_fails_for_all_who_waited(at_once: Any) -> None:
    cache, loads = TTLCache(), []

    def load(_: Expired | None) -> Loaded:
        loads.append(1)
        time.sleep(0.2)
        raise DeadlineExceededError

    outcomes = at_once(lambda: cache.get_or_load("a", load), 16)
    assert ({type(outcome) for outcome in outcomes}, len(loads)) == ({DeadlineExceededError}, 1)


def test_a_waiter_whose_deadline_has_passed_does_not_wait_for_the_token_of_another() -> None:
    token_requested, released = threading.Event(), threading.Event()

    def give() -> str:
        token_requested.set()
        released.wait(10)
        return "late"

    source = CallableTokens(give)
    leader = threading.Thread(target=source.token)
    leader.start()
    token_requested.wait()
    rescue = threading.Timer(2, released.set)
    rescue.start()
    try:
        with call_in_progress(CallContext(OPERATION, deadline=-1)), pytest.raises(DeadlineExceededError):
            source.token()
        assert not released.is_set()
    finally:
        rescue.cancel()
        released.set()
        leader.join()


def scripted(*outcomes: Token | Exception, clock: Any) -> CallableTokens:
    waiting = list(outcomes)

    def give() -> Token:
        outcome = waiting.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return CallableTokens(give, timer=clock, windows=RefreshWindows())


def test_a_callable_that_raises_is_not_an_error_while_the_token_is_good(clock: Any) -> None:
    source = scripted(Token(value="a", expires_in=100), OSError("vault is away"), clock=clock)
    source.token()
    clock.pass_by(85)
    assert source.token().value == "a"


def test_a_callable_that_raises_is_a_token_error_that_names_it(clock: Any) -> None:
    with pytest.raises(TokenUnavailableError, match="OSError"):
        scripted(OSError("vault is away"), clock=clock).token()


def test_a_callable_that_raises_is_not_called_again_at_once(clock: Any) -> None:
    source = scripted(OSError("vault is away"), Token(value="a"), clock=clock)
    for _ in range(2):
        with pytest.raises(TokenUnavailableError):
            source.token()


def test_a_second_try_after_401_has_no_more_time_than_the_deadline_leaves(serve: Any, response: Any) -> None:
    def respond(request: Any) -> Any:
        fresh = request.headers["Authorization"] == "Bearer b"
        time.sleep(2.0 if fresh else 0.5)
        return response(status=200 if fresh else 401)

    tokens = iter("abc")
    settings = TransportSettings(deadline=1.0, retries=RetryPolicy(attempts=1))
    with serve(respond) as server:
        client = RestClient(server.url, tokens=CallableTokens(lambda: next(tokens)), settings=settings)
        started = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            client.get("/")
        took = time.monotonic() - started
    assert took < 1.45
