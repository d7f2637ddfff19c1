"""Filters recorded requests and responses: live URLs become canonical ones, and secrets are replaced."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vcr.request import Request as VcrRequest
from vcr.util import read_body

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.http_bodies import content_codings, decode_body, sent_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["RecordingFilter", "content_type_of"]

_DEFAULT_RULES = ScrubRules()
_NUMBERED, _NUMBERED_BYTES = re.compile(r"scrubbed-\d+"), re.compile(rb"scrubbed-\d+")
_JSON_STARTS = frozenset({b"{", b"["})
_ORIGIN = re.compile(r"[a-z]+://[^/?#]*+")
_ABOUT_BODIES = {"content-type", "content-encoding", "content-length"}


class RecordingFilter:
    """Replaces live URLs and secrets in recorded requests and responses; what is clean stays unchanged.

    Args:
        live_urls: Canonical base URL by live base URL.
        rules: The project's own rules of what a secret is.

    Attributes:
        scrubber: Replaces the secrets of what is recorded.
    """

    def __init__(self, live_urls: Mapping[str, str], rules: ScrubRules = _DEFAULT_RULES) -> None:
        self.scrubber = Scrubber(rules)
        self._of_responses = self.scrubber.for_responses()
        self._matching = Scrubber.for_matching(rules)
        self._live_urls = live_urls
        urls = {live.rstrip("/"): canonical.rstrip("/") for live, canonical in live_urls.items()}
        hosts = {urlsplit(live).netloc: urlsplit(canonical).netloc for live, canonical in urls.items()}
        self._canonical = {**hosts, **urls}
        longest_first = sorted(map(re.escape, self._canonical), key=len, reverse=True)
        self._live = re.compile(rf"(?<![\w.-])(?:{'|'.join(longest_first)})(?![\w-]|\.\w)") if urls else None

    def keeping(self, names: Iterable[str]) -> RecordingFilter:
        """Return a new filter that also keeps the values of these names."""
        return RecordingFilter(self._live_urls, self.scrubber.rules.keeping(names))

    def canonical(self, text: str) -> str:
        """Return a text with canonical URLs and hosts instead of live ones."""
        if self._live is None:
            return text
        return self._live.sub(lambda match: self._canonical[match.group()], text)

    def request(self, request: VcrRequest) -> VcrRequest:
        """Return a request in the form in which it is recorded."""
        if not self.scrubber.has_given:
            return self._filtered(request, self.scrubber)
        # First, because a number of a response may be sent as text; then again, because the body may be compressed.
        return self._without_given(self._filtered(self._without_given(request), self.scrubber))

    def _without_given(self, request: VcrRequest) -> VcrRequest:
        """A request without the short secrets of earlier responses, which it may send under any name."""
        replace, body = self.scrubber.replace_given, read_body(request)
        headers = {
            name: value if name.lower() in _ABOUT_BODIES or not isinstance(value, str) else replace(value)
            for name, value in request.headers.items()
        }
        if isinstance(body, bytes) and body.isascii():
            body = replace(body.decode(), is_json=body[:1] in _JSON_STARTS).encode()
            _set_length(headers, str(len(body)))
        origin = _ORIGIN.match(request.uri)
        start = origin.end() if origin else 0
        return VcrRequest(request.method, request.uri[:start] + replace(request.uri[start:]), body, headers)

    def for_matching(
        self, method: str, uri: str, body: Any, headers: Mapping[str, Any]
    ) -> tuple[str, str, Any, Any]:
        """Return the parts of a request that decide which response it gets: method, URL, body, headers of the body.

        All secrets have the same placeholder, so a request with another token matches. Other headers are left out,
        because filtering them takes longer than everything else.
        """
        for name, value in headers.items():
            self._matching.remember_header(name, value)
        url = self._without_numbers(_url_for_matching(self.canonical(uri), self._matching.rules))
        if not body:
            return method, url, None, {}  # most requests
        about = {name: value for name, value in headers.items() if name.lower() in _ABOUT_BODIES}
        clean = self._filtered(VcrRequest(method, url, body, about), self._matching)
        data = clean.body
        if isinstance(data, bytes) and b"scrubbed-" in data:
            data = _NUMBERED_BYTES.sub(b"scrubbed", data)
        return method, clean.uri, data, clean.headers

    def with_later_secrets(
        self, request: VcrRequest, response: dict[str, Any]
    ) -> tuple[VcrRequest, dict[str, Any]]:
        """Return a recorded request and response without the secrets that were found later in the same cassette."""
        replace_known, body = self.scrubber.replace_known, read_body(request)
        body_fields = response["body"]
        if isinstance(body_fields.get("string"), bytes):
            body_fields = {
                **body_fields,
                "string": self.scrubber.replace_known_in_bytes(body_fields["string"]),
            }
        return (
            VcrRequest(
                request.method,
                replace_known(request.uri),
                self.scrubber.replace_known_in_bytes(body) if isinstance(body, bytes) else body,
                {name: replace_known(str(value)) for name, value in request.headers.items()},
            ),
            {
                **response,
                "headers": {
                    name: [replace_known(str(value)) for value in _values(values)]
                    for name, values in response["headers"].items()
                },
                "body": body_fields,
            },
        )

    def _without_numbers(self, url: str) -> str:
        """A URL without secrets that were found earlier, and with placeholders without numbers."""
        url = self._matching.replace_known(url)
        return _NUMBERED.sub("scrubbed", url) if "scrubbed-" in url else url

    def response(self, response: dict[str, Any]) -> dict[str, Any]:
        """Return a response in the form in which it is recorded, with its body decoded for people to read."""
        headers: dict[str, Any] = {name: _values(values) for name, values in response["headers"].items()}
        body = response["body"].get("string")
        if isinstance(body, str):
            body = body.encode()
        if body and isinstance(body, bytes):
            body = self._body(_decoded(body, headers), content_type_of(headers), self._of_responses)
            _set_length(headers, [str(len(body))])
        headers = {
            name: [self._header(name, value, self._of_responses) for value in values]
            for name, values in headers.items()
        }
        return {**response, "headers": headers, "body": {**response["body"], "string": body}}

    def _filtered(self, request: VcrRequest, scrubber: Scrubber) -> VcrRequest:
        headers: dict[str, Any] = dict(request.headers.items())
        body = _sent(read_body(request), headers)
        if isinstance(body, bytes):
            body = self._body(_decoded(body, headers), content_type_of(headers), scrubber)
            _set_length(headers, str(len(body)))
        headers = {name: self._header(name, value, scrubber) for name, value in headers.items()}
        return VcrRequest(request.method, scrubber.url(self.canonical(request.uri)), body, headers)

    def _header(self, name: str, value: Any, scrubber: Scrubber) -> str:
        text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        return scrubber.header(name, self.canonical(text))

    def _body(self, body: bytes, content_type: str, scrubber: Scrubber) -> bytes:
        if self._live is not None:
            body = self.canonical(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return scrubber.body(body, content_type)


@lru_cache(maxsize=4096)
def _url_for_matching(url: str, rules: ScrubRules) -> str:
    """Return a URL for matching; cached, because tests request few URLs many times."""
    return Scrubber.for_matching(rules).url(url)


def _sent(body: Any, headers: dict[str, Any]) -> Any:
    """A request's body as the bytes that are sent, whatever the library was given."""
    if body is None or isinstance(body, bytes):
        return body
    try:
        sent = sent_body(body, content_type=content_type_of(headers) or None)
    except TypeError:
        return None  # a body that can't be read may hold secrets, and isn't written
    if sent.content_type and not content_type_of(headers):
        headers["Content-Type"] = sent.content_type
    return sent.data


def _decoded(body: bytes, headers: dict[str, Any]) -> bytes:
    """A body without its content codings; the Content-Encoding header is removed.

    A body that can't be decoded stays unchanged, with its header: encoded bytes are never edited.
    """
    codings = content_codings({name: ", ".join(map(str, _values(value))) for name, value in headers.items()})
    if not codings:
        return body
    try:
        decoded = decode_body(body, codings)
    except ValueError:
        return body
    for name in [name for name in headers if name.lower() == "content-encoding"]:
        del headers[name]
    return decoded


def content_type_of(headers: Mapping[str, Any]) -> str:
    """Return the content type in headers, in any case; empty when there is none."""
    for name, value in headers.items():
        if name.lower() == "content-type":
            return ", ".join(map(str, _values(value)))
    return ""


def _set_length(headers: dict[str, Any], length: Any) -> None:
    """Update the Content-Length if there is one, because clients check it."""
    for name in headers:
        if name.lower() == "content-length":
            headers[name] = length


def _values(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
