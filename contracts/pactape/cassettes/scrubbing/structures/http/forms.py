"""Forms, queries and fragments: "name=value" joined by "&" (WHATWG URL, section 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote_plus

from pactape.cassettes.scrubbing.structures.edits import Edits, split_at
from pactape.cassettes.scrubbing.structures.json.documents import scrub_json
from pactape.cassettes.scrubbing.structures.json.siblings import bound_variables
from pactape.cassettes.scrubbing.structures.json.value_names import JsonContext
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["looks_like_form", "scrub_form"]

#: Next to these parameters, `code` is an authorization code (RFC 6749, sections 4.1.2 and 4.1.3).
_AUTHORIZATION = re.compile(
    r"(?:^|[?&;])(?:grant_type|state|session_state|redirect_uri|code_verifier|client_id|iss|scope)="
)
_QUERY = re.compile(r"(?:^|&)query=([^&]*+)")
#: A value in quotation marks isn't one of a form, which would escape them.
_FORM = re.compile(r"[\w.%+\[\]$-]{1,96}+=(?![\"'])[^&\s]*+(?:&[\w.%+\[\]$-]{1,96}+=(?![\"'])[^&\s]*+)*+&?")
#: A longer name may be a token itself.
_SHORT_NAME = 15
_UNRESERVED = re.compile(r"[\w.~-]*+", re.ASCII)
_SAFE = "-._~:/?#[]@!$'()*,;{}\""


def looks_like_form(text: str) -> bool:
    """Whether a text of no known type is a form: "a=1&b=2", without white space."""
    return "=" in text[:97] and _FORM.fullmatch(text) is not None


def scrub_form(text: str, visitor: Visitor) -> str:
    """Return a form or query without secrets; parameters that hold none are unchanged.

    Secrets are also replaced in structures in a parameter's value, such as a URL or JSON.
    """
    is_authorization = _AUTHORIZATION.search(text) is not None
    bound = _bound_variables(text)
    edits = Edits(text)
    for start, parameter in split_at(text, "&"):
        if parameter:
            edits.replace(
                start,
                start + len(parameter),
                _variables(parameter, visitor, bound)
                if bound and parameter.startswith("variables=")
                else _parameter(parameter, visitor, is_authorization=is_authorization),
            )
    return edits.result()


def _parameter(parameter: str, visitor: Visitor, *, is_authorization: bool) -> str:
    name, equals, value = parameter.partition("=")
    if not value.strip("="):
        is_short = len(name) <= _SHORT_NAME
        return parameter if equals and is_short else visitor.text(parameter)
    plain_name, plain = _unquoted(name), _unquoted(value)
    if plain_name == "code" and is_authorization:
        plain_name = "auth_code"
    clean_name = visitor.text(plain_name) if len(plain_name) > _SHORT_NAME else plain_name
    if clean_name != plain_name:
        name = _quote_like(clean_name, name)
    clean = visitor.field(plain_name.replace("[]", ""), plain, FieldContext.PARAMETER)
    return f"{name}={value if clean == plain else _quote_like(clean, value)}"


def _bound_variables(text: str) -> dict[str, str]:
    """The argument of each variable of a GraphQL document in the parameter `query`."""
    if "variables=" not in text or (query := _QUERY.search(text)) is None:
        return {}
    return bound_variables(_unquoted(query.group(1)))


def _variables(parameter: str, visitor: Visitor, bound: dict[str, str]) -> str:
    """The variables of a GraphQL document; the names of their arguments count."""
    name, _, value = parameter.partition("=")
    plain = _unquoted(value)
    clean = scrub_json(plain, visitor, JsonContext(aliases=bound))
    return parameter if clean is None or clean == plain else f"{name}={_quote_like(clean, value)}"


def _unquoted(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def _quote_like(clean: str, before: str) -> str:
    """Quote a value as strictly as the original."""
    if _UNRESERVED.fullmatch(clean):  # as most placeholders are
        return clean
    if "%" not in before and "+" not in before:
        return quote(clean, safe=_SAFE)
    return quote_plus(clean) if "+" in before else quote(clean, safe="")
