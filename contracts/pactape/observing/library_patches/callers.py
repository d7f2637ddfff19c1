"""Distinguishes reads of attributes by the code under test from those by a library."""

from __future__ import annotations

import sys

__all__ = ["is_parsed_by_pactape", "is_read_by_library", "is_read_by_module"]

#: Packages that read headers, cookies and URLs while they send, follow redirects and build responses, and elements
#: while they search and write documents.
_LIBRARIES = frozenset(
    {
        "aiohttp",
        "botocore",
        "http",
        "httpcore",
        "httpx",
        "httpx2",
        "pactape",
        "requests",
        "urllib",
        "urllib3",
        "vcr",
        "xml",
    }
)


def is_read_by_library() -> bool:
    """Return whether the function that called the caller belongs to an HTTP library."""
    module = str(sys._getframe(2).f_globals.get("__name__", ""))  # noqa: SLF001 -- no public API returns the caller
    return module.partition(".")[0] in _LIBRARIES


def is_read_by_module(*names: str) -> bool:
    """Return whether the function that called the caller belongs to one of these modules."""
    return sys._getframe(2).f_globals.get("__name__") in names  # noqa: SLF001 -- as above


def is_parsed_by_pactape() -> bool:
    """Return whether Pactape called the caller, a function that parses JSON, itself or by `json.loads`."""
    frame = sys._getframe(2)  # noqa: SLF001 -- as above
    caller = frame.f_back if frame.f_globals.get("__name__") == "json" else frame
    name = "" if caller is None else str(caller.f_globals.get("__name__", ""))
    return name.partition(".")[0] == "pactape"
