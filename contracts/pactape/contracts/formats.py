"""String formats: which of them a text has, and the regular expression that the contract states for each."""

from __future__ import annotations

import re

__all__ = ["FORMATS", "STABLE_EXAMPLES", "formats_of"]

_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

#: Pattern by format, the one that is stated first when a text has several; written for Oniguruma, the Rust
#: `regex` crate and Python alike. uuid: RFC 9562; date, time, date-time: RFC 3339, section 5.6; uri: RFC 3986,
#: as far as a scheme and no white space; semver: Semantic Versioning 2.0.0.
FORMATS: dict[str, str] = {
    "uuid": r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    "date-time": rf"^{_DATE}[Tt]{_TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})$",
    "date": rf"^{_DATE}$",
    "time": rf"^{_TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?$",
    "ipv4": rf"^{_OCTET}(\.{_OCTET}){{3}}$",
    "ipv6": r"^([0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){7}|[0-9a-fA-F:]*::[0-9a-fA-F:.]*)$",
    "semver": r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$",
    "decimal": r"^-?(0|[1-9][0-9]*)\.[0-9]+$",
    "email": rf"^[^@\s]+@{_LABEL}(\.{_LABEL})+$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s]+$",
}

#: What stands in a contract in the place of values that are new at every recording, so that recording again does
#: not change it.
STABLE_EXAMPLES: dict[str, str] = {
    "uuid": "11111111-2222-4333-8444-555555555555",
    "date-time": "2000-01-31T12:00:00Z",
    "date": "2000-01-31",
    "time": "12:00:00",
}

_COMPILED = {name: re.compile(pattern, re.ASCII) for name, pattern in FORMATS.items()}
_ALL = frozenset(FORMATS)
_NONE: frozenset[str] = frozenset()
_LONGEST = 512
_HINT = re.compile(r"[-.:@]")


def formats_of(text: str, among: frozenset[str] = _ALL) -> frozenset[str]:
    """The names of all formats that `text` has.

    Args:
        text: Any text; one of more than 512 characters has no format.
        among: The formats to look for.

    Example:
        >>> sorted(formats_of("2026-01-31"))
        ['date']
        >>> sorted(formats_of("tomorrow"))
        []
    """
    if len(text) > _LONGEST or not _HINT.search(text) or text[-1] == "\n":
        return _NONE
    return frozenset([name for name in among if _COMPILED[name].match(text)])
