"""The user service with events: each change writes an event in its transaction."""

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
    """Creates, changes and deletes users, and publishes an event for each change.

    Args:
        database: Holds the users and the outbox.
        bus: The bus for its own handlers.
    """

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    def setup_event_listeners(self) -> None:
        """Log every event that the bus delivers, as the subscriber "users"."""
        for kind in KINDS:
            self._bus.on(kind, self._log, subscriber="users")

    def create_user(self, *, email: str, name: str) -> Account:
        """Create a user and publish "user.created".

        Raises:
            DuplicateEmailError: The e-mail address is taken.
        """
        with self._database.transaction() as session:
            account = account_of(UserRepository(session).add(email=email, name=name))
            outbox.write(session, "user.created", account)
        return account

    def update_user(self, user_id: str, *, name: str) -> Account:
        """Change a user's name and publish "user.updated".

        Raises:
            UnknownUserError: The user doesn't exist.
        """
        with self._database.transaction() as session:
            account = account_of(UserRepository(session).change(user_id, {"name": name}))
            outbox.write(session, "user.updated", account)
        return account

    def delete_user(self, user_id: str) -> None:
        """Delete a user and publish "user.deleted".

        Raises:
            UnknownUserError: The user doesn't exist.
        """
        with self._database.transaction() as session:
            users = UserRepository(session)
            account = account_of(
                users.change(user_id, {})
            )  # locks the row, so that the event holds the user's last state
            users.remove(user_id)
            outbox.write(session, "user.deleted", account)

    @staticmethod
    def _log(event: Event, _session: Session) -> None:
        _LOGGER.info("%s: user %s, event %s", event.kind, event.user.id, event.sequence)
