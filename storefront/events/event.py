"""An event: what happened to a user, and the which-th thing it was."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from storefront.users.accounts import Account
from storefront.users.user_events import KINDS, Kind

__all__ = ["KINDS", "Event", "Kind"]


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that happened to a user.

    Args:
        id: Its own; the same when it is sent again.
        kind: What happened.
        sequence: The which-th event of this user it is, from 1.
        occurred_at: When it happened.
        user: The user after it; before it, when the user was deleted.
    """

    id: uuid.UUID
    kind: Kind
    sequence: int
    occurred_at: datetime
    user: Account

    @property
    def user_id(self) -> uuid.UUID:
        """Whose event it is."""
        return uuid.UUID(self.user.id)
