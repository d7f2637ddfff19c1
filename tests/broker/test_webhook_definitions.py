"""The definition of a webhook: allowed hosts, values, events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.webhooks.definition import WebhookError, check_host, fires, read_spec
from pactape.broker.webhooks.events import Event
from pactape.broker.webhooks.rendering import outgoing
from urllib3.util import parse_url

from tests.broker.helpers.webhooks import LOCAL, document

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_webhook_may_not_call_a_host_that_is_not_allowed(serving: Callable[..., Any]) -> None:
    with serving(LOCAL) as stock:
        answer = requests.post(f"{stock.url}/webhooks", json=document("http://10.0.0.1/"), timeout=30)
    assert answer.status_code == 400
    assert "may not call 10.0.0.1" in answer.text


def test_a_value_cannot_break_out_of_the_body_or_the_url() -> None:
    hook = document("http://127.0.0.1/${pactbroker.consumerName}")
    spec = read_spec(hook, allowed_hosts=("127.0.0.1",))
    request = outgoing(spec, {"pactbroker.consumerName": '"}/../x?', "pactbroker.consumerVersionNumber": "1"})
    assert json.loads(request.body or "")["who"] == '"}/../x?'
    assert request.url == "http://127.0.0.1/%22%7D%2F..%2Fx%3F"


def event(name: str = "contract_published", *, consumer: str = "Web", labels: tuple[str, ...] = ()) -> Event:
    return Event(name=name, consumer=consumer, provider="Users", values={}, labels={"provider": labels})


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (event(labels=("core", "old")), True),
        (event(labels=("core",), consumer="App"), False),
        (event(), False),
        (event(labels=("old, core",)), False),
        (event("other", labels=("core",)), False),
    ],
)
def test_a_webhook_fires_only_for_its_parties_and_events(happened: Event, *, expected: bool) -> None:
    hook = document("http://127.0.0.1/", consumer={"name": "Web"}, provider={"label": "core"})
    assert fires(read_spec(hook, allowed_hosts=("127.0.0.1",)), happened) is expected


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
    with pytest.raises(WebhookError) as error:
        check_host(url, ("ci.example.com",))
    assert "s3cret" not in str(error.value)


@given(st.text(st.sampled_from("ab.@:/\\?#[]%$ \t1é"), max_size=30))
def test_the_host_that_is_checked_is_the_host_that_is_called(address: str) -> None:
    url = f"http://{address}"
    try:
        check_host(url, ("a", "b", "a.b"))
    except WebhookError:
        return
    prepared = requests.Request("POST", url).prepare().url
    assert parse_url(str(prepared)).host in {"a", "b", "a.b"}


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
