"""Keying: the keys under which requests are recorded and looked up, by a project's filter and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vcr.request import Request as VcrRequest

from pactape.cassettes.replay.request_keys.key_matcher import sent_bytes
from pactape.cassettes.replay.request_keys.request_key import RequestKey

if TYPE_CHECKING:
    from pactape.cassettes.replay.request_keys.match_rules import MatchRules
    from pactape.cassettes.scrubbing.filters import RecordingFilter

__all__ = ["Keying"]


class Keying:
    """Makes the keys of requests, in which secrets, live URLs and ignored fields make no difference.

    Args:
        recording_filter: Replaces live URLs and secrets.
        rules: The project's rules of what is matched.
    """

    def __init__(self, recording_filter: RecordingFilter, rules: MatchRules) -> None:
        self._filter, self._rules = recording_filter, rules

    def key_of(self, method: str, url: str, body: Any, headers: Any) -> RequestKey:
        """Return the key under which a live request is looked up."""
        return RequestKey(*self._filter.for_matching(method, url, body, headers), self._rules)

    def key_of_request(self, request: VcrRequest | RequestKey) -> RequestKey:
        """Return the key of a request in vcrpy's form; a key unchanged."""
        if isinstance(request, RequestKey):
            return request
        key = self.key_of(request.method, request.uri, sent_bytes(request), request.headers)
        key.request = request
        return key

    def as_matched(self, request: VcrRequest) -> VcrRequest:
        """Return the parts of a request that are matched, with one placeholder for all secrets."""
        return VcrRequest(
            *self._filter.for_matching(request.method, request.uri, sent_bytes(request), request.headers)
        )

    def label(self, request: VcrRequest) -> str:
        """Return the method and the URL of a live request for messages, scrubbed."""
        scrubbed_request = self.as_matched(request)
        return f"{scrubbed_request.method} {scrubbed_request.uri}"

    def ignores(self, request: VcrRequest, field: str) -> bool:
        """Return whether a field of a request is ignored, see `request_fields`."""
        return self._rules.for_host(urlsplit(request.uri).netloc).ignores(field)
