"""The rules for texts: patterns, parts, dates and times, versions, content types."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, ClassVar

from pactape.matching.numbers import text_of
from pactape.matching.rules.base import Rule
from pactape.matching.rules.datetimes import FormatError, format_mismatch
from pactape.matching.rules.magic_numbers import why_not_of_type
from pactape.matching.rules.regexes import PatternError, matches

__all__ = ["ContentTypeRule", "DateTime", "Include", "Regex", "Semver"]

_NUMERIC = r"(?:0|[1-9][0-9]*)"
_PRE = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = re.compile(
    rf"({_NUMERIC})\.({_NUMERIC})\.({_NUMERIC})(?:-{_PRE}(?:\.{_PRE})*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_HIGHEST = 2**64 - 1


class Regex(Rule):
    """A text, or a value's JSON, that a pattern matches completely."""

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
    """A text, or a value's JSON, that contains this text."""

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

    def __init__(self, name: str, date_format: str) -> None:
        self.name = name
        self.date_format = date_format or self._OWN[name]

    def value(self, expected: Any, actual: Any) -> str | None:
        try:
            reason = format_mismatch(text_of(actual), self.date_format)
        except FormatError as error:
            return f"can't be matched: {error}"
        return reason and f"hasn't the format: {reason}"

    def __str__(self) -> str:
        return f"{self.name} {self.date_format!r}"


class Semver(Rule):
    """A version (Semantic Versioning 2.0.0)."""

    name = "semver"

    def value(self, expected: Any, actual: Any) -> str | None:
        match = _SEMVER.fullmatch(actual) if isinstance(actual, str) else None
        fits = match is not None and all(int(number) <= _HIGHEST for number in match.groups())
        return None if fits else "is not a semantic version"


class ContentTypeRule(Rule):
    """Bytes whose magic number is that of this content type; a JSON text may contain them in base64."""

    name = "contentType"

    def __init__(self, media_type: str) -> None:
        self.media_type = media_type

    def value(self, expected: Any, actual: Any) -> str | None:
        return why_not_of_type(_bytes_of(actual), self.media_type)

    def text(self, expected: str, actual: str) -> str | None:
        return why_not_of_type(actual.encode(), self.media_type)

    def __str__(self) -> str:
        return f"contentType {self.media_type!r}"


def _bytes_of(value: Any) -> bytes:
    if not isinstance(value, str):
        return text_of(value).encode()
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value.encode()
