"""Bearer authentication (RFC 6750) that keeps its token fresh.

A token is refreshed ahead of its expiry, at its expiry at the latest, and once when the server answers 401 all the
same; of many threads that need it at once, one asks and all share what it gets, be it a failure.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import msgspec
from requests.auth import AuthBase

from pactape_clients.errors import TokenError
from pactape_clients.flights import SingleFlight
from pactape_clients.tokens import ClientCredentials, StaticToken, Token, TokenSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from requests import PreparedRequest, Response

__all__ = ["ClientCredentials", "StaticToken", "Token", "TokenAuth", "TokenSource"]

#: A token is refreshed when this many seconds, or this share of its lifetime if that is less, are left.
_ADVISORY_SECONDS, _ADVISORY_SHARE = 60.0, 0.2
#: And is not used any more when this little is left: the request has to arrive, too.
_MANDATORY_SECONDS, _MANDATORY_SHARE = 5.0, 0.05
_UNAUTHORIZED = 401


class _Held(msgspec.Struct, frozen=True):
    """A token in use, with its generation and the moments from which it should and must be replaced."""

    token: Token
    generation: int
    advisory: float
    mandatory: float

    def __repr__(self) -> str:
        return f"_Held(generation={self.generation})"


class TokenAuth(AuthBase):
    """Gives each request of a session a valid bearer token; safe to share between threads.

    Args:
        source: Where tokens come from.
        clock: Seconds that never go back; `time.monotonic` by default.

    Example:
        >>> import requests
        >>> request = requests.Request("GET", "https://api.example.com", auth=TokenAuth(StaticToken("abc")))
        >>> request.prepare().headers["Authorization"]
        'Bearer abc'
    """

    def __init__(self, source: TokenSource, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._held: _Held | None = None
        self._flights = SingleFlight[_Held]()

    def __repr__(self) -> str:
        return f"TokenAuth({self._source!r})"

    @property
    def principal(self) -> str:
        """On whose behalf requests are made; holds no secret."""
        return self._source.principal

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put a valid token on `request`, and have a 401 answered with one more try.

        Raises:
            TokenError: No token could be had.
        """
        held = self._valid()
        _authorize(request, held)

        def on_response(response: Response, **options: Any) -> Response:
            return self._retry(response, held, options)

        request.hooks["response"].append(on_response)
        return request

    def _valid(self) -> _Held:
        held, now = self._held, self._clock()
        if held is not None and now < held.advisory:
            return held
        if held is None or now >= held.mandatory:
            return self._replace(held)
        try:
            return self._replace(held)
        except TokenError:
            return held  # it is still valid; the next request tries again

    def _replace(self, held: _Held | None) -> _Held:
        """The token after `held`; the one that another thread got in the meantime, if it did."""
        generation = held.generation if held else 0

        def refresh() -> _Held:
            current = self._held
            if current is not None and current.generation > generation:
                return current
            token = self._source.fetch(held.token if held else None)
            self._held = self._hold(token, generation + 1)
            return self._held

        return self._flights.run(generation, refresh)

    def _hold(self, token: Token, generation: int) -> _Held:
        if token.lifetime is None:
            return _Held(token, generation, advisory=float("inf"), mandatory=float("inf"))
        expiry = self._clock() + token.lifetime
        return _Held(
            token,
            generation,
            advisory=expiry - min(_ADVISORY_SECONDS, token.lifetime * _ADVISORY_SHARE),
            mandatory=expiry - min(_MANDATORY_SECONDS, token.lifetime * _MANDATORY_SHARE),
        )

    def _retry(self, response: Response, held: _Held, options: dict[str, Any]) -> Response:
        """Send the request once more with a new token, where the server refused the one it carried.

        After a redirect to another host the request carries none, and is left alone.
        """
        carried = response.request.headers.get("Authorization") == _header(held)
        if response.status_code != _UNAUTHORIZED or not carried or not _can_send_again(response.request):
            return response
        try:
            fresh = self._replace(held)
        except TokenError:
            return response
        response.content  # noqa: B018 -- reads to the end, so that the connection is free
        response.close()
        request = response.request.copy()
        _authorize(request, fresh)
        again: Response = response.connection.send(request, **options)
        again.history.append(response)
        again.request = request
        return again


def _authorize(request: PreparedRequest, held: _Held) -> None:
    request.headers["Authorization"] = _header(held)


def _header(held: _Held) -> str:
    return f"Bearer {held.token.access_token}"


def _can_send_again(request: PreparedRequest) -> bool:
    return request.body is None or isinstance(request.body, str | bytes)
