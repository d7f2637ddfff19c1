"""Content types: parsed from headers, guessed from bytes, and compared with each other.

Pact specification, "Content type handling"; RFC 9110, section 8.3.
"""

from __future__ import annotations

import re

import msgspec

__all__ = ["UNKNOWN", "ContentType", "guess_content_type", "parse_content_type"]

_TYPE = re.compile(r"\s*(?P<main>[\w!#$&^.+*-]+)/(?P<sub>[\w!#$&^.*-]+)(?:\+(?P<suffix>[\w.-]+))?\s*")
_PARAMETER = re.compile(r";\s*(?P<name>[\w!#$&^.+*'-]+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>[^;\s]*))\s*")
_GUESSES = (
    (re.compile(rb"\s*<\?xml\s*version"), "application/xml"),
    (re.compile(rb"\s*(<!DOCTYPE|<HTML>)", re.IGNORECASE), "text/html"),
    (re.compile(rb"\s*<\w+"), "application/xml"),
    (re.compile(rb'\s*(true|false|null|[0-9]+|"\w*|\{\s*(\}|"\w+)|\[\s*)'), "application/json"),
)
_HEAD = 32


class ContentType(msgspec.Struct, frozen=True):
    """A media type in its parts.

    Args:
        main: "application", in lower case; "*" when nothing is known.
        sub: "problem" of application/problem+json, in lower case.
        suffix: "json" of application/problem+json; None without one.
        parameters: Sorted names, in lower case, and values; a charset's value in lower case, too.
    """

    main: str = "*"
    sub: str = "*"
    suffix: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether the content type is known."""
        return "*" not in {self.main, self.sub}

    @property
    def is_json(self) -> bool:
        """Whether it is JSON (RFC 6839, section 3.1)."""
        json = self.sub.startswith("json") or self.suffix == "json" or self.sub == "graphql"
        return self.main == "application" and json

    @property
    def is_xml(self) -> bool:
        """Whether it is XML (RFC 7303, section 4.2)."""
        return self.main in {"application", "text"} and (self.sub == "xml" or self.suffix == "xml")

    @property
    def is_form(self) -> bool:
        """Whether it is a form, as browsers send it."""
        return (self.main, self.sub, self.suffix) == ("application", "x-www-form-urlencoded", None)

    @property
    def is_binary(self) -> bool:
        """Whether its bytes are not text."""
        if self.main in {"audio", "font", "image", "video"}:
            return True
        return not (self.main == "text" or self.is_xml or self.is_json or self.is_form)

    @property
    def base(self) -> ContentType:
        """The type without parameters, with the suffix instead of the subtype: application/json."""
        return ContentType(self.main, self.suffix or self.sub)

    def accepts(self, actual: ContentType) -> bool:
        """Whether `actual` is acceptable for this type; parameters count only if this type has some."""
        if self._plain_xml and actual._plain_xml:
            return not self.parameters or self.parameters == actual.parameters
        if not self.parameters:
            return (self.main, self.sub) == (actual.main, actual.sub)
        return self == actual

    @property
    def _plain_xml(self) -> bool:
        return self.main in {"application", "text"} and self.sub == "xml"

    def __str__(self) -> str:
        base = f"{self.main}/{self.sub}" + (f"+{self.suffix}" if self.suffix else "")
        return ";".join([base, *(f"{name}={value}" for name, value in self.parameters)])


UNKNOWN = ContentType()


def parse_content_type(text: str | None) -> ContentType:
    """Return the content type in a header's value, or an unknown type if the value isn't one.

    Example:
        >>> parse_content_type("application/problem+json; charset=UTF-8").base
        ContentType(main='application', sub='json', suffix=None, parameters=())
    """
    match = _TYPE.match(text or "")
    if match is None or text is None:
        return UNKNOWN
    parameters = []
    for parameter in _PARAMETER.finditer(text, match.end()):
        value = parameter["quoted"] if parameter["quoted"] is not None else parameter["plain"]
        name = parameter["name"].lower()
        parameters.append((name, value.lower() if name == "charset" else value))
    suffix = match["suffix"]
    return ContentType(
        match["main"].lower(), match["sub"].lower(), suffix and suffix.lower(), tuple(sorted(parameters))
    )


def guess_content_type(body: bytes) -> ContentType:
    """Return the apparent type of a body without a content type; unknown if it doesn't start with text."""
    head = body[:_HEAD]
    try:
        head.decode()
    except UnicodeDecodeError:
        return UNKNOWN
    name = next((name for pattern, name in _GUESSES if pattern.match(head)), "text/plain")
    return parse_content_type(name)
