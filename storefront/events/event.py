"""A user event and its sequence number."""

from __future__ import annotations

import uuid
from datetime import datetime

import msgspec

from storefront.users.accounts import Account
from storefront.users.user_events import KINDS, Kind

__all__ = ["KINDS", "Event", "Kind"]


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A user event.

    Args:
        id: Its id, the same for each delivery.
        kind: What happened.
        sequence: The number of this event among the user's events, from 1.
        occurred_at: When it happened.
        user: The user after the change; a deleted user's last state.
    """

    id: uuid.UUID
    kind: Kind
    sequence: int
    occurred_at: datetime
    user: Account

    @property
    def user_id(self) -> uuid.UUID:
        """The user's id."""
        return uuid.UUID(self.user.id)
