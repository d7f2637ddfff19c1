"""Whose requests a session sends that brings its own credentials."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from pactape_clients.auth._source import principal_of

if TYPE_CHECKING:
    import requests

__all__ = ["principal_of_session"]


def principal_of_session(session: requests.Session | None) -> str:
    """A name for whoever a session speaks for, by which cached values are kept apart.

    Args:
        session: The session; None for a client's own, which speaks for nobody.

    Returns:
        "" for a session without credentials; one name for all sessions with the same Authorization header; a name
        of its own for a session with `auth` or cookies.

    Example:
        >>> import requests
        >>> principal_of_session(requests.Session())
        ''
    """
    if session is None:
        return ""
    if session.auth is not None or len(session.cookies):
        return principal_of("session", uuid.uuid4().hex)
    told = [str(session.headers.get(name, "")) for name in ("Authorization", "Cookie")]
    return principal_of("headers", *told) if any(told) else ""
