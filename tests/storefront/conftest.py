"""The running storefront, for tests that record against it or verify it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from storefront.users.service import UsersService


@pytest.fixture(scope="session")
def users_service() -> Iterator[UsersService]:
    """The users API on a database of its own."""
    from storefront.users.service import running_users_api  # noqa: PLC0415 -- replaying tests need no provider

    with running_users_api() as service:
        yield service


@pytest.fixture(scope="session")
def pactape_live_urls(request: pytest.FixtureRequest) -> Mapping[str, str]:
    service: UsersService = request.getfixturevalue("users_service")
    return {"users": service.url}
