"""Scrubbing: secrets are replaced before anything is written, and in live requests before they are matched."""

from __future__ import annotations

import gzip
import sys
import zlib
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.quick_checks.checks import quick_checks
from pactape.cassettes.scrubbing.replacing.placeholders import ConstantPlaceholders
from pactape.cassettes.scrubbing.replacing.replacements import Replacements
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.structures.http.multipart import looks_like_multipart, scrub_multipart
from pactape.cassettes.scrubbing.structures.json.documents import scrub_value
from pactape.cassettes.scrubbing.walk import Walk
from pactape.http_bodies import charset_of, sniffed_coding

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.replacing.placeholders import Placeholders
    from pactape.cassettes.scrubbing.replacing.replacements import Replacement

__all__ = ["Scrubber"]

_DEFAULT_RULES = ScrubRules()
_GZIP = b"\x1f\x8b"
_LONGEST_CACHED = 1024
_LARGE = 65_536
_MOST_DECOMPRESSED = 64 * 2**20


class Scrubber:
    """Replaces the secrets of one cassette.

    Equal secrets have equal placeholders for as long as the scrubber lives. May be used by several threads.

    Args:
        rules: The project's own rules.
        placeholders: Where placeholders come from; by default a numbering of its own.

    Attributes:
        rules: The project's own rules.
    """

    def __init__(self, rules: ScrubRules = _DEFAULT_RULES, placeholders: Placeholders | None = None) -> None:
        self.rules = rules
        self._replacements = Replacements(placeholders)
        self._known_values = self._replacements.known_values
        self._quick = quick_checks(rules)

    @property
    def replaced(self) -> list[Replacement]:
        """What was replaced, in the order in which it came; never a value."""
        return self._replacements.entries

    @classmethod
    def for_matching(cls, rules: ScrubRules) -> Scrubber:
        """Return a scrubber that makes all secrets the same, so that requests match that differ in secrets only."""
        return cls(rules, ConstantPlaceholders())

    def header(self, name: str, value: str) -> str:
        """Return a header's value without its secret: the scheme of credentials and the names of cookies stay.

        Example:
            >>> Scrubber().header("Authorization", "Bearer abc")
            'Bearer scrubbed'
        """
        if len(value) > _LONGEST_CACHED or not self._quick.is_clean_header(name, value):
            value = self._walk(len(value)).header(name, value)
        known_values = self._known_values
        return known_values.replace(value) if known_values.has_any else value

    def url(self, url: str) -> str:
        """Return a URL without secrets, in its query or before its host.

        Example:
            >>> Scrubber().url("https://ada:pw@api.example.com/a?sig=abc&page=2")
            'https://scrubbed:scrubbed@api.example.com/a?sig=scrubbed-2&page=2'
        """
        if not self._quick.is_clean_url(url):
            url = self._walk(len(url)).url(url)
        return self._without_known(url)

    def body(self, body: bytes, content_type: str) -> bytes:
        """Return a body without secrets: fields by their names, and what is a secret under any name.

        Takes apart forms, multipart forms, JSON, XML, HTML, GraphQL, YAML, INI, CSV and what these hold in turn, in
        the charset that the content type or a byte order mark names. Bytes that hold no secret stay unchanged,
        to the last space; a body that is not text stays whole.
        """
        if not body:
            return body
        kind = content_type.lower()
        if "multipart/" in kind or looks_like_multipart(body):
            clean = scrub_multipart(body, content_type, self._walk(len(body)), self.body)
            return self._bytes_without_known(clean)
        if body.startswith(_GZIP):  # which any one-byte charset decodes, too
            return self._compressed(body, content_type)
        is_plain = (
            body.isascii() and body[:1] != b"+" and b"\0" not in body
        )  # "+" begins UTF-7, NUL is UTF-16's
        charset = "ascii" if is_plain else charset_of(body, content_type)
        if charset is None:
            return self._compressed(body, content_type)
        if self._quick.is_clean_document(body):
            return self._bytes_without_known(body)
        text = body.decode(charset)
        clean_text = self._without_known(self._walk(len(text)).body(text, kind))
        return body if clean_text == text else clean_text.encode(charset, "xmlcharrefreplace")

    def text(self, text: str) -> str:
        """Return a text without secrets, wherever in it they are: tokens of a known form, keys, card numbers."""
        return self._without_known(self._walk(len(text)).text(text))

    def value(self, value: Any, *, name: str = "") -> Any:
        """Return a JSON value without secrets: those by name, those below a secret name, and those of a known form.

        Args:
            value: A JSON value.
            name: The name in front of it; empty without one.

        Example:
            >>> Scrubber().value({"user": {"name": "Ada", "password": ["a", "b"], "pin": -7281}})
            {'user': {'name': 'Ada', 'password': ['scrubbed', 'scrubbed-2'], 'pin': 0}}
        """
        document = {name: value} if name else value
        clean = scrub_value(document, self._walk())
        clean = self._replacements.known_values.replace_in_value(clean)
        return clean[name] if name else clean

    def remember_header(self, name: str, value: object) -> None:
        """Remember the secret of a header, to find it elsewhere."""
        if isinstance(value, str) and not self._quick.is_clean_header(name, value):
            self._walk(len(value)).header(name, value)

    def replace_known_in_bytes(self, body: bytes) -> bytes:
        """Return a body without the secrets that this scrubber has replaced elsewhere since, by their values."""
        return self._bytes_without_known(body)

    def replace_known(self, text: str) -> str:
        """Return a text without the secrets that this scrubber has replaced elsewhere since, by their values."""
        return self._without_known(text)

    def _without_known(self, text: str) -> str:
        return self._replacements.known_values.replace(text)

    def _bytes_without_known(self, body: bytes) -> bytes:
        return self._replacements.known_values.replace_in_bytes(body)

    def _compressed(self, body: bytes, content_type: str) -> bytes:
        """A file in gzip's format, whose text is looked into; everything else that is not text stays."""
        if sniffed_coding(body) != "gzip":
            return body
        try:
            text = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, _MOST_DECOMPRESSED)
        except zlib.error:
            return body
        if charset_of(text, "") is None:
            return body
        clean = self.body(text, "" if "gzip" in content_type else content_type)
        return body if clean == text else gzip.compress(clean, mtime=0)

    def _walk(self, size: int = sys.maxsize) -> Walk:
        is_clean = self._quick.is_clean_text if size < _LARGE else self._quick.is_plain_text
        return Walk(self.rules, self._replacements, is_clean, size=size)
