"""Message factories of the users API: a real change, its event in the outbox, the relay, the bus.

Each uses a separate temporary database, so that it doesn't touch other events.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec

from storefront.database import temporary_database
from storefront.events import outbox
from storefront.events.bus import EventBus
from storefront.events.event import Event
from storefront.events.relay import Relay
from storefront.events.service import EventDrivenUserService
from storefront.events.tables import CHAIN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from storefront.database import Database
    from storefront.events.event import Kind

__all__ = ["MESSAGES", "user_created", "user_deleted", "user_updated"]

_SUBSCRIBER = "email"


def user_created() -> bytes:
    """Return the message of a created user as the bus delivers it: Ada, ada@example.com."""
    return _sent_body("user.created")


def user_updated() -> bytes:
    """Return the message of a renamed user as the bus delivers it: Ada Lovelace, ada@example.com."""
    return _sent_body("user.updated")


def user_deleted() -> bytes:
    """Return the message of a deleted user as the bus delivers it: Ada Lovelace, ada@example.com."""
    return _sent_body("user.deleted")


MESSAGES: Mapping[str, Callable[[], bytes]] = {
    "a user was created": user_created,
    "a user was updated": user_updated,
    "a user was deleted": user_deleted,
}


def _sent_body(kind: Kind) -> bytes:
    with temporary_database() as database:
        CHAIN.upgrade(database)
        bus = EventBus(prefix=f"contract-{uuid.uuid4()}")
        with database.transaction() as session:
            outbox.subscribe(session, _SUBSCRIBER)
        users = EventDrivenUserService(database, bus)
        user = users.create_user(email="ada@example.com", name="Ada")
        users.update_user(user.id, name="Ada Lovelace")
        users.delete_user(user.id)
        bodies = _relayed(database, bus)
    return next(body for body in bodies if msgspec.json.decode(body, type=Event).kind == kind)


def _relayed(database: Database, bus: EventBus) -> list[bytes]:
    """Return the message that the relay puts into a subscriber's queue."""
    with bus.connection() as connection, connection.Producer() as producer:
        Relay(database, bus).send(producer)
        with connection.channel() as channel:
            queue = bus.queue(_SUBSCRIBER)(channel)
            return [bytes(message.body) for message in iter(queue.get, None)]
