"""Request headers: which values are valid, and which headers identify the caller."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape_clients.caller_code.checks import is_instance
from pactape_clients.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_headers", "merge_headers", "without_credentials"]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[!-~\x80-\xff](?:[ \t!-~\x80-\xff]*[!-~\x80-\xff])?)?")
_FRAMING = frozenset({"content-length", "transfer-encoding"})
#: Headers that are kept in a redirect to another host: none of them identifies the caller.
_PUBLIC = frozenset({"accept", "accept-encoding", "accept-language", "connection", "user-agent"})


def check_headers(headers: Mapping[str, str]) -> None:
    """Check that headers are valid in HTTP (RFC 9110 section 5.5).

    Raises:
        UsageError: A name or value is not a string or has invalid characters, or the header defines the end of the
            body. The message omits the value.

    Example:
        >>> check_headers({"X-Name": "Łódź"})
        Traceback (most recent call last):
        pactape_clients.errors.UsageError: the header 'X-Name' has a value that HTTP doesn't allow. Fix: ...
    """
    for name, value in headers.items():
        if not is_instance(name, str) or not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is not the name of a header")
        if name.lower() in _FRAMING:
            raise UsageError(f"the header {name!r} is set by the body. Fix: leave it out")
        if not is_instance(value, str) or not _VALUE.fullmatch(value):
            raise UsageError(
                f"the header {name!r} has a value that HTTP doesn't allow. "
                "Fix: give a string of Latin-1 characters without line breaks or white space around it"
            )


def merge_headers(*layers: Mapping[str, str] | None) -> dict[str, str]:
    """Merge headers of several sources; later ones take precedence, ignoring the case of names.

    Example:
        >>> merge_headers({"Accept": "application/json"}, {"accept": "text/csv"})
        {'accept': 'text/csv'}
    """
    pairs: dict[str, tuple[str, str]] = {}
    for layer in layers:
        for name, value in (layer or {}).items():
            pairs[name.lower() if is_instance(name, str) else name] = (name, value)
    return dict(pairs.values())


def without_credentials(names: Iterable[str]) -> list[str]:
    """Return the header names that may be sent to another host.

    Example:
        >>> without_credentials(["Accept", "X-Api-Key"])
        ['Accept']
    """
    return [name for name in names if name.lower() in _PUBLIC]
