"""Masking a webhook's credentials, and restoring them when a masked webhook is saved."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pactape.broker.webhooks.definition import RequestSpec, WebhookError
from pactape.broker.webhooks.masking import MASK, mask_request, restore_request

SECRET = "q8Zr1LmXk29TtPvW"


def masked_text(**request: Any) -> str:
    spec = RequestSpec(**{"method": "POST", "url": "https://ci.example.com/", **request})
    return json.dumps(mask_request(spec))


@pytest.mark.parametrize(
    "request_part",
    [
        {"url": f"https://ci.example.com/?token={SECRET}"},
        {"url": f"https://ci.example.com/build?x=1&api_key={SECRET}"},
        {"url": f"https://hooks.slack.com/services/T0/B0/{SECRET}"},
        {"url": f"https://discord.com/api/webhooks/123456789/{SECRET}"},
        {"url": f"https://ci.example.com/hooks/{SECRET}/run"},
        {"headers": {"X-Auth": SECRET}},
        {"headers": {"X-Hub-Signature": SECRET}},
        {"headers": [f"Authorization: Bearer {SECRET}"]},
        {"headers": {"Cookie": f"sid={SECRET}"}},
        {"headers": {"X-Anything": SECRET}},
        {"body": {"token": SECRET}},
        {"body": {"parameters": [{"password": SECRET}]}},
        {"body": json.dumps({"client_secret": SECRET})},
        {"body": f"grant=x&password={SECRET}"},
        {"username": "ann", "password": SECRET},
    ],
)
def test_a_credential_is_masked_wherever_it_is(request_part: dict[str, Any]) -> None:
    assert SECRET not in masked_text(**request_part)


@pytest.mark.parametrize(
    "request_part",
    [
        {"url": "https://ci.example.com/projects/web-shop/builds?branch=main"},
        {"headers": {"Content-Type": "application/json", "X-GitHub-Api-Version": "2022-11-28"}},
        {"headers": {"X-Consumer": "${pactbroker.consumerName}"}},
        {"body": {"event_type": "pact_changed", "author": "ann", "url": "${pactbroker.pactUrl}"}},
    ],
)
def test_what_is_not_a_credential_is_shown(request_part: dict[str, Any]) -> None:
    assert MASK not in masked_text(**request_part)


_names = st.sampled_from(["token", "name", "X-Api-Key", "branch", "password", "list"])
_values = st.one_of(st.text("ab1XyZ9", min_size=1, max_size=24), st.just(SECRET), st.just("${pactbroker.x}"))
_bodies = st.recursive(
    st.one_of(_values, st.integers(), st.none(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_names, inner, max_size=3)),
    max_leaves=8,
)
_requests = st.builds(
    RequestSpec,
    method=st.just("POST"),
    url=st.builds(
        lambda segments, query: f"https://ci.example.com/{'/'.join(segments)}?{'&'.join(query)}",
        st.lists(st.sampled_from(["build", "services", SECRET, "web-1"]), max_size=4),
        st.lists(st.builds("{}={}".format, _names, st.sampled_from([SECRET, "1", "main"])), max_size=3),
    ),
    headers=st.dictionaries(_names, _values, max_size=3),
    body=_bodies,
    username=st.just("ann"),
    password=st.just(SECRET),
)


@given(_requests)
def test_a_masked_request_that_is_put_back_is_the_stored_one(stored: RequestSpec) -> None:
    masked = json.loads(json.dumps(mask_request(stored)))
    restored = msgspec.convert(restore_request(masked, stored), RequestSpec)
    assert msgspec.to_builtins(restored) == msgspec.to_builtins(stored)


def test_one_field_may_change_while_the_masked_ones_stay() -> None:
    stored = RequestSpec(
        method="POST", url=f"https://ci.example.com/old?token={SECRET}", headers={"X-Api-Key": SECRET}
    )
    request = {**mask_request(stored), "url": f"https://ci.example.com/new?token={MASK}&x=1"}
    restored = restore_request(request, stored)
    assert restored["url"] == f"https://ci.example.com/new?token={SECRET}&x=1"
    assert restored["headers"] == {"X-Api-Key": SECRET}


@pytest.mark.parametrize(
    "request_part",
    [
        {"password": MASK},
        {"headers": {"X-Api-Key": MASK}},
        {"body": {"token": MASK}},
        {"url": f"https://ci.example.com/?token={MASK}"},
    ],
)
def test_a_mask_for_which_nothing_is_stored_is_refused(request_part: dict[str, Any]) -> None:
    with pytest.raises(WebhookError, match="masked"):
        restore_request({"method": "POST", "url": "https://ci.example.com/", **request_part}, None)
