"""The requests of a recording, with their fields and the values of earlier responses."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from pactape.cassettes.replay.request_keys.request_fields import field_pairs, json_fields
from pactape.cassettes.replay.request_keys.request_key import RequestKey

if TYPE_CHECKING:
    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.replay_cassette import ReplayCassette
    from pactape.cassettes.replay.request_keys.match_rules import MatchRules

__all__ = ["RecordedRequest", "recorded_requests"]

#: A shorter text may occur in a response by chance.
_DISTINCTIVE = 6
#: Headers that the HTTP library or the credentials determine, which are not proposed.
_NOT_COMPARED = frozenset(
    """
    accept-encoding authorization connection content-length content-type cookie date expect host
    proxy-authorization transfer-encoding user-agent
    """.split()  # noqa: SIM905 -- a long list reads better as words
)


class RecordedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a recording.

    Args:
        request: The parts that are matched, without secrets.
        label: Method and URL, scrubbed.
        fields: The values by field name in the notation of `ignore`.
        headers: The header values by lower-case name, without those of the HTTP library.
        values: The texts and numbers in earlier JSON responses.
        texts: The bodies and headers of earlier responses.
    """

    request: Any
    label: str
    fields: dict[str, tuple[str, ...]]
    headers: dict[str, str]
    values: frozenset[str]
    texts: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"RecordedRequest({self.label!r})"

    @property
    def host(self) -> str:
        """The host that it was sent to, with the port if the URL has one."""
        return str(urlsplit(self.request.uri).netloc.rpartition("@")[2])

    def key(self, rules: MatchRules) -> bytes:
        """Return the key that is matched."""
        request = self.request
        return RequestKey(request.method, request.uri, request.body, request.headers, rules).digest

    def has_from_response(self, value: str) -> bool:
        """Return whether an earlier response contained a value."""
        if value in self.values:
            return True
        return len(value) >= _DISTINCTIVE and any(value.encode() in text for text in self.texts)

    def replacing(self, request: VcrRequest) -> RecordedRequest:
        """Return a copy with another request."""
        return msgspec.structs.replace(self, request=request)


def recorded_requests(player: ReplayCassette) -> list[RecordedRequest]:
    """Return the requests of a cassette, in the order in which they were recorded.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
    """
    bodies = dict(player.interactions.response_bodies())
    requests: list[RecordedRequest] = []
    values: frozenset[str] = frozenset()
    texts: tuple[bytes, ...] = ()
    for position, request in enumerate(player.interactions.requests()):
        requests.append(_recorded_request(player, request, values, texts))
        body = bodies.get(position, b"")
        with suppress(ValueError, RecursionError):
            values |= {value for _, value in json_fields(json.loads(body))}
        texts = (*texts, body, repr(player.interactions.response(position)["headers"]).encode())
    return requests


def _recorded_request(
    player: ReplayCassette, recorded_request: VcrRequest, values: frozenset[str], texts: tuple[bytes, ...]
) -> RecordedRequest:
    request = player.keying.as_matched(recorded_request)
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in field_pairs(request):
        fields[name] = (*fields.get(name, ()), value)
    headers = {name.lower(): str(value) for name, value in recorded_request.headers.items()}
    return RecordedRequest(
        request=request,
        label=player.keying.label(recorded_request),
        fields=fields,
        headers={name: value for name, value in headers.items() if name not in _NOT_COMPARED},
        values=values,
        texts=texts,
    )
