"""The name that counts for a JSON value: its own, that of a list around it, or one beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name
from pactape.cassettes.scrubbing.rules import plain_name
from pactape.cassettes.scrubbing.structures.json.member_tables import (
    BOUND,
    COLLECTIONS,
    FACTOR_SIBLINGS,
    FEWEST_SPACES,
    FLAGGED_KEYS,
    FLAGS,
    GENERATED_MEMBERS,
    GENERATED_TYPE,
    GRANT_SIBLINGS,
    HARMLESS_SIBLINGS,
    KEY_MEMBERS,
    LABELS,
    NAME_KEYS,
    OPERATION,
    PATH_KEY,
    PREFIXES,
    SECRET_DATA,
    SECRET_KIND,
    SECRET_KINDS,
    SECRET_LIST,
    SECRET_TYPES,
    SENTENCES,
    SHORT_WORD,
    SIBLINGS_OF_CODES,
    SIGNING_SIBLINGS,
    SPECIAL_MEMBERS,
    TYPES,
    TYPING,
    VALUE_KEYS,
    WHOLLY_SECRET,
)
from pactape.cassettes.scrubbing.structures.visitor import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["NamesBelow", "Pairs", "bound_variables", "has_harmless_company", "prefix_below"]

Pairs = tuple[tuple[str, Any], ...]

#: Objects with one of these are looked at each time: their values say something about other members.
_DECIDED_BY_VALUES = VALUE_KEYS | FLAGGED_KEYS | {"kind", "query"}
_NAMING = frozenset(NAME_KEYS)
#: So many places of a document are remembered, and objects of so many members.
_MOST_PLACES, _MOST_MEMBERS = 1024, 32


class NamesBelow:
    """What names say about a value at one place of a document.

    Args:
        name: The name that counts; empty for none.
        parent: What is known one level up; None for a whole document.
        key: The step from there: ".user", "[]"; empty for none.
        prefix: What credentials above the value put before the names below.
        is_key: Whether the value is a key itself.
        describes: Whether texts here are sentences about fields.
    """

    __slots__ = (
        "_aliases",
        "_below",
        "_below_secret",
        "_describes",
        "_flagged",
        "_hidden",
        "_is_item",
        "_key",
        "_labels",
        "_lists_secrets",
        "_named_before",
        "_objects",
        "_pair",
        "_parent",
        "_path",
        "_prefix",
        "_room",
        "_signs",
        "is_key",
        "name",
    )

    def __init__(
        self,
        name: str = "",
        *,
        parent: NamesBelow | None = None,
        key: str = "",
        prefix: str = "",
        is_key: bool = False,
        describes: bool = False,
        aliases: dict[str, str] | None = None,
    ) -> None:
        self.name, self.is_key = name, is_key
        self._parent, self._key = parent, key
        self._prefix, self._describes = prefix, describes
        self._pair, self._hidden, self._signs, self._flagged = "", False, False, False
        self._aliases = aliases or {}
        self._below_secret = self._is_item = self._lists_secrets = False
        self._labels: bool = parent is not None and (parent._labels or key[1:] in LABELS)  # noqa: SLF001 -- the same class
        self._named_before: NamesBelow | None = None
        self._path = ""
        self._room: list[None] = parent._room if parent is not None else [None] * _MOST_PLACES  # noqa: SLF001 -- as above
        self._below: dict[str, NamesBelow] | None = None
        self._objects: dict[tuple[str, ...], NamesBelow] | None = None

    def __str__(self) -> str:
        if not self._path:
            self._path = f"{self._parent}{self._key}" if self._parent is not None else "$"
        return self._path

    def in_object(self, pairs: Iterable[tuple[str, Any]]) -> NamesBelow:
        """Return what is known about the members of an object at this place; items of a list have the same ones."""
        members = dict(pairs)
        if not _DECIDED_BY_VALUES.isdisjoint(members) or members.get("type") == GENERATED_TYPE:
            return self._in_object(members)
        if self._objects is None:
            self._objects = {}
        keys = tuple(members)
        names = self._objects.get(keys)
        if names is None:
            names = self._in_object(members)
            if self._room and len(keys) < _MOST_MEMBERS:
                self._room.pop()
                self._objects[keys] = names
        return names

    def _in_object(self, members: dict[str, Any]) -> NamesBelow:
        names = NamesBelow(
            self.name, parent=self, prefix=self._prefix, describes=self._describes, aliases=self._aliases
        )
        keys = members.keys()
        if not VALUE_KEYS.isdisjoint(keys):
            names._pair = next(iter(_names_beside(members)), "")
        names._hidden = not HARMLESS_SIBLINGS.isdisjoint(keys)
        names._signs = not SIGNING_SIBLINGS.isdisjoint(keys)
        names._flagged = not FLAGGED_KEYS.isdisjoint(keys) and _is_flagged(members)
        kind = members.get("kind")
        names._below_secret = kind == SECRET_KIND or self._lists_secrets
        names._lists_secrets = kind == SECRET_LIST
        if members.get("type") == GENERATED_TYPE:
            names._aliases = {**names._aliases, **GENERATED_MEMBERS}
        if "kty" in keys:
            names._aliases = {**names._aliases, **KEY_MEMBERS}
        if not FACTOR_SIBLINGS.isdisjoint(keys):
            names._aliases = {**names._aliases, "code": "otp_code"}
        if not GRANT_SIBLINGS.isdisjoint(keys):
            names._aliases = {**names._aliases, "code": "auth_code"}
        if isinstance(query := members.get("query"), str) and "$" in query:
            names._aliases = {**names._aliases, **bound_variables(query)}
        return names

    def in_list(self, *, after: str = "") -> NamesBelow:
        """Return what is known about the items of a list at this place: they have its name.

        Args:
            after: The item before, when it may be the item's name, too: ["password", "…"].
        """
        aliases, prefix, describes = self._aliases, self._prefix, self._describes
        names = NamesBelow(
            self.name, parent=self, key="[]", prefix=prefix, describes=describes, aliases=aliases
        )
        names._is_item = True
        names._lists_secrets = self._lists_secrets
        if after:
            names._named_before = names.below(after)
        return names

    def below(self, key: str) -> NamesBelow:
        """Return what is known about the member `key` of the object at this place."""
        if self._below is None:
            self._below = {}
        names = self._below.get(key)
        if names is None:
            names = self._make_below(key)
            if self._room:
                self._room.pop()
                self._below[key] = names
        return names

    def _make_below(self, key: str) -> NamesBelow:
        name = self._name_of(key)
        kind = classify_name(name) if name else NameKind.HARMLESS
        names = NamesBelow(
            name,
            parent=self,
            key=f".{key}",
            prefix=WHOLLY_SECRET
            if self._below_secret and key in SECRET_DATA
            else prefix_below(name, kind) or self._prefix,
            describes=self._describes or key in SENTENCES,
            aliases=self._aliases,
        )
        names._lists_secrets = self._lists_secrets and key == "items"
        return names

    def visit(self, value: str, visit: Visitor) -> str:
        """Return the text at this place without secrets."""
        if (" " in value and (self._describes or (self._is_item and _is_sentence(value)))) or (
            self._labels and value.isalpha()
        ):
            return visit.text(value)
        clean = visit.field(self.name, value, Place.BODY, self)
        if clean == value and self._named_before is not None and not _is_name(value):
            return self._named_before.visit(value, visit)
        return clean

    @property
    def holds_variables(self) -> bool:
        """Whether a text here may be the variables of the GraphQL document beside it."""
        return bool(self._aliases) and self.name == "variables"

    def _name_of(self, key: str) -> str:
        if self._prefix == WHOLLY_SECRET or (self._flagged and key in FLAGGED_KEYS):
            return "secret"
        if self._pair and key in VALUE_KEYS:
            return f"{self._prefix}{self._pair}"
        key = self._aliases.get(key, key)
        if self._prefix and (key == "value" or key in TYPES):
            return self.name
        kind = classify_name(key)
        if kind is NameKind.SIGNATURE and not self._signs:
            return ""
        if self._hidden and kind in {NameKind.TOKEN, NameKind.SUSPICIOUS}:
            return ""
        return f"{self._prefix}{key}"


def _is_sentence(text: str) -> bool:
    """Whether a text in a list is a sentence about a field: {"password": ["This password is too short."]}."""
    return text.count(" ") >= FEWEST_SPACES and SHORT_WORD.search(text) is not None


def _is_name(text: str) -> bool:
    """Whether a text is itself the name of a credential: {"required": ["password", "token"]}."""
    words = text.replace("_", "").replace("-", "")
    return words.isalpha() and classify_name(text) is not NameKind.HARMLESS


def has_harmless_company(members: dict[str, Any], is_harmless: Callable[[str], bool]) -> bool:
    """Whether no member of an object makes a secret of another one.

    Args:
        members: The object.
        is_harmless: Returns whether a name has no bearing on its value.
    """
    if SPECIAL_MEMBERS.isdisjoint(members):
        return members.get("kind") not in SECRET_KINDS
    if members.get("kind") in SECRET_KINDS:
        return False
    if "kty" in members or ("code" in members and not SIBLINGS_OF_CODES.isdisjoint(members)):
        return False
    query = members.get("query")
    if isinstance(query, str) and "$" in query and not all(map(is_harmless, bound_variables(query).values())):
        return False
    return VALUE_KEYS.isdisjoint(members) or not (
        (not FLAGGED_KEYS.isdisjoint(members) and _is_flagged(members))
        or any(not is_harmless(name) for name in _names_beside(members))
    )


def _is_flagged(members: dict[str, Any]) -> bool:
    """Whether a member says that the value beside it is a secret."""
    kinds = [kind for key in TYPING if isinstance(kind := members.get(key), str)]
    return not SECRET_TYPES.isdisjoint(kinds) or any(members.get(flag) is True for flag in FLAGS)


def _names_beside(members: dict[str, Any]) -> list[str]:
    """The names that members give to the value beside them."""
    if _NAMING.isdisjoint(members):
        return []
    names = [name for key in NAME_KEYS if key != PATH_KEY and isinstance(name := members.get(key), str)]
    path = members.get(PATH_KEY)
    if isinstance(path, str) and OPERATION in members:
        names.append(path.rstrip("/").rpartition("/")[2])
    return names


def prefix_below(name: str, kind: NameKind) -> str:
    """Return what a name puts before the names below it; empty for nothing."""
    if kind is NameKind.SUSPICIOUS:
        return "token " if plain_name(name) in COLLECTIONS else ""
    return PREFIXES.get(kind, "")


def bound_variables(document: str) -> dict[str, str]:
    """Return the argument by variable of a GraphQL document: {"p": "password"} for `login(password: $p)`."""
    return {variable: argument for argument, variable in BOUND.findall(document)}
