"""Webhooks: who may be called, what is sent, tries after failures."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import requests

from tests.broker.helpers.publishing import publish
from tests.broker.helpers.stock import pact_of
from tests.broker.helpers.webhooks import LOCAL, document, listening, make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.broker.helpers.stock import StockTools


def test_a_publication_is_reported_with_its_values(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        make(stock.url, document(listener.url))
        publish(stock.url).raise_for_status()
        assert listener.enough.acquire(timeout=30)
    headers, body = listener.heard[0]
    assert json.loads(body) == {"who": "Web", "version": "1"}
    assert headers["Authorization"] == "Bearer s3cret"


def test_a_failed_delivery_is_tried_again_until_it_arrives(serving: Callable[..., Any]) -> None:
    with listening(500, 500, 200) as listener, serving(LOCAL) as stock:
        make(stock.url, document(listener.url))
        publish(stock.url).raise_for_status()
        assert all(listener.enough.acquire(timeout=30) for _ in range(3))
    assert len(listener.heard) == 3


def test_a_verification_result_is_described_by_its_outcome(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        make(stock.url, document(listener.url, "provider_verification_failed"))
        publish(stock.url).raise_for_status()
        pact = requests.get(f"{stock.url}/pacts/provider/Users/consumer/Web/latest", timeout=30).json()
        target = pact["_links"]["pb:publish-verification-results"]["href"]
        for success in (True, False):
            result = {"success": success, "providerApplicationVersion": "u1"}
            requests.post(target, json=result, timeout=30).raise_for_status()
        assert listener.enough.acquire(timeout=30)
    assert len(listener.heard) == 1


def test_read_credentials_a_webhook_are_never_shown(serving: Callable[..., Any]) -> None:
    with serving(LOCAL) as stock:
        hook = document("http://127.0.0.1/")
        hook["request"] |= {"username": "ann", "password": "hunter2"}
        text = requests.get(make(stock.url, hook), timeout=30).text
    assert "s3cret" not in text
    assert "hunter2" not in text


def test_the_stock_command_makes_tries_and_deletes_a_webhook(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        stock.write("one.json", pact_of("Web", "Users"))
        stock.broker("publish", "one.json", "-a", "1", "--branch", "main")
        creation = stock.broker(
            "create-webhook",
            listener.url,
            "-X",
            "POST",
            "-d",
            "{}",
            "--contract-published",
            "--consumer",
            "Web",
        )
        assert creation.code == 0, creation.text
        uuid = json.loads(creation.text)["_links"]["self"]["href"].rpartition("/")[2]
        output = stock.broker("test-webhook", "--uuid", uuid)
        assert output.code == 0, output.text
        assert len(listener.heard) == 1
        assert stock.broker("delete-webhook", "--uuid", uuid).code == 0


def test_what_a_netrc_file_says_is_not_sent(
    serving: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ann password s3cret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with listening(200) as listener, serving(LOCAL) as stock:
        hook = document(listener.url)
        del hook["request"]["headers"]
        assert requests.post(f"{make(stock.url, hook)}/execute", timeout=30).json()["success"]
    assert "Authorization" not in listener.heard[0][0]


def test_a_badge_says_how_the_latest_contract_fares(serving: Callable[..., Any]) -> None:
    with serving() as stock:
        publish(stock.url).raise_for_status()
        answer = requests.get(f"{stock.url}/pacts/provider/Users/consumer/Web/latest/badge.svg", timeout=30)
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert "Web/Users pact: unknown" in answer.text


def tells_of_changed_content(url: str, number: str, path: str, *tags: str) -> bool:
    """Whether publishing a contract with this path for a version detects the event."""
    content = pact_of("Web", "Users", path=path)
    contract = {
        "consumerName": "Web",
        "providerName": "Users",
        "specification": "pact",
        "contentType": "application/json",
        "content": base64.b64encode(json.dumps(content).encode()).decode(),
    }
    body = {
        "pacticipantName": "Web",
        "pacticipantVersionNumber": number,
        "tags": tags,
        "contracts": [contract],
    }
    answer = requests.post(f"{url}/contracts/publish", json=body, timeout=30)
    answer.raise_for_status()
    return any("contract_content_changed" in notice["text"] for notice in answer.json()["notices"])


def test_the_same_content_under_a_new_tag_is_changed_content(stock: StockTools) -> None:
    assert tells_of_changed_content(stock.url, "1", "/a", "dev")
    assert not tells_of_changed_content(stock.url, "2", "/a", "dev")
    assert tells_of_changed_content(stock.url, "3", "/a", "brandnew")


def test_another_tags_content_in_between_is_not_a_change_of_this_tags(stock: StockTools) -> None:
    assert tells_of_changed_content(stock.url, "1", "/a", "dev")
    assert tells_of_changed_content(stock.url, "2", "/b", "feat")
    assert not tells_of_changed_content(stock.url, "3", "/a", "dev")
    assert tells_of_changed_content(stock.url, "4", "/b", "dev", "feat")


def test_a_version_without_tags_is_compared_with_those_without_tags(stock: StockTools) -> None:
    assert tells_of_changed_content(stock.url, "1", "/a")
    assert tells_of_changed_content(stock.url, "2", "/b", "feat")
    assert not tells_of_changed_content(stock.url, "3", "/a")


def test_a_version_that_is_published_again_is_compared_with_itself(stock: StockTools) -> None:
    assert tells_of_changed_content(stock.url, "1", "/a", "dev")
    assert not tells_of_changed_content(stock.url, "1", "/a", "brandnew")
