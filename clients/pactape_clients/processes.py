"""What a process may do with clients: fork (they start afresh in the child), but not pickle or copy them."""

from __future__ import annotations

import os
import weakref
from typing import Any, NoReturn, Protocol

from pactape_clients.errors import UsageError

__all__ = ["ForkAware", "NotCopyable", "renew_after_fork"]


class ForkAware(Protocol):
    """An object with locks, connections or work in progress."""

    def after_fork(self) -> None:
        """Replace what belongs to the parent; called in the child, where no other thread runs yet."""
        ...


_fork_aware: weakref.WeakSet[ForkAware] = weakref.WeakSet()


def renew_after_fork(each: ForkAware) -> None:
    """Have `each.after_fork()` called in every child process that is forked from now on."""
    _fork_aware.add(each)


def _renew_all() -> None:
    for each in list(_fork_aware):
        each.after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_renew_all)


class NotCopyable:
    """The base of objects that refuse to be pickled or copied, and say why.

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
