"""Process support: clients survive a fork (with a new start in the child), but can't be pickled or copied."""

from __future__ import annotations

import os
import weakref
from typing import Any, NoReturn, Protocol

from pactape_clients.errors import UsageError

__all__ = ["ForkAware", "NotCopyable", "renew_after_fork"]


class ForkAware(Protocol):
    """An object with locks, connections or work in progress."""

    def after_fork(self) -> None:
        """Replace the parent's state; called in the child, where no other thread runs yet."""
        ...


_fork_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()


def renew_after_fork(owner: ForkAware) -> None:
    """Register an object whose `after_fork()` is called in every forked child process from now on."""
    _fork_aware.add(owner)


def _renew_all() -> None:
    for fork_aware in list(_fork_aware):
        fork_aware.after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_renew_all)


class NotCopyable:
    """The base of objects that can't be pickled or copied, with a clear error.

    Example:
        >>> import copy
        >>> copy.copy(NotCopyable())
        Traceback (most recent call last):
        pactape_clients.errors.UsageError: NotCopyable can't be pickled or copied: ...
    """

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise UsageError(
            f"{type(self).__name__} can't be pickled or copied: it holds connections, locks or secrets. "
            "Fix: share the object between threads, and create a new one in each process that isn't forked."
        )
