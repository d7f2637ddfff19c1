"""Distinguishes reads of attributes by the code under test from those by a library."""

from __future__ import annotations

import sys

__all__ = ["is_read_by_library"]

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
