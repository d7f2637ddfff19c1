"""The outbox, the relay and the subscribers, whatever comes twice, too early, too late, or fails."""

from __future__ import annotations

import itertools
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from kombu import Producer

from storefront.events import Consumers, EventBus, Relay, outbox
from storefront.events.consuming import apply
from storefront.users.repository import DuplicateEmailError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storefront.events import Event
    from tests.storefront.events.conftest import World

_NOW = timedelta()


def due(world: World, *subscribers: str) -> list[Event]:
    """The events that these subscribers are to be sent."""
    with world.database.transaction() as session:
        for name in subscribers or ("audit",):
            outbox.subscribe(session, name)
        return [event for event, _ in outbox.due(session, resend_after=_NOW)]


def applied(world: World, event: Event) -> str:
    with world.database.transaction() as session:
        return apply(session, world.bus, event, subscriber="audit")


def test_a_change_that_is_refused_leaves_no_event(world: World) -> None:
    world.users.create_user(email="taken@example.com", name="Ada")
    with pytest.raises(DuplicateEmailError):
        world.users.create_user(email="TAKEN@example.com", name="Bob")
    assert [event.user.name for event in due(world)] == ["Ada"]
    world.users.delete_user(due(world)[0].user.id)


def test_an_event_has_its_user_s_next_number(world: World) -> None:
    world.live()
    world.live()
    assert [event.sequence for event in due(world)] == [1, 2, 3, 1, 2, 3]


def test_changes_of_one_user_at_once_have_numbers_in_the_order_of_the_changes(world: World) -> None:
    user = world.users.create_user(email=f"{uuid.uuid4()}@example.com", name="0")
    with ThreadPoolExecutor(8) as pool:
        names = [str(number) for number in range(1, 25)]
        list(pool.map(lambda name: world.users.update_user(user.id, name=name), names))
    world.users.delete_user(user.id)
    events = due(world)
    assert [event.sequence for event in events] == list(range(1, 27))
    assert events[-1].user.name == events[-2].user.name  # the last change is the one that stayed
    assert {event.user.name for event in events} == {"0", *names}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whatever_the_order_of_arrival_events_are_applied_in_theirs(
    world: World, order: tuple[int, ...]
) -> None:
    world.live()
    events = due(world)
    for _ in range(3):  # as the relay does, until all are applied
        for index in order:
            applied(world, events[index])
    assert world.audited() == world.once_and_in_order()


def test_an_event_that_comes_again_is_not_applied_again(world: World) -> None:
    world.live()
    first, second, _ = due(world)
    assert [applied(world, event) for event in (first, first, second, first)] == [
        "applied",
        "again",
        "applied",
        "again",
    ]


def test_an_event_that_comes_again_after_its_user_s_end_is_not_applied_again(world: World) -> None:
    world.live()
    events = due(world)
    for event in events:
        applied(world, event)
    assert [applied(world, event) for event in events] == ["again"] * 3


def test_two_at_once_with_one_event_apply_it_once(world: World) -> None:
    world.live()
    first = due(world)[0]
    together = threading.Barrier(4)

    def race(_: int) -> str:
        together.wait()
        return applied(world, first)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(race, range(4))) == ["again", "again", "again", "applied"]


def test_what_a_listener_did_is_undone_when_the_next_one_fails(world: World) -> None:
    world.live()

    def fail(_event: Event, _session: Session) -> None:
        raise RuntimeError

    world.bus.on("user.created", fail, subscriber="audit")
    with pytest.raises(RuntimeError):
        applied(world, due(world)[0])
    world.bus.off("user.created", fail, subscriber="audit")
    assert (world.audited(), applied(world, due(world)[0])) == ({}, "applied")


def test_a_listener_that_fails_gets_the_event_again_and_its_user_s_others_after_it(world: World) -> None:
    failures = iter([RuntimeError("the first time"), RuntimeError("the second time")])

    def fail(_event: Event, _session: Session) -> None:
        for failure in failures:
            raise failure

    world.bus.on("user.created", fail, subscriber="audit")
    with Consumers(world.database, world.bus), Relay(world.database, world.bus, every=0.02, resend_after=0.2):
        world.live()
        world.settle()
    assert (world.waiting(), world.audited()) == (0, world.once_and_in_order())


def test_a_message_that_is_not_an_event_is_skipped(world: World) -> None:
    with world.bus.connection() as connection, Producer(connection) as producer:
        queue = world.bus.queue("audit")
        producer.publish(b"nonsense", routing_key=queue.name, declare=[queue])
    with Consumers(world.database, world.bus), Relay(world.database, world.bus, every=0.02):
        world.live()
        world.settle()
    assert world.audited() == world.once_and_in_order()


def test_what_is_lost_on_the_bus_is_sent_again(world: World) -> None:
    with world.database.transaction() as session:
        outbox.subscribe(session, "audit")
    world.live()
    into_nowhere = EventBus(prefix=f"lost-{uuid.uuid4()}")
    relay = Relay(world.database, into_nowhere)
    with into_nowhere.connection() as connection, Producer(connection) as producer:
        resent_count = relay.send(producer)
    with Consumers(world.database, world.bus), Relay(world.database, world.bus, every=0.02, resend_after=0.1):
        world.settle()
    assert (resent_count, world.audited()) == (3, world.once_and_in_order())


def test_an_event_stays_in_the_outbox_until_every_subscriber_has_applied_it(world: World) -> None:
    world.live()
    first, *_ = due(world, "audit", "email")
    waiting_counts = []
    for name in ("audit", "email"):
        with world.database.transaction() as session:
            outbox.mark_published(session, [first])
            apply(session, world.bus, first, subscriber=name)
            outbox.remove_applied(session)
        waiting_counts.append(world.waiting())
    assert waiting_counts == [3, 2]


def test_an_event_leaves_the_outbox_though_its_relay_died_before_noting_that_it_sent_it(world: World) -> None:
    world.live()
    for event in due(world):
        applied(world, event)
    with world.database.transaction() as session:
        outbox.remove_applied(session)
    assert world.waiting() == 0


def test_while_one_relay_is_at_it_another_sends_nothing(world: World) -> None:
    with world.database.transaction() as session:
        outbox.subscribe(session, "audit")
    world.live()
    relay = Relay(world.database, world.bus)
    with world.bus.connection() as connection, Producer(connection) as producer:
        with world.database.transaction() as session:
            assert outbox.only_relay(session)
            meanwhile = relay.send(producer)
        assert (meanwhile, relay.send(producer)) == (0, 3)


def test_events_wait_for_the_first_subscriber(world: World) -> None:
    world.live()
    with Relay(world.database, world.bus, every=0.02):
        with Consumers(world.database, world.bus):
            world.settle()
        assert world.audited() == world.once_and_in_order()


def test_a_late_subscriber_gets_the_events_from_then_on(world: World) -> None:
    user = world.users.create_user(email=f"{uuid.uuid4()}@example.com", name="Ada")
    with Consumers(world.database, world.bus), Relay(world.database, world.bus, every=0.02):
        world.settle()
    sequences: list[int] = []
    world.bus.on("user.deleted", lambda event, _: sequences.append(event.sequence), subscriber="late")
    with Consumers(world.database, world.bus), Relay(world.database, world.bus, every=0.02):
        world.users.delete_user(user.id)
        world.settle()
    assert (world.waiting(), sequences) == (0, [2])


def test_a_bus_shows_no_password() -> None:
    assert "lovelace" not in repr(EventBus("amqp://ada:lovelace@127.0.0.1:5672//"))


def test_an_event_s_message_is_json_with_camel_case_names(world: World) -> None:
    world.live()
    message = msgspec.json.decode(msgspec.json.encode(due(world)[0]))
    assert (sorted(message), sorted(message["user"])) == (
        ["id", "kind", "occurredAt", "sequence", "user"],
        ["createdAt", "email", "id", "name"],
    )
