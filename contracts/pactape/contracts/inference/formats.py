"""String formats: detects the formats of a text, and gives the regular expression of each format."""

from __future__ import annotations

import re

__all__ = ["FORMATS", "STABLE_EXAMPLES", "formats_of", "stable_example", "stated_format"]

_DATE = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_SECONDS = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)"
_TIME = rf"{_SECONDS}(\.[0-9]+)?"
_OFFSET = r"[+-][0-9]{2}:[0-9]{2}"
_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

#: The exact forms of a date-time: unit and UTC or offset. Each of them is also a "date-time".
_EXACT = {
    f"date-time in {unit}, {zone}": rf"^{_DATE}T{_SECONDS}{fraction}{offset}$"
    for unit, fraction in (("s", ""), ("ms", r"\.[0-9]{3}"), ("µs", r"\.[0-9]{6}"))
    for zone, offset in (("Z", "Z"), ("offset", _OFFSET))
}

#: Pattern by format, in order of preference for texts with several formats; valid in Oniguruma, the Rust `regex`
#: crate and Python. uuid: RFC 9562; date, time, date-time: RFC 3339, section 5.6; timestamp: a date-time with a
#: space, or without an offset; uri: RFC 3986, but only a scheme and no white space; semver: Semantic Versioning
#: 2.0.0; base64: RFC 4648, section 4.
FORMATS: dict[str, str] = {
    "uuid": r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    **_EXACT,
    "date-time": rf"^{_DATE}[Tt]{_TIME}([Zz]|{_OFFSET})$",
    "timestamp": rf"^{_DATE}[Tt ]{_TIME}( ?([Zz]|UTC|[+-][0-9]{{2}}:?[0-9]{{2}}))?$",
    "date": rf"^{_DATE}$",
    "time": rf"^{_TIME}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?$",
    "ipv4": rf"^{_OCTET}(\.{_OCTET}){{3}}$",
    "ipv6": r"^([0-9a-fA-F]{1,4}(:[0-9a-fA-F]{1,4}){7}|[0-9a-fA-F:]*::[0-9a-fA-F:.]*)$",
    "semver": r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$",
    "decimal": r"^-?(0|[1-9][0-9]*)\.[0-9]+$",
    "email": rf"^[^@\s]+@{_LABEL}(\.{_LABEL})+$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.-]*://[^\s]+$",
    "base64": r"^([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
}

#: Replacements for example values that differ in every recording, so that recording again doesn't change the
#: contract.
STABLE_EXAMPLES: dict[str, str] = {
    "uuid": "11111111-2222-4333-8444-555555555555",
    "date-time": "2000-01-31T12:00:00Z",
    "date-time in s, Z": "2000-01-31T12:00:00Z",
    "date-time in s, offset": "2000-01-31T12:00:00+00:00",
    "date-time in ms, Z": "2000-01-31T12:00:00.000Z",
    "date-time in ms, offset": "2000-01-31T12:00:00.000+00:00",
    "date-time in µs, Z": "2000-01-31T12:00:00.000000Z",
    "date-time in µs, offset": "2000-01-31T12:00:00.000000+00:00",
    "timestamp": "2000-01-31 12:00:00",
    "date": "2000-01-31",
    "time": "12:00:00",
}

#: Formats that a text rarely has by chance, so that two samples are enough.
_DISTINCTIVE = frozenset({"uuid", "date-time", "timestamp", "date", "email", "uri"})
_SINGLE_SAMPLE_FORMATS = _DISTINCTIVE | _EXACT.keys()
_SAMPLES_FOR_DISTINCTIVE = 2
_SAMPLES_FOR_OTHERS = 3
_SAMPLES_FOR_EXACT = 8

_COMPILED = {name: re.compile(pattern, re.ASCII) for name, pattern in FORMATS.items()}
_ALL = frozenset(FORMATS)
_TRIED = tuple(name for name in FORMATS if name not in {*_EXACT, "base64"})
_NONE: frozenset[str] = frozenset()
_BASE64: frozenset[str] = frozenset({"base64"})
_LONGEST = 512
_SHORTEST_BASE64 = 16
_HINT = re.compile(r"[-.:@]")
#: A word of at most this many letters is not base64.
_ENCODED = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9+/]*[0-9+/])[A-Za-z0-9+/]+={0,2}", re.ASCII)


def formats_of(text: str, among: frozenset[str] = _ALL) -> frozenset[str]:
    """Return the names of all formats that `text` has.

    Args:
        text: Any text; a text of more than 512 characters has no format.
        among: The formats to look for.

    Example:
        >>> sorted(formats_of("2026-01-31"))
        ['date']
        >>> sorted(formats_of("tomorrow"))
        []
    """
    length = len(text)
    if length > _LONGEST:
        return _NONE
    if not _HINT.search(text):
        is_encoded = length >= _SHORTEST_BASE64 and not length % 4 and "base64" in among
        return _BASE64 if is_encoded and _ENCODED.fullmatch(text) else _NONE
    if text[-1] == "\n":
        return _NONE
    if len(among) == 1:  # most texts at one path have one format
        (name,) = among
        return among if _COMPILED[name].match(text) else _NONE
    names = [name for name in _TRIED if name in among and _COMPILED[name].match(text)]
    if "date-time" in names:
        names += [name for name in _EXACT if name in among and _COMPILED[name].match(text)]
    return frozenset(names)


def stated_format(formats: frozenset[str], samples: int) -> str | None:
    """Return the format to state for texts that all have `formats`; None if the evidence is too small.

    Args:
        formats: The formats that every text has.
        samples: How many texts were seen: two are enough for a format that no text has by chance, three for others
            ("1.2.3" may be a version or not), eight for the exact form of a date-time. One is never enough.

    Example:
        >>> seen = formats_of("2026-01-31T12:00:00Z")
        >>> stated_format(seen, 1), stated_format(seen, 2), stated_format(seen, 8)
        (None, 'date-time', 'date-time in s, Z')
    """
    return next((name for name in FORMATS if name in formats and samples >= _samples_for(name)), None)


def stable_example(formats: frozenset[str], samples: int) -> str | None:
    """Return the replacement for texts that differ in every recording; None for texts that stay unchanged.

    Args:
        formats: The formats that every text has.
        samples: How many texts were seen: one is enough for a format that no text has by chance, because an example
            requires nothing of the provider.

    Example:
        >>> stable_example(formats_of("2026-11-05"), 1)
        '2000-01-31'
    """
    names = (
        name
        for name in FORMATS
        if name in formats and (name in _SINGLE_SAMPLE_FORMATS or samples >= _samples_for(name))
    )
    return next((STABLE_EXAMPLES[name] for name in names if name in STABLE_EXAMPLES), None)


def _samples_for(name: str) -> int:
    if name in _EXACT:
        return _SAMPLES_FOR_EXACT
    return _SAMPLES_FOR_DISTINCTIVE if name in _DISTINCTIVE else _SAMPLES_FOR_OTHERS
