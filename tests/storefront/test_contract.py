"""The contract that came from the recordings, checked on both sides by the official tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pactape.contracts import derive, write_contracts
from pactape.settings import load_settings
from pactape.verification import verify_provider

from storefront.faults import rename_field
from storefront.server import running
from storefront.users.states import STATES

if TYPE_CHECKING:
    from storefront.users.service import UsersService

ROOT = Path(__file__).resolve().parents[2]
PACT = ROOT / "contracts" / "pacts" / "storefront-web-storefront-users.json"


def test_the_committed_contract_is_what_the_committed_recordings_give(tmp_path: Path) -> None:
    write_contracts(derive(load_settings(ROOT)), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {PACT.name: PACT.read_bytes()}


def test_the_users_api_keeps_its_contract(users_service: UsersService) -> None:
    result = verify_provider(
        [PACT], url=users_service.url, states=STATES, headers=users_service.authorization()
    )
    assert (result.failed, len(result.results) > 0) == ((), True)


@pytest.mark.parametrize(("old", "new"), [("email", "mail"), ("createdAt", "created"), ("posts", "articles")])
def test_a_users_api_with_a_renamed_field_breaks_its_contract_and_the_field_is_named(
    users_service: UsersService, old: str, new: str
) -> None:
    headers = users_service.authorization()
    with running(rename_field(users_service.app, old=old, new=new)) as url:
        result = verify_provider([PACT], url=url, states=STATES, headers=headers)
    failures = [failure for each in result.failed for failure in each.failures]
    assert [failure for failure in failures if old in failure] != []


def test_a_field_that_no_consumer_reads_may_be_renamed(users_service: UsersService) -> None:
    headers = users_service.authorization()
    with running(rename_field(users_service.app, old="updatedAt", new="changedAt")) as url:
        result = verify_provider([PACT], url=url, states=STATES, headers=headers)
    assert result.failed == ()
