"""Patches of cookies, read by name from a response or a client's cookie jar."""

from __future__ import annotations

import re
import sys
from functools import wraps
from typing import TYPE_CHECKING, Any

from pactape.observing.library_patches.callers import is_read_while_sending
from pactape.observing.reading_contexts import presence

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer

__all__ = ["cookie_names", "observe_cookies"]

_SET_COOKIE_NAME = re.compile(r"(?:^|,)\s*([^=;,\s]+)=")
_OF_ALL = ("items", "iteritems", "values", "itervalues", "get_dict")


def observe_cookies(observer: Observer, replacements: Replacements) -> None:
    """Observe which cookies are read from the jars of requests, httpx and httpx2.

    The libraries themselves read cookies from a jar with other methods.
    """
    jars = [
        getattr(sys.modules.get("requests.cookies"), "RequestsCookieJar", None),
        *(getattr(sys.modules.get(name), "Cookies", None) for name in ("httpx", "httpx2")),
    ]
    for jar in jars:
        for name in ("__getitem__", "get"):
            replacements.attribute(jar, name, _reading_one(observer))
        for name in _OF_ALL:
            replacements.attribute(jar, name, _reading_all(observer))
        replacements.override(jar, "__contains__", _testing_presence)


def cookie_names(set_cookie: str) -> list[str]:
    """Return the names of the cookies in a Set-Cookie header, which may have several in one value.

    Example:
        >>> cookie_names("a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Path=/, b=2")
        ['a', 'b']
    """
    return _SET_COOKIE_NAME.findall(set_cookie)


def _reading_one(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def read(self: Any, name: Any, *arguments: Any, **options: Any) -> Any:
            if not is_read_while_sending():
                observer.read_cookie(name)
            return original(self, name, *arguments, **options)

        return read

    return make


def _reading_all(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def read(self: Any, *arguments: Any, **options: Any) -> Any:
            for cookie in () if is_read_while_sending() else self:
                observer.read_cookie(cookie.name)
            return original(self, *arguments, **options)

        return read

    return make


def _testing_presence(original: Any) -> Any:
    @wraps(original)
    def __contains__(self: Any, name: Any) -> Any:  # noqa: N807 -- replaces that method
        with presence():
            return original(self, name)

    return __contains__
