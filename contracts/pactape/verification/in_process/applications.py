"""WSGI and ASGI applications: which interface an application has."""

from __future__ import annotations

import inspect
from typing import Any

from pactape.errors import ApplicationError
from pactape.verification.in_process.asgi import AsgiApplication
from pactape.verification.in_process.wsgi import WsgiApplication

__all__ = ["application"]


def application(app: Any) -> WsgiApplication | AsgiApplication:
    """Wrap a WSGI or an ASGI application: one whose call is a coroutine function is ASGI.

    Raises:
        ApplicationError: It can't be called.
    """
    if not callable(app):
        raise ApplicationError(
            f"{app!r} is neither a WSGI nor an ASGI application",
            remedy='name one, or a function that creates it: "package.module:create_app()"',
        )
    asynchronous = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)
    return AsgiApplication(app) if asynchronous else WsgiApplication(app)
