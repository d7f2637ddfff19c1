"""The API behind the proxy: requests are sent on as they came, and responses come back as they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from pactape.errors import ProviderUnreachableError
from pactape.exchange import Response
from pactape.urls import is_loopback, without_credentials

if TYPE_CHECKING:
    from pactape.exchange import Request

__all__ = ["HOP_BY_HOP", "Upstream"]

#: Headers of one connection (RFC 9110, section 7.6.1), which a proxy doesn't pass on.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_CONNECT_SECONDS = 10.0


class Upstream:
    """The API that is recorded. May be used by several threads.

    Args:
        url: Its base URL.
        timeout: How long to wait for the beginning of a response and between two parts of it, in seconds.
        ca_file: A file of certificates to trust, instead of the usual ones; None for those.
    """

    def __init__(self, url: str, *, timeout: float = 60, ca_file: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._timeout = (_CONNECT_SECONDS, timeout)
        self._verify: bool | str = ca_file or True
        self._adapters = requests.Session()
        self._adapters.trust_env = not is_loopback(
            url
        )  # a proxy of the environment is never for this machine

    def send(self, request: Request, target: str) -> Response:
        """Send a request on, and return the response with its content coding still on it.

        Args:
            request: The client's request.
            target: Path and query below the base URL.

        Raises:
            ProviderUnreachableError: No response came; nothing is recorded.
        """
        kept = {name: value for name, value in request.headers if name.lower() not in {*HOP_BY_HOP, "host"}}
        prepared = requests.Request(request.method, f"{self.url}{target}", headers=kept).prepare()
        prepared.url = f"{self.url}{target}"  # requests would write paths and queries anew
        prepared.body = request.body or None
        settings = self._adapters.merge_environment_settings(prepared.url, {}, True, self._verify, None)  # noqa: FBT003 -- of requests: streamed
        try:
            answer = self._adapters.send(prepared, allow_redirects=False, timeout=self._timeout, **settings)
            body = answer.raw.read(decode_content=False)
        except (requests.RequestException, OSError) as error:
            raise ProviderUnreachableError(
                f"gave no response ({type(error).__name__})",
                where=without_credentials(self.url),
                remedy="start the API, or name its address with --upstream",
            ) from error
        headers = tuple((name, value) for name, value in answer.raw.headers.items())
        return Response(status=answer.status_code, headers=headers, body=body)
