"""The recordings: what must never be in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.cassettes import RecordMode, lint_cassette, read_cassette, use_cassette
from pactape.settings import load_settings
from pactape_clients import ClientCredentials, UserApiClient
from pactape_clients.errors import NotFoundError

if TYPE_CHECKING:
    from storefront.users.service import UsersService

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = sorted((ROOT / "cassettes" / "storefront").rglob("*.yaml"))
PACTS = sorted((ROOT / "contracts" / "pacts").glob("*.json"))
CREDENTIAL = re.compile(r"(?:Bearer|Basic) +([^\s\"]+)|\"(?:access|refresh)_token\": *\"([^\"]*)\"")


def test_there_are_recordings_and_contracts() -> None:
    assert (len(COMMITTED) > 40, len(PACTS)) == (True, 11)


@pytest.mark.parametrize("path", [*COMMITTED, *PACTS], ids=lambda path: path.name)
def test_a_committed_file_holds_no_credential(path: Path) -> None:
    credentials = {
        text for match in CREDENTIAL.findall(path.read_text(encoding="utf-8")) for text in match if text
    }
    assert credentials <= {"scrubbed", r"\\S+$"}


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.name)
def test_lint_finds_no_secret_in_a_committed_recording(path: Path) -> None:
    assert list(lint_cassette(path)) == []


@pytest.mark.parametrize(
    "path", [path for path in COMMITTED if read_cassette(path)], ids=lambda path: path.name
)
def test_a_committed_recording_knows_only_the_canonical_host_of_one_provider(path: Path) -> None:
    hosts = {exchange.request.url.split("/")[2] for exchange in read_cassette(path)}
    canonical_hosts = {provider.host for provider in load_settings(ROOT).providers.values()}
    assert (len(hosts), hosts <= canonical_hosts, "127.0.0.1" in path.read_text(encoding="utf-8")) == (
        1,
        True,
        False,
    )


class Watching(requests.Session):
    """A session that remembers the secrets that pass through it."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: list[str] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = super().send(request, **options)
        self.secrets.append(request.headers["Authorization"].partition(" ")[2])
        if response.ok:
            self.secrets += [response.json()["access_token"], response.json()["refresh_token"]]
        return response


def test_no_secret_of_a_live_call_reaches_the_file(users_service: UsersService, tmp_path: Path) -> None:
    session = Watching()
    tokens = ClientCredentials(
        f"{users_service.url}/oauth/token",
        client_id=users_service.client_id,
        client_secret=users_service.client_secret,
        session=session,
    )
    path = tmp_path / "live.yaml"
    with use_cassette(path, mode=RecordMode.ONCE), pytest.raises(NotFoundError):
        UserApiClient(users_service.url, session=session, tokens=tokens).get_user("nobody")
    text = path.read_text(encoding="utf-8")
    secrets = [users_service.client_secret, *session.secrets]
    assert (len(secrets), [secret for secret in secrets if secret in text]) == (5, [])
