"""The mailer: what it reads of the messages about users, recorded once and replayed ever since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storefront.events import EmailEventHandler
from storefront.events.messages import user_created, user_deleted

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes import ReceivedMessage

    from storefront.events.emails import Recipient


class Outgoing:
    """Writes down the e-mails that are to be sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    def send_welcome_email(self, user: Recipient, *, key: str) -> None:
        self.sent.append((key.partition("-")[0], user.email, user.name))

    send_goodbye_email = send_welcome_email


@pytest.fixture
def outgoing() -> Outgoing:
    return Outgoing()


@pytest.fixture
def mailer(outgoing: Outgoing) -> EmailEventHandler:
    return EmailEventHandler(outgoing)


@pytest.mark.cassette("mailer/welcomes_a_new_user.yaml")
def test_welcomes_a_new_user(
    receive_message: Callable[..., ReceivedMessage], mailer: EmailEventHandler, outgoing: Outgoing
) -> None:
    message = receive_message("a user was created", provider="users", live=user_created)
    mailer.user_created(message.content)
    assert outgoing.sent == [("welcome", "ada@example.com", "Ada")]


@pytest.mark.cassette("mailer/says_goodbye_to_a_user_who_leaves.yaml")
def test_says_goodbye_to_a_user_who_leaves(
    receive_message: Callable[..., ReceivedMessage], mailer: EmailEventHandler, outgoing: Outgoing
) -> None:
    message = receive_message("a user was deleted", provider="users", live=user_deleted)
    mailer.user_deleted(message.content)
    assert outgoing.sent == [("goodbye", "ada@example.com", "Ada")]
