"""Detects whether an application is WSGI or ASGI."""

from __future__ import annotations

import inspect
from typing import Any

from pactape.errors import ApplicationError
from pactape.verification.in_process.asgi import AsgiApplication
from pactape.verification.in_process.wsgi import WsgiApplication

__all__ = ["application"]


def application(app: Any) -> WsgiApplication | AsgiApplication:
    """Wrap a WSGI or an ASGI application; if calling it returns a coroutine, it is ASGI.

    Raises:
        ApplicationError: The object isn't callable.
    """
    if not callable(app):
        raise ApplicationError(
            f"{app!r} is neither a WSGI nor an ASGI application",
            remedy='name one, or a function that creates it: "package.module:create_app()"',
        )
    asynchronous = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)
    return AsgiApplication(app) if asynchronous else WsgiApplication(app)
