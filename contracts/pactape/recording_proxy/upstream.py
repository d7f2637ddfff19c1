"""The API behind the proxy: forwards requests and returns responses unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.util import SKIP_HEADER

from pactape.errors import ProviderUnreachableError
from pactape.exchange import Response
from pactape.http_bodies import can_decode, end_to_end, joined_headers
from pactape.urls import is_loopback_url, without_credentials

if TYPE_CHECKING:
    from pactape.exchange import Request

__all__ = ["Upstream"]

_CONNECT_SECONDS = 10.0


class Upstream:
    """The API that is recorded. May be used by several threads.

    Args:
        url: Its base URL.
        timeout: The time limit for the beginning of a response, and between two parts of it, in seconds.
        ca_file: A file of certificates to trust instead of the usual ones; None for the usual ones.
    """

    def __init__(self, url: str, *, timeout: float = 60, ca_file: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._timeout = (_CONNECT_SECONDS, timeout)
        self._verify: bool | str = ca_file or True
        self._adapters = requests.Session()
        self._adapters.trust_env = not is_loopback_url(
            url
        )  # proxies of the environment don't apply to this machine

    def send(self, request: Request, target: str) -> Response:
        """Forward a request, and return the response with its content coding.

        Args:
            request: The client's request.
            target: Path and query below the base URL.

        Raises:
            ProviderUnreachableError: No complete response came; nothing is recorded.
        """
        forwarded = (
            (name, _decodable(value) if name.lower() == "accept-encoding" else value)
            for name, value in end_to_end(request.headers)
            if name.lower() != "host"
        )
        prepared = requests.Request(
            request.method, f"{self.url}{target}", headers=joined_headers(forwarded)
        ).prepare()
        prepared.url = f"{self.url}{target}"  # requests would re-encode paths and queries
        prepared.body = request.body or None
        if request.body:  # the client may have sent it in chunks, without its length
            prepared.headers["Content-Length"] = str(len(request.body))
        for name in ("User-Agent", "Accept-Encoding"):  # urllib3 would add its own
            prepared.headers.setdefault(name, SKIP_HEADER)
        settings = self._adapters.merge_environment_settings(prepared.url, {}, True, self._verify, None)  # noqa: FBT003 -- of requests: streamed
        try:
            response = self._adapters.send(prepared, allow_redirects=False, timeout=self._timeout, **settings)
            body = response.raw.read(decode_content=False)
        except ReadTimeoutError as error:
            raise self._failure(
                "stopped in the middle of a response", "give it more time with --timeout"
            ) from error
        except HTTPError as error:
            raise self._failure(
                "ended in the middle of a response", "look for the cause in its log"
            ) from error
        except (requests.RequestException, OSError) as error:
            raise self._failure(
                f"did not respond ({type(error).__name__})", "start the API, or give its URL with --upstream"
            ) from error
        received = tuple((name, value) for name, value in response.raw.headers.items())
        return Response(status=response.status_code, headers=received, body=body)

    def _failure(self, problem: str, remedy: str) -> ProviderUnreachableError:
        return ProviderUnreachableError(problem, where=without_credentials(self.url), remedy=remedy)


def _decodable(accepted: str) -> str:
    """Return the codings of an Accept-Encoding header that can be decoded, because others can't be recorded."""
    codings = [coding.strip() for coding in accepted.split(",")]
    return ", ".join(c for c in codings if can_decode(c.partition(";")[0].strip().lower())) or "identity"
