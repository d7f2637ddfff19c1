"""Observes which parts of responses are read, in all supported libraries that return, parse and model them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pactape.observing.library_patches.attributes import observe_attributes
from pactape.observing.library_patches.cookies import observe_cookies
from pactape.observing.library_patches.decoders import observe_decoders
from pactape.observing.library_patches.encoders import observe_encoders
from pactape.observing.library_patches.model_readers import observe_readers
from pactape.observing.library_patches.printers import observe_printers
from pactape.observing.library_patches.replacing import Replacements
from pactape.observing.library_patches.responses import observe_responses
from pactape.observing.library_patches.table_readers import observe_table_readers
from pactape.observing.library_patches.text_readers import observe_text_readers
from pactape.observing.library_patches.unread_files import observe_unread_files
from pactape.observing.observer import Observer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["observing"]


@contextmanager
def observing(find: Callable[[bytes], int | None] | None = None) -> Iterator[Observer]:
    """Observe, on every thread, which parts of responses are read.

    Inside the context, `Response.json()` of requests, httpx, httpx2 and aiohttp, and the decoders of json,
    simplejson, orjson and msgspec for the body of a response, return objects and arrays that track their use.
    Models of pydantic, msgspec, dacite and cattrs show which fields they read. Libraries that are imported later
    are not observed.

    Args:
        find: Finds the position of a recorded response by its body, for libraries whose responses are not observed.

    Example:
        >>> import requests
        >>> with observing() as observer:
        ...     len(observer.observed)
        0
    """
    observer, replacements = Observer(find), Replacements()
    try:
        observe_responses(observer, replacements)
        observe_cookies(observer, replacements)
        observe_attributes(observer, replacements)
        observe_decoders(observer, replacements)
        observe_encoders(replacements)
        observe_printers(replacements)
        observe_readers(observer, replacements)
        observe_table_readers(observer, replacements)
        observe_text_readers(observer, replacements)
        observe_unread_files(observer, replacements)
        yield observer
    finally:
        replacements.undo()
