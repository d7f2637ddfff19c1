"""String formats: which of them a text has, and the regular expression that the contract states for each."""

from __future__ import annotations

import re

__all__ = ["ALL_FORMATS", "PATTERNS", "formats_of"]

_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d{2}:\d{2})"

#: Pattern by format, most specific first; written for the Rust `regex` crate and for Python alike.
#: uuid: RFC 9562, section 4; date and date-time: RFC 3339, section 5.6.
PATTERNS: dict[str, str] = {
    "uuid": r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    "date-time": rf"^{_DATE}T{_TIME}$",
    "date": rf"^{_DATE}$",
}

ALL_FORMATS = frozenset(PATTERNS)

_COMPILED = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_SHORTEST = len("2000-01-31")
_LONGEST = 40
_NONE: frozenset[str] = frozenset()


def formats_of(text: str) -> frozenset[str]:
    """The names of all formats that `text` has.

    Example:
        >>> sorted(formats_of("2026-01-31"))
        ['date']
        >>> sorted(formats_of("tomorrow"))
        []
    """
    if not _SHORTEST <= len(text) <= _LONGEST or text[-1] == "\n":
        return _NONE
    return frozenset(name for name, pattern in _COMPILED.items() if pattern.match(text))
