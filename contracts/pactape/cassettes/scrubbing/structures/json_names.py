"""The name that counts for a JSON value: its own, that of a list around it, or one that stands beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.names import NameKind, classify_name
from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.cassettes.scrubbing.words import word_set

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["GRANT_SIBLINGS", "NAME_KEYS", "VALUE_KEYS", "NamesBelow", "Pairs", "bound_variables"]

Pairs = tuple[tuple[str, Any], ...]

#: In {"name": "password", "value": "…"} the name that counts for the value is the one beside it.
NAME_KEYS = ("name", "key", "Name", "Key", "id", "field", "label", "parameter", "header", "variable", "env")
VALUE_KEYS = word_set(
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
GRANT_SIBLINGS = frozenset(
    ["grant_type", "grantType", "code_verifier", "codeVerifier", "redirect_uri", "redirectUri"]
)
#: Below these names are sentences about fields, and not their values.
_SENTENCES = word_set(
    "errors error messages message validation validationErrors validation_errors fieldErrors field_errors "
    "invalid-params labels label hints hint translations i18n locale descriptions description help "
    "placeholders titles tooltips"
)
_BOUND = re.compile(r"(?<!\w)(\w{1,64}+)\s*:\s*\$(\w+)")
_PREFIXES = {
    NameKind.CREDENTIAL: "credential ",
    NameKind.CODE: "credential ",
    NameKind.CONNECTION: "credential ",
    NameKind.TOKEN: "token ",
}


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
        "_hidden",
        "_key",
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
        self._pair, self._hidden, self._signs = "", False, False
        self._aliases = aliases or {}

    def __str__(self) -> str:
        return f"{self._parent}{self._key}" if self._parent is not None else "$"

    def in_object(self, pairs: Iterable[tuple[str, Any]]) -> NamesBelow:
        """Return what is known about the members of an object at this place."""
        members = dict(pairs)
        found = NamesBelow(
            self.name, parent=self, prefix=self._prefix, describes=self._describes, aliases=self._aliases
        )
        keys = members.keys()
        for key in NAME_KEYS:
            if isinstance(name := members.get(key), str) and not VALUE_KEYS.isdisjoint(keys):
                found._pair = name
                break
        found._hidden = not _HARMLESS_SIBLINGS.isdisjoint(keys)
        found._signs = not _SIGNING_SIBLINGS.isdisjoint(keys)
        if not GRANT_SIBLINGS.isdisjoint(keys):
            found._aliases = {**found._aliases, "code": "auth_code"}
        if isinstance(query := members.get("query"), str) and "$" in query:
            found._aliases = {**found._aliases, **bound_variables(query)}
        return found

    def in_list(self) -> NamesBelow:
        """Return what is known about the items of a list at this place: they have its name."""
        return NamesBelow(
            self.name,
            parent=self,
            key="[]",
            prefix=self._prefix,
            describes=self._describes,
            aliases=self._aliases,
        )

    def below(self, key: str) -> NamesBelow:
        """Return what is known about the member `key` of the object at this place."""
        name = self._name_of(key)
        kind = classify_name(name) if name else NameKind.HARMLESS
        return NamesBelow(
            name,
            parent=self,
            key=f".{key}",
            prefix=_PREFIXES.get(kind, self._prefix),
            describes=self._describes or key in _SENTENCES,
            aliases=self._aliases,
        )

    def visit(self, value: str, visit: Visitor) -> str:
        """Return the text at this place without secrets."""
        if self._describes and " " in value:
            return visit.text(value)
        return visit.field(self.name, value, Place.BODY, self)

    def _name_of(self, key: str) -> str:
        if self._pair and key in VALUE_KEYS:
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


def bound_variables(document: str) -> dict[str, str]:
    """Return the argument by variable of a GraphQL document: {"p": "password"} for `login(password: $p)`."""
    return {variable: argument for argument, variable in _BOUND.findall(document)}
