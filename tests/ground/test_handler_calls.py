"""Functions that users write for states and messages: what they return has been done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import ProviderStateError
from pactape.exchange import ProviderState
from pactape.provider_states import load_states, set_up
from pactape.verification.message_factories import produce_message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


async def returns_later() -> dict[str, int]:
    return {"id": 7}


def yields() -> Iterator[None]:
    yield


async def yields_later() -> AsyncIterator[None]:
    yield


class _Outcome(BaseException):
    """As pytest's own failures."""


def fails_as_pytest_does() -> None:
    raise _Outcome("no user")


def test_a_coroutine_is_run_and_gives_its_value() -> None:
    assert set_up(ProviderState(name="a", parameters={}), {"a": returns_later}) == {"id": 7}


def test_a_coroutine_is_run_inside_of_an_event_loop_too() -> None:
    import asyncio  # noqa: PLC0415 -- of this test alone

    async def inside() -> object:
        return set_up(ProviderState(name="a", parameters={}), {"a": returns_later})

    assert asyncio.run(inside()) == {"id": 7}


def test_a_message_may_come_from_a_coroutine() -> None:
    assert produce_message("a", {"a": returns_later}).contents == b'{"id":7}'


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        (yields, "its code has not run"),
        (yields_later, "its code has not run"),
        (fails_as_pytest_does, "no user"),
    ],
)
def test_a_handler_that_did_not_set_up_its_state_is_an_error(handler: Callable[..., Any], text: str) -> None:
    with pytest.raises(ProviderStateError, match=text):
        set_up(ProviderState(name="a", parameters={}), {"a": handler})


@pytest.mark.parametrize("url", ["http://", "https://127.0.0.1:port/states"])
def test_a_url_of_states_that_is_none_is_refused(url: str, tmp_path: Any) -> None:
    with pytest.raises(ProviderStateError, match="is not a URL"):
        load_states(url, root=tmp_path)
