"""Applications and mappings by name, "package.module:name", and which interface an application has."""

from __future__ import annotations

import importlib
import inspect
import sys
from typing import TYPE_CHECKING, Any

from pactape.errors import ApplicationError
from pactape.verification.in_process.asgi import AsgiApplication
from pactape.verification.in_process.wsgi import WsgiApplication

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["application", "load"]


def application(app: Any) -> WsgiApplication | AsgiApplication:
    """Wrap a WSGI or an ASGI application: one whose call is a coroutine function is ASGI.

    Raises:
        ApplicationError: It can't be called.
    """
    if not callable(app):
        raise ApplicationError(
            f"{app!r} is neither a WSGI nor an ASGI application",
            remedy='name one, or a function that makes it: "package.module:create_app()"',
        )
    asynchronous = inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)
    return AsgiApplication(app) if asynchronous else WsgiApplication(app)


def load(reference: str, *, root: Path) -> Any:
    """Import what a reference names.

    Args:
        reference: "package.module:name"; with "()" at its end the name is called without arguments.
        root: The project's folder; it is importable, first of all.

    Raises:
        ApplicationError: It can't be imported, or calling it failed.
    """
    module, _, name = reference.partition(":")
    called = name.endswith("()")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        found = importlib.import_module(module)
        for step in name.removesuffix("()").split("."):
            found = getattr(found, step)
    except (ImportError, AttributeError, ValueError) as error:
        raise ApplicationError(
            f"{reference!r} can't be imported ({error})",
            remedy='write it as "package.module:name", and check that its own imports are installed',
        ) from error
    return found() if called else found  # type: ignore[operator]
