"""Test helpers: code of a caller's own that raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class VerdictError(Exception):
    """A test tool's own exception."""

    passes_through_clients = True


class Broken(Exception):  # noqa: N818 -- a name that says nothing
    pass


def raising(error: BaseException) -> Callable[..., Any]:
    def quota_check(*_: Any, **__: Any) -> Any:
        raise error

    return quota_check
