"""Webhooks: who may be called, what is sent, tries after failures."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pactape.broker import BrokerConfig
from pactape.broker.webhooks.definition import WebhookError, check_host, fires, outgoing, read_spec
from pactape.broker.webhooks.events import Event
from urllib3.util import parse_url

from tests.broker.stock import pact_of
from tests.broker.test_protocol import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.broker.stock import StockTools

LOCAL = BrokerConfig(webhook_hosts=("127.0.0.1",), webhook_delays=(0.01, 0.01))


class Listener(ThreadingHTTPServer):
    """Keeps what it hears; answers the given statuses in turn, the last one for ever."""

    daemon_threads = True

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Ear)
        self.statuses = list(statuses)
        self.heard: list[tuple[dict[str, str], str]] = []
        self.enough = threading.Semaphore(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hear"


class _Ear(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Listener)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.heard.append((dict(self.headers), body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.enough.release()

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""


@contextmanager
def listening(*statuses: int) -> Iterator[Listener]:
    server = Listener(*statuses)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def document(url: str, *events: str, **changes: Any) -> dict[str, Any]:
    body = {"who": "${pactbroker.consumerName}", "version": "${pactbroker.consumerVersionNumber}"}
    request = {"method": "POST", "url": url, "headers": ["Authorization: Bearer s3cret"], "body": body}
    return {
        "events": [{"name": name} for name in events or ("contract_published",)],
        "request": request,
        **changes,
    }


def make(url: str, hook: dict[str, Any]) -> str:
    answer = requests.post(f"{url}/webhooks", json=hook, timeout=30)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_links"]["self"]["href"])


def test_a_publication_is_told_with_its_values(serving: Callable[..., Any]) -> None:
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


def test_a_verification_result_is_told_by_its_outcome(serving: Callable[..., Any]) -> None:
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


def test_a_webhook_may_not_call_a_host_that_is_not_allowed(serving: Callable[..., Any]) -> None:
    with serving(LOCAL) as stock:
        answer = requests.post(f"{stock.url}/webhooks", json=document("http://10.0.0.1/"), timeout=30)
    assert answer.status_code == 400
    assert "may not call 10.0.0.1" in answer.json()["detail"]


def test_read_credentials_a_webhook_are_never_shown(serving: Callable[..., Any]) -> None:
    with serving(LOCAL) as stock:
        hook = document("http://127.0.0.1/")
        hook["request"] |= {"username": "ann", "password": "hunter2"}
        shown = requests.get(make(stock.url, hook), timeout=30).text
    assert "s3cret" not in shown
    assert "hunter2" not in shown


def test_the_stock_command_makes_tries_and_deletes_a_webhook(serving: Callable[..., Any]) -> None:
    with listening(200) as listener, serving(LOCAL) as stock:
        stock.write("one.json", pact_of("Web", "Users"))
        stock.broker("publish", "one.json", "-a", "1", "--branch", "main")
        made = stock.broker(
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
        assert made.code == 0, made.text
        uuid = json.loads(made.text)["_links"]["self"]["href"].rpartition("/")[2]
        tried = stock.broker("test-webhook", "--uuid", uuid)
        assert tried.code == 0, tried.text
        assert len(listener.heard) == 1
        assert stock.broker("delete-webhook", "--uuid", uuid).code == 0


def test_a_value_cannot_break_out_of_the_body_or_the_url() -> None:
    hook = document("http://127.0.0.1/${pactbroker.consumerName}")
    spec = read_spec(hook, allowed_hosts=("127.0.0.1",))
    sent = outgoing(spec, {"pactbroker.consumerName": '"}/../x?', "pactbroker.consumerVersionNumber": "1"})
    assert json.loads(sent.body or "")["who"] == '"}/../x?'
    assert sent.url == "http://127.0.0.1/%22%7D%2F..%2Fx%3F"


def test_a_webhook_fires_only_for_its_parties_and_events() -> None:
    hook = document("http://127.0.0.1/", consumer={"name": "Web"}, provider={"label": "core"})
    spec = read_spec(hook, allowed_hosts=("127.0.0.1",))
    labelled = {"pactbroker.providerLabels": "core, old"}
    published = Event(name="contract_published", consumer="Web", provider="Users", values=labelled)
    assert fires(spec, published)
    assert not fires(
        spec, Event(name="contract_published", consumer="App", provider="Users", values=labelled)
    )
    assert not fires(spec, Event(name="contract_published", consumer="Web", provider="Users", values={}))
    assert not fires(spec, Event(name="other", consumer="Web", provider="Users", values=labelled))


@pytest.mark.parametrize(
    "change",
    [
        {"events": []},
        {"events": [{"name": "moon_rise"}]},
        {"request": {"method": "BREW", "url": "http://127.0.0.1/"}},
        {"request": {"method": "POST", "url": "file:///etc/passwd"}},
        {"request": {"method": "POST", "url": "http://${pactbroker.consumerName}/"}},
        {"request": {"method": "POST", "url": "http://127.0.0.1/", "headers": {"A": "b\nc: d"}}},
    ],
)
def test_a_webhook_that_cannot_be_used_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WebhookError):
        read_spec({**document("http://127.0.0.1/"), **change}, allowed_hosts=("127.0.0.1",))


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example\\@ci.example.com/",
        "http://ci.example.com@evil.example/",
        "http://ann:s3cret@ci.example.com/",
        "http://ci.example.com\t.evil.example/",
        "http://ci.example.com%2eevil.example/",
        "http://ci.example.com:99999/",
        "http://[::1",
        "http://ci.example.com./",
        "http:///ci.example.com/",
        "ftp://ci.example.com/",
        "http://${pactbroker.consumerName}/",
        "http://ci.example.com#@evil.example/",
    ],
)
def test_a_url_in_which_two_programs_could_read_two_hosts_is_refused(url: str) -> None:
    with pytest.raises(WebhookError) as caught:
        check_host(url, ("ci.example.com",))
    assert "s3cret" not in str(caught.value)


@given(st.text(st.sampled_from("ab.@:/\\?#[]%$ \t1é"), max_size=30))
def test_the_host_that_is_checked_is_the_host_that_is_called(rest: str) -> None:
    url = f"http://{rest}"
    try:
        check_host(url, ("a", "b", "a.b"))
    except WebhookError:
        return
    prepared = requests.Request("POST", url).prepare().url
    assert parse_url(str(prepared)).host in {"a", "b", "a.b"}


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


def test_a_star_allows_subdomains_and_nothing_else() -> None:
    for host, allowed in (
        ("ci.example.com", True),
        ("example.com", False),
        ("ci.example.com.evil.org", False),
    ):
        hook = document(f"https://{host}/")
        if allowed:
            assert read_spec(hook, allowed_hosts=("*.example.com",)).request.url == f"https://{host}/"
        else:
            with pytest.raises(WebhookError):
                read_spec(hook, allowed_hosts=("*.example.com",))


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


def test_another_tags_content_in_between_is_no_change_of_this_tags(stock: StockTools) -> None:
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
