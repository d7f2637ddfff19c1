"""The contracts that came from the recordings, checked on both sides by the official tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pactape.contracts import derive, write_contracts
from pactape.provider_states import load_states
from pactape.settings import load_settings
from pactape.verification import verify_provider
from pactape.verification.message_factories import load_message_factories

from storefront.events.messages import MESSAGES, user_deleted
from storefront.faults import rename_field
from storefront.server import running

if TYPE_CHECKING:
    from pactape.verification import Verification

    from storefront.system import Storefront

ROOT = Path(__file__).resolve().parents[2]
PACTS = ROOT / "contracts" / "pacts"
SETTINGS = load_settings(ROOT)
PROVIDERS = sorted(SETTINGS.providers)


def test_the_committed_contracts_are_what_the_committed_recordings_give(tmp_path: Path) -> None:
    write_contracts(derive(SETTINGS), tmp_path)
    assert contents(tmp_path) == contents(PACTS)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_provider_has_a_contract() -> None:
    assert [key for key in PROVIDERS if not pacts_of(key)] == []


def pacts_of(key: str) -> list[Path]:
    """The contracts of all consumers with a provider, on requests and on messages."""
    return sorted(PACTS.glob(f"*-{SETTINGS.providers[key].name}.*json"))


def verified(storefront: Storefront, key: str, *, url: str | None = None) -> Verification:
    provider = SETTINGS.providers[key]
    return verify_provider(
        pacts_of(key),
        url=url or storefront.urls[key],
        states=load_states(provider.states, root=ROOT),
        headers=storefront.authorization(key),
        messages=load_message_factories(provider.messages, root=ROOT),
    )


@pytest.mark.parametrize("key", PROVIDERS)
def test_a_provider_keeps_its_contracts(storefront: Storefront, key: str) -> None:
    result = verified(storefront, key)
    assert (result.failed, len(result.results) > 1) == ((), True)


BREAKS = [
    ("users", "email", "mail"),
    ("users", "createdAt", "created"),
    ("users", "posts", "articles"),
    ("inventory", "reservationId", "reservation"),
    ("payments", "authorizationId", "authorization"),
    ("shipping", "trackingNumber", "tracking"),
    ("notifications", "kind", "type"),
    ("orders", "orderId", "order"),
]


@pytest.mark.long
@pytest.mark.parametrize(("key", "old", "new"), BREAKS, ids=[f"{key}-{old}" for key, old, _ in BREAKS])
def test_a_provider_with_a_renamed_field_breaks_a_contract_and_the_field_is_named(
    storefront: Storefront, key: str, old: str, new: str
) -> None:
    app = storefront.users.app if key == "users" else storefront.apps[key]
    with running(rename_field(app, old=old, new=new)) as url:
        result = verified(storefront, key, url=url)
    failures = [failure for interaction in result.failed for failure in interaction.failures]
    assert [failure for failure in failures if old in failure] != []


@pytest.mark.long
def test_a_field_that_no_consumer_reads_may_be_renamed(storefront: Storefront) -> None:
    with running(rename_field(storefront.users.app, old="updatedAt", new="changedAt")) as url:
        assert verified(storefront, "users", url=url).failed == ()


def test_a_message_without_what_the_mailer_reads_breaks_its_contract() -> None:
    def without_email() -> object:
        message = json.loads(user_deleted())
        del message["user"]["email"]
        return message

    result = verify_provider(
        [PACTS / "storefront-mailer-storefront-users.messages.json"],
        states={},
        messages={**MESSAGES, "a user was deleted": without_email},
    )
    assert [
        (interaction.description, "email" in str(interaction.failures)) for interaction in result.failed
    ] == [("a user was deleted", True)]
