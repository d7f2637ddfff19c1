"""Scrubbing: secrets are replaced before anything is written, and in live requests before they are matched."""

from __future__ import annotations

import gzip
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.scrubbing.cards import is_card_name, is_card_number, without_card_number
from pactape.cassettes.scrubbing.decisions import is_secret_field, is_secret_number
from pactape.cassettes.scrubbing.known_values import KnownValues
from pactape.cassettes.scrubbing.placeholders import (
    ConstantPlaceholders,
    NumberedPlaceholders,
    is_mask,
)
from pactape.cassettes.scrubbing.rules import ScrubRules, plain_name
from pactape.cassettes.scrubbing.structures.base64_texts import decode_base64, encode_like
from pactape.cassettes.scrubbing.structures.forms import looks_like_form, scrub_form
from pactape.cassettes.scrubbing.structures.graphql_documents import looks_like_graphql, scrub_graphql
from pactape.cassettes.scrubbing.structures.headers import (
    CREDENTIAL_HEADERS,
    scrub_challenge,
    scrub_cookies,
    scrub_credentials,
    scrub_set_cookie,
)
from pactape.cassettes.scrubbing.structures.json_documents import scrub_json, scrub_json_in_text, scrub_value
from pactape.cassettes.scrubbing.structures.lines import looks_like_csv, scrub_csv, scrub_lines
from pactape.cassettes.scrubbing.structures.markup import looks_like_markup, scrub_markup
from pactape.cassettes.scrubbing.structures.multipart import scrub_multipart
from pactape.cassettes.scrubbing.structures.urls import scrub_url
from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.cassettes.scrubbing.texts import scrub_forms_in_text, scrub_named_values, scrub_private_keys
from pactape.http_bodies import charset_of, sniffed_coding

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.placeholders import Placeholders

__all__ = ["Replacement", "Scrubber"]

_DEFAULT_RULES = ScrubRules()
_DEEPEST = 10
_SHORTEST = 8
_LONGEST_CACHED = 1024
_SHORTEST_COOKIE = 8
_COOKIE = "cookie "
_MOST_DECOMPRESSED = 64 * 2**20


class Replacement(msgspec.Struct, frozen=True, order=True):
    """A secret that was replaced; never its value.

    Args:
        field: Where it stood: a JSON path ("$.user.password"), or the name of a parameter, header or cookie; empty
            where it stood in a text.
        kind: What it is: "secret field", "JSON Web Token".
    """

    field: str
    kind: str


class Scrubber:
    """Replaces the secrets of one cassette.

    Equal secrets have equal placeholders for as long as the scrubber lives. May be used by several threads.

    Args:
        rules: The project's own rules.
        placeholders: Where placeholders come from; by default a numbering of its own.

    Attributes:
        rules: The project's own rules.
        replaced: What was replaced, in the order in which it came; never a value.
    """

    def __init__(self, rules: ScrubRules = _DEFAULT_RULES, placeholders: Placeholders | None = None) -> None:
        self.rules = rules
        self.placeholders = placeholders or NumberedPlaceholders()
        self.replaced: list[Replacement] = []
        self.known = KnownValues()

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
        return self._without_known(_header(_Pass(self), name, value))

    def url(self, url: str) -> str:
        """Return a URL without secrets, in its query or before its host.

        Example:
            >>> Scrubber().url("https://ada:pw@api.example.com/a?sig=abc&page=2")
            'https://scrubbed:scrubbed@api.example.com/a?sig=scrubbed-2&page=2'
        """
        return self._without_known(scrub_url(url, _Pass(self)))

    def body(self, body: bytes, content_type: str) -> bytes:
        """Return a body without secrets: fields by their names, and what is a secret under any name.

        Takes apart forms, multipart forms, JSON, XML, HTML, GraphQL, YAML, INI, CSV and what these hold in turn, in the
        charset that the content type or a byte order mark names. Bytes that hold no secret stay as they are, to
        the last space; a body that is not text stays whole.
        """
        if not body:
            return body
        kind = content_type.lower()
        if "multipart/" in kind:
            clean = scrub_multipart(body, content_type, _Pass(self), self.body)
            return self._bytes_without_known(clean)
        charset = charset_of(body, content_type)
        if charset is None:
            return self._compressed(body, content_type)
        text = body.decode(charset)
        clean_text = self._without_known(_document_of_kind(_Pass(self), text, kind))
        return body if clean_text == text else clean_text.encode(charset)

    def text(self, text: str) -> str:
        """Return a text without secrets wherever they stand: tokens of a known form, keys, card numbers."""
        return self._without_known(_Pass(self).text(text))

    def value(self, value: Any, *, name: str = "") -> Any:
        """Return a JSON value without secrets: those by name, those below a secret name, and those of a known form.

        Args:
            value: A JSON value.
            name: The name in front of it; empty when it has none.

        Example:
            >>> Scrubber().value({"user": {"name": "Ada", "password": ["a", "b"], "pin": -7}})
            {'user': {'name': 'Ada', 'password': ['scrubbed', 'scrubbed-2'], 'pin': 0}}
        """
        document = {name: value} if name else value
        clean = scrub_value(document, _Pass(self))
        clean = self.known.replace_in_value(clean)
        return clean[name] if name else clean

    def again(self, text: str) -> str:
        """Return a text without the secrets that this scrubber has replaced elsewhere since, by their values."""
        return self._without_known(text)

    def placeholder(self, secret: str, field: str, kind: str) -> str:
        """Return the placeholder of a secret, and note where it stood; masks stay, but for matching."""
        if isinstance(self.placeholders, ConstantPlaceholders):
            return self.placeholders.for_text(secret)
        if is_mask(secret):
            return secret
        self.replaced.append(Replacement(field, kind))
        made = self.placeholders.for_text(secret)
        self.known.add(secret, made)
        return made

    def _without_known(self, text: str) -> str:
        return self.known.replace(text)

    def _bytes_without_known(self, body: bytes) -> bytes:
        return self.known.replace_in_bytes(body)

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


class _Pass:
    """One walk through a text and the structures in it, which may stand in one another."""

    def __init__(self, scrubber: Scrubber, depth: int = 0) -> None:
        self._scrubber, self._depth = scrubber, depth
        self._rules = scrubber.rules
        self._field = ""

    def field(self, name: str, value: str, place: Place, path: str = "") -> str:
        """Return the value of a field without secrets; itself when it holds none."""
        if not value:
            return value
        before, self._field = self._field, path or name or self._field
        try:
            return self._visited(name, value, place)
        finally:
            self._field = before

    def _visited(self, name: str, value: str, place: Place) -> str:
        if name.startswith(_COOKIE):
            return self._cookie(name.removeprefix(_COOKIE), value)
        if name and is_secret_field(self._rules, name, value, place):
            inner = self._structured(value)
            return self._replace(value, _KINDS[place]) if inner == value else inner
        if name and is_card_name(name) and is_card_number(value):
            self._note("card number")
            return without_card_number(value)
        if place is Place.PROSE:
            return value
        return self.document(value)

    def _structured(self, value: str) -> str:
        """A secret that has a structure loses what is secret in it: a private key, a JWT, a connection string."""
        if value.startswith(("-----BEGIN", "eyJ")) or ("://" in value and "@" in value) or ";" in value:
            return self.text(value)
        return value

    def number(self, name: str, value: float, path: str = "") -> float:
        """Return a number without its secret; itself when it is none."""
        if name and is_secret_number(self._rules, name, value):
            self._field = path or name
            self._note("secret field")
            return self._scrubber.placeholders.for_number(value)
        if name and is_card_name(name) and isinstance(value, int) and is_card_number(str(value)):
            self._field = path or name
            self._note("card number")
            return int(without_card_number(str(value)))
        return value

    def document(self, value: str) -> str:
        """Return a text without secrets, taken apart by the structure that it has."""
        if len(value) < _SHORTEST and "=" not in value:
            return self.text(value)
        if len(value) <= _LONGEST_CACHED and self._depth == 0 and _is_clean(self._rules, value):
            return value
        return self._deeper(value)

    def _deeper(self, value: str) -> str:
        if self._depth >= _DEEPEST:
            return value
        self._depth += 1
        try:
            return _document(self, value)
        finally:
            self._depth -= 1

    def text(self, value: str) -> str:
        """Return a text without secrets that show by their own form or by what stands in it."""
        if self._depth >= _DEEPEST:
            return value
        self._depth += 1
        try:
            return self._own_patterns(self._known_forms(value))
        finally:
            self._depth -= 1

    def _known_forms(self, value: str) -> str:
        if len(value) < _SHORTEST:
            return value
        if "-----BEGIN " in value:
            value = scrub_private_keys(value, self._replace)
        value = scrub_forms_in_text(value, self._replace)
        return scrub_named_values(value, self, self._replace)

    def _own_patterns(self, value: str) -> str:
        for pattern in self._rules.patterns:
            value = pattern.sub(lambda match: self._own(match.group()), value)
        return value

    def _own(self, secret: str) -> str:
        return self._replace(secret, "secret of the project") if secret else ""

    def _cookie(self, name: str, value: str) -> str:
        """Every cookie may be a session, so every one goes; a short one (a language) is nothing to report."""
        if plain_name(name) in self._rules.kept:
            return self.text(value)
        if len(value) < _SHORTEST_COOKIE and not is_mask(value):
            return self._scrubber.placeholders.for_text(value)
        return self._replace(value, "cookie")

    def _replace(self, secret: str, kind: str) -> str:
        return self._scrubber.placeholder(secret, self._field, kind)

    def _note(self, kind: str) -> None:
        self._scrubber.replaced.append(Replacement(self._field, kind))


_KINDS = {Place.PARAMETER: "secret parameter", Place.BODY: "secret field", Place.PROSE: "secret in a text"}


@lru_cache(maxsize=16384)
def _is_clean(rules: ScrubRules, value: str) -> bool:
    """Whether a text holds nothing to replace, whatever name stands before it; texts come again and again."""
    return _Pass(Scrubber.for_matching(rules))._deeper(value) == value  # noqa: SLF001 -- this module's


def _header(visit: _Pass, name: str, value: str) -> str:
    lower = name.lower()
    if plain_name(name) in visit._rules.kept:  # noqa: SLF001 -- this module's
        return visit.text(value)
    if lower in {"cookie", "cookie2"}:
        return scrub_cookies(value, visit)
    if lower in {"set-cookie", "set-cookie2"}:
        return scrub_set_cookie(value, visit)
    if lower in CREDENTIAL_HEADERS:
        return scrub_credentials(value, visit)
    if lower in {"www-authenticate", "proxy-authenticate", "authentication-info", "x-wsse"}:
        return scrub_challenge(value, visit)
    scheme, space, secret = value.partition(" ")
    if space and scheme.lower() in _SCHEMES and is_secret_field(visit._rules, name, secret, Place.PARAMETER):  # noqa: SLF001
        return f"{scheme} {visit.field(name, secret, Place.PARAMETER)}"
    return visit.field(name, value, Place.PARAMETER)


_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "token", "dpop", "apikey"})


def _document_of_kind(visit: _Pass, text: str, kind: str) -> str:
    """A body's text, by its content type first and by its own look where that says little."""
    if "x-www-form-urlencoded" in kind and "=" in text:
        return scrub_form(text, visit)
    if "application/graphql" in kind and "json" not in kind:
        return visit.text(scrub_graphql(text, visit))
    if "yaml" in kind or "toml" in kind or "properties" in kind:
        return visit.text(scrub_lines(text, visit))
    return _document(visit, text)


def _document(visit: _Pass, text: str) -> str:
    """A text by its own look."""
    first = text[:64].lstrip("\ufeff \t\r\n")[:1]
    if first in {"{", "[", '"'}:
        clean = scrub_json(text, visit)
        if clean is not None:
            return clean
        if looks_like_graphql(text):
            return visit.text(scrub_graphql(text, visit))
    if first == "<" and looks_like_markup(text):
        return scrub_markup(text, visit)
    if looks_like_form(text):
        return scrub_form(text, visit)
    if looks_like_graphql(text):
        return visit.text(scrub_graphql(text, visit))
    decoded = decode_base64(text)
    if decoded is not None:
        clean = visit.document(decoded)
        return text if clean == decoded else encode_like(clean, text)
    return visit.text(_lines(visit, text))


def _lines(visit: _Pass, text: str) -> str:
    """A text of several lines or documents."""
    if "{" in text or "[" in text:
        text = scrub_json_in_text(text, visit) or text
    if "\n" not in text:
        return text
    return scrub_csv(text, visit) if looks_like_csv(text) else scrub_lines(text, visit)
