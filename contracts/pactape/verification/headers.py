"""Headers that verification adds to requests, with values from provider states and the environment."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_placeholders", "expand_headers", "needs_state_values", "parse_header", "parse_headers"]

_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def parse_header(text: str, *, option: str) -> tuple[str, str]:
    """Parse a header option, "NAME:VALUE", into name and value.

    Raises:
        BadInputError: The text has no colon, or the name or value is invalid (RFC 9110, section 5).
    """
    name, separator, value = text.partition(":")
    if not separator or not _NAME.fullmatch(name.strip()):
        shown_name = name.strip() if separator else text.partition(" ")[0]
        raise BadInputError(
            f"{shown_name!r} is not a header",
            where=option,
            remedy=f'write it as NAME:VALUE, {option} "Accept: text/html"',
        )
    if any(character in value for character in "\r\n\0"):
        raise BadInputError(
            f"the value of the header {name.strip()!r} has a line break",
            where=option,
            remedy="remove the line break; a value that ends with one often comes from a file",
        )
    return name.strip(), value.strip()


def parse_headers(texts: Iterable[str], *, option: str) -> dict[str, str]:
    """Parse the headers of a repeatable option.

    Raises:
        BadInputError: A header is invalid, or two have the same name.
    """
    headers: dict[str, str] = {}
    for name, value in (parse_header(text, option=option) for text in texts):
        if name.lower() in {header.lower() for header in headers}:
            raise BadInputError(
                f"the header {name!r} is given twice",
                where=option,
                remedy="give it once, with its values joined by commas",
            )
        headers[name] = value
    return headers


def check_placeholders(headers: Mapping[str, str], *, has_states: bool, option: str) -> None:
    """Check that every placeholder can be replaced.

    Args:
        headers: The headers.
        has_states: Whether provider state handlers exist, which may return values.
        option: The command-line option of the headers.

    Raises:
        BadInputError: No handlers exist, and a placeholder isn't the name of an environment variable.
    """
    if has_states:
        return
    for value in headers.values():
        for name in _PLACEHOLDER.findall(value):
            if name not in os.environ:
                raise BadInputError(
                    f"the environment variable {name!r} is not set, and no state handler can return it",
                    where=option,
                    remedy="set it, or name the handlers with --states",
                )


def needs_state_values(headers: Mapping[str, str]) -> bool:
    """Return whether a header has a placeholder that no environment variable replaces."""
    names = [name for value in headers.values() for name in _PLACEHOLDER.findall(value)]
    return any(name not in os.environ for name in names)


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    if not values:
        return {}
    from pactape.matching.numbers import text_of  # noqa: PLC0415 -- the matcher is slow to import

    return {name: text_of(value) for name, value in values.items()}


def expand_headers(headers: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Replace the placeholders `${name}` in headers with values from provider states or the environment.

    Args:
        headers: The headers.
        values: The values that state handlers returned; they take precedence over environment variables.

    Returns:
        The headers, without those whose placeholder can't be replaced, so that the contract's value is sent.

    Example:
        >>> expand_headers({"Authorization": "Bearer ${token}"}, {"token": "abc"})
        {'Authorization': 'Bearer abc'}
    """
    known_values = {**os.environ, **_texts(values)}
    return {
        name: _PLACEHOLDER.sub(lambda match: known_values[match[1]], value)
        for name, value in headers.items()
        if all(name in known_values for name in _PLACEHOLDER.findall(value))
    }
