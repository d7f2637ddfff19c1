"""The users API's error responses: problem bodies (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storefront.framework.problems import InvalidContentError, problem
from storefront.users.repository import DuplicateEmailError, UnknownUserError

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["InvalidContentError", "problem", "register"]


def register(app: Flask) -> None:
    """Register error handlers for the repository's errors on `app`."""
    app.register_error_handler(UnknownUserError, lambda error: problem(404, str(error)))
    app.register_error_handler(DuplicateEmailError, lambda error: problem(409, str(error)))
