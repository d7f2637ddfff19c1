"""The running storefront: all services on one database, each with its own schema."""

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

#: The services that have tables and call no other service, by name.
PROVIDERS: Mapping[str, Callable[[Database, TokenVerifier], Flask]] = {
    "inventory": inventory_app,
    "payments": payments_app,
    "shipping": shipping_app,
    "notifications": notifications_app,
}

#: The migrations of these services, of orders and of events; the users API applies its own.
CHAINS = (INVENTORY, PAYMENTS, SHIPPING, NOTIFICATIONS, ORDERS, EVENTS)

_ORDERS = "storefront-orders"
_CALLS = TransportSettings(timeouts=(1.0, 4.0), deadline=4.5, retries=RetryPolicy(attempts=2), pool_size=32)


class Storefront(msgspec.Struct, frozen=True, kw_only=True):
    """A running storefront.

    Args:
        users: Its users API.
        urls: The base URL of each service, "users" and "identity" among them.
        apps: The WSGI application of each service except "users" and "identity".
        issuer: Issues tokens.
        orchestrator: Processes its orders.
        database: Holds the rows of all services.
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
        """Return a header with a fresh token that has all scopes of a service."""
        if service == "users":
            return self.users.authorization()
        client = "storefront-web" if service == "orders" else _ORDERS
        return {"Authorization": f"Bearer {self.issuer.client_token(client)}"}

    def services(self, *, instead: Mapping[str, str] | None = None) -> Services:
        """Return clients of the five services that take part in an order.

        Args:
            instead: Replacement URLs, by service.
        """
        return services_at({**self.urls, **(instead or {})}, users=self.users, issuer=self.issuer)


def services_at(urls: Mapping[str, str], *, users: UsersService, issuer: TokenIssuer) -> Services:
    """Return clients of the five services that take part in an order.

    Args:
        urls: The services' base URLs, and that of "identity", the token endpoint.
        users: Has the credentials for the users API.
        issuer: Has the credentials for the others.
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
    """Apply the migrations of all services; None creates a temporary database."""
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
    """Run all services; the provider states of this process work on their database.

    Args:
        database: With the users API's migrations applied; None creates a temporary one.
        token_lifetime: Seconds that an access token is valid.
        recover_every: Seconds between two searches for abandoned orders; None never searches.
        events_bus: The URL of the bus that carries user events to the mailer and the audit: "memory://",
            "amqp://…" or "redis://…"; with None they stay in the outbox.
        host: The address to listen on.
        port: The port of the users API; the other services take the ports after it. 0 takes free ones.

    Raises:
        BadInputError: The database server can't be used, or a port is taken.
    """
    address = _Address(host=host, port=port)
    with ExitStack() as stack:
        own = stack.enter_context(migrated(database))
        api = running_users_api(
            database=own, token_lifetime=token_lifetime, host=host, port=port, publish=outbox.write
        )
        users = stack.enter_context(api)
        storefront = _start_services(stack, users, TokenIssuer(lifetime=token_lifetime), address)
        if recover_every is not None:
            orchestrator = storefront.orchestrator
            stack.enter_context(Recovery(orchestrator.log, orchestrator.engine, every=recover_every))
        if events_bus is not None:
            bus = EventBus(events_bus, prefix=_prefix(events_bus))
            stack.enter_context(_event_workers(own, bus, storefront.services()))
        yield storefront


class _Address(msgspec.Struct, frozen=True, kw_only=True):
    """The address of the users API; the other services take the ports after it."""

    host: str
    port: int

    @contextmanager
    def serve(self, app: Flask, number: int) -> Iterator[str]:
        with running(app, host=self.host, port=self.port and self.port + number) as url:
            yield url


def _start_services(
    stack: ExitStack, users: UsersService, issuer: TokenIssuer, address: _Address
) -> Storefront:
    """Start every service but the users API; the stack stops them."""
    database = users.database
    apps = {name: create(database, issuer.verifier()) for name, create in PROVIDERS.items()}
    urls = {"users": users.url}
    for name, app in {"identity": identity_app(issuer), **apps}.items():
        urls[name] = stack.enter_context(address.serve(app, len(urls)))
    orchestrator = OrderOrchestrator(services_at(urls, users=users, issuer=issuer), database)
    stack.callback(orchestrator.close)
    apps["orders"] = orders_app(database, issuer.verifier(), orchestrator)
    urls["orders"] = stack.enter_context(address.serve(apps["orders"], len(urls)))
    return Storefront(
        users=users, urls=urls, apps=apps, issuer=issuer, orchestrator=orchestrator, database=database
    )


def _prefix(bus: str) -> str:
    """Return the prefix of queue names; queues in memory belong to one storefront."""
    return f"storefront-{secrets.token_hex(4)}" if bus.startswith("memory:") else "storefront"


@contextmanager
def _event_workers(database: Database, bus: EventBus, services: Services) -> Iterator[None]:
    """Run the relay, the mailer and the audit."""
    EmailEventHandler(NotificationEmails(services.notifications)).register(bus)
    AuditEventHandler(AuditLog()).register(bus)
    with Consumers(database, bus), Relay(database, bus):
        yield
