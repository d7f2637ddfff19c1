"""The whole storefront, running: its services over one database, each in a schema of its own."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import msgspec
from flask import Flask
from pactape_clients import ClientCredentials, UserApiClient
from pactape_clients.retries import RetryPolicy
from pactape_clients.transport import TransportSettings

from storefront.clients import InventoryClient, NotificationClient, PaymentClient, ShippingClient
from storefront.database import Database, temporary_database
from storefront.events import (
    AuditEventHandler,
    AuditLog,
    Consumers,
    EmailEventHandler,
    EventBus,
    NotificationEmails,
    Relay,
    outbox,
)
from storefront.events.tables import CHAIN as EVENTS
from storefront.identity import create_app as identity_app
from storefront.inventory.app import create_app as inventory_app
from storefront.inventory.tables import CHAIN as INVENTORY
from storefront.notifications.app import create_app as notifications_app
from storefront.notifications.tables import CHAIN as NOTIFICATIONS
from storefront.orders.app import create_app as orders_app
from storefront.orders.distributed import Services
from storefront.orders.orchestrator import OrderOrchestrator
from storefront.orders.saga import Recovery
from storefront.orders.tables import CHAIN as ORDERS
from storefront.payments.app import create_app as payments_app
from storefront.payments.tables import CHAIN as PAYMENTS
from storefront.server import running
from storefront.shipping.app import create_app as shipping_app
from storefront.shipping.tables import CHAIN as SHIPPING
from storefront.tokens import TokenIssuer, TokenVerifier
from storefront.users.service import UsersService, running_users_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["CHAINS", "PROVIDERS", "Storefront", "migrated", "running_storefront", "services_at"]

#: The services that keep rows of their own and call nobody, by name.
PROVIDERS: Mapping[str, Callable[[Database, TokenVerifier], Flask]] = {
    "inventory": inventory_app,
    "payments": payments_app,
    "shipping": shipping_app,
    "notifications": notifications_app,
}

#: Their migrations, and those of the orders; the users API has its own.
CHAINS = (INVENTORY, PAYMENTS, SHIPPING, NOTIFICATIONS, ORDERS, EVENTS)

_ORDERS = "storefront-orders"
_CALLS = TransportSettings(timeouts=(1.0, 4.0), deadline=4.5, retries=RetryPolicy(attempts=2), pool_size=32)


class Storefront(msgspec.Struct, frozen=True, kw_only=True):
    """A running storefront.

    Args:
        users: Its users API.
        urls: The base URL of each service, "users" and "identity" among them.
        apps: The WSGI application of each service but these two.
        issuer: Gives tokens.
        orchestrator: Processes its orders.
        database: Where all rows are.
    """

    users: UsersService
    urls: dict[str, str]
    apps: dict[str, Flask]
    issuer: TokenIssuer
    orchestrator: OrderOrchestrator
    database: Database

    def __repr__(self) -> str:
        return f"Storefront({self.urls!r})"

    def authorization(self, service: str) -> dict[str, str]:
        """A header with a fresh token that may do everything at a service."""
        if service == "users":
            return self.users.authorization()
        client = "storefront-web" if service == "orders" else _ORDERS
        return {"Authorization": f"Bearer {self.issuer.client_token(client)}"}

    def services(self, *, instead: Mapping[str, str] | None = None) -> Services:
        """Clients of the five services that orders go through.

        Args:
            instead: URLs that take the place of a service's own.
        """
        return services_at({**self.urls, **(instead or {})}, users=self.users, issuer=self.issuer)


def services_at(urls: Mapping[str, str], *, users: UsersService, issuer: TokenIssuer) -> Services:
    """Clients of the five services that orders go through.

    Args:
        urls: Where they are, and the token endpoint, "identity".
        users: The users API's credentials.
        issuer: The others'.
    """
    own = ClientCredentials(
        f"{users.url}/oauth/token", client_id=users.client_id, client_secret=users.client_secret
    )
    token_url = f"{urls['identity']}/oauth/token"
    tokens = ClientCredentials(token_url, client_id=_ORDERS, client_secret=issuer.clients[_ORDERS])
    return Services(
        users=UserApiClient(urls["users"], tokens=own, settings=_CALLS),
        inventory=InventoryClient(urls["inventory"], tokens=tokens, settings=_CALLS),
        payments=PaymentClient(urls["payments"], tokens=tokens, settings=_CALLS),
        shipping=ShippingClient(urls["shipping"], tokens=tokens, settings=_CALLS),
        notifications=NotificationClient(urls["notifications"], tokens=tokens, settings=_CALLS),
    )


@contextmanager
def migrated(database: Database | None = None) -> Iterator[Database]:
    """A database with all migrations of all services applied; None makes one for as long as the context lasts."""
    with ExitStack() as stack:
        own = database or stack.enter_context(temporary_database())
        for chain in CHAINS:
            chain.upgrade(own)
        yield own


@contextmanager
def running_storefront(
    *,
    database: Database | None = None,
    token_lifetime: int = 60,
    recover_every: float | None = 1.0,
    events_bus: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[Storefront]:
    """All services; provider states of this process work on their database.

    Args:
        database: With the users API's migrations applied; None makes one for as long as the context lasts.
        token_lifetime: Seconds that an access token is valid.
        recover_every: Seconds between two looks for orders that somebody left; None never looks.
        events_bus: The URL of the bus that users' events go over, to the mailer and the audit: "memory://",
            "amqp://…" or "redis://…"; None leaves them in the outbox.
        host: The address to listen at.
        port: The port of the users API, those of the others follow it; 0 takes free ones.

    Raises:
        BadInputError: The database server can't be used, or a port.
    """
    with ExitStack() as stack:
        own = stack.enter_context(migrated(database))
        users = stack.enter_context(
            running_users_api(
                database=own, token_lifetime=token_lifetime, host=host, port=port, tell=outbox.write
            )
        )
        issuer = TokenIssuer(lifetime=token_lifetime)
        apps = {name: create(own, issuer.verifier()) for name, create in PROVIDERS.items()}
        urls = {"users": users.url}
        for number, (name, app) in enumerate({"identity": identity_app(issuer), **apps}.items(), start=1):
            urls[name] = stack.enter_context(running(app, host=host, port=port and port + number))
        services = services_at(urls, users=users, issuer=issuer)
        orchestrator = OrderOrchestrator(services, own)
        stack.callback(orchestrator.close)
        if recover_every is not None:
            stack.enter_context(Recovery(orchestrator.log, orchestrator.engine, every=recover_every))
        apps["orders"] = orders_app(own, issuer.verifier(), orchestrator)
        urls["orders"] = stack.enter_context(
            running(apps["orders"], host=host, port=port and port + len(urls))
        )
        if events_bus is not None:
            stack.enter_context(_events(own, EventBus(events_bus, prefix=_prefix(events_bus)), services))
        yield Storefront(
            users=users, urls=urls, apps=apps, issuer=issuer, orchestrator=orchestrator, database=own
        )


def _prefix(bus: str) -> str:
    """What the names of queues begin with: those in memory are of this storefront alone."""
    return f"storefront-{secrets.token_hex(4)}" if bus.startswith("memory:") else "storefront"


@contextmanager
def _events(database: Database, bus: EventBus, services: Services) -> Iterator[None]:
    """The relay, the mailer and the audit."""
    EmailEventHandler(NotificationEmails(services.notifications)).register(bus)
    AuditEventHandler(AuditLog()).register(bus)
    with Consumers(database, bus), Relay(database, bus):
        yield
