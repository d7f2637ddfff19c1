"""Quick checks that pass over what holds no secret: most texts and most documents.

They may say "perhaps" of what is clean, and then the walk looks closely; they never say "clean" of what isn't.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.scrubbing.cards import is_card_name
from pactape.cassettes.scrubbing.decisions import is_secret_field, is_secret_number, kind_of_name
from pactape.cassettes.scrubbing.known_forms import holds_form
from pactape.cassettes.scrubbing.names import NameKind
from pactape.cassettes.scrubbing.placeholders import ConstantPlaceholders, is_mask
from pactape.cassettes.scrubbing.replacements import Replacements
from pactape.cassettes.scrubbing.structures.base64_texts import decode_base64
from pactape.cassettes.scrubbing.structures.headers import COOKIE_HEADERS
from pactape.cassettes.scrubbing.structures.json_names import has_harmless_company, prefix_below
from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.cassettes.scrubbing.texts import holds_spoken_secret, names_something
from pactape.cassettes.scrubbing.walk import Walk
from pactape.cassettes.scrubbing.words import word_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["QuickChecks", "quick_checks"]

_PLAIN = re.compile(
    r"""(?![^=@{}<>%:\\"\[\]]*?(?:[\w+/-]{12}|\d{4}[ -]\d{4}[ -]))[^=@{}<>%:\\"\[\]]*+   # words, no long run
    | [0-9a-f]{16,64} | [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}
    | \d{4}-\d\d-\d\d(?:[T ][\d:.+Z-]{2,20})?
    | https?://[A-Za-z0-9.-]{1,80}+(?::\d{1,5})?(?:/(?:[A-Za-z0-9._~-]{0,11}|[a-z._~-]{0,60}))*+
    | (?:/(?:[A-Za-z0-9._~-]{0,11}|[a-z._~-]{0,60}))++""",
    re.VERBOSE | re.ASCII,
)
#: What a structure within a text needs.
_STRUCTURED = re.compile(r"[{}<>%\\\"\[\]]")
#: What stands in a URL's path before a one-time secret.
_ONE_TIME = re.compile(
    r"(?:reset|verify|confirm|activat|unsub|invite|magic|one-?time|passw|api-?key|token)[^/]*/", re.IGNORECASE
)
_CARD_HINT = re.compile(r"\d{4}[ -]\d{4}")
#: Headers that hold moments, sizes, digests and identifiers of requests.
_PLAIN_HEADERS = word_set(
    "age cf-ray content-length date etag expires last-modified server-timing x-amz-request-id x-amz- "
    "id-2 x-amz-cf-id x-request-id x-requestid x-correlation-id x-runtime x-github-request-id "
    "x-trace-id traceparent request-id x-served-by x-timer x-cache x-cache-hits x-ratelimit-limit "
    "x-ratelimit-remaining x-ratelimit-reset x-ratelimit-used if-none-match if-modified-since "
    "x-response-time x-envoy-upstream-service-time x-amzn-requestid"
)
_PLAIN_VALUE = re.compile(r"(?:W/)?\"?[A-Za-z0-9+/ :,.;_*=-]{0,128}\"?|[\w .;,=-]{0,2048}", re.ASCII)
_JSON_STARTS = (b"{", b"[")
_LONGEST_CACHED = 1024
_SHORTEST = 8
_SHORT_KEY = 15
_CARD_DIGITS = range(13, 24)
_SMALLEST_CARD = 10**12
_DEEPEST = 200


@lru_cache(maxsize=16)
def quick_checks(rules: ScrubRules) -> QuickChecks:
    """Return the checks by a project's rules; texts come again and again, so they remember."""
    return QuickChecks(rules)


class QuickChecks:
    """Checks by one project's rules.

    Args:
        rules: The project's own rules.
    """

    def __init__(self, rules: ScrubRules) -> None:
        self._rules = rules
        self._is_clean_text = lru_cache(maxsize=32768)(self._walk_text)
        self.is_clean_header: Callable[[str, str], bool] = lru_cache(maxsize=16384)(self._walk_header)
        self._is_harmless = lru_cache(maxsize=16384)(self._harmless)

    def is_clean_text(self, text: str) -> bool:
        """Whether a text holds nothing to replace, whatever name stands before it."""
        return self._walk_text(text) if len(text) > _LONGEST_CACHED else self._is_clean_text(text)

    def is_clean_document(self, body: bytes) -> bool:
        """Whether a body is a JSON document that holds nothing to replace; one with duplicate members isn't."""
        if body[:1] not in _JSON_STARTS:
            return False
        try:
            value = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        counter = [0]
        if not self._is_clean_value(value, counter, 0):
            return False
        return body.count(b'":') == counter[0] or not _has_duplicates(body)

    def _is_clean_value(self, value: Any, counter: list[int], depth: int) -> bool:
        if isinstance(value, str):
            return (len(value) < _SHORTEST and "=" not in value) or self.is_clean_text(value)
        if isinstance(value, dict):
            return depth < _DEEPEST and self._is_clean_object(value, counter, depth + 1)
        if isinstance(value, list):
            if len(value) == 2 and isinstance(value[0], str) and not self._is_harmless(value[0]):  # noqa: PLR2004 -- a pair
                return False
            for each in value:
                if not self._is_clean_value(each, counter, depth + 1):
                    return False
            return depth < _DEEPEST
        return True

    def _is_clean_object(self, value: dict[str, Any], counter: list[int], depth: int) -> bool:
        counter[0] += len(value)
        is_harmless = self._is_harmless
        if not has_harmless_company(value, is_harmless):
            return False
        for name, each in value.items():
            kind = type(each)
            if not is_harmless(name):
                if not self._is_clean_named(name, each, counter, depth):
                    return False
            elif kind is str:
                if not self._is_clean_member(name, each):
                    return False
            elif kind is dict or kind is list:
                if each and not self._is_clean_value(each, counter, depth):
                    return False
            elif kind is int and each > _SMALLEST_CARD and is_card_name(name):
                return False
        return True

    def _is_clean_named(self, name: str, value: Any, counter: list[int], depth: int) -> bool:
        """Whether a member whose name is suspicious holds nothing to replace."""
        if len(name) > _SHORT_KEY and not self.is_clean_text(name):
            return False
        if not value or value is True:
            return True
        if name.lower() in COOKIE_HEADERS:
            return False
        if isinstance(value, str):
            is_secret = not is_mask(value) and is_secret_field(self._rules, name, value, Place.BODY)
            return not is_secret and self._is_clean_member(name, value)
        if isinstance(value, dict) and not prefix_below(name, kind_of_name(self._rules, name)):
            return self._is_clean_value(value, counter, depth)
        return isinstance(value, int | float) and not is_secret_number(self._rules, name, value)

    def _is_clean_member(self, name: str, value: str) -> bool:
        size = len(value)
        if size < _SHORTEST:
            return "=" not in value or self.is_clean_text(value)
        if size in _CARD_DIGITS and value[0] in "3456" and is_card_name(name):
            return False
        return self.is_clean_text(value)

    def _harmless(self, name: str) -> bool:
        """Whether a name says nothing about its value, and is nothing to replace itself."""
        if name.lower() in COOKIE_HEADERS or kind_of_name(self._rules, name) is not NameKind.HARMLESS:
            return False
        return len(name) <= _SHORT_KEY or self.is_clean_text(name)

    def _walk_text(self, text: str) -> bool:
        is_ordinary = not (self._rules.patterns or self._rules.names)
        return (is_ordinary and _holds_nothing(text)) or self._walk(text).deeper(text) == text

    def _walk_header(self, name: str, value: str) -> bool:
        if name.lower() in _PLAIN_HEADERS and _PLAIN_VALUE.fullmatch(value) and not self._rules.patterns:
            return True
        return self._walk(value).header(name, value) == value

    def _walk(self, text: str) -> Walk:
        return Walk(self._rules, Replacements(ConstantPlaceholders()), size=len(text))


def _holds_nothing(text: str) -> bool:
    if " " in text and holds_spoken_secret(text):
        return False
    if _PLAIN.fullmatch(text):
        return True
    if _STRUCTURED.search(text) is not None or _may_name_secret(text):
        return False
    return not holds_form(text) and decode_base64(text) is None


def _may_name_secret(text: str) -> bool:
    """Whether a text without brackets and quotation marks may have a secret behind a name, a scheme or a user."""
    has_pairs = "=" in text or "--" in text or "\n" in text or text.count(":") > text.count("://")
    if has_pairs and names_something(text):
        return True
    if "/" in text and (_ONE_TIME.search(text) is not None or ("@" in text and ":" in text)):
        return True
    return _CARD_HINT.search(text) is not None


def _has_duplicates(body: bytes) -> bool:
    """Whether an object in a document names a member twice, of which only the last one is decoded."""
    found = False

    def check(pairs: list[tuple[str, Any]]) -> int:
        nonlocal found
        found = found or len({name for name, _ in pairs}) != len(pairs)
        return 0

    try:
        json.loads(body, object_pairs_hook=check)
    except (ValueError, RecursionError):
        return True
    return found
