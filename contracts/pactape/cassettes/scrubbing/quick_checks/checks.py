"""Quick checks that skip what contains no secret: most texts and most documents.

False may be wrong, and then the walk decides; True is never wrong.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.decisions import is_secret_field, is_secret_number, kind_of_name
from pactape.cassettes.scrubbing.detection.cards import is_card_name
from pactape.cassettes.scrubbing.detection.known_forms import holds_form
from pactape.cassettes.scrubbing.detection.names import NameKind
from pactape.cassettes.scrubbing.detection.words import word_set
from pactape.cassettes.scrubbing.quick_checks.small_json import SmallJsonCheck
from pactape.cassettes.scrubbing.replacing.placeholders import PLACEHOLDER, ConstantPlaceholders, is_mask
from pactape.cassettes.scrubbing.replacing.replacements import Replacements
from pactape.cassettes.scrubbing.structures.http.headers import COOKIE_HEADERS, SPECIAL_HEADERS
from pactape.cassettes.scrubbing.structures.json.value_names import prefix_for_members
from pactape.cassettes.scrubbing.structures.visitor import FieldContext
from pactape.cassettes.scrubbing.texts.plain_texts import is_plain_text, is_plain_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.quick_checks.large_json import LargeJsonCheck
    from pactape.cassettes.scrubbing.rules import ScrubRules
    from pactape.cassettes.scrubbing.walk import Walk

__all__ = ["QuickChecks", "quick_checks"]

#: Headers that hold times, sizes, digests and identifiers of requests.
_PLAIN_HEADERS = word_set(
    "age cf-ray content-length date etag expires last-modified server-timing x-amz-request-id x-amz- "
    "id-2 x-amz-cf-id x-request-id x-requestid x-correlation-id x-runtime x-github-request-id "
    "x-trace-id traceparent request-id x-served-by x-timer x-cache x-cache-hits x-ratelimit-limit "
    "x-ratelimit-remaining x-ratelimit-reset x-ratelimit-used if-none-match if-modified-since "
    "x-response-time x-envoy-upstream-service-time x-amzn-requestid"
)
_PLAIN_VALUE = re.compile(r"(?:W/)?\"?[A-Za-z0-9+/ :,.;_*=-]{0,128}\"?|[\w .;,=-]{0,2048}", re.ASCII)
_SPECIAL_HEADERS = SPECIAL_HEADERS | {"code"}
#: A longer value of a parameter may be a code or a card number.
_LONGEST_PLAIN = 11
_PARAMETER = re.compile(r"[\w.,:~*-]*+", re.ASCII)
#: The boundary between two lines of NDJSON; no line break within one document has these characters around it.
_LINES, _FIRST_LINES = re.compile(rb"[}\]]\r?\n[{\[]"), 65_536
_JSON_STARTS, _TEXT_STARTS = (b"{", b"["), ("{", "[")
_LONGEST_CACHED = 1024
_MOST_CACHED_HEADERS = 16_384
_LONGEST_WALKED = 65_536
_SHORT_KEY = 15
_SMALLEST_CARD = 10**12
#: A larger document isn't decoded into objects, which would take too much memory.
_LARGE = 2**17


@lru_cache(maxsize=16)
def quick_checks(rules: ScrubRules, *, for_matching: bool = False) -> QuickChecks:
    """Return the checks by a project's rules. They are kept, with their caches, because the same texts recur.

    Args:
        rules: The project's own rules.
        for_matching: Whether masks are replaced, too, so that they are equal to the secrets that they replaced.
    """
    return QuickChecks(rules, for_matching=for_matching)


class QuickChecks:
    """Quick checks of texts, headers, URLs and documents by one project's rules, with caches.

    Args:
        rules: The project's own rules.
        for_matching: See `quick_checks`.

    Attributes:
        header_verdicts: Whether a header, as a name and a value, contains nothing to replace; the cache of
            `is_clean_header`.
    """

    def __init__(self, rules: ScrubRules, *, for_matching: bool = False) -> None:
        self._rules = rules
        self._is_mask = PLACEHOLDER.__eq__ if for_matching else is_mask
        self._is_ordinary = not (rules.patterns or rules.names)
        self._is_clean_text = lru_cache(maxsize=8192)(self._walk_text)
        self.header_verdicts: dict[tuple[str, str], bool] = {}
        self._is_harmless = lru_cache(maxsize=4096)(self._harmless)
        self.is_clean_url: Callable[[str], bool] = lru_cache(maxsize=8192)(self._check_url)
        self._is_harmless_header = lru_cache(maxsize=4096)(self._check_harmless_header)
        self._objects = SmallJsonCheck(rules, self._is_harmless, self._is_clean_once, is_mask=self._is_mask)

    @cached_property
    def _json(self) -> LargeJsonCheck:
        from pactape.cassettes.scrubbing.quick_checks.large_json import (  # noqa: PLC0415 -- few bodies are large
            Checks,
            LargeJsonCheck,
        )

        return LargeJsonCheck(Checks(self._is_harmless, self._is_clean_once, self._is_clean_value_of))

    def is_clean_header(self, name: str, value: str) -> bool:
        """Whether a header contains nothing to replace."""
        verdict = self.header_verdicts.get((name, value))
        if verdict is None:
            verdict = self._walk_header(name, value)
            if len(self.header_verdicts) >= _MOST_CACHED_HEADERS:
                self.header_verdicts.clear()
            self.header_verdicts[name, value] = verdict
        return verdict

    def is_clean_text(self, text: str) -> bool:
        """Whether a text contains nothing to replace, whatever its name is."""
        if len(text) <= _LONGEST_CACHED:
            return self._is_clean_text(text)
        return self.is_plain_text(text) or self._is_clean_json(text)

    def is_plain_text(self, text: str) -> bool:
        """Whether a text is plain, as a cheaper `is_clean_text` for large documents; False may be wrong."""
        return self._is_ordinary and is_plain_text(text)

    def is_clean_document(self, body: bytes) -> bool:
        """Whether a body is a JSON document that contains nothing to replace; one with duplicate members isn't."""
        if body[:1] not in _JSON_STARTS:
            return False
        if len(body) <= _LARGE:
            return self._objects.is_clean(body) or self._is_clean_list(body, self._objects)
        return self._is_ordinary and (self._json.is_clean(body) or self._is_clean_list(body, self._json))

    def _is_clean_list(self, body: bytes, check: SmallJsonCheck | LargeJsonCheck) -> bool:
        """Whether the lines of a body are JSON documents that contain nothing to replace (NDJSON)."""
        if _LINES.search(body, 0, _FIRST_LINES) is None:
            return False
        return check.is_clean(b"[%b]" % body.strip().replace(b"\r\n", b",").replace(b"\n", b","))

    def _is_clean_value_of(self, name: str, value: Any) -> bool:
        """Whether the value of a suspicious name is clean; the members of an object are checked separately."""
        if not value or value is True:
            return True
        if name.lower() in COOKIE_HEADERS:
            return False
        if isinstance(value, str):
            return self._is_mask(value) or not is_secret_field(self._rules, name, value, FieldContext.BODY)
        kind = kind_of_name(self._rules, name)
        if isinstance(value, int | float):
            is_card = abs(value) > _SMALLEST_CARD and is_card_name(name)
            return not (is_card or is_secret_number(self._rules, name, value))
        return kind is NameKind.HARMLESS or (isinstance(value, dict) and not prefix_for_members(name, kind))

    def _harmless(self, name: str) -> bool:
        """Whether a name says nothing about its value, and contains nothing to replace itself."""
        if name.lower() in COOKIE_HEADERS or kind_of_name(self._rules, name) is not NameKind.HARMLESS:
            return False
        return len(name) <= _SHORT_KEY or self.is_clean_text(name)

    def _is_clean_once(self, text: str) -> bool:
        """Whether a text is clean, for a caller that caches the result itself."""
        if self._is_ordinary and is_plain_text(text):
            return True
        if len(text) <= _LONGEST_CACHED:
            return self._is_clean_text(text)
        return len(text) <= _LONGEST_WALKED and self._walk_text(text)

    def _walk_text(self, text: str) -> bool:
        is_clean = self.is_plain_text(text) or self._is_clean_json(text)
        return is_clean or self._walk(text).nested_document(text) == text

    def _is_clean_json(self, text: str) -> bool:
        """Whether a text is itself a JSON document that contains nothing to replace."""
        return text[:1] in _TEXT_STARTS and self._objects.is_clean(text.encode("utf-8", "surrogatepass"))

    def _walk_header(self, name: str, value: str) -> bool:
        lower = name.lower()
        if lower in _PLAIN_HEADERS and _PLAIN_VALUE.fullmatch(value) and not self._rules.patterns:
            return True
        if lower in COOKIE_HEADERS:  # which are walked through anyway
            return False
        if self._is_harmless_header(name) and self.is_plain_text(value):
            return True
        return self._walk(value).header(name, value) == value

    def _check_url(self, url: str) -> bool:
        """Whether a URL holds nothing to replace; False may be wrong."""
        address, _, query = url.partition("?")
        if not (self._is_ordinary and is_plain_url(address)):
            return False
        return not query or (
            all(self._is_plain_parameter(part) for part in query.split("&")) and not holds_form(url)
        )

    def _is_plain_parameter(self, parameter: str) -> bool:
        name, _, value = parameter.partition("=")
        if _PARAMETER.fullmatch(value) is None or _PARAMETER.fullmatch(name) is None or name == "code":
            return False
        if not self._is_harmless(name) or len(name) > _SHORT_KEY:
            return False
        return len(value) <= _LONGEST_PLAIN or (not is_card_name(name) and self.is_clean_text(value))

    def _check_harmless_header(self, name: str) -> bool:
        """Whether a header's name says nothing about its value, and the header has no format of its own."""
        is_special = name.lower() in _SPECIAL_HEADERS or name.startswith("cookie ") or is_card_name(name)
        return not is_special and kind_of_name(self._rules, name) is NameKind.HARMLESS

    def _walk(self, text: str) -> Walk:
        from pactape.cassettes.scrubbing.walk import Walk  # noqa: PLC0415 -- most replays need no walk

        return Walk(self._rules, Replacements(ConstantPlaceholders()), size=len(text))
