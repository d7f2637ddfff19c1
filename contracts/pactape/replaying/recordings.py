"""The recorded responses of any number of cassettes, found by request keys as in the replay of tests."""

from __future__ import annotations

import threading
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from vcr.request import Request as VcrRequest

from pactape.cassettes.contents import read_any
from pactape.cassettes.replay.no_match_report import nearest_requests
from pactape.cassettes.replay.request_key import RequestKey
from pactape.cassettes.scrubbing.filters import Cleaner
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.errors import CassetteFormatError
from pactape.http_bodies import decoded_body, without_coding_headers
from pactape.settings import ScrubSettings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.exchange import Exchange, Request, Response

__all__ = ["Recordings"]

_DEFAULT_SCRUB = ScrubSettings()


class Recordings:
    """Recorded responses by request key: GraphQL and JSON by meaning, secrets apart.

    Equal requests get their recorded responses in order, and when these have all been given, the last one again.
    Several threads may use it.

    Args:
        files: Cassettes; their order decides where equal requests are recorded in several.
        base_url: Only what was recorded below this URL is served, at paths that start after it; None for all of
            it, at its own paths.
        exchanges: Further ones, after those of the files, that have been read already.
        scrub: The project's own rules of what a secret is, which replaying its tests applies to requests, too.

    Attributes:
        origins: The recorded schemes and hosts, "https://api.example.com", in the order of their first request.

    Raises:
        CassetteFormatError: A cassette can't be read, or there is nothing to replay.
    """

    def __init__(
        self,
        files: Iterable[Path] = (),
        *,
        base_url: str | None = None,
        exchanges: Iterable[Exchange] = (),
        scrub: ScrubSettings = _DEFAULT_SCRUB,
    ) -> None:
        self._base = base_url.rstrip("/") if base_url else None
        self._cleaner = Cleaner({}, ScrubRules.from_settings(scrub))
        self._lock = threading.Lock()
        self._responses: dict[bytes, list[Response]] = {}
        self._given: dict[bytes, int] = {}
        self._requests: list[VcrRequest] = []
        self.origins: tuple[str, ...] = ()
        self._read(list(files), exchanges)

    def __len__(self) -> int:
        return len(self._requests)

    def answer(self, request: Request) -> Response | None:
        """Return the next response to a request, whatever host it was sent to; None when there is none.

        Args:
            request: Its URL is absolute. Where its host was recorded, only that host's responses count.
        """
        for live in self._candidates(request):
            key = _digest(live)
            with self._lock:
                responses = self._responses.get(key)
                if responses is not None:
                    turn = self._given.get(key, 0)
                    self._given[key] = turn + 1
                    return responses[min(turn, len(responses) - 1)]
        return None

    def nearest(self, request: Request) -> list[str]:
        """Return the recorded requests that are most like a request, each with the first difference."""
        return nearest_requests(self._candidates(request)[0], self._requests)

    def _read(self, files: list[Path], exchanges: Iterable[Exchange]) -> None:
        recorded = (exchange for path in files for exchange in read_any(path).exchanges)
        for exchange in chain(recorded, exchanges):
            if self._base is None or _is_below(exchange.request.url, self._base):
                self._add(exchange)
        origins = dict.fromkeys(_origin(request.uri) for request in self._requests)
        self.origins = tuple(origins)
        if not self._requests:
            raise CassetteFormatError(
                f"nothing was recorded below {self._base}" if self._base else "no interaction is recorded",
                where=files[0] if files else None,
                remedy="name cassettes with interactions of this provider",
            )

    def _add(self, exchange: Exchange) -> None:
        recorded = self._for_matching(exchange.request, exchange.request.url)
        self._requests.append(recorded)
        self._responses.setdefault(_digest(recorded), []).append(_decoded(exchange.response))

    def _candidates(self, request: Request) -> list[VcrRequest]:
        """Return the request as it would have been sent to each host that may be meant."""
        parts = urlsplit(request.url)
        target = parts._replace(scheme="", netloc="").geturl()
        if self._base is not None:
            bases: tuple[str, ...] = (self._base,)
        else:
            named = tuple(each for each in self.origins if urlsplit(each).netloc == parts.netloc)
            bases = named or self.origins
        return [self._for_matching(request, f"{base}{target}") for base in bases]

    def _for_matching(self, request: Request, url: str) -> VcrRequest:
        return VcrRequest(*self._cleaner.asked(request.method, url, request.body, dict(request.headers)))


def _digest(request: VcrRequest) -> bytes:
    return RequestKey(request.method, request.uri, request.body, request.headers).digest


def _decoded(response: Response) -> Response:
    """Return a response without its content codings, which the recorder may have undone already."""
    try:
        body = decoded_body(response)
    except ValueError:
        return response
    if body == response.body and not any(name.lower() == "content-encoding" for name, _ in response.headers):
        return response
    return msgspec.structs.replace(response, body=body, headers=without_coding_headers(response.headers))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_below(url: str, base: str) -> bool:
    return url == base or url.startswith((f"{base}/", f"{base}?"))
