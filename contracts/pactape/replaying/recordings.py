"""The recorded responses of cassettes, found by request key as when tests are replayed."""

from __future__ import annotations

import threading
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from vcr.request import Request as VcrRequest

from pactape.cassettes.contents import read_any
from pactape.cassettes.replay.no_match_report import nearest_requests
from pactape.cassettes.replay.request_keys.request_key import RequestKey
from pactape.cassettes.scrubbing.filters import RecordingFilter
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.errors import CassetteFormatError
from pactape.http_bodies import decoded_body, header, joined_headers, without_coding_headers
from pactape.recorders import ReadOptions, in_recorded_order
from pactape.settings import ScrubSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pactape.exchange import Exchange, Request, Response

__all__ = ["Recordings"]

_DEFAULT_SCRUB = ScrubSettings()
_ABOUT_BODIES = {"content-type", "content-encoding"}


class Recordings:
    """Recorded responses by request key: GraphQL and JSON are compared by meaning, secrets are ignored.

    Equal requests get their recorded responses in order; after that, the last one is repeated.
    Several threads may use it.

    Args:
        files: Cassettes; their order decides if several contain equal requests.
        base_url: Serve only what was recorded below this URL, at paths relative to it; None to serve everything at
            its recorded path. Formats that record no host have that of this URL.
        exchanges: Further exchanges, already read, which come after those of the files.
        scrub: The project's scrub rules, which are applied to requests as when tests are replayed.

    Attributes:
        origins: The recorded schemes and hosts, "https://api.example.com", in the order of their first request.
        skipped: The entries of other recorders' files that are not served, each with its place and the reason.

    Raises:
        CassetteFormatError: A cassette can't be read, or no interaction is left to replay.
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
        self._filter = RecordingFilter({}, ScrubRules.from_settings(scrub))
        self._lock = threading.Lock()
        self._responses: dict[bytes, list[Response]] = {}
        self._next_turns: dict[bytes, int] = {}
        self._requests: list[VcrRequest] = []
        self.origins: tuple[str, ...] = ()
        self.skipped: tuple[str, ...] = ()
        self._read(in_recorded_order(files), exchanges)

    def __len__(self) -> int:
        return len(self._requests)

    def response_to(self, request: Request) -> Response | None:
        """Return the next response to a request, whatever host it was sent to; None if nothing matches.

        A HEAD request that wasn't recorded gets the headers of the next response to the same GET (RFC 9110, section
        9.3.2). Methods are compared in upper case, as recordings are read.

        Args:
            request: The request, with an absolute URL. If its host was recorded, only that host's responses count.
        """
        request = msgspec.structs.replace(request, method=request.method.upper())
        response = self._next(request, turns=1)
        if response is None and request.method == "HEAD":
            get_response = self._next(msgspec.structs.replace(request, method="GET"), turns=0)
            return None if get_response is None else _of_head(get_response)
        return response

    def _next(self, request: Request, *, turns: int) -> Response | None:
        """Return the next response to a request, advancing by `turns` recorded ones."""
        for key in self._keys(request):
            with self._lock:
                responses = self._responses.get(key)
                if responses is not None:
                    turn = self._next_turns.get(key, 0)
                    self._next_turns[key] = turn + turns
                    return responses[min(turn, len(responses) - 1)]
        return None

    def _keys(self, request: Request) -> Iterator[bytes]:
        """Yield the keys of a request: first with its own placeholders, then without its secrets."""
        for url in self._urls(request):
            yield _digest(_with_secrets(request, url))
        for live in self._candidates(request):
            yield _digest(live)

    @property
    def base_urls(self) -> tuple[str, ...]:
        """The URLs whose paths are served from the root: the base URL or, without one, all recorded origins."""
        return self.origins if self._base is None else (self._base,)

    def nearest(self, request: Request) -> list[str]:
        """Return the recorded requests most similar to a request, each with the first difference."""
        return nearest_requests(self._candidates(request)[0], self._requests)

    def _read(self, files: list[Path], exchanges: Iterable[Exchange]) -> None:
        # a format without hosts has that of the base URL
        contents = [read_any(path, ReadOptions(base_url=self._base)) for path in files]
        self.skipped = tuple(
            f"{path}: {entry.location}: {entry.reason}"
            for path, content in zip(files, contents, strict=True)
            for entry in content.skipped
        )
        file_exchanges = (exchange for content in contents for exchange in content.exchanges)
        provider_exchanges = [
            exchange
            for exchange in chain(file_exchanges, exchanges)
            if self._base is None or _is_below(exchange.request.url, self._base)
        ]
        # A key depends on the known secrets, so the secrets of all recordings are collected first.
        for exchange in provider_exchanges:
            self._for_matching(exchange.request, exchange.request.url)
        for exchange in provider_exchanges:
            self._add(exchange)
        origins = dict.fromkeys(_origin(request.uri) for request in self._requests)
        self.origins = tuple(origins)
        if not self._requests:
            below = f"no interaction was recorded below {self._base}" if self._base else ""
            skipped = f" (skipped: {'; '.join(self.skipped[:3])})" if self.skipped else ""
            raise CassetteFormatError(
                f"{below or 'no interaction is recorded'}{skipped}",
                where=files[0] if files else None,
                remedy="name cassettes with interactions of this provider",
            )

    def _add(self, exchange: Exchange) -> None:
        request = self._for_matching(exchange.request, exchange.request.url)
        self._requests.append(request)
        unchanged = _with_secrets(exchange.request, exchange.request.url)
        for key in {_digest(request), _digest(unchanged)}:
            self._responses.setdefault(key, []).append(_decode(exchange.response))

    def _candidates(self, request: Request) -> list[VcrRequest]:
        """Return the request without its secrets, for each host that it may have been recorded with."""
        return [self._for_matching(request, url) for url in self._urls(request)]

    def _urls(self, request: Request) -> list[str]:
        """Return the request's URL at each host that it may have been recorded with."""
        parts = urlsplit(request.url)
        target = parts._replace(scheme="", netloc="").geturl()
        if self._base is not None:
            bases: tuple[str, ...] = (self._base,)
        else:
            same_host = tuple(origin for origin in self.origins if urlsplit(origin).netloc == parts.netloc)
            bases = same_host or self.origins
        return [f"{base}{target}" for base in bases]

    def _for_matching(self, request: Request, url: str) -> VcrRequest:
        return VcrRequest(
            *self._filter.for_matching(request.method, url, request.body, joined_headers(request.headers))
        )


def _with_secrets(request: Request, url: str) -> VcrRequest:
    """Return a request with its secrets and placeholders, which distinguish equal requests of several users."""
    headers = {
        name: value
        for name, value in joined_headers(request.headers).items()
        if name.lower() in _ABOUT_BODIES
    }
    return VcrRequest(request.method, url, request.body, headers)


def _digest(request: VcrRequest) -> bytes:
    return RequestKey(request.method, request.uri, request.body, request.headers).digest


def _decode(response: Response) -> Response:
    """Return a response without its content codings, which the recorder may have decoded already."""
    try:
        body = decoded_body(response)
    except ValueError:
        return response
    if body == response.body and header(response.headers, "content-encoding") is None:
        return response
    return msgspec.structs.replace(response, body=body, headers=without_coding_headers(response.headers))


def _of_head(get_response: Response) -> Response:
    """Return the response to HEAD from that to GET: the same headers, with the length of the body."""
    headers = tuple(pair for pair in get_response.headers if pair[0].lower() != "content-length")
    if get_response.status != HTTPStatus.NOT_MODIFIED:  # their length would be that of another response
        headers = (*headers, ("Content-Length", str(len(get_response.body))))
    return msgspec.structs.replace(get_response, headers=headers, body=b"")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_below(url: str, base: str) -> bool:
    return url == base or url.startswith((f"{base}/", f"{base}?"))
