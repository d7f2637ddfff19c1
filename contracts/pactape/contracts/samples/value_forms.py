"""Forms of values: texts that are ids, dates, addresses or versions, by their form alone."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["PLACEHOLDER", "is_registrant", "is_urn", "kind_in_path", "segment_kind"]

#: Replaces a secret in a recording.
PLACEHOLDER = "(scrubbed)"
_REGISTRANT = re.compile(r"(?:(?:doi|DOI):)?10\.[0-9]{4,9}")
#: Forms of values, with the name that a parameter of this form gets. ulid: 26 characters of Crockford's base 32,
#: the first at most "7"; UUIDs, and the same with other groups; hex: digests and object ids; prefixed:
#: "usr_8sKq2w1f"; token: letters and digits mixed, base64url with letters of both cases and digits; digest:
#: "sha256:9f86…"; number: "1803-2427"; a name with a Unix time in it; the registrant's part of a DOI; a mask of a
#: value in a recording, or the name of a variable; version: "1.2.3".
_FORMS = (
    (
        "date",
        re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([Tt ][0-9:.]+([Zz]|[+-][0-9:]+)?)?"),
    ),
    ("id", re.compile(r"[0-9]+")),
    ("id", re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")),
    ("id", re.compile(r"(?=.*[0-9])[0-9a-fA-F]{8}(-[0-9a-fA-F]{4,}){2,}")),
    ("id", re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")),
    ("id", re.compile(r"(?=[a-f]*[0-9])[0-9a-f]{8,}")),
    ("id", re.compile(r"[a-z]{2,8}_(?=[a-zA-Z]*[0-9])[0-9a-zA-Z]{8,}")),
    ("id", re.compile(r"(?=[a-zA-Z]*[0-9])(?=[0-9]*[a-zA-Z])[0-9a-zA-Z]{16,}")),
    ("id", re.compile(r"(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[0-9A-Za-z_-]{20,}={0,2}")),
    ("id", re.compile(r"[a-z0-9]+:[0-9a-f]{32,}")),
    ("id", re.compile(r"(?=(?:-?[0-9]){7,}[xX]?$)[0-9]+(-[0-9]+)+[xX]?")),
    ("id", re.compile(r"[A-Za-z0-9_.~-]*([_.~-][0-9]{9,}|[A-Za-z]1[0-9]{9}([0-9]{3})?)")),
    ("id", _REGISTRANT),
    ("id", re.compile(re.escape(PLACEHOLDER) + r"|scrubbed(-[0-9]+)?|<[^<>]+>|<<[^<>]+>>|\*{3,}|X{4,}")),
    ("id", re.compile(r"[A-Z0-9_]+_(ID|UUID|GUID|TOKEN|KEY|SLUG)")),
    ("ip", re.compile(r"([0-9]{1,3}\.){3}[0-9]{1,3}(/[0-9]{1,2})?")),
    ("ip", re.compile(r"(?=.*::|([^:]*:){7})[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){2,7}(/[0-9]{1,3})?")),
    ("version", re.compile(r"v?[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.+-]*)?")),
    ("email", re.compile(r"[^@\s]+@(?![0-9]x\.)[^@\s]+\.[A-Za-z]{2,}")),  # "0@2x.png" is a picture
)
#: Forms of values in a path; elsewhere, such texts may be anything. A month or week; a locale; more than one colon,
#: or a number after one ("GO:0008150", "nova-v1:0"); a range ("v1.2...main"), a slash, which must be encoded, a
#: list or coordinates ("31,80"); capitals and digits mixed ("C0G9QF9GW"), a phone number; the key of an issue
#: ("PROJ-12"); a name with a date ("logs-2026.01.31").
_FORMS_IN_PATHS = (
    ("date", re.compile(r"[0-9]{4}-(0[1-9]|1[0-2]|W[0-5][0-9])")),
    ("locale", re.compile(r"[a-z]{2}[-_][A-Z]{2}")),
    ("id", re.compile(r"[^:()]+(:[^:()]+){2,}|[^:()]+:[0-9][0-9A-Za-z._-]*")),
    ("id", re.compile(r"\w[^()]*\.{2,3}\w[^()]*|[^/()]+/[^()]+|[^,()=]+(,[^,()=]+)+")),
    ("id", re.compile(r"(?=[A-Z]*[0-9][A-Z]*[0-9])[A-Z][0-9A-Z]{8,}|\+[0-9]{6,}")),
    ("id", re.compile(r"(?!ISO|SHA|UTF)[A-Z]{2,10}-[0-9]+(-[0-9]+)*")),
    (
        "id",
        re.compile(r"[A-Za-z][\w.-]*[_.-](19|20)[0-9]{2}([_.-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12][0-9]|3[01])"),
    ),
)
_URN = re.compile(r"(urn|arn|did):.+")


@lru_cache(maxsize=4096)
def segment_kind(segment: str) -> str | None:
    """Return the kind of value that a path segment looks like: "id", "date"; None if it may be a name.

    Args:
        segment: One segment, percent-encoding undone.

    Example:
        >>> segment_kind("42"), segment_kind("2026-01-31"), segment_kind("users"), segment_kind("v1")
        ('id', 'date', None, None)
    """
    return next((kind for kind, form in _FORMS if form.fullmatch(segment)), None)


def kind_in_path(segment: str) -> str | None:
    """Return the kind of value that a segment of a path looks like: more texts are values there than elsewhere."""
    kind = segment_kind(segment) or ("id" if is_urn(segment) else None)
    return kind or next((kind for kind, form in _FORMS_IN_PATHS if form.fullmatch(segment)), None)


def is_urn(text: str) -> bool:
    """Return whether a text is a URN (RFC 8141), an ARN of AWS or a DID, whatever its parts are."""
    return _URN.fullmatch(text) is not None


def is_registrant(text: str) -> bool:
    """Return whether a text is the first part of a DOI: "10.5555"."""
    return _REGISTRANT.fullmatch(text) is not None
