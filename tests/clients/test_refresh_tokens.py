"""Refresh tokens that rotate: none is lost, whatever happens to the store."""

from __future__ import annotations

from traceback import TracebackException
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
import responses
from pactape_clients.auth import RefreshToken
from pactape_clients.errors import (
    TokenRefusedError,
    UsageError,
)

from tests.clients.helpers.tokens import URL

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


class Rotating:
    """A token endpoint whose refresh tokens are valid once."""

    def __init__(self, response: Any) -> None:
        self.valid = "r1"
        self.number = 1
        self._answer = response

    def __call__(self, request: Any) -> Any:
        used = parse_qs(request.body.decode())["refresh_token"][0]
        if used != self.valid:
            return self._answer(status=400, json={"error": "invalid_grant"})
        self.number += 1
        self.valid = f"r{self.number}"
        return self._answer(
            json={"access_token": f"a{self.number}", "refresh_token": self.valid, "expires_in": 60}
        )


class Store:
    """Keeps a refresh token, and fails as often as it is told to."""

    def __init__(self, token: str | None, *, failures: int = 0) -> None:
        self.token = token
        self.failures = failures

    def load(self) -> str | None:
        return self.token

    def save(self, refresh_token: str) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("database is down")
        self.token = refresh_token


class TestRotation:
    def source(self, url: str, clock: Any, **options: Any) -> RefreshToken:
        return RefreshToken(url, client_id="web", client_secret="s", timer=clock, **options)

    def test_uses_each_refresh_token_once(self, serve: Any, response: Any, clock: Any) -> None:
        store = Store("r1")
        with serve(Rotating(response)) as real:
            source = self.source(real.url, clock, store=store)
            values = []
            for _ in range(3):
                values.append(source.token().value)
                clock.pass_by(60)
        assert (values, store.token) == (["a2", "a3", "a4"], "r4")

    @pytest.mark.parametrize("by", ["on_rotation", "store"])
    def test_loses_nothing_when_saving_fails(
        self, serve: Any, response: Any, clock: Any, by: str, caplog: Any
    ) -> None:
        store = Store("r1", failures=2)
        options = {"store": store} if by == "store" else {"refresh_token": "r1", "on_rotation": store.save}
        with serve(Rotating(response)) as real:
            source = self.source(real.url, clock, **options)
            saved_tokens = []
            for _ in range(4):
                source.token()
                saved_tokens.append(store.token)
        assert saved_tokens[-1] == "r2"
        assert "couldn't be saved (OSError)" in caplog.text
        assert "r2" not in caplog.text

    def test_goes_on_with_an_unsaved_token(self, serve: Any, response: Any, clock: Any) -> None:
        store = Store("r1", failures=3)
        with serve(Rotating(response)) as real:
            source = self.source(real.url, clock, store=store)
            source.token()
            clock.pass_by(60)
            assert source.token().value == "a3"
            source.token()
        assert store.token == "r3"

    def test_looks_into_the_store_before_it_gives_up(self, serve: Any, response: Any, clock: Any) -> None:
        rotating = Rotating(response)
        store = Store("r1")
        with serve(rotating) as real:
            one, other = (self.source(real.url, clock, store=store) for _ in range(2))
            one.token()
            other.token()
            clock.pass_by(60)
            assert [one.token().value, other.token().value] == ["a4", "a5"]

    def test_of_a_token_that_another_process_uses_meanwhile_is_tried_again(
        self, serve: Any, response: Any, clock: Any
    ) -> None:
        rotating = Rotating(response)
        rotating.valid = "r9"

        class Late(Store):
            def load(self) -> str | None:
                old_token, self.token = self.token, "r9"
                return old_token

        with serve(rotating) as real:
            assert self.source(real.url, clock, store=Late("r8")).token().value == "a2"

    def test_of_a_revoked_token_is_refused(self, serve: Any, response: Any, clock: Any) -> None:
        with serve(Rotating(response)) as real, pytest.raises(TokenRefusedError, match="invalid_grant"):
            self.source(real.url, clock, store=Store("r0")).token()

    def test_without_a_token_in_the_store_is_an_error(self, clock: Any) -> None:
        with pytest.raises(TokenRefusedError, match="no refresh token"):
            self.source(URL, clock, store=Store(None)).token()

    def test_goes_on_when_the_store_cannot_be_read(self, serve: Any, response: Any, clock: Any) -> None:
        class Unreadable(Store):
            def load(self) -> str | None:
                raise OSError

        with serve(Rotating(response)) as real:
            assert (
                self.source(real.url, clock, store=Unreadable(None), refresh_token="r1").token().value == "a2"
            )

    def test_of_a_refused_unsaved_token_looks_into_the_store(
        self, serve: Any, response: Any, clock: Any
    ) -> None:
        rotating, store = Rotating(response), Store("r1", failures=1)
        with serve(rotating) as real:
            source = self.source(real.url, clock, store=store)
            source.token()
            clock.pass_by(60)
            rotating.valid = store.token = "r50"
            assert (source.token().value, store.token) == ("a3", "r3")

    def test_saves_nothing_over_what_another_process_has_stored(
        self, serve: Any, response: Any, clock: Any
    ) -> None:
        store = Store("r1", failures=1)
        with serve(Rotating(response)) as real:
            source = self.source(real.url, clock, store=store)
            source.token()
            store.token = "r50"
            source.token()
        assert store.token == "r50"

    def test_of_several_unsaved_tokens_saves_the_newest(self, serve: Any, response: Any, clock: Any) -> None:
        store = Store("r1", failures=2)
        with serve(Rotating(response)) as real:
            source = self.source(real.url, clock, store=store)
            source.token()
            store.failures = 2
            clock.pass_by(60)
            source.token()
            store.failures = 0
            source.token()
        assert store.token == "r3"

    def test_falls_back_on_the_token_that_it_was_given(self, serve: Any, response: Any, clock: Any) -> None:
        store = Store("r0")
        with serve(Rotating(response)) as real:
            assert self.source(real.url, clock, store=store, refresh_token="r1").token().value == "a2"
        assert store.token == "r2"

    def test_shows_no_refresh_token_in_a_traceback(self, serve: Any, response: Any, clock: Any) -> None:
        with serve(Rotating(response)) as real, pytest.raises(TokenRefusedError) as failure:
            self.source(real.url, clock, store=Store("s3cret-1"), refresh_token="s3cret-2").token()
        text = "".join(TracebackException.from_exception(failure.value, capture_locals=True).format())
        assert "s3cret" not in text.replace('refresh_token="s3cret-2"', "").replace('Store("s3cret-1")', "")


@pytest.mark.parametrize(
    "options", [{"extra": 5}, {"extra": {"a": 5}}, {"principal": 5}, {"windows": 5}, {"scope": ["a"]}]
)
def test_an_option_of_another_kind_is_refused(options: Any) -> None:
    with pytest.raises(UsageError):
        RefreshToken(URL, client_id="web", refresh_token="r1", **options)


def test_no_extra_fields_may_be_none() -> None:
    plain = RefreshToken(URL, client_id="web", refresh_token="r1")
    unset = RefreshToken(URL, client_id="web", refresh_token="r1", extra=None)  # type: ignore[arg-type]  # what an unset option gives
    assert unset.principal == plain.principal
