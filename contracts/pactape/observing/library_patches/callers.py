"""Distinguishes reads of attributes by the code under test from those by a library."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pactape.observing.reading_contexts import is_sending

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["is_parsed_by_recorder", "is_read_by_library", "is_read_by_module", "is_read_while_sending"]

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
    return _package(sys._getframe(2)) in _LIBRARIES  # noqa: SLF001 -- no public API returns the caller


def is_read_while_sending() -> bool:
    """Return whether a library that is sending a request called the caller, and so for its own purposes."""
    return is_sending() and _package(sys._getframe(2)) in _LIBRARIES  # noqa: SLF001 -- as above


def is_read_by_module(*names: str) -> bool:
    """Return whether the function that called the caller belongs to one of these modules."""
    return sys._getframe(2).f_globals.get("__name__") in names  # noqa: SLF001 -- as above


def is_parsed_by_recorder() -> bool:
    """Return whether Pactape, or vcrpy for it, called the caller, a function that parses JSON.

    It may have called `json.loads`. Outside of sending, vcrpy parses responses for the code under test.
    """
    frame = sys._getframe(2)  # noqa: SLF001 -- as above
    caller = frame.f_back if _package(frame) == "json" else frame
    recorders = {"pactape", "vcr"} if is_sending() else {"pactape"}
    return caller is not None and _package(caller) in recorders


def _package(frame: FrameType) -> str:
    """Return the top-level package of the function that a frame runs."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
