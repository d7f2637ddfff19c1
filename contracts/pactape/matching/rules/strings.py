"""The rules for texts: patterns, parts, dates and times, versions, content types."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, ClassVar

from pactape.matching.datetimes import FormatError, why_not
from pactape.matching.magic_numbers import why_not_of_type
from pactape.matching.numbers import text_of
from pactape.matching.regexes import PatternError, matches
from pactape.matching.rules.base import Rule

__all__ = ["ContentTypeRule", "DateTime", "Include", "Regex", "Semver"]

_NUMERIC = r"(?:0|[1-9][0-9]*)"
_PRE = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"({_NUMERIC})\.({_NUMERIC})\.({_NUMERIC})(?:-{_PRE}(?:\.{_PRE})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_HIGHEST = 2**64 - 1


class Regex(Rule):
    """A text, or a value's JSON, that a pattern matches as a whole."""

    name = "regex"

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def value(self, expected: Any, actual: Any) -> str | None:
        try:
            return None if matches(self.pattern, text_of(actual)) else "is not matched by the pattern"
        except PatternError as error:
            return f"can't be matched: {error}"

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        return None

    def __str__(self) -> str:
        return f"regex {self.pattern!r}"


class Include(Rule):
    """A text, or a value's JSON, with this one in it."""

    name = "include"

    def __init__(self, part: str) -> None:
        self.part = part

    def value(self, expected: Any, actual: Any) -> str | None:
        return None if self.part in text_of(actual) else "doesn't include the text"

    def __str__(self) -> str:
        return f"include {self.part!r}"


class DateTime(Rule):
    """A text with a format: the rules date, time and datetime.

    Args:
        name: Which of the three.
        wanted: The format; empty for the rule's own.
    """

    _OWN: ClassVar = {"date": "yyyy-MM-dd", "time": "HH:mm:ss", "datetime": "yyyy-MM-dd'T'HH:mm:ssXXX"}

    def __init__(self, name: str, wanted: str) -> None:
        self.name = name
        self.wanted = wanted or self._OWN[name]

    def value(self, expected: Any, actual: Any) -> str | None:
        try:
            reason = why_not(text_of(actual), self.wanted)
        except FormatError as error:
            return f"can't be matched: {error}"
        return reason and f"hasn't the format: {reason}"

    def __str__(self) -> str:
        return f"{self.name} {self.wanted!r}"


class Semver(Rule):
    """A version (Semantic Versioning 2.0.0)."""

    name = "semver"

    def value(self, expected: Any, actual: Any) -> str | None:
        found = _SEMVER.fullmatch(actual) if isinstance(actual, str) else None
        fits = found is not None and all(int(number) <= _HIGHEST for number in found.groups())
        return None if fits else "is not a semantic version"


class ContentTypeRule(Rule):
    """Bytes that begin like this content type; a JSON text may hold them in base64."""

    name = "contentType"

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted

    def value(self, expected: Any, actual: Any) -> str | None:
        return why_not_of_type(_bytes_of(actual), self.wanted)

    def text(self, expected: str, actual: str) -> str | None:
        return why_not_of_type(actual.encode(), self.wanted)

    def __str__(self) -> str:
        return f"contentType {self.wanted!r}"


def _bytes_of(value: Any) -> bytes:
    if not isinstance(value, str):
        return text_of(value).encode()
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value.encode()
