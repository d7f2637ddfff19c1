"""Fills in variables, `{{name}}`, in requests saved by Postman and Bruno."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.recorders.recording import SkipEntryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["fill", "fill_url", "filled_headers", "with_base_url"]

#: The greatest depth of variables in the values of variables.
_MOST_LEVELS = 10
_VARIABLE = re.compile(r"\{\{([^{}]+)\}\}")
#: A variable in the place of scheme and host, or of the host.
_HOST = re.compile(r"(?:https?://)?\{\{([^{}]+)\}\}(?=[/?]|$)")
#: A placeholder that VCR's `filter_sensitive_data` writes in that place: "<API_HOST>", "<<HOST>>".
_PLACEHOLDER = re.compile(r"(?:https?://)?<+[^<>/]+>+(?=[/?]|$)")


def fill(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with its variables filled in; values may contain other variables.

    Raises:
        SkipEntryError: A variable has no value.
    """
    for _ in range(_MOST_LEVELS):
        if not _VARIABLE.search(text):
            break
        text = _VARIABLE.sub(lambda match: _value(match[1].strip(), variables), text)
    return text


def fill_url(url: str, variables: Mapping[str, str]) -> str:
    """Return a URL with its variables filled in, except one in the place of the host, see `with_base_url`.

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
        name, remainder = host[1].strip(), url[host.end() :]
        if name not in variables:
            return host[0] + fill(remainder, variables)
        url = host[0].replace(host[0][host[0].index("{{") :], variables[name]) + remainder
    return fill(url, variables)


def with_base_url(url: str, base_url: str | None) -> str:
    """Replace a variable or placeholder in the place of the host with a base URL; return other URLs unchanged.

    Raises:
        SkipEntryError: The URL has such a variable, but no base URL is given.

    Example:
        >>> with_base_url("{{base}}/users", "https://api.example.com/v1/")
        'https://api.example.com/v1/users'
        >>> with_base_url("<API_HOST>/users", "https://api.example.com")
        'https://api.example.com/users'
    """
    if base_url is not None and (placeholder := _PLACEHOLDER.match(url)):
        return base_url.rstrip("/") + url[placeholder.end() :]
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
    """Return request headers with their variables filled in, and which parts aren't recorded.

    Headers with unknown values, usually credentials, are omitted.

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
