"""Patches that note responses of http.client and urllib, whose bodies are files that the test may leave unread."""

from __future__ import annotations

import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.observed_response import READ_BY_DATA
from pactape.observing.reading_contexts import is_internal, is_sending

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer

__all__ = ["observe_unread_files"]


def observe_unread_files(observer: Observer, replacements: Replacements) -> None:
    """Note each response under a cassette, to see at the end whether anything was read of its body."""
    response = getattr(sys.modules.get("vcr.stubs"), "VCRHTTPResponse", None)
    replacements.attribute(response, "__init__", _noting(observer))
    replacements.attribute(response, "data", _handing_out)


def _noting(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def initialize(self: Any, recorded_response: Any, *arguments: Any, **options: Any) -> None:
            original(self, recorded_response, *arguments, **options)
            if not (is_internal() or is_sending()):
                observer.receive(self, recorded_response["body"]["string"])

        return initialize

    return make


def _handing_out(original: Any) -> Any:
    """Return a patch of urllib3's attribute, which returns the whole body and leaves the position of the file."""

    def data(self: Any) -> Any:
        vars(self)[READ_BY_DATA] = True
        return original.__get__(self, type(self))

    return property(data, doc=getattr(original, "__doc__", None))
