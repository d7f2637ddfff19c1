"""A second check of scrubbed texts, by rules of its own: the entropy of values, and words near them.

It shares no table and no pattern with the scrubber, so that a gap in one isn't a gap in the other. It reports
possible secrets; a person decides.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Possibility", "possible_secrets"]

#: A name, followed by a value of printable characters: in JSON, forms, headers, XML and configurations.
_PAIR = re.compile(
    r"(?<![\w-])(?P<name>[A-Za-z_][\w.-]{0,63}+)\\{0,8}[\"']?\s{0,4}(?:[:=>]|%3D)\s{0,4}\\{0,8}[\"']?"
    r"(?P<value>[\w+/=~!@#$%^*.-]{8,}+)"
)
#: Names after which a value with digits is likely a credential.
_NEAR = re.compile(
    r"passw|passphrase|_pwd|^pwd|secret(?!ary)|api[-_]?key|access[-_]?key|private[-_]?key|auth[-_]?(?:key|token)|bearer|"
    r"access[-_]?token|refresh[-_]?token|credential",
    re.IGNORECASE,
)
#: Names after which random values are identifiers, digests, cursors or pictures.
_KNOWN = re.compile(
    r"(?:id|ids|uid|uuid|guid|sha\d*|hash|digest|md5|etag|checksum|integrity|fingerprint|cursor|after|before|marker|"
    r"next|prev|previous|page|pagination|paging|skip\w*|\w*requestid|continuation\w*|revision|rev|commit|tree|blob|version|image|avatar|photo|thumbnail|"
    r"blurhash|icon|logo|picture|data|content|html|svg|src|href|url|uri|link|path|key|name|slug|title|text|body|"
    r"description|nonce|etags?|state|trace\w*|request\w*|ray|x-\w*-id|cf-ray|via|server-timing|report-to|nel|"
    r"user-agent|served|by|server|pod|node|host|expect-ct|last|first|code_challenge|signature|sig|public\w*|cert\w*|kid|x5[ct]|n|e)",
    re.IGNORECASE,
)
#: The ends of names that describe a credential.
_ABOUT = re.compile(r"(?:[a-z]N|[_-]n|N)ame$|(?:[a-z][UP]|[_-][up])(?:rl|ri|ath)$")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DIGIT, _LOWER, _UPPER = re.compile(r"\d"), re.compile(r"[a-z]"), re.compile(r"[A-Z]")
_TAKEN_OUT = re.compile(
    r"scrub|redact|mask|filter|example|dummy|xxx|\*\*|0000|^eyJhbGciOiJub25l", re.IGNORECASE
)
_WORDS = re.compile(r"[A-Za-z]{5,}")
_SEGMENTS = re.compile(r"[A-Za-z0-9]+")
_SHORTEST_SEGMENT = 14
_LONGEST = 200
_SHORTEST_RANDOM = 24
_ENTROPY_NEAR = 2.8
_ENTROPY_ALONE = 4.4


class Possibility(NamedTuple):
    """A possible secret, without its value.

    Attributes:
        name: The name before it.
        kind: Why it was noticed.
    """

    name: str
    kind: str


def possible_secrets(text: str) -> Iterator[Possibility]:
    """Yield the possible secrets in a text that has been scrubbed.

    Example:
        >>> list(possible_secrets('{"note": "ok", "blurb": "q8Zr1LmX0vTy7PbKw3NdJ5sHc2GfRa9u"}'))
        [Possibility(name='blurb', kind='high entropy')]
    """
    for match in _PAIR.finditer(text):
        name, value = match["name"], match["value"]
        if len(value) > _LONGEST or _TAKEN_OUT.search(value):
            continue
        if (
            _NEAR.search(name)
            and _DIGIT.search(value)
            and _entropy(value) >= _ENTROPY_NEAR
            and not _is_count(value)
            and not _is_about(name, value)
        ):
            yield Possibility(name, "a value with digits after a suspicious name")
        elif (
            _is_random(value)
            and not _KNOWN.fullmatch(name.rpartition(".")[2])
            and not _names_identifier(name)
            and not _is_document(value)
        ):
            yield Possibility(name, "high entropy")


def _is_count(value: str) -> bool:
    return value.replace(".", "").replace("-", "").isdigit()


def _is_about(name: str, value: str) -> bool:
    """Whether a value is a date, or the name, the path or the identifier of a secret."""
    if _DATE.match(value) is not None or _ABOUT.search(name) is not None:
        return True
    return name.lower().endswith("id") and _UUID.fullmatch(value) is not None


def _names_identifier(name: str) -> bool:
    words = re.split(r"[-_.]|(?<=[a-z])(?=[A-Z])", name)
    return bool(_KNOWN.fullmatch(words[-1])) or bool(_KNOWN.fullmatch(words[0]) and len(words) > 1)


def _is_document(value: str) -> bool:
    """Whether a value is an object of JSON in base64, whose members the scrubber has checked."""
    if not value.startswith("eyJ"):
        return False
    try:
        return base64.b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4), "-_").isascii()
    except ValueError:
        return False


def _is_random(value: str) -> bool:
    if len(value) < _SHORTEST_RANDOM or "/" in value[:-1] or value.count(".") > 1:
        return False
    if not (_DIGIT.search(value) and _LOWER.search(value) and _UPPER.search(value)):
        return False
    if max(map(len, _SEGMENTS.findall(value)), default=0) < _SHORTEST_SEGMENT:
        return False
    letters = sum(len(word) for word in _WORDS.findall(value))
    return letters * 2 < len(value) and _entropy(value) >= min(_ENTROPY_ALONE, math.log2(len(value)) * 0.85)


def _entropy(text: str) -> float:
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
