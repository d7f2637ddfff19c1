"""Events that a subscriber can't apply: parked after a while, while all others go on, and taken up again."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from kombu import Producer
from pactape.errors import BadInputError

from storefront.events import Consumers, Relay, outbox, parking

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from storefront.events import Event
    from tests.storefront.events.conftest import World

ROOT = Path(__file__).resolve().parents[3]
_NOW = timedelta()


class Listener:
    """Fails for the users in `refused`; notes the others' events."""

    def __init__(self) -> None:
        self.refused: set[uuid.UUID] = set()
        self.applied: list[tuple[uuid.UUID, int]] = []

    def __call__(self, event: Event, _session: Session) -> None:
        if event.user_id in self.refused:
            raise ValueError("this user can't be mailed")
        self.applied.append((event.user_id, event.sequence))


@pytest.fixture
def listener(world: World) -> Listener:
    listener = Listener()
    for kind in ("user.created", "user.updated", "user.deleted"):
        world.bus.on(kind, listener, subscriber="mailer")
    return listener


def relay(world: World, *, times: int) -> None:
    """Have what is due sent and handled, in this thread, that often."""
    consumers = Consumers(world.database, world.bus, most_attempts=3)
    with world.bus.connection() as connection, Producer(connection) as producer:
        for name in world.bus.subscribers:
            with world.database.transaction() as session:
                outbox.subscribe(session, name)
        for _ in range(times):
            Relay(world.database, world.bus, resend_after=0).send(producer)
            for name in world.bus.subscribers:
                handle = consumers._consumer(name)._handle  # noqa: SLF001 -- the loop around it needs time
                with connection.channel() as channel:
                    queue = world.bus.queue(name)(channel)
                    for message in iter(queue.get, None):
                        handle(message)


def parked(world: World) -> list[tuple[str, uuid.UUID, int, int, str]]:
    with world.database.transaction() as session:
        return [
            (message.subscriber, message.user_id, message.sequence, message.attempts, message.error)
            for message in parking.parked(session)
        ]


def test_an_event_is_parked_after_so_many_failures_with_its_error(
    world: World, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    ada = world.live()
    listener.refused.add(ada)
    with caplog.at_level(logging.CRITICAL):
        relay(world, times=3)
    assert parked(world) == [("mailer", ada, 1, 3, "ValueError: this user can't be mailed")]
    assert "it needs manual action" in caplog.text


def test_before_that_it_is_tried_again_and_applied_when_it_goes(world: World, listener: Listener) -> None:
    ada = world.live()
    listener.refused.add(ada)
    relay(world, times=2)
    listener.refused.clear()
    relay(world, times=5)
    assert (listener.applied, parked(world)) == ([(ada, 1), (ada, 2), (ada, 3)], [])


def test_other_users_and_other_subscribers_go_on(world: World, listener: Listener) -> None:
    ada, bob = world.live(), world.live()
    listener.refused.add(ada)
    relay(world, times=8)
    assert listener.applied == [(bob, 1), (bob, 2), (bob, 3)]
    assert world.audited() == world.once_and_in_order()


def test_a_parked_event_and_those_behind_it_are_not_sent_any_more(world: World, listener: Listener) -> None:
    ada = world.live()
    listener.refused.add(ada)
    relay(world, times=8)
    with world.database.transaction() as session:
        assert outbox.due(session, resend_after=_NOW) == []
    assert world.waiting() == 3


@pytest.mark.long
def test_many_parked_events_do_not_keep_new_ones_from_being_sent(world: World, listener: Listener) -> None:
    listener.refused.update(world.live() for _ in range(70))  # more events than go out at once
    relay(world, times=6)
    bob = world.live()
    relay(world, times=4)
    assert (len(parked(world)), listener.applied) == (70, [(bob, 1), (bob, 2), (bob, 3)])


def parked_and_taken_up(world: World, listener: Listener, act: Callable[..., None]) -> uuid.UUID:
    """A user whose first event was parked, and then, when the cause was gone, retried or skipped."""
    ada = world.live()
    listener.refused.add(ada)
    relay(world, times=4)
    listener.refused.clear()
    with world.database.transaction() as session:
        act(session, subscriber="mailer", user_id=ada)
    relay(world, times=5)
    return ada


def test_a_parked_event_is_retried_on_request_and_the_later_ones_follow(
    world: World, listener: Listener
) -> None:
    ada = parked_and_taken_up(world, listener, parking.retry)
    assert (listener.applied, parked(world)) == ([(ada, 1), (ada, 2), (ada, 3)], [])


def test_a_parked_event_that_is_skipped_counts_as_applied(world: World, listener: Listener) -> None:
    ada = parked_and_taken_up(world, listener, parking.skip)
    assert (listener.applied, parked(world), world.waiting()) == ([(ada, 2), (ada, 3)], [], 0)


@pytest.mark.parametrize("act", [parking.retry, parking.skip])
def test_what_is_not_parked_can_be_neither_retried_nor_skipped(
    world: World, act: Callable[..., None]
) -> None:
    unknown_user = uuid.uuid4()
    with world.database.transaction() as session, pytest.raises(BadInputError, match="no event of the user"):
        act(session, subscriber="mailer", user_id=unknown_user)


def command(world: World, *arguments: str) -> subprocess.CompletedProcess[str]:
    url = world.database.engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, "-m", "storefront.events", *arguments],
        cwd=ROOT,
        env={**os.environ, "STOREFRONT_EVENTS_DATABASE_URL": url.replace("postgresql+psycopg", "postgresql")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.long
def test_the_command_shows_what_is_parked_and_has_it_tried_again(world: World, listener: Listener) -> None:
    ada = world.live()
    listener.refused.add(ada)
    relay(world, times=4)
    listing = command(world, "parked")
    retry = command(world, "retry", "mailer", str(ada))
    again = command(world, "retry", "mailer", str(ada))
    assert (listing.returncode, listing.stdout.startswith(f"mailer {ada}: event ")) == (0, True)
    assert (retry.returncode, parked(world)) == (0, [])
    assert (again.returncode, again.stderr.startswith("storefront: no event of the user")) == (2, True)
