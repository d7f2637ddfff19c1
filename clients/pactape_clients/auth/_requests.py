"""How a request carries a token: through requests' `auth=`, with one renewal when the server says 401."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from requests.auth import AuthBase

from pactape_clients.bodies import read_in_time
from pactape_clients.call_context import CURRENT, bounded

if TYPE_CHECKING:
    import requests

    from pactape_clients.auth._source import Token, TokenSource

__all__ = ["TokenAuth"]

_UNAUTHORIZED = 401


class TokenAuth(AuthBase):
    """Sends `Authorization: Bearer <token>`; after a 401 renews the token and sends the request once more.

    As `auth=`, not as a header, because requests replaces a hand-set Authorization header by a netrc entry.
    A body that can't be sent twice (a generator) is not sent twice: its 401 is final.

    Args:
        source: Where the tokens come from.

    Example:
        >>> from pactape_clients.auth import StaticToken
        >>> import requests
        >>> request = requests.Request("GET", "http://users.test/", auth=TokenAuth(StaticToken("t0p")))
        >>> request.prepare().headers["Authorization"]
        'Bearer t0p'
    """

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def __repr__(self) -> str:
        return f"TokenAuth({self._source!r})"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on `request`, and listen for a 401.

        Raises:
            TokenError: There is no token to be had.
        """
        token = self._source.token()
        request.headers["Authorization"] = f"Bearer {token.value}"
        request.register_hook("response", _SecondTry(self._source, token))  # type: ignore[no-untyped-call]
        return request


class _SecondTry:
    """The response hook of one request: the token it was sent with, and what to do about a 401."""

    __slots__ = ("_source", "_token")

    def __init__(self, source: TokenSource, token: Token) -> None:
        self._source = source
        self._token = token

    def __call__(self, response: requests.Response, **sending: Any) -> requests.Response:
        if response.status_code != _UNAUTHORIZED or not _is_own_request(response, self._token):
            return response
        if not _rewound(response.request):
            return response
        response.content  # noqa: B018 -- read to its end, so that its connection goes back even if renewing fails
        token = self._source.renew(self._token)
        if token is self._token:
            return response
        return _sent_again(response, token, sending)


def _is_own_request(response: requests.Response, token: Token) -> bool:
    """Whether the refused request carried the token: after a redirect to another host it doesn't."""
    return response.request.headers.get("Authorization") == f"Bearer {token.value}"


def _rewound(request: requests.PreparedRequest) -> bool:
    """Whether the body can be sent again, after winding it back if it is a file."""
    body: Any = request.body
    if body is None or isinstance(body, str | bytes):
        return True
    start = getattr(request, "_body_position", None)
    if not isinstance(start, int) or not hasattr(body, "seek"):
        return False
    body.seek(start)
    return True


def _sent_again(refused: requests.Response, token: Token, sending: dict[str, Any]) -> requests.Response:
    refused.close()
    request = refused.request.copy()
    request.headers["Authorization"] = f"Bearer {token.value}"
    call = CURRENT.get()
    if call is not None:
        sending = {**sending, "timeout": bounded(sending["timeout"], call.remaining())}
        call.announce()
    adapter: Any = refused.connection
    answer: requests.Response = adapter.send(request, **sending)
    read_in_time(answer, **sending)
    answer.history.append(refused)
    answer.request = request
    return answer
