"""Variables in the texts of saved requests, `{{name}}`, as Postman and Bruno write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.recorders.recording import SkipEntryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["fill", "fill_url", "filled_headers", "with_base_url"]

#: How often a value may name another variable.
_MOST_LEVELS = 10
_VARIABLE = re.compile(r"\{\{([^{}]+)\}\}")
#: A variable in place of the scheme and the host, or of the host.
_HOST = re.compile(r"(?:https?://)?\{\{([^{}]+)\}\}(?=[/?]|$)")


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with the values of its variables; a value may name other variables.

    Raises:
        SkipEntryError: A variable has no value.
    """
    for _ in range(_MOST_LEVELS):
        if not _VARIABLE.search(text):
            break
        text = _VARIABLE.sub(lambda match: _value(match[1].strip(), variables), text)
    return text


def fill_url(url: str, variables: Mapping[str, str]) -> str:
    """Return a URL with the values of its variables; one in place of the host may stay, see `with_base_url`.

    Raises:
        SkipEntryError: Another variable has no value.

    Example:
        >>> fill_url("{{base}}/users/{{id}}", {"id": "7"})
        '{{base}}/users/7'
    """
    for _ in range(_MOST_LEVELS):
        host = _HOST.match(url)
        if host is None:
            break
        name, rest = host[1].strip(), url[host.end() :]
        if name not in variables:
            return host[0] + fill(rest, variables)
        url = host[0].replace(host[0][host[0].index("{{") :], variables[name]) + rest
    return fill(url, variables)


def with_base_url(url: str, base_url: str | None) -> str:
    """Return a URL with a base URL in place of a variable for the host; a URL without one stays.

    Raises:
        SkipEntryError: There is such a variable, and no base URL.

    Example:
        >>> with_base_url("{{base}}/users", "https://api.example.com/v1/")
        'https://api.example.com/v1/users'
    """
    host = _HOST.match(url)
    if host is None:
        return url
    if base_url is None:
        raise SkipEntryError(
            f"uses the variable {{{{{host[1].strip()}}}}}, which has no value: pass --base-url, or set base_url in "
            "[tool.pactape] recordings"
        )
    return base_url.rstrip("/") + url[host.end() :]


def filled_headers(
    headers: Iterable[tuple[str, str]], variables: Mapping[str, str]
) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Return request headers with the values of their variables, and what of them isn't recorded.

    Headers whose values aren't known, most often those of credentials, are left out.

    Example:
        >>> filled_headers([("Accept", "a/b"), ("Authorization", "Bearer {{token}}")], {})
        ([('Accept', 'a/b')], ('request headers',))
    """
    filled: list[tuple[str, str]] = []
    unrecorded: tuple[str, ...] = ()
    for name, value in headers:
        try:
            filled.append((name, fill(value, variables)))
        except SkipEntryError:
            unrecorded = ("request headers",)
    return filled, unrecorded


def _value(name: str, variables: Mapping[str, str]) -> str:
    if name not in variables:
        raise SkipEntryError(f"uses the variable {{{{{name}}}}}, which has no value")
    return variables[name]
