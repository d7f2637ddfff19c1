"""The contract on users' events: what the mailer reads of messages, and that the outbox's relay sends it.

HTTP and messages are kept in contracts of their own: a mock server that is given both ends the process.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from pact import Pact, Verifier, match

from storefront.events import EmailEventHandler, EventBus, EventDrivenUserService, Relay, outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storefront.database import Database
    from storefront.events.emails import Recipient

#: pact-python's server of messages leaves its socket to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CONSUMER, PROVIDER = "storefront-mailer", "storefront-users"
MESSAGE = {
    "id": match.uuid("6d1f7d0e-6a56-4f7c-9a1e-0a4be1f0a0b1"),
    "user": {
        "id": match.uuid("3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"),
        "email": match.regex("ada@example.com", regex=r"^[^@\s]+@[^@\s]+$"),
        "name": match.str("Ada"),
    },
}


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
def pacts(outgoing: Outgoing, tmp_path: Path) -> Path:
    """The contract: each of its messages was handled by the mailer."""
    mailer = EmailEventHandler(outgoing)
    handlers: dict[str, Callable[[Any], None]] = {
        "a user was created": mailer.user_created,
        "a user was deleted": mailer.user_deleted,
    }
    for description, handler in handlers.items():
        pact = Pact(CONSUMER, PROVIDER).with_specification("V4")
        pact.upon_receiving(description, "Async").with_body(MESSAGE, "application/json")

        def handle(
            body: str | bytes | None, _metadata: object, handler: Callable[[Any], None] = handler
        ) -> None:
            handler(json.loads(body or b"null"))

        pact.verify(handle, "Async")
        pact.write_file(tmp_path)
    return tmp_path


@pytest.fixture
def sent(clean: Database) -> Callable[[str], bytes]:
    """The message that a change really puts into the mailer's queue."""

    def message(kind: str) -> bytes:
        bus = EventBus(prefix=f"contract-{uuid.uuid4()}")
        users = EventDrivenUserService(clean, bus)
        with clean.transaction() as session:
            outbox.subscribe(session, "email")
        users.delete_user(users.create_user(email=f"{uuid.uuid4()}@example.com", name="Ada").id)
        with bus.connection() as connection, connection.Producer() as producer:
            Relay(clean, bus).send(producer)
            with connection.channel() as channel:
                queue = bus.queue("email")(channel)
                bodies = [message.body for message in iter(queue.get, None)]
        found = {json.loads(body)["kind"]: body for body in bodies}
        return bytes(found[kind])

    return message


def verify(pacts: Path, messages: dict[str, bytes]) -> None:
    (
        Verifier(PROVIDER)
        .message_handler(
            {
                name: {"contents": body, "metadata": None, "content_type": "application/json"}
                for name, body in messages.items()
            }
        )
        .add_source(pacts)
        .verify()
    )


def test_the_mailer_handles_messages_as_the_contract_has_them(pacts: Path, outgoing: Outgoing) -> None:
    (file,) = pacts.glob("*.json")
    kinds = {each["type"] for each in json.loads(file.read_bytes())["interactions"]}
    assert (kinds, outgoing.sent) == (
        {"Asynchronous/Messages"},
        [("welcome", "ada@example.com", "Ada"), ("goodbye", "ada@example.com", "Ada")],
    )


def test_what_the_relay_sends_fulfils_the_contract(pacts: Path, sent: Callable[[str], bytes]) -> None:
    verify(
        pacts,
        {"a user was created": sent("user.created"), "a user was deleted": sent("user.deleted")},
    )


def test_a_message_without_what_the_mailer_reads_breaks_the_contract(
    pacts: Path, sent: Callable[[str], bytes]
) -> None:
    deleted = json.loads(sent("user.deleted"))
    del deleted["user"]["email"]
    with pytest.raises(RuntimeError):
        verify(
            pacts,
            {"a user was created": sent("user.created"), "a user was deleted": json.dumps(deleted).encode()},
        )
