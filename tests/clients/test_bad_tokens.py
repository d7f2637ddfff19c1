"""Tokens that are none: refused without being shown."""

from __future__ import annotations

import re
import traceback
from typing import Any

import pytest
from pactape_clients import RestClient, StaticToken
from pactape_clients.auth import CallableTokens, TokenSource
from pactape_clients.errors import (
    TokenUnavailableError,
    UsageError,
)

BAD_TOKENS = ["", " ", "\n", None, 7, b"bytes", "s3cr\net", "s3cret€", "s3cr\x00et"]


@pytest.mark.parametrize("value", BAD_TOKENS, ids=repr)
def test_a_token_that_is_none_is_refused_without_being_shown(value: Any) -> None:
    for make in (
        lambda: StaticToken(value),
        lambda: RestClient("http://127.0.0.1:1", tokens=CallableTokens(lambda: value)).get("/"),
    ):
        with pytest.raises((UsageError, TokenUnavailableError)) as failure:
            make()
        assert "s3cr" not in "".join(traceback.format_exception(failure.value))


def test_no_traceback_of_a_bad_token_shows_it_among_the_locals() -> None:
    tokens = CallableTokens(lambda: "t0p\n-s3cret")
    with pytest.raises(TokenUnavailableError) as failure:
        RestClient("http://127.0.0.1:1", tokens=tokens).get("/")
    trace = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert not re.search("s3cret", trace.replace('t0p\\n-s3cret")', ""))


@pytest.mark.parametrize("white", ["t0p\n", " t0p", "\tt0p\r\n"])
def test_white_space_around_a_token_is_removed(serve: Any, response: Any, white: str) -> None:
    with serve(lambda request: response(json=request.headers["Authorization"])) as server:
        for tokens in (StaticToken(white), CallableTokens(lambda: white)):
            assert RestClient(server.url, tokens=tokens).get("/") == "Bearer t0p"


class Broken(TokenSource):
    def __init__(self) -> None:
        super().__init__(principal="broken")

    def fetch(self, previous: Any) -> Any:  # noqa: ARG002 -- as the base class has it
        raise LookupError("s3cret")


class Odd(Broken):
    def fetch(self, previous: Any) -> Any:  # noqa: ARG002 -- as the base class has it
        return "a string"


@pytest.mark.parametrize("source", [Broken, Odd])
def test_what_a_token_source_of_ones_own_does_wrong_is_an_error_of_the_tree(source: Any) -> None:
    with pytest.raises(TokenUnavailableError, match="fetch") as failure:
        RestClient("http://127.0.0.1:1", tokens=source()).get("/")
    assert "s3cret" not in str(failure.value)
