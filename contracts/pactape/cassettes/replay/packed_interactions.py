"""The interactions of a cassette, packed as the parsed cache holds them, and unpacked when they are read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.cassettes.replay.parsed_cache import unpacked_request, unpacked_response
from pactape.http_bodies import content_codings, decode_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcr.request import Request as VcrRequest

__all__ = ["PackedInteractions"]


class PackedInteractions(list[tuple[Any, Any]]):
    """The pairs of request and response in vcrpy's `data`, to which vcrpy itself appends; positions start at 0."""

    def request(self, position: int) -> VcrRequest:
        """Return the request at a position, in a new object."""
        return unpacked_request(self[position][0])

    def response(self, position: int) -> dict[str, Any]:
        """Return the response at a position, in new containers."""
        return unpacked_response(self[position][1])

    def requests(self, start: int = 0) -> list[VcrRequest]:
        """Return the requests from a position on."""
        return [unpacked_request(request) for request, _ in self[start:]]

    def response_bodies(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the position and the decoded body of each response, from a position on.

        A body that can't be decoded is skipped.
        """
        for position in range(start, len(self)):
            response = self.response(position)
            with suppress(ValueError):
                body = response["body"].get("string") or b""
                data = body.encode() if isinstance(body, str) else body
                yield position, decode_body(data, content_codings(response["headers"]))
