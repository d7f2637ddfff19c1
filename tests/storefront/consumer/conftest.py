"""The clients as the storefront's web front end and its orders use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape_clients import ClientCredentials, GraphQLClient, RestClient, StaticToken, UserApiClient

from storefront.clients import (
    InventoryClient,
    NotificationClient,
    OrderClient,
    PaymentClient,
    ShippingClient,
)
from storefront.registration import RegistrationClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape_clients import TokenSource

    ClientOf = Callable[[type[RestClient], str, str], RestClient]


@pytest.fixture
def credentials(
    request: pytest.FixtureRequest, provider_url: Callable[[str], str]
) -> Callable[[], ClientCredentials]:
    """Token sources for the users API: real credentials while recording, any will do for a replay."""
    if request.config.getoption("--pactape-record") == "none":
        client_id, client_secret = "storefront-web", "no secret is needed to replay"
    else:
        client_id, client_secret = request.getfixturevalue("live").users_client()

    def source() -> ClientCredentials:
        return ClientCredentials(
            f"{provider_url('users')}/oauth/token", client_id=client_id, client_secret=client_secret
        )

    return source


@pytest.fixture
def users(provider_url: Callable[[str], str], credentials: Callable[[], ClientCredentials]) -> UserApiClient:
    return UserApiClient(provider_url("users"), tokens=credentials())


@pytest.fixture
def graphql(
    provider_url: Callable[[str], str], credentials: Callable[[], ClientCredentials]
) -> GraphQLClient:
    return GraphQLClient(f"{provider_url('users')}/graphql", tokens=credentials())


@pytest.fixture
def client_of(request: pytest.FixtureRequest, provider_url: Callable[[str], str]) -> ClientOf:
    """A client of a provider, with a token of a consumer: `client_of(OrderClient, "orders", "storefront-web")`."""

    def token(consumer: str) -> TokenSource:
        if request.config.getoption("--pactape-record") == "none":
            return StaticToken("no token is needed to replay")
        return StaticToken(request.getfixturevalue("live").token(consumer))

    def client(kind: type[RestClient], provider: str, consumer: str) -> RestClient:
        return kind(provider_url(provider), tokens=token(consumer))

    return client


@pytest.fixture
def orders(client_of: ClientOf) -> RestClient:
    return client_of(OrderClient, "orders", "storefront-web")


@pytest.fixture
def notifications(client_of: ClientOf) -> RestClient:
    return client_of(NotificationClient, "notifications", "storefront-web")


@pytest.fixture
def order_notifications(client_of: ClientOf) -> RestClient:
    return client_of(NotificationClient, "notifications", "storefront-orders")


@pytest.fixture
def inventory(client_of: ClientOf) -> RestClient:
    return client_of(InventoryClient, "inventory", "storefront-orders")


@pytest.fixture
def payments(client_of: ClientOf) -> RestClient:
    return client_of(PaymentClient, "payments", "storefront-orders")


@pytest.fixture
def shipping(client_of: ClientOf) -> RestClient:
    return client_of(ShippingClient, "shipping", "storefront-orders")


@pytest.fixture
def users_token(request: pytest.FixtureRequest) -> StaticToken:
    """A token of the users API that was there before: such recordings hold no token requests."""
    if request.config.getoption("--pactape-record") == "none":
        return StaticToken("no token is needed to replay")
    return StaticToken(request.getfixturevalue("live").users_token())


@pytest.fixture
def ordering_users(users_token: StaticToken, provider_url: Callable[[str], str]) -> UserApiClient:
    return UserApiClient(provider_url("users"), tokens=users_token)


@pytest.fixture
def registration(users_token: StaticToken, provider_url: Callable[[str], str]) -> RegistrationClient:
    return RegistrationClient(provider_url("users"), tokens=users_token)
