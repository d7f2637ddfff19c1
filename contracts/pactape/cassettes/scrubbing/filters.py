"""Cleaning vcrpy's requests and responses: live URLs become canonical ones, and secrets go."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vcr.filters import AVAILABLE_DECOMPRESSORS, decode_response
from vcr.request import Request as VcrRequest
from vcr.util import read_body

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Cleaner", "content_type_of"]

_DEFAULT_RULES = ScrubRules()
_ABOUT_BODIES = {"content-type", "content-encoding", "content-length"}


class Cleaner:
    """Replaces live URLs and secrets in recorded requests and responses; what is clean stays as it is.

    Args:
        live_urls: Canonical base URL by live base URL.
        rules: The project's own rules of what a secret is.
    """

    def __init__(self, live_urls: Mapping[str, str], rules: ScrubRules = _DEFAULT_RULES) -> None:
        self._rules = rules
        self._scrubber = Scrubber(rules)
        urls = {live.rstrip("/"): canonical.rstrip("/") for live, canonical in live_urls.items()}
        hosts = {urlsplit(live).netloc: urlsplit(canonical).netloc for live, canonical in urls.items()}
        self._canonical = {**hosts, **urls}
        longest_first = sorted(map(re.escape, self._canonical), key=len, reverse=True)
        self._live = re.compile(rf"(?<![\w.-])(?:{'|'.join(longest_first)})(?![\w-]|\.\w)") if urls else None

    def canonical(self, text: str) -> str:
        """A text with canonical URLs and hosts in the place of live ones, where these end as they do there."""
        if self._live is None:
            return text
        return self._live.sub(lambda match: self._canonical[match.group()], text)

    def request(self, request: VcrRequest) -> VcrRequest:
        """A clean copy of `request`."""
        headers = {name: self._header(name, value) for name, value in request.headers.items()}
        body = _without_coding(read_body(request), headers)
        if isinstance(body, bytes):
            body = self._body(body, content_type_of(headers))
            _state_length(headers, str(len(body)))
        return VcrRequest(request.method, self._scrubber.url(self.canonical(request.uri)), body, headers)

    def asked(
        self, method: str, uri: str, body: Any, headers: Mapping[str, Any]
    ) -> tuple[str, str, Any, Any]:
        """Method, URL, body and headers of a live request, clean, as far as they decide which answer it gets.

        That leaves out most headers, whose cleaning takes longer than all the rest.
        """
        url = _clean_url(self.canonical(uri), self._rules)
        if not body:
            return method, url, None, {}  # what most requests are
        about = {name: value for name, value in headers.items() if name.lower() in _ABOUT_BODIES}
        clean = self.request(VcrRequest(method, url, body, about))
        return method, url, clean.body, clean.headers

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        """A clean copy of `response`, its body without content encoding, so that people can read it."""
        response = decode_response(response)
        headers = {
            name: [self._header(name, value) for value in _values(values)]
            for name, values in response["headers"].items()
        }
        body = response["body"].get("string")
        if body and isinstance(body, bytes):
            body = self._body(body, content_type_of(headers))
            _state_length(headers, [str(len(body))])
        return {**response, "headers": headers, "body": {**response["body"], "string": body}}

    def _header(self, name: str, value: Any) -> str:
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        return self._scrubber.header(name, self.canonical(text))

    def _body(self, body: bytes, content_type: str) -> bytes:
        if self._live is not None:
            body = self.canonical(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return self._scrubber.body(body, content_type)


@lru_cache(maxsize=4096)
def _clean_url(url: str, rules: ScrubRules) -> str:
    """Return a URL for matching; tests ask for few URLs many times."""
    return Scrubber(rules).url(url)


def _without_coding(body: Any, headers: dict[str, Any]) -> Any:
    """A request's body as it was before it was compressed; the header that says so goes, too."""
    coding = next((name for name in headers if name.lower() == "content-encoding"), None)
    if coding is None or not isinstance(body, bytes):
        return body
    decoder = AVAILABLE_DECOMPRESSORS.get(str(headers[coding]).lower())
    if decoder is None:
        return body
    del headers[coding]
    return decoder(body)


def content_type_of(headers: Mapping[str, Any]) -> str:
    """The content type in headers of any spelling; empty when there is none."""
    for name, value in headers.items():
        if name.lower() == "content-type":
            return ", ".join(map(str, _values(value)))
    return ""


def _state_length(headers: dict[str, Any], length: Any) -> None:
    """Bring a Content-Length that is there up to date; a client checks it."""
    for name in headers:
        if name.lower() == "content-length":
            headers[name] = length


def _values(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
