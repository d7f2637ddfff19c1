"""The users, with an event for each change, written in the change's own transaction."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from storefront.events import outbox
from storefront.events.event import KINDS
from storefront.users.accounts import account_of
from storefront.users.repository import UserRepository

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storefront.database import Database
    from storefront.events.bus import EventBus
    from storefront.events.event import Event
    from storefront.users.accounts import Account

__all__ = ["EventDrivenUserService"]

_LOGGER = logging.getLogger(__name__)


class EventDrivenUserService:
    """Creates, changes and deletes users, and lets everybody know.

    Args:
        database: Where users and outbox are.
        bus: Where its own listeners are set up.
    """

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    def setup_event_listeners(self) -> None:
        """Have every event logged once it has gone over the bus, as the subscriber "users"."""
        for kind in KINDS:
            self._bus.on(kind, self._log, subscriber="users")

    def create_user(self, *, email: str, name: str) -> Account:
        """Create a user; "user.created".

        Raises:
            DuplicateEmailError: The e-mail address is taken.
        """
        with self._database.transaction() as session:
            account = account_of(UserRepository(session).add(email=email, name=name))
            outbox.write(session, "user.created", account)
        return account

    def update_user(self, user_id: str, *, name: str) -> Account:
        """Change a user's name; "user.updated".

        Raises:
            UnknownUserError: There is no such user.
        """
        with self._database.transaction() as session:
            account = account_of(UserRepository(session).change(user_id, {"name": name}))
            outbox.write(session, "user.updated", account)
        return account

    def delete_user(self, user_id: str) -> None:
        """Delete a user; "user.deleted".

        Raises:
            UnknownUserError: There is no such user.
        """
        with self._database.transaction() as session:
            users = UserRepository(session)
            account = account_of(
                users.change(user_id, {})
            )  # with its lock, so that the event tells the last state
            users.remove(user_id)
            outbox.write(session, "user.deleted", account)

    @staticmethod
    def _log(event: Event, _session: Session) -> None:
        _LOGGER.info("%s: user %s, event %s", event.kind, event.user.id, event.sequence)
