"""`python -m storefront.events`: run a relay or the audit in a separate process, and handle parked events."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing, contextmanager
from threading import Event as Flag
from typing import TYPE_CHECKING

import click
from pactape.errors import BadInputError

from storefront.database import Database, database_url
from storefront.events import AuditEventHandler, AuditLog, Consumers, EventBus, Relay, parking

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy.orm import Session

_DATABASE = "STOREFRONT_EVENTS_DATABASE_URL"
_BUS = "STOREFRONT_EVENTS_BUS_URL"

_prefix_option = click.option(
    "--prefix", default="storefront", show_default=True, help="The prefix of queue names."
)


@click.group()
def command() -> None:
    """User events. Set STOREFRONT_EVENTS_DATABASE_URL and STOREFRONT_EVENTS_BUS_URL."""


@command.command()
@_prefix_option
@click.option("--resend-after", type=float, default=5, show_default=True, metavar="SECONDS")
def relay(*, prefix: str, resend_after: float) -> None:
    """Relay the outbox until SIGTERM or SIGINT."""
    bus = EventBus(_bus(), prefix=prefix)
    with closing(_database()) as database:
        _run(Relay(database, bus, resend_after=resend_after))


@command.command()
@_prefix_option
def audit(*, prefix: str) -> None:
    """Write all events to the audit log until SIGTERM or SIGINT."""
    bus = EventBus(_bus(), prefix=prefix)
    AuditEventHandler(AuditLog()).register(bus)
    with closing(_database()) as database:
        _run(Consumers(database, bus))


@command.command()
def parked() -> None:
    """List the parked events: a subscriber failed to apply them, and they are not sent again."""
    with _transaction() as session:
        for event in parking.parked(session):
            click.echo(
                f"{event.subscriber} {event.user_id}: event {event.event_id}, number {event.sequence}, "
                f"{event.attempts} attempts, since {event.parked_at:%Y-%m-%dT%H:%M:%S%z}: {event.error}"
            )


@command.command()
@click.argument("subscriber")
@click.argument("user_id", type=click.UUID)
def retry(*, subscriber: str, user_id: uuid.UUID) -> None:
    """Send a user's parked event to SUBSCRIBER again."""
    with _transaction() as session:
        parking.retry(session, subscriber=subscriber, user_id=user_id)


@command.command()
@click.argument("subscriber")
@click.argument("user_id", type=click.UUID)
def skip(*, subscriber: str, user_id: uuid.UUID) -> None:
    """Mark a user's parked event as applied by SUBSCRIBER."""
    with _transaction() as session:
        parking.skip(session, subscriber=subscriber, user_id=user_id)


def _run(worker: AbstractContextManager[object]) -> None:
    stop = Flag()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with worker:
        click.echo("ready")
        stop.wait()


@contextmanager
def _transaction() -> Iterator[Session]:
    with closing(_database()) as database, database.transaction() as session:
        yield session


def _database() -> Database:
    return Database(database_url(_required_url(_DATABASE), variable=_DATABASE))


def _bus() -> str:
    return _required_url(_BUS)


def _required_url(variable: str) -> str:
    value = os.environ.get(variable)
    if not value or value.startswith("memory:"):
        raise BadInputError(
            "must be a URL that other processes can reach", where=variable, remedy="set it to a URL"
        )
    return value


if __name__ == "__main__":
    try:
        command()
    except BadInputError as refused:
        click.echo(f"storefront: {refused}", err=True)
        sys.exit(2)
