"""The clients as the storefront's web front end uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape_clients import ClientCredentials, GraphQLClient, UserApiClient

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def credentials(
    request: pytest.FixtureRequest, provider_url: Callable[[str], str]
) -> Callable[[], ClientCredentials]:
    """Token sources for the users API: real credentials while recording, any will do for a replay."""
    if request.config.getoption("--pactape-record") == "none":
        client_id, client_secret = "storefront-web", "no secret is needed to replay"
    else:
        service = request.getfixturevalue("users_service")
        client_id, client_secret = service.client_id, service.client_secret

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
