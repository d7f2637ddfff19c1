"""The guide's section "REST API Integration", against a scripted server in the place of the mocked HTTP client."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import responses
from pactape_clients.auth import CallableTokens, Token
from pactape_clients.cache import TTLCache
from pactape_clients.rest import Caching, RestClient

BASE = "http://users.test"


class User(msgspec.Struct, frozen=True):
    id: str
    name: str
    email: str = ""


class UserClient(RestClient):
    """The guide's UserApiClient: what it reads is kept for 300 seconds under "user:<id>"."""

    def get_user(self, user_id: str) -> User:
        user: User = self.get(
            "/users/{id}", path={"id": user_id}, returns=User, caching=Caching(ttl=300, key="user:{id}")
        )
        return user


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestGivenUserApiClientIntegrationWhenFetchingUserWithAuthenticationAndCaching:
    """GIVEN UserApiClient integration, WHEN fetching user with authentication and caching."""

    @pytest.fixture(autouse=True)
    def given(self) -> Any:
        self.clock = Clock()
        self.tokens_asked: list[str] = []
        self.tokens_to_give = ["valid-token-123", "refreshed-token"]
        self.cache = TTLCache(timer=self.clock)
        tokens = CallableTokens(self._give, principal="web", timer=self.clock)
        headers = {"Content-Type": "application/json"}
        self.client = UserClient(BASE, tokens=tokens, cache=self.cache, headers=headers)
        self.namespace = tokens.principal
        with responses.RequestsMock(assert_all_requests_are_fired=False) as self.server:
            self.server.get(
                f"{BASE}/users/user-123",
                json={"id": "user-123", "name": "John Doe", "email": "john@example.com"},
            )
            yield

    def _give(self) -> Token:
        self.tokens_asked.append(self.tokens_to_give[len(self.tokens_asked)])
        return Token(value=self.tokens_asked[-1], expires_in=60)

    def test_then_should_handle_complete_authenticated_request_flow(self) -> None:
        """THEN should handle complete authenticated request flow."""
        result = self.client.get_user("user-123")

        (call,) = self.server.calls
        assert call.request.headers["Authorization"] == "Bearer valid-token-123"
        assert call.request.headers["Content-Type"] == "application/json"
        assert result == User("user-123", "John Doe", "john@example.com")
        assert self.cache.lookup(f"{self.namespace} user:user-123") == result

    def test_then_should_keep_the_user_for_300_seconds(self) -> None:
        """THEN should handle complete authenticated request flow: set("user:user-123", user, 300)."""
        self.client.get_user("user-123")
        self.clock.now += 299.9
        self.cache.lookup(f"{self.namespace} user:user-123")
        self.clock.now += 0.1
        with pytest.raises(KeyError):
            self.cache.lookup(f"{self.namespace} user:user-123")

    def test_then_should_refresh_token_when_expired(self) -> None:
        """THEN should refresh token when expired."""
        self.server.get(f"{BASE}/users/user-124", json={"id": "user-124", "name": "Jane Doe"})
        self.client.get_user("user-124")
        self.clock.now += 60

        result = self.client.get_user("user-123")

        assert self.tokens_asked == ["valid-token-123", "refreshed-token"]
        assert self.server.calls[-1].request.headers["Authorization"] == "Bearer refreshed-token"
        assert result.name == "John Doe"

    def test_then_should_return_cached_user_when_available(self) -> None:
        """THEN should return cached user when available."""
        first = self.client.get_user("user-123")
        self.server.calls.reset()
        self.tokens_asked.clear()

        result = self.client.get_user("user-123")

        assert result == first
        assert len(self.server.calls) == 0
        assert self.tokens_asked == []
