"""The running storefront, for tests that record against it or verify it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from storefront.system import Storefront
    from storefront.users.service import UsersService


@pytest.fixture(scope="session")
def users_service(storefront: Storefront) -> UsersService:
    """The users API on a database of its own."""
    return storefront.users


@pytest.fixture(scope="session")
def live() -> Iterator[Any]:
    """The storefront in a process of its own, while tests record."""
    from tests.storefront.helpers.live import live_storefront  # noqa: PLC0415 -- replaying tests need no provider

    with live_storefront() as running:
        yield running


@pytest.fixture(scope="session")
def pactape_live_urls(request: pytest.FixtureRequest) -> Mapping[str, str]:
    urls: Mapping[str, str] = request.getfixturevalue("live").urls
    return urls
