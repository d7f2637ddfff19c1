"""URLs (RFC 3986): password before the host, one-time secrets in paths, matrix parameters, query and fragment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from pactape.cassettes.scrubbing.detection.values import is_uuid, looks_random
from pactape.cassettes.scrubbing.structures.edits import substitute
from pactape.cassettes.scrubbing.structures.http.forms import scrub_form
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["UrlsInText", "is_web_url", "scrub_url", "scrub_urls_in_text"]

_PARTS = re.compile(
    r"(?P<scheme>(?:[A-Za-z][A-Za-z0-9+.:-]{0,40}:)?//)?(?P<host>[^/?#]*+)(?P<path>[^?#]*+)(?:\?(?P<query>[^#]*+))?(?:\#(?P<fragment>.*))?",
    re.DOTALL,
)
_IN_TEXT = re.compile(r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,40}+(?::[a-z]+)?://[^\s\"'<>\\`|]++")
_WEB = re.compile(r"https?://[\w.-]++(?::\d{1,5})?(?:[/?#][^\s\"'<>\\`|,;(){}\[\]]*+)?", re.ASCII)
#: Path segments after which a random segment is a one-time secret.
_BEFORE_SECRETS = re.compile(
    r"(?:reset|verify|confirm|activate|unsubscribe|invite|magic|one-?time|password|passwd|api[-_]?key|"
    r"access[-_]?token|auth[-_]?token|share[-_]?token)(?:[-_]\w+)?"
    r"|tokens?|(?:verification|confirmation|activation|invitation|invite)s?",
    re.IGNORECASE,
)
#: An address of Solana, whose currencies are called tokens: 32 bytes in base58.
_MINT = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")
#: A session in the path of ASP.NET: "/(S(lit3py55t21z5v55vlm25s55))/orders.aspx".
_PATH_SESSION = re.compile(r"\(S\((\w{16,64})\)\)")
#: What every path has in which a segment may hold a secret that has no form of its own.
_MAY_HOLD = re.compile(r"[%;=]|\(S\(|/[^/]{16}")


def is_web_url(text: str) -> bool:
    """Whether a whole text is an HTTP URL."""
    return text.startswith(("http://", "https://")) and _WEB.fullmatch(text) is not None


def scrub_url(url: str, visitor: Visitor) -> str:
    """Return an absolute or relative URL without secrets."""
    parts = _PARTS.fullmatch(url)
    if parts is None:
        return visitor.text(url)
    scheme, host, path = parts["scheme"] or "", parts["host"], parts["path"]
    if not scheme:
        host, path = "", host + path
    clean = [scheme, _host(host, visitor), _path(path, visitor)]
    if (query := parts["query"]) is not None:
        clean += ["?", scrub_form(query, visitor)]
    if (fragment := parts["fragment"]) is not None:
        clean += ["#", _fragment(fragment, visitor)]
    return "".join(clean)


def scrub_urls_in_text(text: str, visitor: Visitor) -> str:
    """Return a text without the secrets in its absolute URLs."""
    return substitute(_IN_TEXT, lambda match: scrub_url(match.group(), visitor), text)


class UrlsInText:
    """The positions of the absolute URLs in a text; `hold` must be called with increasing positions."""

    def __init__(self, text: str) -> None:
        self._urls = _IN_TEXT.finditer(text) if "://" in text else iter(())
        self._url = next(self._urls, None)

    def hold(self, position: int) -> bool:
        """Return whether a position is in a URL."""
        while self._url is not None and self._url.end() <= position:
            self._url = next(self._urls, None)
        return self._url is not None and self._url.start() <= position


def _fragment(fragment: str, visitor: Visitor) -> str:
    """A fragment without secrets: a form (RFC 6749, section 4.2.2), or a route of a web application."""
    route, mark, query = fragment.partition("?")
    if mark:
        return f"{_path(route, visitor)}?{scrub_form(query, visitor)}"
    return scrub_form(fragment, visitor) if "=" in fragment else visitor.text(fragment)


def _host(host: str, visitor: Visitor) -> str:
    """The authority without the password before the host; a single word there is a secret if it looks random."""
    user_info, at, address = host.rpartition("@")
    if not at:
        return host
    user, colon, password = user_info.partition(":")
    if not password:
        name = "url_token" if colon or looks_random(user) else "user"
        return f"{visitor.field(name, user, FieldContext.PARAMETER)}{colon}@{address}"
    plain = unquote(password)
    clean = visitor.field("url_password", plain, FieldContext.PARAMETER)
    return host if clean == plain else f"scrubbed:{clean}@{address}"


def _path(path: str, visitor: Visitor) -> str:
    path = visitor.text(path)
    if _MAY_HOLD.search(path) is None:
        return path
    segments = path.split("/")
    for index, segment in enumerate(segments):
        if "%" in segment:
            segment = segments[index] = _decoded_segment(segment, visitor)  # noqa: PLW2901 -- the same segment, scrubbed
        if segment.startswith("(S("):
            segments[index] = _PATH_SESSION.sub(
                lambda match: f"(S({visitor.field('url_token', match[1], FieldContext.BODY)}))", segment
            )
        elif ";" in segment:
            segments[index] = _matrix(segment, visitor)
        elif "=" in segment:
            segments[index] = scrub_form(segment, visitor)
        elif index and len(segment) > 15 and _BEFORE_SECRETS.fullmatch(segments[index - 1]):  # noqa: PLR2004 -- words
            segments[index] = _segment_after(segments[index - 1].lower(), segment, visitor)
    return "/".join(segments)


def _decoded_segment(segment: str, visitor: Visitor) -> str:
    """A segment with escapes without the secrets that are recognized by their form: "bot123%3AAA…"."""
    plain = unquote(segment)
    clean = visitor.text(plain)
    return segment if clean == plain else quote(clean, safe="")


def _segment_after(before: str, segment: str, visitor: Visitor) -> str:
    """A segment after a word for secrets; an identifier or an address after a collection's name is no secret."""
    if (before.endswith("s") and is_uuid(segment)) or (
        before in {"token", "tokens"} and _MINT.fullmatch(segment)
    ):
        return segment
    return visitor.field("url_token", segment, FieldContext.BODY)


def _matrix(segment: str, visitor: Visitor) -> str:
    """A segment with parameters (RFC 3986, section 3.3) without their secrets: "users;jsessionid=…"."""
    first, *parameters = segment.split(";")
    return ";".join([first, *(scrub_form(parameter, visitor) for parameter in parameters)])
