"""Request headers that choose the form of the response: preferences, and versions of the API."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.exchange import Headers, Request

__all__ = ["header_variants"]

#: "Stripe-Version", "X-GitHub-Api-Version", "Accept-Version"; but not the version of the client program.
_VERSION = re.compile(r"(^|-)version$")
_OF_THE_CLIENT = re.compile(
    r"(client|library|lib|sdk|app|application|platform|runtime|package|python|os|plugin|extension|browser|agent|"
    r"build|release|device|firmware|driver|cli|mime|stainless)-version$"
)
#: Preferences about waiting don't change the form of the response (RFC 7240, section 4.3).
_WAIT = re.compile(r"wait\b")


def header_variants(request: Request) -> list[str]:
    """Return the headers that choose the form of the response, as "Name: value", sorted.

    These are preferences (RFC 7240), the API's version, and an `Accept` that names a vendor's media type.

    Example:
        >>> from pactape.exchange import Request
        >>> headers = (("Prefer", "return=minimal, wait=5"), ("Accept", "application/json"))
        >>> header_variants(Request(method="POST", url="https://api.test/users", headers=headers))
        ['Prefer: return=minimal']
    """
    return list(_sorted_variants(request.headers))


@lru_cache(maxsize=256)  # a client sends the same headers again and again
def _sorted_variants(headers: Headers) -> tuple[str, ...]:
    return tuple(sorted(set(_variants(headers))))


def _variants(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        lower = name.lower()
        if lower == "prefer":
            preferences = sorted(part.strip() for part in value.split(",") if part.strip())
            stated = [preference for preference in preferences if not _WAIT.match(preference)]
            if stated:
                yield f"Prefer: {', '.join(stated)}"
        elif (lower == "accept" and ("/vnd." in value or "version=" in value)) or (
            _VERSION.search(lower) and not _OF_THE_CLIENT.search(lower)
        ):
            yield f"{'-'.join(part.capitalize() for part in lower.split('-'))}: {value}"
