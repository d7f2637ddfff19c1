"""Provider states of the notifications; they are idempotent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storefront.framework.states import rows
from storefront.notifications.repository import MessageRepository
from storefront.notifications.tables import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["STATES"]


def nobody_was_notified(*, recipient: str) -> None:
    """There are no messages to this address."""
    with rows(KEYS) as session:
        MessageRepository(session).forget(recipient)


def somebody_was_notified(*, recipient: str, kind: str = "success", text: str = "Welcome!") -> None:
    """There is one on-screen message to this address, with this text."""
    with rows(KEYS) as session:
        messages = MessageRepository(session)
        messages.forget(recipient)
        messages.add(recipient, channel="screen", kind=kind, content={"message": text})


STATES: Mapping[str, Callable[..., object]] = {
    "nobody was notified": nobody_was_notified,
    "somebody was notified": somebody_was_notified,
}
