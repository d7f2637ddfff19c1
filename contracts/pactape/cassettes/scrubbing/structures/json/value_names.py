"""The name by which a JSON value is judged: its own, that of the list around it, or one in a member next to it."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.detection.name_tables import PASSWORDS, SECRETS
from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name, name_words
from pactape.cassettes.scrubbing.rules import plain_name
from pactape.cassettes.scrubbing.structures.json.member_tables import (
    CHANGE_KEYS,
    COLLECTIONS,
    COLUMN_KEYS,
    FACTOR_SIBLINGS,
    FEWEST_SPACES,
    FLAGGED_KEYS,
    GENERATED_MEMBERS,
    GENERATED_TYPE,
    GRANT_SIBLINGS,
    HARMLESS_SIBLINGS,
    KEY_MEMBERS,
    LABELS,
    LOGINS,
    PREFIXES,
    PUBLIC_COLLECTIONS,
    PUBLIC_MEMBERS,
    ROW_KEYS,
    SECRET_DATA,
    SECRET_KIND,
    SECRET_LIST,
    SENTENCES,
    SHORT_WORD,
    SIGNING_SIBLINGS,
    TYPE_WRAPPERS,
    VALUE_KEYS,
    WHOLLY_SECRET,
)
from pactape.cassettes.scrubbing.structures.json.siblings import (
    bound_variables,
    column_names,
    has_public_key,
    is_marked_secret,
    sibling_names,
)
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["JsonContext", "Pairs", "prefix_for_members"]

Pairs = tuple[tuple[str, Any], ...]

#: Objects with one of these members are not cached: its value decides what another member is.
_DECIDED_BY_VALUES = VALUE_KEYS | FLAGGED_KEYS | COLUMN_KEYS | {"kind", "query", "key_id"}
#: Limits of the cache: contexts of a document, and members of an object.
_MOST_CONTEXTS, _MOST_MEMBERS = 1024, 32


class JsonContext:
    """What the names around a value in a JSON document say about it.

    Args:
        name: The name by which the value is judged; empty for none.
        parent: The context of the object or list around the value; None for a whole document.
        key: The path segment from there: ".user", "[]"; empty for none.
        prefix: A word to put before the names of members, because the value is below a credential's name.
        is_key: Whether the value is itself a member's name.
        holds_sentences: Whether texts here are sentences about fields ("password": "is too short").
        aliases: The names that replace those of members ("code": "otp_code").
    """

    __slots__ = (
        "_after_name",
        "_aliases",
        "_columns",
        "_free_entries",
        "_holds_labels",
        "_holds_sentences",
        "_in_kubernetes_secret",
        "_is_item",
        "_is_login",
        "_is_marked_secret",
        "_is_signed_request",
        "_key",
        "_lists_kubernetes_secrets",
        "_member_contexts",
        "_objects",
        "_parent",
        "_path",
        "_prefix",
        "_rows",
        "_sibling_name",
        "_tokens_are_harmless",
        "is_key",
        "name",
    )

    def __init__(
        self,
        name: str = "",
        *,
        parent: JsonContext | None = None,
        key: str = "",
        prefix: str = "",
        is_key: bool = False,
        holds_sentences: bool = False,
        aliases: dict[str, str] | None = None,
    ) -> None:
        self.name, self.is_key = name, is_key
        self._parent, self._key = parent, key
        self._prefix, self._holds_sentences = prefix, holds_sentences
        self._sibling_name = ""
        self._tokens_are_harmless = self._is_signed_request = self._is_marked_secret = False
        self._aliases = aliases or {}
        self._columns: list[str] = []  # of the table whose row this is
        self._rows: list[str] = []  # the columns of the rows in this list
        self._in_kubernetes_secret = self._is_item = self._is_login = self._lists_kubernetes_secrets = False
        self._holds_labels: bool = parent is not None and (parent._holds_labels or key[1:] in LABELS)  # noqa: SLF001 -- the same class
        self._after_name: JsonContext | None = None
        self._path = ""
        # A counter that all contexts of a document share: one entry for each context that may still be cached.
        self._free_entries: list[None] = (
            parent._free_entries if parent is not None else [None] * _MOST_CONTEXTS  # noqa: SLF001 -- the same class
        )
        self._member_contexts: dict[str, JsonContext] | None = None
        self._objects: dict[tuple[str, ...], JsonContext] | None = None

    def __str__(self) -> str:
        if not self._path:
            self._path = f"{self._parent}{self._key}" if self._parent is not None else "$"
        return self._path

    def in_object(self, pairs: Iterable[tuple[str, Any]]) -> JsonContext:
        """Return the context of an object's members; cached, because items of a list have the same members."""
        members = dict(pairs)
        if not _DECIDED_BY_VALUES.isdisjoint(members) or members.get("type") == GENERATED_TYPE:
            return self._in_object(members)
        if self._objects is None:
            self._objects = {}
        keys = tuple(members)
        context = self._objects.get(keys)
        if context is None:
            context = self._in_object(members)
            if self._free_entries and len(keys) < _MOST_MEMBERS:
                self._free_entries.pop()
                self._objects[keys] = context
        return context

    def _in_object(self, members: dict[str, Any]) -> JsonContext:
        context = JsonContext(
            self.name,
            parent=self,
            prefix=self._prefix,
            holds_sentences=self._holds_sentences,
            aliases=self._aliases,
        )
        keys = members.keys()
        if not VALUE_KEYS.isdisjoint(keys):
            context._sibling_name = next(iter(sibling_names(members)), "")
        context._tokens_are_harmless = not HARMLESS_SIBLINGS.isdisjoint(keys)
        context._is_signed_request = not SIGNING_SIBLINGS.isdisjoint(keys)
        context._is_marked_secret = not FLAGGED_KEYS.isdisjoint(keys) and is_marked_secret(members)
        context._rows = column_names(members)
        context._is_login = bool(self._prefix) and not LOGINS.isdisjoint(keys)
        kind = members.get("kind")
        context._in_kubernetes_secret = kind == SECRET_KIND or self._lists_kubernetes_secrets
        context._lists_kubernetes_secrets = kind == SECRET_LIST
        if members.get("type") == GENERATED_TYPE:
            context._aliases = {**context._aliases, **GENERATED_MEMBERS}
        if "kty" in keys:
            context._aliases = {**context._aliases, **KEY_MEMBERS}
        if has_public_key(members):
            context._aliases = {**context._aliases, "key": ""}
        if not FACTOR_SIBLINGS.isdisjoint(keys):
            context._aliases = {**context._aliases, "code": "otp_code"}
        if not GRANT_SIBLINGS.isdisjoint(keys):
            context._aliases = {**context._aliases, "code": "auth_code"}
        if isinstance(query := members.get("query"), str) and "$" in query:
            context._aliases = {**context._aliases, **bound_variables(query)}
        return context

    def in_list(self, *, after: str = "") -> JsonContext:
        """Return the context of a list's items: the list's name counts for them.

        Args:
            after: The previous item, if it may be a name for this one: ["password", "…"].
        """
        aliases, prefix, holds_sentences = self._aliases, self._prefix, self._holds_sentences
        context = JsonContext(
            self.name, parent=self, key="[]", prefix=prefix, holds_sentences=holds_sentences, aliases=aliases
        )
        context._is_item = True
        context._columns = self._rows
        context._lists_kubernetes_secrets = self._lists_kubernetes_secrets
        if after:
            context._after_name = context.member(after)
        return context

    def cells(self) -> Iterator[JsonContext] | None:
        """Return the contexts of the items of a list that is a row of a table; None for other lists."""
        if not self._columns:
            return None
        return chain(map(self.member, self._columns), repeat(self.in_list()))

    def member(self, key: str) -> JsonContext:
        """Return the context of the member `key` of an object."""
        if self._member_contexts is None:
            self._member_contexts = {}
        context = self._member_contexts.get(key)
        if context is None:
            context = self._make_member(key)
            if self._free_entries:
                self._free_entries.pop()
                self._member_contexts[key] = context
        return context

    def _make_member(self, key: str) -> JsonContext:
        name = self._name_of(key)
        kind = classify_name(name) if name else NameKind.HARMLESS
        context = JsonContext(
            name,
            parent=self,
            key=f".{key}",
            prefix=self._prefix_below(key, name, kind),
            holds_sentences=self._holds_sentences or key in SENTENCES,
            aliases=self._aliases,
        )
        context._lists_kubernetes_secrets = self._lists_kubernetes_secrets and key == "items"
        context._rows = self._rows if key in ROW_KEYS else []
        return context

    def _prefix_below(self, key: str, name: str, kind: NameKind) -> str:
        if self._prefix == WHOLLY_SECRET or (self._in_kubernetes_secret and key in SECRET_DATA):
            return WHOLLY_SECRET
        public = PUBLIC_COLLECTIONS.get(plain_name(key))
        return (prefix_for_members(name, kind) or self._prefix) if public is None else public

    def visit(self, value: str, visitor: Visitor) -> str:
        """Return a text in this context without secrets."""
        if (" " in value and (self._holds_sentences or (self._is_item and _is_sentence(value)))) or (
            self._holds_labels and value.replace("-", "").isalpha()
        ):
            return visitor.document(value)
        clean = visitor.field(self.name, value, FieldContext.BODY, self)
        if clean == value and self._after_name is not None and not _is_name(value):
            return self._after_name.visit(value, visitor)
        return clean

    @property
    def holds_variables(self) -> bool:
        """Whether a text in this context may be the variables of the GraphQL document next to it."""
        return bool(self._aliases) and self.name == "variables"

    def _name_of(self, key: str) -> str:
        if (name := self._name_by_neighbours(key)) is not None:
            return name
        key = self._aliases.get(key, key)
        if not key or (self._prefix and key in PUBLIC_MEMBERS):
            return ""
        if self._prefix and (key == "value" or key in TYPE_WRAPPERS or self._is_change(key)):
            return self.name
        kind = classify_name(key)
        if kind is NameKind.SIGNATURE and not self._is_signed_request:
            return ""
        is_harmless = self._tokens_are_harmless and kind in {NameKind.TOKEN, NameKind.SUSPICIOUS}
        return "" if is_harmless else f"{self._prefix}{key}"

    def _name_by_neighbours(self, key: str) -> str | None:
        """The name that other members give a value; None if its own name counts."""
        if self._prefix == WHOLLY_SECRET or (self._is_marked_secret and key in FLAGGED_KEYS):
            return "secret"
        if self._is_login and key == "value":
            return f"{self._prefix}password"
        return f"{self._prefix}{self._sibling_name}" if self._sibling_name and key in VALUE_KEYS else None

    def _is_change(self, key: str) -> bool:
        """Whether a member is a password before or after a change: {"password": {"from": "…", "to": "…"}}."""
        return key in CHANGE_KEYS and name_words(self.name)[-1] in PASSWORDS | SECRETS


def _is_sentence(text: str) -> bool:
    """Whether a text in a list is a sentence about a field: {"password": ["This password is too short."]}."""
    return text.count(" ") >= FEWEST_SPACES and SHORT_WORD.search(text) is not None


def _is_name(text: str) -> bool:
    """Whether a text is itself the name of a credential: {"required": ["password", "token"]}."""
    words = text.replace("_", "").replace("-", "")
    return words.isalpha() and classify_name(text) is not NameKind.HARMLESS


def prefix_for_members(name: str, kind: NameKind) -> str:
    """Return the word to put before the names of members below a name; empty for none."""
    if kind is NameKind.SUSPICIOUS:
        return "token " if plain_name(name) in COLLECTIONS else ""
    return PREFIXES.get(kind, "")
