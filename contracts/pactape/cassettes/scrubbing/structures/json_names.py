"""The name that counts for a JSON value: its own, that of a list around it, or one that stands beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.names import NameKind, classify_name
from pactape.cassettes.scrubbing.rules import plain_name
from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.cassettes.scrubbing.words import word_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["NamesBelow", "Pairs", "has_harmless_company", "prefix_below"]

Pairs = tuple[tuple[str, Any], ...]

#: In {"name": "password", "value": "…"} the name that counts for the value is the one beside it.
_NAME_KEYS = ("name", "key", "Name", "Key", "id", "field", "label", "parameter", "header", "variable", "env")
_VALUE_KEYS = word_set(
    "value Value val values content secretValue string_value stringValue default defaultValue plaintext "
    "current text data"
)
#: Beside these a token is one of a text, or a currency, and not a credential.
_HARMLESS_SIBLINGS = word_set(
    "symbol decimals chain chainId chain_id network blockchain contract contractAddress mint amount "
    "balance price logprob logprobs top_logprobs bytes lemma pos upos tag dep ner token_id tokenId "
    "token_str start_offset end_offset position sequence score probability char_start char_end etag ETag "
    "lastModified LastModified StorageClass storageClass bucket Bucket"
)
#: Beside these a signature belongs to a signed request.
_SIGNING_SIBLINGS = word_set(
    "api_key apiKey apikey timestamp expires expiry expire expiration nonce key_id keyId accessKeyId "
    "access_key accessId OSSAccessKeyId policy credential algorithm uploadPreset cloud_name client_id "
    "app_key appKey sign_type x-amz-credential X-Amz-Credential key token password username user email"
)
#: Beside these `code` is an authorization code.
_GRANT_SIBLINGS = frozenset(
    ["grant_type", "grantType", "code_verifier", "codeVerifier", "redirect_uri", "redirectUri"]
)
#: Below these names are sentences about fields, and not their values.
_SENTENCES = word_set(
    "errors error messages message validation validationErrors validation_errors fieldErrors field_errors "
    "invalid-params labels label hints hint translations i18n locale descriptions description help "
    "placeholders titles tooltips"
)
_BOUND = re.compile(r"(?<!\w)(\w{1,64}+)\s*:\s*\$(\w+)")
_FLAGGED_KEYS = frozenset({"value", "Value"})
#: Members that say that a value beside them is a secret.
_FLAGS = word_set(
    "sensitive masked isSecret is_secret secret isSensitive is_sensitive encrypted isEncrypted secure"
)
_SECRET_TYPES = word_set("SecureString secret password securestring Secret sensitive encrypted")
#: The private members of a JSON Web Key (RFC 7517).
_KEY_MEMBERS = dict.fromkeys(("d", "p", "q", "dp", "dq", "qi", "k"), "private_key")
#: Beside these `code` is a one-time code.
_FACTOR_SIBLINGS = word_set(
    "phone phoneNumber phone_number challenge challengeId challenge_id factor factor_id factorId mfaToken "
    "mfa_token otpToken otp_token verification_id verificationId"
)
_COLLECTIONS = word_set("tokens credentials secrets auth session sessions apikeys")
_PREFIXES = {
    NameKind.CREDENTIAL: "credential ",
    NameKind.CODE: "credential ",
    NameKind.CONNECTION: "credential ",
    NameKind.TOKEN: "token ",
}


_CODE_SIBLINGS = _GRANT_SIBLINGS | _FACTOR_SIBLINGS
#: Objects with one of these are looked at closely.
_SPECIAL_MEMBERS = _VALUE_KEYS | {"query", "kty", "code"}


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
        "_describes",
        "_flagged",
        "_hidden",
        "_key",
        "_named_before",
        "_pair",
        "_parent",
        "_prefix",
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
        self._named_before: NamesBelow | None = None

    def __str__(self) -> str:
        return f"{self._parent}{self._key}" if self._parent is not None else "$"

    def in_object(self, pairs: Iterable[tuple[str, Any]]) -> NamesBelow:
        """Return what is known about the members of an object at this place."""
        members = dict(pairs)
        found = NamesBelow(
            self.name, parent=self, prefix=self._prefix, describes=self._describes, aliases=self._aliases
        )
        keys = members.keys()
        for key in _NAME_KEYS:
            if isinstance(name := members.get(key), str) and not _VALUE_KEYS.isdisjoint(keys):
                found._pair = name
                break
        found._hidden = not _HARMLESS_SIBLINGS.isdisjoint(keys)
        found._signs = not _SIGNING_SIBLINGS.isdisjoint(keys)
        found._flagged = not _FLAGGED_KEYS.isdisjoint(keys) and _is_flagged(members)
        if "kty" in keys:
            found._aliases = {**found._aliases, **_KEY_MEMBERS}
        if not _FACTOR_SIBLINGS.isdisjoint(keys):
            found._aliases = {**found._aliases, "code": "otp_code"}
        if not _GRANT_SIBLINGS.isdisjoint(keys):
            found._aliases = {**found._aliases, "code": "auth_code"}
        if isinstance(query := members.get("query"), str) and "$" in query:
            found._aliases = {**found._aliases, **bound_variables(query)}
        return found

    def in_list(self, *, after: str = "") -> NamesBelow:
        """Return what is known about the items of a list at this place: they have its name.

        Args:
            after: The item before, when it may be the item's name, too: ["password", "…"].
        """
        found = NamesBelow(
            self.name,
            parent=self,
            key="[]",
            prefix=self._prefix,
            describes=self._describes,
            aliases=self._aliases,
        )
        if after:
            found._named_before = found.below(after)
        return found

    def below(self, key: str) -> NamesBelow:
        """Return what is known about the member `key` of the object at this place."""
        name = self._name_of(key)
        kind = classify_name(name) if name else NameKind.HARMLESS
        return NamesBelow(
            name,
            parent=self,
            key=f".{key}",
            prefix=prefix_below(name, kind) or self._prefix,
            describes=self._describes or key in _SENTENCES,
            aliases=self._aliases,
        )

    def visit(self, value: str, visit: Visitor) -> str:
        """Return the text at this place without secrets."""
        if self._describes and " " in value:
            return visit.text(value)
        clean = visit.field(self.name, value, Place.BODY, self)
        if clean == value and self._named_before is not None:
            return self._named_before.visit(value, visit)
        return clean

    def _name_of(self, key: str) -> str:
        if self._flagged and key in _FLAGGED_KEYS:
            return "secret"
        if self._pair and key in _VALUE_KEYS:
            return self._pair
        key = self._aliases.get(key, key)
        if key == "value" and self._prefix:
            return self.name
        kind = classify_name(key)
        if kind is NameKind.SIGNATURE and not self._signs:
            return ""
        if self._hidden and kind in {NameKind.TOKEN, NameKind.SUSPICIOUS}:
            return ""
        return f"{self._prefix}{key}"


def has_harmless_company(members: dict[str, Any], is_harmless: Callable[[str], bool]) -> bool:
    """Whether no member of an object makes a secret of another one.

    Args:
        members: The object.
        is_harmless: Says whether a name says nothing about its value.
    """
    if _SPECIAL_MEMBERS.isdisjoint(members):
        return True
    if "kty" in members or ("code" in members and not _CODE_SIBLINGS.isdisjoint(members)):
        return False
    query = members.get("query")
    if isinstance(query, str) and "$" in query and not all(map(is_harmless, bound_variables(query).values())):
        return False
    return _VALUE_KEYS.isdisjoint(members) or not (
        (not _FLAGGED_KEYS.isdisjoint(members) and _is_flagged(members))
        or any(not is_harmless(name) for name in _names_beside(members))
    )


def _is_flagged(members: dict[str, Any]) -> bool:
    """Whether a member says that the value beside it is a secret."""
    kind = members.get("type", members.get("Type"))
    return (isinstance(kind, str) and kind in _SECRET_TYPES) or any(
        members.get(flag) is True for flag in _FLAGS
    )


def _names_beside(members: dict[str, Any]) -> list[str]:
    return [name for key in _NAME_KEYS if isinstance(name := members.get(key), str)]


def prefix_below(name: str, kind: NameKind) -> str:
    """Return what a name puts before the names below it; empty for nothing."""
    if kind is NameKind.SUSPICIOUS:
        return "token " if plain_name(name) in _COLLECTIONS else ""
    return _PREFIXES.get(kind, "")


def bound_variables(document: str) -> dict[str, str]:
    """Return the argument by variable of a GraphQL document: {"p": "password"} for `login(password: $p)`."""
    return {variable: argument for argument, variable in _BOUND.findall(document)}
