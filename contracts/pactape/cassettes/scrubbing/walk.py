"""The walk through a text and the structures in it, which may be nested: scrubs each field and text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.decisions import is_secret_field, is_secret_number, kind_of_name
from pactape.cassettes.scrubbing.detection.cards import is_card_name, is_card_number, without_card_number
from pactape.cassettes.scrubbing.detection.known_forms import holds_form, scrub_forms_in_text
from pactape.cassettes.scrubbing.detection.names import NameKind
from pactape.cassettes.scrubbing.replacing.placeholders import is_mask
from pactape.cassettes.scrubbing.replacing.secret_numbers import SecretNumbers
from pactape.cassettes.scrubbing.rules import plain_name
from pactape.cassettes.scrubbing.structures.base64_texts import scrub_encoded
from pactape.cassettes.scrubbing.structures.edits import substitute
from pactape.cassettes.scrubbing.structures.embedded import scrub_embedded
from pactape.cassettes.scrubbing.structures.graphql_documents import looks_like_graphql, scrub_graphql
from pactape.cassettes.scrubbing.structures.http.forms import looks_like_form, scrub_form
from pactape.cassettes.scrubbing.structures.http.headers import SCHEMES, SCRUBBERS
from pactape.cassettes.scrubbing.structures.http.multipart import holds_multipart, scrub_multipart_text
from pactape.cassettes.scrubbing.structures.http.urls import is_web_url, scrub_url
from pactape.cassettes.scrubbing.structures.json.documents import scrub_json
from pactape.cassettes.scrubbing.structures.json.lines import is_event_stream, scrub_json_lines
from pactape.cassettes.scrubbing.structures.json.value_names import JsonContext
from pactape.cassettes.scrubbing.structures.lines import LINE_TYPES, scrub_lines
from pactape.cassettes.scrubbing.structures.markup import holds_markup, looks_like_markup, scrub_markup
from pactape.cassettes.scrubbing.structures.tables import TABLE_TYPES, find_table, scrub_table
from pactape.cassettes.scrubbing.structures.visitor import SECRET_KINDS, FieldContext
from pactape.cassettes.scrubbing.texts.named_values import (
    has_only_short_words,
    scrub_header_options,
    scrub_named_values,
    scrub_private_keys,
)
from pactape.cassettes.scrubbing.texts.plain_texts import is_plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.replacing.replacements import Replacements
    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["Walk"]

_DEEPEST = 24
#: The most passes over each character, so that the time grows with the size only.
_PASSES_PER_CHARACTER = 5
_BASE_BUDGET = 200_000
#: Levels of nested JSON that count as one pass, because JSON is parsed faster than other texts.
_JSON_LEVELS_PER_PASS = 8
_JSON_STARTS = frozenset('{["')
_SHORTEST = 8
#: Clean texts of this length or longer are remembered, so that they aren't parsed again.
_SHORTEST_REMEMBERED = 24
_LONGEST_CACHED_FIELD = 64
_MOST_CACHED = 1024
_COOKIE = "cookie "
#: Names of whole configurations, in which only the secrets are replaced, so that clients can still parse them.
_CONFIGURATIONS = frozenset({"kubeconfig", "dockerconfigjson", "dockercfg", "netrc", "pgpass"})
#: The reasoning of a language model, which only its provider can decrypt, in the form of a Fernet token.
_ENCRYPTED, _FERNET = "encrypted_content", "gAAAAA"


class Walk:
    """One walk through a header, a URL or a body, which decides for each field and text and replaces the secrets.

    Args:
        rules: The project's own rules.
        replacements: Gives secrets their placeholders.
        is_clean: A quick check that returns True for texts with nothing to replace; None for no quick check.
        size: The number of characters, which limits the time.
    """

    def __init__(
        self,
        rules: ScrubRules,
        replacements: Replacements,
        is_clean: Callable[[str], bool] | None = None,
        *,
        size: int,
    ) -> None:
        self._rules, self._replacements, self._is_clean = rules, replacements, is_clean
        self._depth = 0
        self._budget = _PASSES_PER_CHARACTER * size + _BASE_BUDGET
        self._harmless_names: dict[str, bool] = {}
        self._decisions: dict[tuple[str, str, FieldContext], tuple[str, str]] = {}
        self._field: object = ""
        self._clean_texts = SecretNumbers()  # as a compact set, whose numbers mean nothing
        self._document = JsonContext()
        self._has_default_rules = not (rules.patterns or rules.names)

    def field(self, name: str, value: str, context: FieldContext, path: object = "") -> str:
        """Return the value of a field without secrets; the same object if it contains none."""
        if not value or (len(value) < _SHORTEST and "=" not in value and self._is_harmless(name)):
            return value
        before, self._field = self._field, path or name or self._field
        try:
            return self._scrub_field(name, value, context)
        finally:
            self._field = before

    def _is_harmless(self, name: str) -> bool:
        """Whether a name says nothing about its value; cached, because the same names recur."""
        is_harmless = self._harmless_names.get(name)
        if is_harmless is None:
            is_special = name.startswith(_COOKIE) or name.lower() in SCRUBBERS or name == "code"
            is_harmless = not is_special and kind_of_name(self._rules, name) is NameKind.HARMLESS
            is_harmless = is_harmless and not self._rules.patterns
            if len(self._harmless_names) < _MOST_CACHED:
                self._harmless_names[name] = is_harmless
        return is_harmless

    def _scrub_field(self, name: str, value: str, context: FieldContext) -> str:
        special = SCRUBBERS.get(name.lower()) if context is not FieldContext.PROSE else None
        is_picture = context is FieldContext.BODY and is_web_url(value)  # {"cookie": "https://…/cookie.png"}
        if special is not None and not is_picture and plain_name(name) not in self._rules.kept:
            return special(value, self)
        return self._scrub_value(name, value, context)

    def _scrub_value(self, name: str, value: str, context: FieldContext) -> str:
        if name.startswith(_COOKIE):
            return self._scrub_cookie(name.removeprefix(_COOKIE), value)
        if name and (secret := self._scrub_secret(name, value, context)) is not None:
            return secret
        if name and is_card_name(name) and is_card_number(value):
            self._note("card number")
            return without_card_number(value)
        if context is FieldContext.PROSE or (name == _ENCRYPTED and value.startswith(_FERNET)):
            return value
        return self.document(value)

    def _scrub_secret(self, name: str, value: str, context: FieldContext) -> str | None:
        """Return the replacement of a secret by its name, cached for equal fields; None for other values."""
        if (decision := self._decisions.get((name, value, context))) is not None:
            if decision[1]:
                self._note(decision[1])
            return decision[0]
        if not is_secret_field(self._rules, name, value, context):
            return None
        if is_mask(value) and not self._replacements.is_for_matching:
            return value
        inner = self.document(value) if plain_name(name) in _CONFIGURATIONS else self._scrub_parts(value)
        clean = self._replace(value, SECRET_KINDS[context]) if inner == value else inner
        if len(value) <= _LONGEST_CACHED_FIELD and inner == value and len(self._decisions) < _MOST_CACHED:
            self._decisions[name, value, context] = (clean, "" if clean == value else SECRET_KINDS[context])
        return clean

    def _scrub_parts(self, value: str) -> str:
        """Replace only the secret parts of a value with a structure: a private key, a JWT, a connection string."""
        if value.startswith(("-----BEGIN", "eyJ")) or ("://" in value and "@" in value) or ";" in value:
            return self.text(value)
        return value

    def number(self, name: str, value: float, path: object = "") -> float:
        """Return the placeholder of a number that is a secret; other numbers unchanged."""
        if name and is_secret_number(self._rules, name, value):
            return self._replacements.replace_number(value, str(path or name), "secret field")
        if name and is_card_name(name) and isinstance(value, int) and is_card_number(str(value)):
            self._field = path or name
            self._note("card number")
            return int(without_card_number(str(value)))
        return value

    def document(self, value: str) -> str:
        """Return a text without secrets, after parsing it by the structure that it has."""
        if len(value) < _SHORTEST and "=" not in value:
            return self.text(value)
        if self._is_clean is not None and self._is_clean(value):
            return value
        if len(value) >= _SHORTEST_REMEMBERED and self._clean_texts.get(value):
            return value
        clean = self.nested_document(value)
        if len(clean) >= _SHORTEST_REMEMBERED and not self._clean_texts.get(clean):
            self._clean_texts.add(clean, 1)
        return clean

    def nested_document(self, value: str) -> str:
        """Return a text in another structure without secrets: the next level of nesting."""
        is_json = value[:1] in _JSON_STARTS
        cost = len(value) // _JSON_LEVELS_PER_PASS if is_json else len(value)
        return self._at_depth(value, self._scrub_by_format, cost)

    def text(self, value: str) -> str:
        """Return a text without secrets that are recognized by their own form or by the structures in it."""
        return self._at_depth(value, self._scrub_known_and_own_forms, len(value))

    def _at_depth(self, value: str, scrub: Callable[[str], str], cost: int) -> str:
        """Scrub a text at the next level; beyond the limits, replace it if it may hold a secret."""
        if self._depth:
            self._budget -= cost
            if self._depth >= _DEEPEST or self._budget < 0:
                is_safe = is_mask(value) or (self._has_default_rules and is_plain_text(value))
                return value if is_safe else self._replace(value, "text nested too deeply")
        self._depth += 1
        try:
            return scrub(value)
        finally:
            self._depth -= 1

    def _scrub_known_and_own_forms(self, value: str) -> str:
        return self._scrub_own_patterns(self._scrub_known_forms(value))

    def _scrub_known_forms(self, value: str) -> str:
        if len(value) < _SHORTEST or (has_only_short_words(value) and not holds_form(value)):
            return value
        if "-----BEGIN " in value or "Private-Lines:" in value:
            value = scrub_private_keys(value, self._replace)
        value = scrub_header_options(value, self)
        value = scrub_forms_in_text(value, self._replace)
        return scrub_named_values(value, self, self._replace, own_names=bool(self._rules.names))

    def _scrub_own_patterns(self, value: str) -> str:
        kind = "secret of the project"
        for pattern in self._rules.patterns:
            value = substitute(
                pattern, lambda match: match.group() and self._replace(match.group(), kind), value
            )
        return value

    def _scrub_cookie(self, name: str, value: str) -> str:
        """Replace every cookie, because any may be a session, but a short one with a harmless name: a language."""
        is_harmless = len(value) < _SHORTEST and kind_of_name(self._rules, name) is NameKind.HARMLESS
        if is_harmless or plain_name(name) in self._rules.kept:
            return self.text(value)
        return self._replace(value, "cookie")

    def _replace(self, secret: str, kind: str) -> str:
        return self._replacements.replace(secret, str(self._field), kind)

    def _note(self, kind: str) -> None:
        self._replacements.note(str(self._field), kind)

    def url(self, url: str) -> str:
        """Return a request's URL without secrets."""
        return self._scrub_own_patterns(scrub_url(scrub_forms_in_text(url, self._replace), self))

    def header(self, name: str, value: str) -> str:
        """Return a header's value without its secret."""
        if plain_name(name) in self._rules.kept:
            return self.text(value)
        special = SCRUBBERS.get(name.lower())
        if special is not None:
            return special(value, self)
        scheme, space, secret = value.partition(" ")
        is_credential = bool(space) and scheme.lower() in SCHEMES
        if is_credential and is_secret_field(self._rules, name, secret, FieldContext.PARAMETER):
            return f"{scheme} {self.field(name, secret, FieldContext.PARAMETER)}"
        return self.field(name, value, FieldContext.PARAMETER)

    def body(self, text: str, content_type: str) -> str:
        """Return a body's text without secrets, parsed by its content type, or by its beginning."""
        if "x-www-form-urlencoded" in content_type and "=" in text:
            return scrub_form(text, self)
        if "application/graphql" in content_type and "json" not in content_type:
            return self.text(scrub_graphql(text, self))
        if any(kind in content_type for kind in LINE_TYPES):
            return self.text(scrub_lines(scrub_embedded(text, self), self))
        if any(kind in content_type for kind in TABLE_TYPES):
            return self.text(self._scrub_lines(text, content_type))
        if "html" in content_type and "<" in text and text.lstrip()[:1] not in {"{", "[", "<"}:
            return self.text(scrub_markup(text, self))
        return self._scrub_by_format(text)

    def _scrub_by_format(self, text: str) -> str:
        first = text[:64].lstrip("\ufeff \t\r\n")[:1]
        clean = scrub_json(text, self, self._document) if first in {"{", "[", '"'} else None
        if clean is not None:
            return clean
        if first == "<" and looks_like_markup(text):
            return scrub_markup(text, self)
        if first not in {"{", "["} and holds_markup(text) and not is_event_stream(text):  # lines of JSON
            return self.text(scrub_markup(text, self))
        if looks_like_graphql(text):
            return self.text(scrub_graphql(text, self))
        if first == "-" and holds_multipart(text):
            return scrub_multipart_text(text, self, self.body)
        clean_lines = scrub_json_lines(text, self, self._scrub_plain)
        return clean_lines or self._scrub_single(text) or self._scrub_plain(text)

    def _scrub_single(self, text: str) -> str:
        """Return a URL, an encoded text or a form without secrets; empty for other texts."""
        if is_web_url(text):
            return self.url(text)
        if encoded := scrub_encoded(text, self):
            return encoded
        form = scrub_form(text, self) if looks_like_form(text) else text
        return form if form != text else ""

    def _scrub_plain(self, text: str) -> str:
        return self.text(self._scrub_lines(text))

    def _scrub_lines(self, text: str, content_type: str = "") -> str:
        """Return a text of several lines or documents without secrets."""
        if "-----BEGIN " in text:
            text = scrub_private_keys(text, self._replace)
        text = scrub_embedded(text, self)
        if "\n" not in text:
            return text
        table = find_table(text, content_type)
        return scrub_table(text, table, self) if table is not None else scrub_lines(text, self)
