"""User events: what can happen to a user, and who publishes it, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sqlalchemy.orm import Session

from storefront.users.accounts import Account

__all__ = ["KINDS", "Kind", "Publish", "discard"]

Kind = Literal["user.created", "user.updated", "user.deleted"]
KINDS: tuple[Kind, ...] = ("user.created", "user.updated", "user.deleted")

#: Called before the change's transaction ends, with the user after the change, or a deleted user's last state.
Publish = Callable[[Session, Kind, Account], object]


def discard(_session: Session, _kind: Kind, _user: Account) -> None:
    """Publish nothing."""
