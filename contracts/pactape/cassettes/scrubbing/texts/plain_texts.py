"""Plain texts: a cheap check that recognizes most texts without secrets, whatever structure they have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.detection.known_forms import holds_form
from pactape.cassettes.scrubbing.detection.names import NameKind, classify_name, may_name_credential
from pactape.cassettes.scrubbing.structures.base64_texts import holds_encoded
from pactape.cassettes.scrubbing.structures.http.headers import SPECIAL_HEADERS
from pactape.cassettes.scrubbing.texts.prose_secrets import may_hold_prose_secret
from pactape.patterns import compile_when_used

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["is_plain_text", "is_plain_url", "plain_texts_among"]

_PLAIN = compile_when_used(
    r"""(?:(?!\d{4}[ ]\d{4}[ ])[\w+/-]{1,11}+(?![\w+/-])|[^\w+/=@{}<>%:\\"\[\]\n-]++)*+   # words, no long run
    | (?!(?:[2-7][0-9a-f]){8})[0-9a-f]{16,64} | [0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}
    | \d{4}-\d\d-\d\d(?:[T ][\d:.+Z-]{2,20})?
    | https?://(?!hooks?\.|[\w.-]*webhook)[A-Za-z0-9.-]{1,80}+(?::\d{1,5})?(?:/(?:[A-Za-z0-9._~-]{0,11}|[a-z._~-]{0,60}))*+
    | (?:/(?:[A-Za-z0-9._~-]{0,11}|[a-z._~-]{0,60}))++""",
    re.VERBOSE | re.ASCII,
)
_PLAIN_LINE = compile_when_used(rf"^(?:{_PLAIN.pattern})$", re.VERBOSE | re.ASCII | re.MULTILINE)
#: A word, a path or an identifier, in which no part can be the name of another part.
_WORD = compile_when_used(r"(?!--)[\w.#$/-]+", re.ASCII)
#: Characters that begin an escape or an entity, which may hide a name or a value.
_ESCAPED = compile_when_used(r"[%&\\]")
_NAME = compile_when_used(r"[A-Za-z_][\w.$-]*")
#: Words that form a credential's name with the word before them: "security code".
_ENDINGS = compile_when_used(r" (?:codes?|ids?|string|phrase|words|number)(?!\w)", re.IGNORECASE)
_SPECIAL_NAMES = SPECIAL_HEADERS | {"code"}
#: A run of base64, which may continue on the next lines.
_BASE64 = compile_when_used(r"[A-Za-z0-9+/_-]{16,}+={0,2}(?:\r?\n[A-Za-z0-9+/_-]{1,76}+={0,2})*+")
#: Long data in base64: an image, a recording of speech.
_DATA = compile_when_used(r"(?:data:[\w/+.;=-]{0,100};base64,)?[A-Za-z0-9+/_][A-Za-z0-9+/_-]{1023,}+={0,2}")
_USER = compile_when_used(r"://[^/\s\"'<>]*@|:[^\s:@/'\"]{8,256}@")
_LONGEST = 4096
#: A URL without user, query and escapes; "{…}" is a template's.
_URL = compile_when_used(
    r"[a-z]{2,6}://[A-Za-z0-9.-]{1,80}+(?::\d{1,5})?"
    r"(?:/(?:[A-Za-z0-9._~!*,@#/-]|\{[/?&+]?[\w,-]{1,60}\})*+)?",
    re.ASCII,
)
#: Path segments before a one-time secret.
_ONE_TIME = compile_when_used(
    r"/(?:reset|verif|confirm|activat|unsub|invit|magic|one-?time|passw|api|access|auth|share|token)[^/]*+/[^/]{16}"
    r"|/\(s\("
)
_OPENING = compile_when_used(r"[<\[]|\([\"']")
_CARD_HINT = compile_when_used(r"\d{4}[ -]\d{4}")


def is_plain_text(text: str) -> bool:
    """Whether a text is certain to hold no secret. False says nothing: the walk must decide."""
    if _PLAIN.fullmatch(text) and "--" not in text:
        return " " not in text or not may_hold_prose_secret(text)
    if _WORD.fullmatch(text):
        return not (_is_path_or_number(text) or holds_form(text) or _holds_base64(text))
    if is_plain_url(text):
        return True
    if _DATA.fullmatch(text):
        return not (_CARD_HINT.search(text) or holds_form(text) or _holds_base64(text))
    if _ESCAPED.search(text) is not None or may_hold_prose_secret(text):
        return False
    return not (_may_name_secret(text) or holds_form(text) or _holds_base64(text))


def plain_texts_among(texts: Collection[str]) -> set[str]:
    """Return most of the texts for which `is_plain_text` is true: all are searched together, in a few steps.

    Example:
        >>> sorted(plain_texts_among(["a sentence", "12", "Bearer 3f9aA1c27e4b6d80"]))
        ['12', 'a sentence']
    """
    lines = "\n".join(texts)
    plain = set(_PLAIN_LINE.findall(lines))
    if "--" in lines:
        plain = {text for text in plain if "--" not in text}
    sentences = [text for text in plain if " " in text]
    if sentences and may_hold_prose_secret("\n".join(sentences)):
        plain.difference_update([text for text in sentences if may_hold_prose_secret(text)])
    return plain.intersection(texts)


def is_plain_url(text: str) -> bool:
    """Whether a text is a URL without user, query, escapes and secrets."""
    if _URL.fullmatch(text) is None:
        return False
    return not (_is_path_or_number(text) or holds_form(text))


def _holds_base64(text: str) -> bool:
    """Whether base64 or hexadecimal digits in a text decode to a text with a structure."""
    return any(map(holds_encoded, _BASE64.findall(text)))


def _is_path_or_number(text: str) -> bool:
    """Whether a word or a URL may be a card number, or a path with a one-time secret."""
    return ("/" in text and _names_one_time_secret(text)) or _CARD_HINT.search(text) is not None


def _names_one_time_secret(text: str) -> bool:
    return _ONE_TIME.search(text.lower()) is not None


def _may_name_secret(text: str) -> bool:
    """Whether a text may have a secret after a name, a scheme or a user."""
    has_pairs = "=" in text or "--" in text or "\n" in text or text.count(":") > text.count("://")
    if (has_pairs or _OPENING.search(text) is not None) and may_name_credential(text) and _names_secret(text):
        return True
    if "@" in text and _USER.search(text) is not None:
        return True
    return ("/" in text and _names_one_time_secret(text)) or _CARD_HINT.search(text) is not None


def _names_secret(text: str) -> bool:
    """Whether a word of a text is the name of a credential; assumed for long texts."""
    if len(text) > _LONGEST or _ENDINGS.search(text) is not None:
        return True
    names = set(_NAME.findall(text))
    return any(
        classify_name(name) is not NameKind.HARMLESS or name.lower() in _SPECIAL_NAMES for name in names
    )
