"""Secrets that were found once, and are replaced wherever else they occur."""

from __future__ import annotations

import base64
import html
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus
from xml.sax.saxutils import escape

from pactape.cassettes.scrubbing.structures.base64_texts import decode_short
from pactape.cassettes.scrubbing.structures.edits import substitute
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KnownValues"]

_SHORTEST = 8
_LONG = 20
_DIGIT, _LETTER = compile_when_used(r"\d"), compile_when_used(r"[A-Za-z]")
#: A secret of these characters looks the same in URLs and in JSON.
_VERBATIM = compile_when_used(r"[\w.~-]+", re.ASCII)
_RUN = compile_when_used(r"[\w.~+/=%-]{8,}+")
_RUN_OF_BYTES = re.compile(rb"[\w.~+/=%-]{8,}+")
_BASE64 = compile_when_used(r"(?<![\w+/=-])[A-Za-z0-9+/]{12,}+={0,2}(?![\w+/=-])")
_PIECE = compile_when_used(r"[^/=]{8,}+")
_PIECES = compile_when_used(r"[/=]")
#: So many secrets are searched for one by one; if there are more, in short texts only, and whole words in others.
_FEW = 64
_MOST = 1024
_LONGEST_SHORT_TEXT = 4096
_LONGEST_CACHED = 512
#: A segment of a path, and a value in a query, with escapes.
_ESCAPED_SEGMENT = compile_when_used(r"(?<![^/])[^/%]*+%[^/]*+")
_ESCAPED_VALUE = compile_when_used(r"(?<==)[^&=%]*+%[^&]*+")


class KnownValues:
    """The secrets of one cassette, in the encodings in which they may occur elsewhere.

    Args:
        placeholder_of: Returns the placeholder of a secret, if a table of them exists; saves a second table of
            many secrets.

    Attributes:
        has_any: Whether there are secrets; most cassettes have none.
    """

    def __init__(self, placeholder_of: Callable[[str], str | None] | None = None) -> None:
        self._placeholder_of = placeholder_of
        self.has_any = False
        self._placeholders: dict[str, str] = {}
        self._spaced: dict[str, str] = {}  # those with spaces, which no run of other characters shows
        self._in_bytes: dict[bytes, bytes] = {}

    def add(self, secret: str, placeholder: str) -> None:
        """Remember a secret, unless it is short or a word, which may mean something else elsewhere."""
        if self._placeholder_of is not None and len(self._placeholders) > _MOST:
            return
        if len(secret) < _SHORTEST or secret in self._placeholders or not _is_distinct(secret):
            return
        is_verbatim = _VERBATIM.fullmatch(secret) is not None
        for encode in _ENCODINGS[:1] if is_verbatim else _ENCODINGS:
            encoded = encode(secret)
            if encoded not in self._placeholders:
                self._placeholders[encoded] = shown = encode(placeholder)
                if " " in encoded:
                    self._spaced[encoded] = shown
                self.has_any = True
                if len(self._placeholders) <= _MOST:
                    self._in_bytes[encoded.encode("utf-8", "surrogatepass")] = shown.encode()

    def replace(self, text: str) -> str:
        """Return a text without these secrets."""
        if not self._placeholders or not (self._spaced or _may_hold(text)):
            return text
        if self._are_too_many_for(text):
            text = _replace_each(text, self._spaced)
            return substitute(_RUN, lambda match: self._in_run(match.group()), text)
        text = _replace_each(text, self._placeholders)
        return _BASE64.sub(self._in_base64, text) if len(text) <= _LONGEST_SHORT_TEXT else text

    def _in_base64(self, match: re.Match[str]) -> str:
        """Base64 without these secrets: "user:secret" has no structure by which it is recognized."""
        plain = decode_short(match.group().rstrip("="))
        if plain is None or (clean := _replace_each(plain, self._placeholders)) == plain:
            return match.group()
        encoded = base64.b64encode(clean.encode()).decode()
        return encoded if match.group().endswith("=") or len(match.group()) % 4 == 0 else encoded.rstrip("=")

    def replace_in_bytes(self, body: bytes) -> bytes:
        """Return bytes without these secrets, which may be next to binary data."""
        if self._are_too_many_for(body):
            return _RUN_OF_BYTES.sub(lambda match: self._in_run(match.group().decode("ascii")).encode(), body)
        if len(body) <= _LONGEST_SHORT_TEXT and self._in_bytes and body.isascii():
            return self.replace(body.decode()).encode()
        for secret, placeholder in self._in_bytes.items():
            if secret in body:
                body = body.replace(secret, placeholder)
        return body

    def replace_in_url(self, url: str) -> str:
        """Return a URL without these secrets, whichever of their characters are escaped."""
        url = self.replace(url)
        if not self._placeholders or "%" not in url:
            return url
        path, mark, query = url.partition("?")
        return (
            _ESCAPED_SEGMENT.sub(self._in_segment, path) + mark + _ESCAPED_VALUE.sub(self._in_segment, query)
        )

    def _in_segment(self, match: re.Match[str]) -> str:
        plain = unquote(match.group())
        clean = self.replace(plain)
        return match.group() if clean == plain else quote(clean, safe="")

    def _are_too_many_for(self, text: str | bytes) -> bool:
        """Whether to search for the secrets one by one would take long."""
        count = len(self._placeholders)
        return count > _FEW and (len(text) > _LONGEST_SHORT_TEXT or count > _MOST + len(_ENCODINGS))

    def _in_run(self, run: str) -> str:
        """A run of characters without secrets: it may be one, or have one between slashes or equals signs."""
        clean = self._whole(run)
        if clean == run and _PIECES.search(run) is not None:
            return _PIECE.sub(lambda match: self._whole(match.group()), run)
        return clean

    def _whole(self, run: str) -> str:
        """The placeholder of a run of characters that is a secret; other runs unchanged."""
        placeholder = self._placeholders.get(run)
        if placeholder is None and self._placeholder_of is not None:
            placeholder = self._placeholder_of(run)
            if placeholder is None and "%" in run:
                placeholder = self._placeholder_of(unquote_plus(run)) or self._placeholder_of(unquote(run))
            if placeholder is not None and not _is_distinct(run):
                return run
        return run if placeholder is None else placeholder

    def replace_in_value(self, value: Any) -> Any:
        """Return a JSON value without these secrets."""
        if not self._placeholders:
            return value
        if isinstance(value, dict):
            return {self.replace(key): self.replace_in_value(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self.replace_in_value(member) for member in value]
        return self.replace(value) if isinstance(value, str) else value


def _replace_each(text: str, placeholders: dict[str, str]) -> str:
    for secret, placeholder in placeholders.items():
        if secret in text:
            text = text.replace(secret, placeholder)
    return text


def _may_hold(text: str) -> bool:
    return len(text) > _LONGEST_CACHED or _has_run(text)


@lru_cache(maxsize=4096)
def _has_run(text: str) -> bool:
    """Whether a short text has a run that could be a secret; most headers have none."""
    if " " in text or len(text) >= _SHORTEST:
        return any(_is_distinct(run) for run in re.findall(r"\S{8,}", text))
    return False


def _is_distinct(text: str) -> bool:
    """Whether a text is unlikely to mean something else: it is long, or has digits and letters."""
    return len(text) >= _LONG or (_DIGIT.search(text) is not None and _LETTER.search(text) is not None)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _ascii_json(text: str) -> str:
    return json.dumps(text)[1:-1]


#: The encodings of a text: in URLs, in JSON, in JSON within JSON, in XML and HTML.
_ENCODINGS: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: quote(text, safe=""),
    quote,
    quote_plus,
    _json,
    _ascii_json,
    lambda text: _json(_json(text)),
    lambda text: _ascii_json(_ascii_json(text)),
    escape,
    html.escape,
    lambda text: escape(text, {"'": "&apos;", '"': "&quot;"}),
    lambda text: escape(text, {"'": "&#39;", '"': "&#34;"}),
)
