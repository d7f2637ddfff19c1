"""What may happen to a user, and who is told of it, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sqlalchemy.orm import Session

from storefront.users.accounts import Account

__all__ = ["KINDS", "Kind", "Tell", "nobody"]

Kind = Literal["user.created", "user.updated", "user.deleted"]
KINDS: tuple[Kind, ...] = ("user.created", "user.updated", "user.deleted")

#: Told of a change before its transaction ends; gets the user after it, of a deleted one before it.
Tell = Callable[[Session, Kind, Account], object]


def nobody(_session: Session, _kind: Kind, _user: Account) -> None:
    """Tell nobody."""
