"""Sending one request and judging its answer: what REST and GraphQL clients share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import requests

from pactape_clients.auth import TokenAuth
from pactape_clients.errors import (
    DecodeError,
    Problem,
    RequestTimeoutError,
    TransportError,
    response_error,
)
from pactape_clients.operations import announce

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape_clients.operations import Operation
    from pactape_clients.tokens import TokenSource

__all__ = ["DEFAULT_TIMEOUT", "Transport", "decode"]

#: Seconds to connect, and to wait for the next bytes of the answer.
DEFAULT_TIMEOUT = (3.05, 10.0)

_FIRST_ERROR = 400
_PROBLEM = "application/problem+json"


class Transport:
    """Sends requests to one API; safe to share between threads as far as its session is.

    Args:
        base_url: What every URL begins with.
        session: The session to send with; its own by default.
        tokens: Where access tokens come from; None sends none.
        timeout: Seconds to connect, and to wait for the next bytes of the answer.
    """

    def __init__(
        self,
        base_url: str,
        *,
        session: requests.Session | None,
        tokens: TokenSource | None,
        timeout: tuple[float, float],
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = session or requests.Session()
        self._auth = TokenAuth(tokens) if tokens is not None else None
        self._timeout = timeout

    @property
    def principal(self) -> str:
        """On whose behalf requests are made; empty when nobody is named."""
        return self._auth.principal if self._auth else ""

    def send(
        self,
        operation: Operation,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str],
    ) -> requests.Response:
        """Announce `operation`, send its request, and give the answer, whatever its status.

        Raises:
            TransportError: No answer came.
            TokenError: No access token could be had.
        """
        announce(operation)
        try:
            return self._session.request(
                operation.method,
                url,
                params=query,
                data=body,
                headers=dict(headers),
                auth=self._auth,
                timeout=self._timeout,
            )
        except requests.Timeout as error:
            raise RequestTimeoutError(type(error).__name__, operation=operation.name) from error
        except requests.RequestException as error:
            raise TransportError(type(error).__name__, operation=operation.name) from error

    def send_checked(
        self,
        operation: Operation,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str],
    ) -> requests.Response:
        """As `send`, but a status of 400 and above is an error.

        Raises:
            ResponseError: The answer is a refusal or a failure; also what `send` raises.
        """
        response = self.send(operation, url, query=query, body=body, headers=headers)
        check(response, operation=operation.name)
        return response


def check(response: requests.Response, *, operation: str) -> None:
    """Raise the ResponseError of an answer whose status is 400 or above."""
    if response.status_code >= _FIRST_ERROR:
        raise response_error(
            operation=operation,
            status=response.status_code,
            headers=response.headers,
            problem=_problem(response),
        )


def decode(body: bytes, model: Any, *, operation: str) -> Any:
    """A JSON body as `model` says; as plain values when that is None.

    Raises:
        DecodeError: The body isn't JSON, or isn't what the model says; the message names the JSON path.
    """
    try:
        return msgspec.json.decode(body, type=Any if model is None else model)
    except msgspec.DecodeError as error:
        raise DecodeError(f"the answer can't be decoded: {error}", operation=operation) from error


def _problem(response: requests.Response) -> Problem | None:
    if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _PROBLEM:
        return None
    try:
        return msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return None
