"""Forms, queries and fragments: "name=value" joined by "&" (WHATWG URL, section 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote_plus

from pactape.cassettes.scrubbing.structures.visitor import Place

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["looks_like_form", "scrub_form"]

#: Parameters beside which `code` is an authorization code (RFC 6749, sections 4.1.2 and 4.1.3).
_AUTHORIZATION = re.compile(
    r"(?:^|[?&;])(?:grant_type|state|session_state|redirect_uri|code_verifier|client_id|iss|scope)="
)
_FORM = re.compile(r"[\w.%+\[\]$-]{1,96}+=[^&\s]*+(?:&[\w.%+\[\]$-]{1,96}+=[^&\s]*+)*+&?")
_SAFE = "-._~:/?#[]@!$'()*,;{}\""


def looks_like_form(text: str) -> bool:
    """Whether a text of no known type is a form: "a=1&b=2", without white space."""
    return "=" in text[:97] and _FORM.fullmatch(text) is not None


def scrub_form(text: str, visit: Visitor) -> str:
    """Return a form or query without secrets; parameters that hold none keep their spelling.

    A parameter's value is taken apart by itself, so a URL or JSON in it loses its secrets, too.
    """
    is_authorization = _AUTHORIZATION.search(text) is not None
    return "&".join([_parameter(each, visit, is_authorization=is_authorization) for each in text.split("&")])


def _parameter(parameter: str, visit: Visitor, *, is_authorization: bool) -> str:
    name, equals, value = parameter.partition("=")
    if not value:
        return parameter if equals else visit.text(parameter)
    plain_name, plain = _unquoted(name), _unquoted(value)
    if plain_name == "code" and is_authorization:
        plain_name = "auth_code"
    clean = visit.field(plain_name.replace("[]", ""), plain, Place.PARAMETER)
    return parameter if clean == plain else f"{name}={_quoted(clean, value)}"


def _unquoted(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def _quoted(clean: str, before: str) -> str:
    """Quote a value as strictly as it was quoted before."""
    if "%" not in before and "+" not in before:
        return quote(clean, safe=_SAFE)
    return quote_plus(clean) if "+" in before else quote(clean, safe="")
