"""Finds the cassette of a request: that of its thread or task, or else the only one in use."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

from pactape.cassettes.interception.live_addresses import live_address
from pactape.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.interception.allowed_hosts import AllowedHosts
    from pactape.cassettes.replay.replay_cassette import ReplayCassette

__all__ = ["ActiveCassette", "CassetteSwitch", "OpenResponse", "activated", "cassette_for"]


class ActiveCassette(NamedTuple):
    """A cassette in use.

    Args:
        cassette: The cassette.
        allowed: Hosts whose requests bypass it.
        live_urls: Canonical base URL by live base URL, where requests are really sent.
        open_responses: What records each response that is still being read.
        outer: The cassette that this thread or task had in use before; None if it had none.
        is_resumable: Whether tasks that began with it go on with later cassettes, as those of a fixture do.
    """

    cassette: ReplayCassette
    allowed: AllowedHosts
    live_urls: Mapping[str, str]
    open_responses: dict[OpenResponse, Callable[[], None]]
    outer: ActiveCassette | None = None
    is_resumable: bool = False

    def record_open(self) -> None:
        """Record the read part of the responses that are still being read."""
        for record in list(self.open_responses.values()):
            record()


class OpenResponse:
    """A response that is still being read, and is recorded on the cassette that was in use when it began.

    Args:
        active: The cassette; None if the request bypasses it.
    """

    def __init__(self, active: ActiveCassette | None) -> None:
        self._active = active

    def at_end_of_cassette(self, record: Callable[[], None]) -> None:
        """Call `record`, which calls `append`, when the cassette ends, unless the response has ended before."""
        if self._active is not None:
            self._active.open_responses[self] = record

    def append(self, request: VcrRequest, response: Any) -> None:
        """Record the response."""
        if self._active is not None:
            self._active.open_responses.pop(self, None)
            self._active.cassette.append(request, response)


_own: ContextVar[ActiveCassette | None] = ContextVar("pactape_cassette", default=None)
_in_use: list[ActiveCassette] = []
lock = threading.RLock()


@contextmanager
def activated(active: ActiveCassette) -> Iterator[None]:
    """Send the requests of this thread or task, and of threads without a cassette, to a cassette.

    Contexts may be nested: the innermost counts. Threads may have different cassettes.
    """
    before = _own.get()
    active = active._replace(outer=before)
    with lock:
        _in_use.append(active)
    _own.set(active)
    try:
        yield
    finally:
        _own.set(before)
        with lock:
            _in_use.remove(active)


def any_in_use() -> bool:
    """Return whether any cassette is in use."""
    return bool(_in_use)


def cassette_for(method: str, url: str) -> ReplayCassette | None:
    """Return the cassette for a request; None if no cassette is in use, or the request bypasses it.

    Raises:
        ReplayError: Several cassettes are in use and none belongs to this thread, or this thread's cassette has
            ended.
    """
    active = _active(method, url)
    return None if active is None else active.cassette


def live_address_for(method: str, url: str) -> str | None:
    """Return the URL that a request is really sent to, if it differs from the URL in the code under test.

    Raises:
        ReplayError: As for `cassette_for`.
    """
    active = _active(method, url)
    return None if active is None else live_address(url, active.live_urls)


def _active(method: str, url: str) -> ActiveCassette | None:
    own, in_use = _own.get(), tuple(_in_use)
    if any(own is one for one in in_use):
        active = own
    else:
        # a fixture is set up before the body of its test begins
        outer = [one.outer for one in in_use if one.is_resumable]
        innermost = tuple(one for one in in_use if not any(one is other for other in outer))
        if innermost and ((own is not None and not own.is_resumable) or len(innermost) > 1):
            raise _ambiguous_error(method, url, own, innermost)
        active = innermost[0] if innermost else None
    return None if active is None or active.allowed.includes_url(url) else active


def _ambiguous_error(
    method: str, url: str, own: ActiveCassette | None, in_use: tuple[ActiveCassette, ...]
) -> ReplayError:
    if own is not None and not own.is_resumable:
        what = f"its cassette {own.cassette.file} has already ended"
    else:
        what = f"it could belong to any of {', '.join(str(active.cassette.file) for active in in_use)}"
    return ReplayError(
        f"{method} {url} comes from thread {threading.current_thread().name!r}, and {what}. "
        "Fix: start the thread inside the cassette, with contextvars.copy_context().run, and join it there."
    )


class CassetteSwitch:
    """The cassette in vcrpy's stubs, which forwards each request to its cassette.

    It has the attributes that vcrpy reads.
    """

    _path = "pactape"
    custom_patches = ()
    skip_patchers = ("requests",)  # the group "urllib3" patches the same attributes

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Return whether the cassette of a request has a response to it."""
        cassette = cassette_for(request.method, request.uri)
        return cassette is not None and cassette.can_play_response_for(request)

    def play_response(self, request: VcrRequest) -> Any:
        """Return the recorded response to a request."""
        cassette = cassette_for(request.method, request.uri)
        if cassette is None:
            raise ReplayError(f"the cassette ended while {request.method} {request.uri} was being sent")
        return cassette.play_response(request)

    def append(self, request: VcrRequest, response: Any) -> None:
        """Record an interaction on the cassette of its request."""
        cassette = cassette_for(request.method, request.uri)
        if cassette is not None:
            cassette.append(request, response)

    def open_response(self, request: VcrRequest) -> OpenResponse:
        """Return what records the response to a request that is read piece by piece."""
        return OpenResponse(_active(request.method, request.uri))

    def find_requests_with_most_matches(self, request: VcrRequest) -> Any:
        """Return the closest requests, for vcrpy's own aiohttp stub."""
        cassette = cassette_for(request.method, request.uri)
        return [] if cassette is None else cassette.find_requests_with_most_matches(request)

    def live_address(self, request: VcrRequest) -> str | None:
        """Return the URL that a request is really sent to, if it differs from its own URL."""
        return live_address_for(request.method, request.uri)

    def filter_request(self, request: VcrRequest) -> VcrRequest | None:
        """Return a scrubbed request; None if it bypasses the cassettes."""
        cassette = cassette_for(request.method, request.uri)
        return None if cassette is None else cassette.filter_request(request)

    @property
    def write_protected(self) -> bool:
        """False: a cassette that may not record raises an error itself if it has no response."""
        return False
