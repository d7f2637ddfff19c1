"""The scrubber: replaces secrets before anything is written, and in live requests before they are matched."""

from __future__ import annotations

import copy
import gzip
import sys
import zlib
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.quick_checks.checks import quick_checks
from pactape.cassettes.scrubbing.replacing.placeholders import ConstantPlaceholders, NumberedPlaceholders
from pactape.cassettes.scrubbing.replacing.replacements import Replacements
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.structures.http.multipart import looks_like_multipart, scrub_multipart
from pactape.http_bodies import charset_of, sniffed_coding

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.replacing.placeholders import Placeholders
    from pactape.cassettes.scrubbing.replacing.replacements import Replacement
    from pactape.cassettes.scrubbing.walk import Walk
    from pactape.exchange import Headers

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
        placeholders: Gives each secret its placeholder; None numbers them, starting at 1.

    Attributes:
        rules: The project's own rules.
    """

    def __init__(self, rules: ScrubRules = _DEFAULT_RULES, placeholders: Placeholders | None = None) -> None:
        self.rules = rules
        self._replacements = Replacements(placeholders)
        self._known_values = self._replacements.known_values
        self._quick = quick_checks(rules, for_matching=self._replacements.is_for_matching)

    @property
    def replaced(self) -> list[Replacement]:
        """The replacements, in the order in which they were made; never a secret."""
        return self._replacements.entries

    @property
    def secret_count(self) -> int:
        """How many different secrets it has found; texts that were scrubbed before may contain later ones."""
        placeholders = self._replacements.placeholders
        return placeholders.text_count if isinstance(placeholders, NumberedPlaceholders) else 0

    @property
    def has_given(self) -> bool:
        """Whether responses had short secrets."""
        return self._replacements.given_values.has_any

    @classmethod
    def for_matching(cls, rules: ScrubRules) -> Scrubber:
        """Return a scrubber with one placeholder for all secrets: requests match that differ only in secrets."""
        return cls(rules, ConstantPlaceholders())

    def for_responses(self) -> Scrubber:
        """Return a scrubber with the same placeholders that remembers short secrets, too, for `replace_given`."""
        scrubber = copy.copy(self)
        scrubber._replacements = self._replacements.for_responses()  # noqa: SLF001 -- the same class
        return scrubber

    def header(self, name: str, value: str) -> str:
        """Return a header's value without its secret; the scheme of credentials and the names of cookies stay.

        Example:
            >>> Scrubber().header("Authorization", "Bearer abc")
            'Bearer scrubbed'
        """
        if len(value) > _LONGEST_CACHED or not self._quick.is_clean_header(name, value):
            value = self._walk(len(value)).header(name, value)
        known_values = self._known_values
        return known_values.replace(value) if known_values.has_any else value

    def headers(self, headers: Headers) -> Headers:
        """Return headers without their secrets, as `header` does for each; most are known from other messages."""
        is_clean, known_values = self._quick.header_verdicts.get, self._known_values
        return tuple(
            [
                header if is_clean(header) and not known_values.has_any else (header[0], self.header(*header))
                for header in headers
            ]
        )

    def url(self, url: str) -> str:
        """Return a URL without secrets, in its query or before its host.

        Example:
            >>> Scrubber().url("https://ada:pw@api.example.com/a?sig=abc&page=2")
            'https://scrubbed:scrubbed@api.example.com/a?sig=scrubbed-2&page=2'
        """
        if not self._quick.is_clean_url(url):
            url = self._walk(len(url)).url(url)
        return self._known_values.replace_in_url(url)

    def body(self, body: bytes, content_type: str) -> bytes:
        """Return a body without secrets: those in fields with a credential's name, and those with a known form.

        Parses forms, multipart forms, JSON, XML, HTML, GraphQL, YAML, INI and CSV, also nested in one another, in
        the charset of the content type or of a byte order mark. The rest of the text is unchanged, byte for byte;
        so is a body that is not text.
        """
        if not body:
            return body
        kind = content_type.lower()
        if "multipart/" in kind or looks_like_multipart(body):
            clean = scrub_multipart(body, content_type, self._walk(len(body)), self.body)
            return self.replace_known_in_bytes(clean)
        if body.startswith(_GZIP):  # any one-byte charset decodes it, too
            return self._compressed(body, content_type)
        is_plain = (
            body.isascii() and body[:1] != b"+" and b"\0" not in body
        )  # UTF-7 starts with "+", UTF-16 has NULs
        charset = "ascii" if is_plain else charset_of(body, content_type)
        if charset is None:
            return self._compressed(body, content_type)
        if self._quick.is_clean_document(body):
            return self.replace_known_in_bytes(body)
        text = body.decode(charset)
        clean_text = self.replace_known(self._walk(len(text)).body(text, kind))
        return body if clean_text == text else clean_text.encode(charset, "xmlcharrefreplace")

    def text(self, text: str) -> str:
        """Return a text without secrets anywhere in it: tokens of a known form, private keys, card numbers."""
        if not self._quick.is_plain_text(text):
            text = self._walk(len(text)).text(text)
        return self.replace_known(text)

    def value(self, value: Any, *, name: str = "") -> Any:
        """Return a JSON value without secrets: those with or below a credential's name, and those of a known form.

        Args:
            value: A JSON value.
            name: Its name; empty if it has none.

        Example:
            >>> Scrubber().value({"user": {"name": "Ada", "password": ["a", "b"], "pin": -7281}})
            {'user': {'name': 'Ada', 'password': ['scrubbed', 'scrubbed-2'], 'pin': 0}}
        """
        from pactape.cassettes.scrubbing.structures.json.documents import scrub_value  # noqa: PLC0415 -- as in _walk

        document = {name: value} if name else value
        clean = scrub_value(document, self._walk())
        clean = self._replacements.known_values.replace_in_value(clean)
        return clean[name] if name else clean

    def remember_header(self, name: str, value: object) -> None:
        """Remember the secret of a header, so that it is found elsewhere."""
        if isinstance(value, str) and not self._quick.is_clean_header(name, value):
            self._walk(len(value)).header(name, value)

    def replace_known_in_bytes(self, body: bytes) -> bytes:
        """Return a body without the secrets that this scrubber has found elsewhere."""
        return self._replacements.known_values.replace_in_bytes(body)

    def replace_known(self, text: str) -> str:
        """Return a text without the secrets that this scrubber has found elsewhere."""
        return self._replacements.known_values.replace(text)

    def replace_given(self, text: str, *, is_json: bool = False) -> str:
        """Return a part of a request without the short secrets of earlier responses.

        Args:
            text: A URL, a header's value or a body.
            is_json: Whether digits without quotation marks are a number.
        """
        return self._replacements.given_values.replace(text, is_json=is_json)

    def _compressed(self, body: bytes, content_type: str) -> bytes:
        """Scrub the text in a gzip file; other binary bodies are unchanged."""
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
        from pactape.cassettes.scrubbing.walk import Walk  # noqa: PLC0415 -- most replays need no walk

        is_clean = self._quick.is_clean_text if size < _LARGE else self._quick.is_plain_text
        return Walk(self.rules, self._replacements, is_clean, size=size)
